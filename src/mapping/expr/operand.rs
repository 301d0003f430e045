//! The values of a condition: names, literals, calls, and moments with their intervals.

use sqlparser::ast::{
    BinaryOperator, DataType, Expr as Ast, Function as AstCall, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    Interval, TimezoneInfo, UnaryOperator, Value, ValueWithSpan,
};

use super::fault::{fault, in_quotes, nearest, short};
use super::screen::known_function;
use super::source::Place;
use super::walk::{Side, Walk};
use super::{FUNCTIONS, Fault, Function, Operand};

/// Whole numbers from 2^53 on may change when read as a number.
const MAX_NUMBER: f64 = 9_007_199_254_740_992.0;

impl Walk<'_> {
    /// One value, with its place.
    pub(super) fn operand(&self, tree: &Ast) -> Result<Side, Fault> {
        let place = self.source.of(tree);
        let operand = match tree {
            Ast::Nested(inner) => return self.operand(inner),
            Ast::Identifier(ident) => self.column(std::slice::from_ref(ident), place)?,
            Ast::CompoundIdentifier(idents) => self.column(idents, place)?,
            Ast::Value(value) => self.literal(&value.value, false, place)?,
            Ast::UnaryOp { op: op @ (UnaryOperator::Minus | UnaryOperator::Plus), expr } => match expr.as_ref() {
                Ast::Value(ValueWithSpan { value: value @ Value::Number(..), .. }) => {
                    self.literal(value, *op == UnaryOperator::Minus, place)?
                }
                _ => return Err(self.refuse(tree)),
            },
            Ast::TypedString(typed) => match (&typed.data_type, &typed.value.value) {
                (DataType::Date | DataType::Timestamp(None, TimezoneInfo::None), Value::SingleQuotedString(text)) => {
                    Operand::Instant(instant(text).ok_or_else(|| no_date(text, place))?)
                }
                _ => return Err(self.refuse(tree)),
            },
            Ast::BinaryOp { op: BinaryOperator::Plus | BinaryOperator::Minus, .. } => self.moment(tree)?,
            Ast::Function(call) => self.call(call, tree)?,
            Ast::Trim { expr, trim_where: None, trim_what: None, trim_characters: None } => {
                Operand::Call { function: Function::Trim, args: vec![self.text(expr, "trim()")?] }
            }
            _ => return Err(self.refuse(tree)),
        };
        Ok((operand, place))
    }

    fn column(&self, idents: &[Ident], place: Place) -> Result<Operand, Fault> {
        let parts: Vec<String> = idents.iter().map(|ident| ident.value.clone()).collect();
        if let Some((name, ty)) = self.scope.resolve(&parts) {
            return Ok(Operand::Column { name, ty });
        }
        let written = parts.join(".");
        let names = self.scope.names();
        let help = match nearest(&written, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None if idents.iter().any(|ident| ident.quote_style.is_some()) => {
                format!("double quotes are for names; a text takes single quotes: '{}'", short(&written))
            }
            None => {
                let mut few: Vec<&str> = names.iter().map(String::as_str).collect();
                few.sort_unstable();
                let more = if few.len() > 5 { ", …" } else { "" };
                few.truncate(5);
                format!("known names: {}{more}", few.join(", "))
            }
        };
        Err(fault(place, format!("there is no attribute {}", short(&written))).help(help))
    }

    fn literal(&self, value: &Value, minus: bool, place: Place) -> Result<Operand, Fault> {
        match value {
            Value::SingleQuotedString(text) => Ok(Operand::Text(text.clone())),
            Value::Boolean(value) => Ok(Operand::Boolean(*value)),
            Value::Number(digits, false) => match digits.parse::<f64>() {
                Ok(number) if number < MAX_NUMBER => Ok(Operand::Number(if minus { -number } else { number })),
                _ => Err(fault(place, format!("{} is too long for a number", short(digits)))
                    .help("declare the column as text and put the digits in quotes")),
            },
            Value::Null => Err(fault(place, "nothing equals NULL").help("write IS NULL or IS NOT NULL")),
            _ => Err(fault(place, "this kind of value is not supported")),
        }
    }

    /// `now()` or `today()` plus and minus intervals.
    fn moment(&self, tree: &Ast) -> Result<Operand, Fault> {
        let (mut node, mut sum) = (tree, Some(0_i64));
        while let Ast::BinaryOp { left, op: op @ (BinaryOperator::Plus | BinaryOperator::Minus), right } = node {
            let Ast::Interval(interval) = right.as_ref() else {
                return Err(self.refuse(tree));
            };
            let seconds = self.interval(interval)?;
            let signed = if *op == BinaryOperator::Minus { seconds.checked_neg() } else { Some(seconds) };
            sum = sum.zip(signed).and_then(|(sum, seconds)| sum.checked_add(seconds));
            node = left;
        }
        if !matches!(node, Ast::Function(_) | Ast::Nested(_)) {
            return Err(self.refuse(tree));
        }
        match (self.operand(node)?.0, sum) {
            (Operand::Now { day, offset_seconds }, Some(sum)) => match offset_seconds.checked_add(sum) {
                Some(offset_seconds) => Ok(Operand::Now { day, offset_seconds }),
                None => Err(fault(self.source.of(tree), "the interval is too long")),
            },
            (Operand::Now { .. }, None) => Err(fault(self.source.of(tree), "the interval is too long")),
            _ => Err(self.refuse(tree)),
        }
    }

    /// Seconds of an interval: `'30 days'`, `'30' day`, `'1 day 12 hours'`.
    fn interval(&self, interval: &Interval) -> Result<i64, Fault> {
        let place = self.source.of(&interval.value);
        let text = match interval.value.as_ref() {
            Ast::Value(ValueWithSpan {
                value: Value::SingleQuotedString(text) | Value::Number(text, false), ..
            }) => text,
            _ => {
                return Err(fault(place, "an interval is a number and a unit, as in interval '30 days'"));
            }
        };
        let plain = interval.leading_precision.is_none() && interval.last_field.is_none();
        let field = interval.leading_field.as_ref().filter(|_| plain).map(ToString::to_string);
        let full = format!("{text} {}", field.unwrap_or_default()).to_lowercase();
        let parts: Vec<&str> = full.split_whitespace().collect();
        if parts.is_empty() || !parts.len().is_multiple_of(2) {
            return Err(fault(place, "an interval is a number and a unit, as in interval '30 days'"));
        }
        let mut sum: i64 = 0;
        for part in parts.chunks(2) {
            let seconds = match part[1].strip_suffix('s').unwrap_or(part[1]) {
                "second" => 1,
                "minute" => 60,
                "hour" => 3_600,
                "day" => 86_400,
                "week" => 604_800,
                "month" | "quarter" | "year" => {
                    return Err(fault(place, "write days: Customer.io counts days"));
                }
                _ => {
                    let message = format!("{} is no unit of time here", short(&part[1]));
                    return Err(fault(place, message).help("use seconds, minutes, hours, days or weeks"));
                }
            };
            let Ok(count) = part[0].parse::<i64>() else {
                return Err(fault(place, format!("{} is no whole number", short(&part[0]))));
            };
            let total = count.checked_mul(seconds).and_then(|seconds| sum.checked_add(seconds));
            sum = total.ok_or_else(|| fault(place, "the interval is too long"))?;
        }
        Ok(sum)
    }

    fn call(&self, call: &AstCall, tree: &Ast) -> Result<Operand, Fault> {
        let name = call.name.to_string().to_lowercase();
        let Some(args) = plain_args(call) else {
            let error = fault(self.source.of(tree), format!("{} is not supported in this form", short(&name)));
            let bare = call.args == FunctionArguments::None;
            return Err(match name.as_str() {
                "current_date" | "current_timestamp" => error.help("write now() or today()"),
                _ if bare => error.help(in_quotes(&name)),
                _ => error,
            });
        };
        let place = self.source.of(tree);
        let arity = |wanted: &str| Err(fault(place, format!("{}() takes {wanted}", short(&name))));
        if matches!(name.as_str(), "now" | "today") {
            return match args.is_empty() {
                true => Ok(Operand::Now { day: name == "today", offset_seconds: 0 }),
                false => arity("nothing in its parentheses"),
            };
        }
        let Some((_, function)) = FUNCTIONS.iter().find(|(known, _)| *known == name) else {
            return Err(known_function(&name).err().unwrap_or_else(|| self.refuse(tree)).at(place));
        };
        let args = match (function, args.as_slice()) {
            (Function::Coalesce, [_, _, ..]) => self.alike(args.into_iter())?,
            (Function::Coalesce, _) => return arity("two values or more"),
            (_, [arg]) => vec![self.text(arg, &format!("{name}()"))?],
            _ => return arity("one value"),
        };
        Ok(Operand::Call { function: *function, args })
    }
}

