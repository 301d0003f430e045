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
/// timestamp as Int64 Unix seconds; null when missing or unreadable. An undeclared column is text.
pub fn typed_name(name: &str, ty: Type) -> String {
    let kind = match ty {
        Type::Text | Type::Unknown => "text",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Timestamp => "timestamp",
    };
    format!("{name}#{kind}")
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
            Expr::Compare { left, op, right } => settled(compare(self.key(left), *op, self.key(right))),
            Expr::OneOf { left, values, negated } => self.one_of(left, values, *negated),
            Expr::Between { left, low, high, negated } => self.between(left, low, high, *negated),
            Expr::Like { left, pattern, any_case, negated } => {
                let pattern = regex(pattern, *any_case || self.any_case);
                let found = self.value(left).str().contains(lit(pattern), true);
                settled(if *negated { found.not() } else { found })
            }
            Expr::Missing(operand) => self.value(operand).is_null(),
            Expr::True(operand) => settled(self.value(operand)),
            Expr::Const(value) => lit(*value),
        }
    }

    fn one_of(&self, left: &Operand, values: &[Operand], negated: bool) -> Plan {
        if let Some(series) = self.series(values) {
            let found = self.key(left).is_in(lit(series).implode(true), false);
            return settled(if negated { found.not() } else { found });
        }
        let op = if negated { Op::NotEqual } else { Op::Equal };
        let tests = values.iter().map(|value| settled(compare(self.key(left), op, self.key(value))));
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
            _ if self.any_case && matches!(operand.ty(), Type::Text | Type::Unknown) => {
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

/// A LIKE pattern as an anchored regex: `%` any run, `_` any one character, everything else itself.
fn regex(pattern: &str, any_case: bool) -> String {
    let mut out = String::from(if any_case { r"(?is)\A" } else { r"(?s)\A" });
    for c in pattern.chars() {
        match c {
            '%' => out.push_str(".*"),
            '_' => out.push('.'),
            _ => {
                if r"\.+*?()|[]{}^$#&-~".contains(c) {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
    out.push_str(r"\z");
    out
}

#[cfg(test)]
mod tests {
    use super::super::expr::{Scope, parse};
    use super::*;
    use polars::prelude::{DataFrame, IntoLazy, df};

    struct Fields;

    impl Scope for Fields {
        fn resolve(&self, parts: &[String]) -> Option<(String, Type)> {
            let ty = match parts.join(".").as_str() {
                "plan" | "email" | "other" => Type::Text,
                "score" => Type::Number,
                "unsubscribed" => Type::Boolean,
                "last_order_at" => Type::Timestamp,
                "extra" => Type::Unknown,
                _ => return None,
            };
            Some((parts.join("."), ty))
        }

        fn names(&self) -> Vec<String> {
            Vec::new()
        }
    }

    const NOW: i64 = 1_778_414_400; // 2026-05-10T12:00:00Z

    fn rows() -> DataFrame {
        df!(
            "plan#text" => [Some("pro"), Some("Pro"), Some("a.b%\n"), None, Some("ÉLAN"), Some(" x ")],
            "other#text" => [Some("pro"), Some("pro"), None, None, Some("élan"), Some("x")],
            "email#text" => [Some("a@X.com"), Some("b@y.org "), Some("none"), None, Some("c@d@x.com"), Some("@")],
            "score#text" => [Some("1"), Some("2"), Some("-3.5"), None, Some("2"), Some("many")],
            "unsubscribed#text" => [Some("true"), Some("no"), Some("no"), None, Some("1"), Some("no")],
            "last_order_at#text" => [Some("n"), Some("n"), Some("n"), None, Some("n"), Some("0")],
            "score#number" => [Some(1.0), Some(2.0), Some(-3.5), None, Some(2.0), Some(1e9)],
            "unsubscribed#boolean" => [Some(true), Some(false), Some(false), None, Some(true), Some(false)],
            "last_order_at#timestamp" =>
                [Some(NOW), Some(NOW - 86_400), Some(NOW - 3_456_000), None, Some(NOW - 43_200), Some(0)],
            "extra#text" => [Some("1"), None, Some("true"), None, Some("x"), Some("")],
            "extra#number" => [Some(1.0), None, None, None, None, None],
        )
        .expect("a frame")
    }

    fn read(text: &str) -> Expr {
        parse(text, &Fields).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    /// The rows that meet a condition; the answer must be a boolean without nulls for each row.
    fn meets(text: &str, text_any_case: bool) -> Vec<usize> {
        let plan = lower(&read(text), NOW, &Options { text_any_case });
        let found = rows().lazy().with_column(plan.alias("meets")).collect().expect("a frame");
        let found = found.column("meets").expect("a frame").bool().expect("a frame");
        assert_eq!((found.len(), found.null_count()), (6, 0), "{text}");
        found.iter().enumerate().filter(|(_, met)| *met == Some(true)).map(|(row, _)| row).collect()
    }

    const CASES: [(&str, &[usize]); 61] = [
        ("plan = 'pro'", &[0]),
        ("'pro' = plan", &[0]),
        ("plan <> 'pro'", &[1, 2, 4, 5]),
        ("NOT (plan = 'pro')", &[1, 2, 3, 4, 5]),
        ("NOT plan = 'pro'", &[1, 2, 3, 4, 5]),
        ("NOT (plan <> 'pro')", &[0, 3]),
        ("plan IN ('pro', 'Pro')", &[0, 1]),
        ("plan NOT IN ('pro', 'Pro')", &[2, 4, 5]),
        ("NOT (plan IN ('pro', 'Pro'))", &[2, 3, 4, 5]),
        ("plan IN (other, 'Pro')", &[0, 1]),
        ("plan NOT IN (other, 'Pro')", &[4, 5]),
        ("plan IN (lower('PRO'))", &[0]),
        ("plan LIKE 'p%'", &[0]),
        ("plan LIKE '_ro'", &[0, 1]),
        ("plan LIKE 'a.b_%'", &[2]),
        ("plan LIKE 'a_b%'", &[2]),
        ("plan LIKE 'a.b'", &[]),
        ("plan LIKE 'p.o'", &[]),
        ("plan LIKE '%'", &[0, 1, 2, 4, 5]),
        ("plan NOT LIKE 'p%'", &[1, 2, 4, 5]),
        ("NOT (plan LIKE 'p%')", &[1, 2, 3, 4, 5]),
        ("plan ILIKE 'P%'", &[0, 1]),
        ("plan ILIKE 'é%'", &[4]),
        ("plan NOT ILIKE 'P%'", &[2, 4, 5]),
        ("plan IS NULL", &[3]),
        ("plan IS NOT NULL", &[0, 1, 2, 4, 5]),
        ("plan = other", &[0]),
        ("plan <> other", &[1, 4, 5]),
        ("plan >= 'pro'", &[0, 4]),
        ("score = 2", &[1, 4]),
        ("score <> 2", &[0, 2, 5]),
        ("score < 2", &[0, 2]),
        ("score <= 2 AND score >= -3.5", &[0, 1, 2, 4]),
        ("score > -1 OR plan IS NULL", &[0, 1, 3, 4, 5]),
        ("score BETWEEN 1 AND 2", &[0, 1, 4]),
        ("score NOT BETWEEN 1 AND 2", &[2, 5]),
        ("NOT (score BETWEEN 1 AND 2)", &[2, 3, 5]),
        ("1.5 NOT BETWEEN score AND 1", &[0, 1, 2, 4, 5]),
        ("plan NOT BETWEEN other AND 'A'", &[0, 1, 4, 5]),
        ("score IN (1, -3.5)", &[0, 2]),
        ("score NOT IN (1, -3.5)", &[1, 4, 5]),
        ("unsubscribed", &[0, 4]),
        ("unsubscribed = false", &[1, 2, 5]),
        ("unsubscribed <> true", &[1, 2, 5]),
        ("NOT unsubscribed", &[1, 2, 3, 5]),
        ("unsubscribed IS NOT TRUE", &[1, 2, 3, 5]),
        ("unsubscribed IS FALSE", &[1, 2, 5]),
        ("unsubscribed IN (true)", &[0, 4]),
        ("coalesce(unsubscribed, false) = false", &[1, 2, 3, 5]),
        ("last_order_at < now() - interval '30 days'", &[2, 5]),
        ("last_order_at >= today()", &[0, 4]),
        ("last_order_at = today() AND last_order_at IN (today(), date '1970-01-01')", &[4]),
        ("last_order_at BETWEEN '2026-05-09' AND '2026-05-10T11:59:59Z'", &[1, 4]),
        ("last_order_at IS NULL OR last_order_at = '1970-01-01'", &[3, 5]),
        ("lower(plan) = lower(other)", &[0, 1, 4]),
        ("trim(plan) = other AND upper(other) = 'X'", &[5]),
        ("length(plan) = 4", &[4]),
        ("email_domain(email) = 'x.com'", &[0, 4]),
        ("email_domain(email) IS NULL", &[2, 3, 5]),
        ("extra = 1 OR extra = 'x' OR extra IS NULL", &[0, 1, 3, 4]),
        ("true AND (1 = 1 OR false) AND 'a' = 'a'", &[0, 1, 2, 3, 4, 5]),
    ];

    #[test]
    fn conditions_mean_what_customer_io_means() {
        for (text, expected) in CASES {
            assert_eq!(meets(text, false), expected, "{text}");
            let plan = lower(&read(text), NOW, &Options::default());
            assert_eq!(rows().head(Some(0)).lazy().filter(plan).collect().expect("a frame").height(), 0, "{text}");
        }
    }

    #[test]
    fn text_compares_without_case_when_asked() {
        let cases: [(&str, &[usize]); 8] = [
            ("plan = 'PRO'", &[0, 1]),
            ("plan <> 'PRO'", &[2, 4, 5]),
            ("plan IN ('PRO', 'élan')", &[0, 1, 4]),
            ("plan NOT IN ('PRO', 'élan')", &[2, 5]),
            ("plan = other", &[0, 1, 4]),
            ("plan LIKE 'P%'", &[0, 1]),
            ("plan BETWEEN 'PR' AND 'PS'", &[0, 1]),
            ("upper(plan) = 'pro'", &[0, 1]),
        ];
        for (text, rows) in cases {
            assert_eq!(meets(text, true), rows, "{text}");
        }
    }

    #[test]
    fn a_thousand_terms_and_long_patterns_run() {
        for joint in [" AND ", " OR "] {
            assert_eq!(meets(&vec!["plan = 'pro'"; 1_000].join(joint), false), [0]);
            assert_eq!(meets(&vec!["plan NOT IN (other)"; 1_000].join(joint), true), [5]);
        }
        assert_eq!(meets(&format!("plan IN (other, {})", vec!["'z'"; 9_000].join(",")), false), [0]);
        for pattern in ["_", "%", "ß", "[", "\\", "k"] {
            let text = format!("plan LIKE '{}x'", pattern.repeat(999));
            assert!(meets(&text, true).len() + meets(&text, false).len() <= 2, "{text}");
        }
        let nested = format!("{}plan = 'pro'{}", "NOT (plan = 'x' OR ".repeat(20), ")".repeat(20));
        assert_eq!(meets(&nested, false), [0]);
    }

    #[test]
    fn groups_are_two_valued() {
        for step in 0..300 {
            let ((one, left), (two, right)) = (CASES[step % CASES.len()], CASES[(step * step) % CASES.len()]);
            let all = |row: &usize| left.contains(row) && !right.contains(row);
            let any = |row: &usize| left.contains(row) || !right.contains(row);
            let expected = |test: &dyn Fn(&usize) -> bool| (0..6).filter(test).collect::<Vec<_>>();
            assert_eq!(meets(&format!("({one}) AND NOT ({two})"), false), expected(&all), "{one} / {two}");
            assert_eq!(meets(&format!("({one}) OR NOT ({two})"), false), expected(&any), "{one} / {two}");
        }
    }
}
