//! The walk over sqlparser's tree: an allow-list of conditions, each checked against the declared types.

use sqlparser::ast::{BinaryOperator, Expr as Ast, InTarget, UnaryOperator, Value, ValueWithSpan};

use super::fault::{fault, short, subquery};
use super::operand::no_date;
use super::source::{Place, Source};
use super::{Expr, Fault, Op, Operand, Scope, Type};

/// A longer LIKE pattern could outgrow what the regex engine compiles.
const MAX_PATTERN: usize = 1_000;

/// A value with its place, while it is being checked.
pub(super) type Side = (Operand, Place);

/// The walk from sqlparser's tree to ours; everything it does not name is refused.
pub(super) struct Walk<'a> {
    pub(super) source: &'a Source<'a>,
    pub(super) scope: &'a dyn Scope,
}

impl Walk<'_> {
    /// One condition with everything inside it.
    pub(super) fn condition(&self, tree: &Ast) -> Result<Expr, Fault> {
        let negate = |yes: bool, expr: Expr| if yes { Expr::Not(Box::new(expr)) } else { expr };
        Ok(match tree {
            Ast::Nested(inner) => self.condition(inner)?,
            Ast::UnaryOp { op: UnaryOperator::Not, expr } => negate(true, self.condition(expr)?),
            Ast::BinaryOp { op: op @ (BinaryOperator::And | BinaryOperator::Or), .. } => self.chain(tree, op)?,
            Ast::BinaryOp { left, op, right } => self.compare(tree, left, op, right)?,
            Ast::In { expr, target: InTarget::List(values), negated, global: false } if !values.is_empty() => {
                let listed = std::iter::once(expr.as_ref()).chain(values);
                let mut values = self.alike(listed)?;
                Expr::OneOf { left: values.remove(0), values, negated: *negated }
            }
            Ast::Between { expr, negated, low, high } => {
                let sides = self.alike([expr.as_ref(), low, high].into_iter())?;
                self.ordered(&sides[0], tree)?;
                let [left, low, high] = <[Operand; 3]>::try_from(sides).map_err(|_| self.refuse(tree))?;
                Expr::Between { left, low, high, negated: *negated }
            }
            Ast::Like { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(expr, pattern, false, *negated)?
            }
            Ast::ILike { negated, any: false, expr, pattern, escape_char: None } => {
                self.like(expr, pattern, true, *negated)?
            }
            Ast::IsNull(inner) => Expr::Missing(self.operand(inner)?.0.stored()),
            Ast::IsNotNull(inner) => negate(true, Expr::Missing(self.operand(inner)?.0.stored())),
            Ast::IsTrue(inner) => self.truth(inner)?,
            Ast::IsNotTrue(inner) => negate(true, self.truth(inner)?),
            Ast::IsFalse(inner) => falsity(self.truth(inner)?),
            Ast::IsNotFalse(inner) => negate(true, falsity(self.truth(inner)?)),
            Ast::Value(ValueWithSpan { value: Value::Boolean(value), .. }) => Expr::Const(*value),
            Ast::Identifier(_) | Ast::CompoundIdentifier(_) | Ast::Function(_) => self.truth(tree)?,
            _ => return Err(self.refuse(tree)),
        })
    }

    /// An AND or OR chain as one list, without recursion along the chain.
    fn chain(&self, tree: &Ast, joined: &BinaryOperator) -> Result<Expr, Fault> {
        let (mut open, mut terms) = (vec![tree], Vec::new());
        while let Some(node) = open.pop() {
            match node {
                Ast::BinaryOp { left, op, right } if op == joined => open.extend([right.as_ref(), left.as_ref()]),
                _ => match (self.condition(node)?, joined) {
                    (Expr::All(inner), BinaryOperator::And) | (Expr::Any(inner), BinaryOperator::Or) => {
                        terms.extend(inner);
                    }
                    (term, _) => terms.push(term),
                },
            }
        }
        Ok(if *joined == BinaryOperator::And { Expr::All(terms) } else { Expr::Any(terms) })
    }

    fn compare(&self, tree: &Ast, left: &Ast, op: &BinaryOperator, right: &Ast) -> Result<Expr, Fault> {
        let op = match op {
            BinaryOperator::Eq => Op::Equal,
            BinaryOperator::NotEq => Op::NotEqual,
            BinaryOperator::Lt => Op::Less,
            BinaryOperator::LtEq => Op::LessOrEqual,
            BinaryOperator::Gt => Op::Greater,
            BinaryOperator::GtEq => Op::GreaterOrEqual,
            _ => return Err(self.refuse(tree)),
        };
        let sides = self.alike([left, right].into_iter())?;
        if !matches!(op, Op::Equal | Op::NotEqual) {
            self.ordered(&sides[0], tree)?;
        }
        let [left, right] = <[Operand; 2]>::try_from(sides).map_err(|_| self.refuse(tree))?;
        Ok(Expr::Compare { left, op, right })
    }

    /// Refuses to order booleans.
    fn ordered(&self, operand: &Operand, tree: &Ast) -> Result<(), Fault> {
        match operand.ty() {
            Type::Boolean => {
                let message = format!("{} is a boolean: only = and <> compare it", short(operand));
                Err(fault(self.source.of(tree), message))
            }
            Type::List => {
                let message = format!("{} is a list: only =, <>, IN and LIKE test its items", short(operand));
                Err(fault(self.source.of(tree), message))
            }
            _ => Ok(()),
        }
    }

    fn like(&self, expr: &Ast, pattern: &Ast, any_case: bool, negated: bool) -> Result<Expr, Fault> {
        let (operand, _) = self.operand(expr)?;
        let left = if operand.ty() == Type::List { operand } else { self.text(expr, "LIKE")? };
        match pattern {
            Ast::Value(ValueWithSpan { value: Value::SingleQuotedString(text), span }) => {
                if text.chars().count() > MAX_PATTERN {
                    let message = "the pattern is longer than 1,000 characters";
                    return Err(fault(self.source.place(*span), message));
                }
                Ok(Expr::Like { left, pattern: text.clone(), any_case, negated })
            }
            other => Err(fault(self.source.of(other), "LIKE needs a text in quotes as its pattern")),
        }
    }

    /// A value that must be text.
    pub(super) fn text(&self, tree: &Ast, reader: &str) -> Result<Operand, Fault> {
        let (mut operand, place) = self.operand(tree)?;
        if operand.ty() == Type::List {
            // A function reads a list as it is written.
            operand = operand.stored();
        }
        match operand.fit(Type::Text) {
            true => Ok(operand),
            false => {
                let message = format!("{} is {}: {reader} reads text", short(&operand), noun(operand.ty()));
                Err(fault(place, message))
            }
        }
    }

    /// A bare boolean, or a group in parentheses.
    fn truth(&self, tree: &Ast) -> Result<Expr, Fault> {
        if let Ast::Nested(inner) = tree {
            return self.condition(inner);
        }
        if !matches!(tree, Ast::Identifier(_) | Ast::CompoundIdentifier(_) | Ast::Function(_)) {
            return Err(self.refuse(tree));
        }
        let (mut operand, place) = self.operand(tree)?;
        match operand.fit(Type::Boolean) {
            true => Ok(Expr::True(operand)),
            false => {
                let message = format!("{} is {}, not a condition", short(&operand), noun(operand.ty()));
                Err(fault(place, message).help("compare it with something"))
            }
        }
    }

    /// Operands of one comparison, brought to one type.
    pub(super) fn alike<'t>(&self, trees: impl Iterator<Item = &'t Ast>) -> Result<Vec<Operand>, Fault> {
        let mut sides = trees.map(|tree| self.operand(tree)).collect::<Result<Vec<Side>, Fault>>()?;
        let typed = |wanted: fn(&Operand) -> bool| {
            sides.iter().map(|(operand, _)| operand).find(|side| wanted(side) && side.ty() != Type::Unknown)
        };
        let leading = typed(|side| !side.is_literal())
            .or_else(|| typed(|side| side.ty() != Type::Text))
            .or_else(|| typed(|_| true));
        if let Some(leading) = leading.cloned() {
            for (operand, place) in &mut sides {
                if !operand.fit(leading.ty()) {
                    return Err(mismatch(&leading, operand, *place));
                }
            }
        }
        Ok(sides.into_iter().map(|(operand, _)| operand).collect())
    }

    /// The last word on everything that the walk does not name.
    pub(super) fn refuse(&self, tree: &Ast) -> Fault {
        let place = self.source.of(tree);
        match tree {
            Ast::Subquery(_) | Ast::Exists { .. } | Ast::AnyOp { .. } | Ast::AllOp { .. } => subquery().at(place),
            Ast::In { .. } => fault(place, "IN needs a list in parentheses, as in ('a', 'b')"),
            Ast::Tuple(_) => fault(place, "a list can only stand after IN"),
            Ast::Interval(_) => fault(place, "an interval can only be added to or taken from now() or today()"),
            Ast::Cast { .. } | Ast::Convert { .. } => fault(place, "CAST is not supported"),
            Ast::Value(_) | Ast::TypedString(_) => {
                fault(place, "expected a condition: compare this value with an attribute")
            }
            Ast::BinaryOp { op: BinaryOperator::Plus | BinaryOperator::Minus, .. } | Ast::UnaryOp { .. } => {
                fault(place, "only now() and today() can be calculated with, plus or minus an interval")
            }
            Ast::BinaryOp { .. } => {
                fault(place, "a condition cannot be compared with a value").help("join it with AND")
            }
            Ast::IsUnknown(_) | Ast::IsNotUnknown(_) | Ast::IsDistinctFrom(..) | Ast::IsNotDistinctFrom(..) => {
                fault(place, "after IS only NULL, TRUE and FALSE are supported, with or without NOT")
            }
            _ => fault(place, "this form is not supported in a condition"),
        }
    }
}