/// Arguments of a call that is nothing but a name and values.
fn plain_args(call: &AstCall) -> Option<Vec<&Ast>> {
    let extras = call.filter.is_some() || call.over.is_some() || call.null_treatment.is_some();
    let odd = call.uses_odbc_syntax || !call.within_group.is_empty() || call.parameters != FunctionArguments::None;
    match &call.args {
        FunctionArguments::List(list)
            if !extras && !odd && list.duplicate_treatment.is_none() && list.clauses.is_empty() =>
        {
            let value = |arg| match arg {
                &FunctionArg::Unnamed(FunctionArgExpr::Expr(ref expr)) => Some(expr),
                _ => None,
            };
            list.args.iter().map(value).collect()
        }
        _ => None,
    }
}

/// ISO dates and date-times as Unix seconds; without a zone they are UTC.
pub(super) fn instant(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.as_bytes().get(4) != Some(&b'-') || text.contains('[') {
        return None;
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Some(at.as_second());
    }
    let zoned = text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']));
    let local = text.parse::<jiff::civil::DateTime>().ok().filter(|_| !zoned)?;
    Some(local.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// A text that should be a date and is not.
pub(super) fn no_date(text: &str, place: Place) -> Fault {
    fault(place, format!("'{}' is no date", short(&text))).help("write 2026-05-01 or 2026-05-01T10:00:00Z")
}
