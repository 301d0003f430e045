//! Mapping stage: a checked condition comes in, a boolean Polars expression without nulls goes out.
//!
//! The meaning is Customer.io's, which is two-valued, where SQL's is three-valued:
//!
//! * A comparison, IN, BETWEEN or LIKE with a missing side is false. That holds for `<>`, NOT IN, NOT BETWEEN and
//!   NOT LIKE too: an absent attribute matches no comparison.
//! * Only IS NULL matches an absent attribute.
//! * `NOT (…)` around a condition flips its result, so `NOT (x = 'a')` does include people without `x`,
//!   while `x <> 'a'` does not. IS NOT TRUE and IS NOT FALSE are such flips as well.
//! * A bare boolean column is true when its value is true.
//!
//! An absent `unsubscribed` means subscribed; the caller has filled it in before this stage. The vendor leaves open
//! whether text compares by case: that is a switch in [`Options`].

use polars::prelude::{Expr as Plan, NamedFrom, Null, PlSmallStr, Series, coalesce, col, lit};

use super::expr::{Expr, Function, Op, Operand, Type};

/// What the vendor leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Text compares without regard to case.
    pub text_any_case: bool,
}

/// The frame column that holds `name` read as `ty`: text as String, a number as Float64, a boolean as Boolean, a
/// timestamp as Int64 Unix seconds, a list as what [`joined`] makes of its items; null when missing or unreadable. An
/// undeclared column is text.
pub fn typed_name(name: &str, ty: Type) -> String {
    let kind = match ty {
        Type::Text | Type::Unknown => "text",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Timestamp => "timestamp",
        Type::List => "list",
    };
    format!("{name}#{kind}")
}

/// What stands around each item of a list.
const EDGE: char = '\u{1f}';

/// The items of a list as one text, in which each can be found; nothing where there is none.
pub fn joined<'a>(items: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut text = String::new();
    for item in items {
        text.push(EDGE);
        text.push_str(item);
    }
    (!text.is_empty()).then(|| format!("{text}{EDGE}"))
}

/// The condition as a Polars expression over the columns of [`typed_name`]; `now` in Unix seconds.
pub fn lower(expr: &Expr, now: i64, options: &Options) -> Plan {
    let context = Context { now, any_case: options.text_any_case };
    context.condition(expr)
}

struct Context {
    now: i64,
    any_case: bool,
}

impl Context {
    fn condition(&self, expr: &Expr) -> Plan {
        match expr {
            Expr::All(terms) => balanced(terms.iter().map(|term| self.condition(term)).collect(), true),
            Expr::Any(terms) => balanced(terms.iter().map(|term| self.condition(term)).collect(), false),
            Expr::Not(inner) => self.condition(inner).not(),
            Expr::Compare { left, op, right } => self.compare(left, *op, right),
            Expr::OneOf { left, values, negated } => self.one_of(left, values, *negated),
            Expr::Between { left, low, high, negated } => self.between(left, low, high, *negated),
            Expr::Like { left, pattern, any_case, negated } => {
                let pattern = regex(pattern, *any_case || self.any_case, left.ty() == Type::List);
                let found = self.value(left).str().contains(lit(pattern), true);
                settled(if *negated { found.not() } else { found })
            }
            Expr::Missing(operand) => self.value(operand).is_null(),
            Expr::True(operand) => settled(self.value(operand)),
            Expr::Const(value) => lit(*value),
        }
    }

    fn compare(&self, left: &Operand, op: Op, right: &Operand) -> Plan {
        settled(match (left, right) {
            (Operand::Text(item), list) | (list, Operand::Text(item)) if list.ty() == Type::List => {
                let found = self.key(list).str().contains_literal(lit(format!("{EDGE}{}{EDGE}", self.folded(item))));
                if op == Op::NotEqual { found.not() } else { found }
            }
            _ => compare(self.key(left), op, self.key(right)),
        })
    }

    fn one_of(&self, left: &Operand, values: &[Operand], negated: bool) -> Plan {
        if let Some(series) = self.series(values).filter(|_| left.ty() != Type::List) {
            let found = self.key(left).is_in(lit(series).implode(true), false);
            return settled(if negated { found.not() } else { found });
        }
        let op = if negated { Op::NotEqual } else { Op::Equal };
        let tests = values.iter().map(|value| self.compare(left, op, value));
        balanced(tests.collect(), negated)
    }

    /// Fixed values as a series; none when one depends on the row.
    fn series(&self, values: &[Operand]) -> Option<Series> {
        fn every<T>(values: &[Operand], read: impl Fn(&Operand) -> Option<T>) -> Option<Vec<T>> {
            values.iter().map(read).collect()
        }
        let name = PlSmallStr::EMPTY;
        Some(match values.first()? {
            Operand::Text(_) => Series::new(
                name,
                every(values, |value| match value {
                    Operand::Text(text) => Some(self.folded(text)),
                    _ => None,
                })?,
            ),
            Operand::Number(_) => Series::new(
                name,
                every(values, |value| match value {
                    Operand::Number(number) => Some(*number),
                    _ => None,
                })?,
            ),
            Operand::Boolean(_) => Series::new(
                name,
                every(values, |value| match value {
                    Operand::Boolean(value) => Some(*value),
                    _ => None,
                })?,
            ),
            _ => Series::new(name, every(values, |value| self.seconds(value))?),
        })
    }

