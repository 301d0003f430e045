//! Conditions mean what Customer.io means by them, on real frames.

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
            "tags" => Type::List,
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
        "tags#list" => [joined(["vip", "a,b"]), joined(["VIP"]), joined(["vip 2"]), None, joined(["new", "vip"]), None],
        "tags#text" => [Some("[]"), Some("VIP"), Some("vip 2"), None, Some("new, vip"), None],
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

const CASES: [(&str, &[usize]); 68] = [
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
    ("tags = 'vip'", &[0, 4]),
    ("'a,b' = tags", &[0]),
    ("tags <> 'vip'", &[1, 2]),
    ("tags IN ('VIP', 'new')", &[1, 4]),
    ("tags NOT IN ('vip', 'VIP')", &[2]),
    ("tags LIKE 'vip%' AND tags NOT LIKE '_ip'", &[2]),
    ("tags IS NULL OR lower(tags) LIKE '%new%'", &[3, 4, 5]),
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
    let cases: [(&str, &[usize]); 10] = [
        ("tags = 'Vip'", &[0, 1, 4]),
        ("tags LIKE 'VIP%' AND NOT (tags IN ('vip'))", &[2]),
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