/// False when the value is missing, unlike a negation.
fn falsity(truth: Expr) -> Expr {
    match truth {
        Expr::True(left) => Expr::Compare { left, op: Op::Equal, right: Operand::Boolean(false) },
        group => Expr::Not(Box::new(group)),
    }
}

fn noun(ty: Type) -> &'static str {
    match ty {
        Type::Text => "text",
        Type::Number => "a number",
        Type::Boolean => "a boolean",
        Type::Timestamp => "a date",
        Type::List => "a list",
        Type::Unknown => "undeclared",
    }
}

/// What to say when `operand` does not go with `leading`, which decides.
fn mismatch(leading: &Operand, operand: &Operand, place: Place) -> Fault {
    let name = short(leading);
    if !operand.is_literal() {
        let other = format!("{} is {}", short(operand), noun(operand.ty()));
        return fault(place, format!("{name} is {} and {other}: they cannot be compared", noun(leading.ty())));
    }
    match (leading.ty(), operand) {
        (Type::Boolean, _) => fault(place, format!("{name} is a boolean: compare with true or false")),
        (Type::Number, Operand::Text(text)) if text.trim().parse::<f64>().is_ok() => {
            fault(place, format!("{name} is a number: compare with a number")).help("write it without quotes")
        }
        (Type::Number, _) => fault(place, format!("{name} is a number: compare with a number")),
        (Type::Timestamp, Operand::Text(text)) => {
            let error = no_date(text, place);
            Fault { message: format!("{name} is a date: {}", error.message), ..error }
        }
        (Type::Timestamp, _) => fault(place, format!("{name} is a date: compare with a date or with now()"))
            .help("write '2026-05-01' or now() - interval '30 days'"),
        (Type::List, _) => fault(place, format!("{name} is a list: compare with an item in single quotes")),
        _ => fault(place, format!("{name} is text: compare with a text in single quotes")),
    }
}