    fn between(&self, left: &Operand, low: &Operand, high: &Operand, negated: bool) -> Plan {
        let above = compare(self.key(left), Op::GreaterOrEqual, self.key(low));
        let below = compare(self.key(left), Op::LessOrEqual, self.key(high));
        if !negated {
            return settled(above).and(settled(below));
        }
        // Not `not(between)`: with one bound missing the other could still decide it.
        let known = above.clone().is_not_null().and(below.clone().is_not_null());
        known.and(settled(above.and(below)).not())
    }

    /// A value as it is compared: text folded when case does not count.
    fn key(&self, operand: &Operand) -> Plan {
        match operand {
            Operand::Text(text) => lit(self.folded(text)),
            _ if self.any_case && matches!(operand.ty(), Type::Text | Type::List | Type::Unknown) => {
                self.value(operand).str().to_lowercase()
            }
            _ => self.value(operand),
        }
    }

    fn folded(&self, text: &str) -> String {
        if self.any_case { text.to_lowercase() } else { text.to_owned() }
    }

    fn value(&self, operand: &Operand) -> Plan {
        match operand {
            Operand::Column { name, ty } => col(typed_name(name, *ty)),
            Operand::Text(text) => lit(text.clone()),
            Operand::Number(number) => lit(*number),
            Operand::Boolean(value) => lit(*value),
            Operand::Now { .. } | Operand::Instant(_) => lit(self.seconds(operand).unwrap_or(self.now)),
            Operand::Call { function, args } => self.call(*function, args),
        }
    }

    fn seconds(&self, operand: &Operand) -> Option<i64> {
        match operand {
            Operand::Instant(seconds) => Some(*seconds),
            Operand::Now { day, offset_seconds } => {
                let cut = if *day { self.now.rem_euclid(86_400) } else { 0 };
                Some(self.now.saturating_sub(cut).saturating_add(*offset_seconds))
            }
            _ => None,
        }
    }

    fn call(&self, function: Function, args: &[Operand]) -> Plan {
        let values: Vec<Plan> = args.iter().map(|arg| self.value(arg)).collect();
        let Some(first) = values.first().cloned() else {
            return lit(Null {});
        };
        match function {
            Function::Lower => first.str().to_lowercase(),
            Function::Upper => first.str().to_uppercase(),
            Function::Trim => first.str().strip_chars(lit(Null {})),
            Function::Length => first.str().len_chars().cast(polars::prelude::DataType::Float64),
            Function::Coalesce => coalesce(&values),
            Function::EmailDomain => first.str().extract(lit(r"@([^@\s]+)\s*\z"), 1).str().to_lowercase(),
        }
    }
}

/// A missing side makes a test false.
fn settled(test: Plan) -> Plan {
    test.fill_null(lit(false))
}

fn compare(left: Plan, op: Op, right: Plan) -> Plan {
    match op {
        Op::Equal => left.eq(right),
        Op::NotEqual => left.neq(right),
        Op::Less => left.lt(right),
        Op::LessOrEqual => left.lt_eq(right),
        Op::Greater => left.gt(right),
        Op::GreaterOrEqual => left.gt_eq(right),
    }
}

/// Joins pairs with AND or OR until one is left: a thousand terms are ten levels, not a thousand.
fn balanced(mut plans: Vec<Plan>, all: bool) -> Plan {
    while plans.len() > 1 {
        let mut pairs = plans.into_iter();
        let mut joined = Vec::with_capacity(pairs.len().div_ceil(2));
        while let Some(left) = pairs.next() {
            joined.push(match pairs.next() {
                Some(right) if all => left.and(right),
                Some(right) => left.or(right),
                None => left,
            });
        }
        plans = joined;
    }
    plans.pop().unwrap_or_else(|| lit(all))
}

/// A LIKE pattern as a regex: `%` any run, `_` any one character, everything else itself. It holds the whole text, or one
/// whole item of a list.
fn regex(pattern: &str, any_case: bool, list: bool) -> String {
    let (one, start, end) = if list { (r"[^\x1f]", r"\x1f", r"\x1f") } else { (".", r"\A", r"\z") };
    let mut out = format!("{}{start}", if any_case { "(?is)" } else { "(?s)" });
    for c in pattern.chars() {
        match c {
            '%' => {
                out.push_str(one);
                out.push('*');
            }
            '_' => out.push_str(one),
            _ => {
                if r"\.+*?()|[]{}^$#&-~".contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
    out.push_str(end);
    out
}

#[cfg(test)]
#[path = "lower_tests.rs"]
mod tests;
