//! Conditions that are like another one: a condition in, the same on other columns, at another time or with other values out.

use super::{Expr, Op, Operand, Type};

impl Operand {
    fn replaced(&self, to: &dyn Fn(&str, Type) -> Self) -> Self {
        match self {
            Operand::Column { name, ty } => to(name, *ty),
            Operand::Call { function, args } => {
                Operand::Call { function: *function, args: args.iter().map(|arg| arg.replaced(to)).collect() }
            }
            other => other.clone(),
        }
    }

    fn as_of(&self, now: i64) -> Self {
        match self.clone() {
            Operand::Now { day, offset_seconds } => {
                let cut = if day { now.rem_euclid(86_400) } else { 0 };
                Operand::Instant(now.saturating_sub(cut).saturating_add(offset_seconds))
            }
            Operand::Call { function, args } => {
                Operand::Call { function, args: args.iter().map(|arg| arg.as_of(now)).collect() }
            }
            other => other,
        }
    }
}

impl Expr {
    /// The same condition with other tests at the bottom of the tree.
    pub fn with_leaves(&self, change: &dyn Fn(&Expr) -> Expr) -> Self {
        let all = |terms: &[Self]| terms.iter().map(|term| term.with_leaves(change)).collect();
        match self {
            Self::All(terms) => Self::All(all(terms)),
            Self::Any(terms) => Self::Any(all(terms)),
            Self::Not(inner) => Self::Not(Box::new(inner.with_leaves(change))),
            leaf => change(leaf),
        }
    }

    /// The same test of other values.
    fn with_sides(&self, side: &dyn Fn(&Operand) -> Operand) -> Self {
        match self.clone() {
            Self::Compare { left, op, right } => Self::Compare { left: side(&left), op, right: side(&right) },
            Self::OneOf { left, values, negated } => {
                Self::OneOf { left: side(&left), values: values.iter().map(side).collect(), negated }
            }
            Self::Between { left, low, high, negated } => {
                Self::Between { left: side(&left), low: side(&low), high: side(&high), negated }
            }
            Self::Like { left, pattern, any_case, negated } => {
                Self::Like { left: side(&left), pattern, any_case, negated }
            }
            Self::Missing(left) => Self::Missing(side(&left)),
            Self::True(left) => Self::True(side(&left)),
            joined => joined,
        }
    }

    /// The same condition on columns of other names.
    pub fn renamed(&self, name: &dyn Fn(&str) -> String) -> Self {
        self.replaced(&|column, ty| Operand::Column { name: name(column), ty })
    }

    /// The same condition with something else in the place of every column.
    pub fn replaced(&self, to: &dyn Fn(&str, Type) -> Operand) -> Self {
        self.with_leaves(&|leaf| leaf.with_sides(&|operand| operand.replaced(to)))
    }

    /// The same condition as it was at an instant: what it compares with now, it compares with that.
    pub fn as_of(&self, now: i64) -> Self {
        self.with_leaves(&|leaf| leaf.with_sides(&|operand| operand.as_of(now)))
    }

    /// The same condition where an absent attribute differs from every value.
    pub fn absent_differs(&self) -> Self {
        self.with_leaves(&|leaf| match leaf.sides().first() {
            Some(column @ Operand::Column { .. }) if leaf.is_negative() => {
                Self::Any(vec![leaf.clone(), Self::Missing((*column).clone().stored())])
            }
            _ => leaf.clone(),
        })
    }

    /// Whether it is a test for being another value: `<>`, NOT IN, NOT LIKE, NOT BETWEEN.
    pub fn is_negative(&self) -> bool {
        match self {
            Self::Compare { op, .. } => *op == Op::NotEqual,
            Self::OneOf { negated, .. } | Self::Like { negated, .. } | Self::Between { negated, .. } => *negated,
            _ => false,
        }
    }

    /// The same condition where a column's further values count as the one that it is tested for.
    pub fn counting(&self, column: &str, word: &str, values: &[String]) -> Self {
        let is_column = |side: &Operand| matches!(side, Operand::Column { name, .. } if name == column);
        let is_word = |side: &Operand| matches!(side, Operand::Text(text) if text == word);
        let more = |known: &[Operand]| -> Vec<Operand> {
            known.iter().cloned().chain(values.iter().map(|value| Operand::Text(value.clone()))).collect()
        };
        self.with_leaves(&|leaf| match leaf {
            Self::Compare { left, op: op @ (Op::Equal | Op::NotEqual), right } if is_column(left) && is_word(right) => {
                Self::OneOf {
                    left: left.clone(),
                    values: more(std::slice::from_ref(right)),
                    negated: *op == Op::NotEqual,
                }
            }
            Self::OneOf { left, values: known, negated } if is_column(left) && known.iter().any(is_word) => {
                Self::OneOf { left: left.clone(), values: more(known), negated: *negated }
            }
            other => other.clone(),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Expr, Scope, Type, parse};

    struct Names;

    impl Scope for Names {
        fn resolve(&self, parts: &[String]) -> Option<(String, Type)> {
            Some((parts.join("."), Type::Unknown))
        }

        fn names(&self) -> Vec<String> {
            Vec::new()
        }
    }

    fn read(text: &str) -> Expr {
        parse(text, &Names).unwrap()
    }

    #[test]
    fn further_values_count_as_the_tested_one() {
        let variants = ["GOLD".to_owned()];
        for (text, counted) in [
            ("tier = 'gold' AND city = 'gold'", "tier IN ('gold', 'GOLD') AND city = 'gold'"),
            ("tier <> 'gold'", "tier NOT IN ('gold', 'GOLD')"),
            ("NOT (tier IN ('gold', 'platinum'))", "NOT (tier IN ('gold', 'platinum', 'GOLD'))"),
            ("tier = 'silver' OR lower(tier) = 'gold'", "tier = 'silver' OR lower(tier) = 'gold'"),
        ] {
            assert_eq!(read(text).counting("tier", "gold", &variants).to_string(), counted);
        }
    }

    #[test]
    fn now_becomes_an_instant() {
        let then = read("bought > now() - interval '1 day' AND seen > today()").as_of(1_767_268_800);
        let wanted = "bought > timestamp '2025-12-31T12:00:00Z' AND seen > timestamp '2026-01-01T00:00:00Z'";
        assert_eq!(then.to_string(), wanted);
    }

    #[test]
    fn an_absent_attribute_differs_only_in_negative_tests() {
        for (text, wanted) in [
            ("tier <> 'gold'", "tier <> 'gold' OR tier IS NULL"),
            ("tier = 'gold' AND city NOT IN ('Bonn')", "tier = 'gold' AND (city NOT IN ('Bonn') OR city IS NULL)"),
            ("NOT (tier = 'gold')", "NOT (tier = 'gold')"),
        ] {
            assert_eq!(read(text).absent_differs().to_string(), wanted);
        }
    }
}
