//! Conditions as people write them: what is read, what is refused and where, and that nothing panics.

use super::*;

struct Fields;

const FIELDS: [(&str, Type); 9] = [
    ("lifecycle_stage", Type::Text),
    ("plan", Type::Text),
    ("First Name", Type::Text),
    ("naïve", Type::Text),
    ("zoho.contacts.Lead Source", Type::Text),
    ("unsubscribed", Type::Boolean),
    ("score", Type::Number),
    ("last_order_at", Type::Timestamp),
    ("extra", Type::Unknown),
];

impl Scope for Fields {
    fn resolve(&self, parts: &[String]) -> Option<(String, Type)> {
        let name = parts.join(".");
        FIELDS.iter().find(|(known, _)| *known == name).map(|(_, ty)| (name, *ty))
    }

    fn names(&self) -> Vec<String> {
        FIELDS.iter().map(|(name, _)| (*name).to_owned()).collect()
    }
}

fn read(text: &str) -> Expr {
    parse(text, &Fields).unwrap_or_else(|error| panic!("{text}: {error:?}"))
}

fn refused(text: &str) -> Fault {
    match parse(text, &Fields) {
        Ok(expr) => panic!("{text} was read as {expr}"),
        Err(error) => error,
    }
}

#[test]
fn reads_and_prints_canonically() {
    let cases = [
        (
            "lifecycle_stage = 'At Risk' AND unsubscribed = false",
            "lifecycle_stage = 'At Risk' AND unsubscribed = false",
        ),
        ("last_order_at<now()-interval '30 days'", "last_order_at < now() - interval '30 days'"),
        ("last_order_at < now() - interval '30' day", "last_order_at < now() - interval '30 days'"),
        ("last_order_at < now() - interval 30 days", "last_order_at < now() - interval '30 days'"),
        ("last_order_at < today() + interval '1 day 12 hours'", "last_order_at < today() + interval '36 hours'"),
        (
            "last_order_at < (now() - interval '1 week') + interval '5 seconds'",
            "last_order_at < now() - interval '604795 seconds'",
        ),
        ("plan IN ('a', 'b') AND \"First Name\" IS NOT NULL", "plan IN ('a', 'b') AND \"First Name\" IS NOT NULL"),
        ("plan not in ('a')", "plan NOT IN ('a')"),
        ("\"First Name\" LIKE 'A%'", "\"First Name\" LIKE 'A%'"),
        ("plan NOT ILIKE 'it''s_'", "plan NOT ILIKE 'it''s_'"),
        ("zoho.contacts.\"Lead Source\" = 'Chat'", "zoho.contacts.\"Lead Source\" = 'Chat'"),
        ("score BETWEEN -5 AND +7.5", "score BETWEEN -5 AND 7.5"),
        ("score NOT BETWEEN 1 AND 2", "score NOT BETWEEN 1 AND 2"),
        ("unsubscribed", "unsubscribed = true"),
        ("unsubscribed IS NOT TRUE", "NOT (unsubscribed = true)"),
        ("unsubscribed IS FALSE", "unsubscribed = false"),
        ("NOT (plan = 'a' OR true)", "NOT (plan = 'a' OR true)"),
        (
            "(plan = 'a' AND (plan = 'b' AND unsubscribed)) OR score > 1",
            "(plan = 'a' AND plan = 'b' AND unsubscribed = true) OR score > 1",
        ),
        (
            "lower(trim(plan)) = 'x' -- why\n AND /* so */ length(plan) >= 2",
            "lower(trim(plan)) = 'x' AND length(plan) >= 2",
        ),
        ("coalesce(plan, 'free') != 'pro'", "coalesce(plan, 'free') <> 'pro'"),
        ("email_domain(plan) IS NULL", "email_domain(plan) IS NULL"),
        ("last_order_at >= '2026-05-01'", "last_order_at >= timestamp '2026-05-01T00:00:00Z'"),
        ("last_order_at >= '2026-05-01 10:00:00'", "last_order_at >= timestamp '2026-05-01T10:00:00Z'"),
        ("last_order_at >= timestamp '2026-05-01T10:00:00+02:00'", "last_order_at >= timestamp '2026-05-01T08:00:00Z'"),
        (
            "last_order_at BETWEEN date '2026-05-01' AND now()",
            "last_order_at BETWEEN timestamp '2026-05-01T00:00:00Z' AND now()",
        ),
        ("plan = 'a\nb'", "plan = E'a\\nb'"),
        ("1 = 1", "1 = 1"),
    ];
    for (text, printed) in cases {
        assert_eq!(read(text).to_string(), printed, "{text}");
    }
}

#[test]
fn undeclared_columns_take_the_type_of_what_they_meet() {
    let types = |text: &str| read(text).columns().into_iter().map(|(_, ty)| ty).collect::<Vec<_>>();
    assert_eq!(types("extra = true"), [Type::Boolean]);
    assert_eq!(types("extra IN (1, 2)"), [Type::Number]);
    assert_eq!(types("extra < now()"), [Type::Timestamp]);
    assert_eq!(types("extra BETWEEN '2026-01-01' AND now()"), [Type::Timestamp]);
    assert_eq!(types("extra = 'x'"), [Type::Text]);
    assert_eq!(types("extra IS NULL"), [Type::Unknown]);
    assert_eq!(types("extra"), [Type::Boolean]);
    assert_eq!(types("coalesce(extra, extra) = 5"), [Type::Number]);
    assert_eq!(types("extra IS NULL OR extra > score"), [Type::Number, Type::Unknown, Type::Number]);
    assert_eq!(types("extra LIKE 'x'"), [Type::Text]);
}

#[test]
fn tells_which_columns_are_dates_and_which_values_are_tested() {
    let expr = read("last_order_at < now() AND extra > date '2026-01-01' OR NOT (score = 1)");
    assert_eq!(expr.dated().into_iter().collect::<Vec<_>>(), ["extra", "last_order_at"]);
    assert!(read("last_order_at IS NULL").dated().is_empty());
    let pairs =
        read("plan = 'a' OR 'b' <> plan OR NOT plan IN ('c', 'd') OR lower(plan) = 'e' OR plan > 'f'").literals();
    let texts: Vec<&str> = pairs.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(texts, ["a", "b", "c", "d"]);
    assert!(pairs.iter().all(|(name, _)| name == "plan"));
}

/// (text, the place as `offset+length`, a part of the message or help)
const REFUSED: [(&str, &str, &str); 66] = [
    ("", "0+0", "empty"),
    (" -- nothing\n", "0+0", "empty"),
    ("plan = 'a'; DROP TABLE x", "10+1", "one condition"),
    ("plan = 'a' plan = 'b'", "11+4", "before `plan`"),
    ("plan = 'a' ADN plan = 'b'", "11+3", "did you mean AND?"),
    ("plan = 'a' AS x", "11+2", "alias"),
    ("plan = (SELECT 1)", "8+6", "query"),
    ("plan IN (SELECT plan FROM x)", "9+6", "query"),
    ("EXISTS (SELECT 1)", "0+6", "query"),
    ("plan = ANY('a')", "7+3", "query"),
    ("max(score) = 3", "0+3", "many people"),
    ("count(*) = 3", "0+5", "many people"),
    ("length(plan) OVER () = 1", "13+4", "many people"),
    ("CASE WHEN unsubscribed THEN true END", "0+4", "CASE"),
    ("score = CAST('5' AS int)", "8+4", "CAST"),
    ("score = '5'::int", "11+2", "cannot be used"),
    ("score + 1 = 2", "0+9", "only now()"),
    ("score * 2 = 4", "6+1", "cannot be used"),
    ("plan || 'a' = 'b'", "5+2", "cannot be used"),
    ("-score = 2", "1+5", "only now()"),
    ("plan == 'a'", "5+2", "write ="),
    ("plan = ‘a’", "7+3", "straight quotes"),
    ("plan = 'a' && unsubscribed", "11+2", "write AND"),
    ("plan = $1", "7+2", "cannot be used"),
    ("plan[1] = 'a'", "4+1", "cannot be used"),
    ("plan -> 'a' = 'b'", "5+2", "cannot be used"),
    ("plan = N'a'", "7+4", "cannot be used"),
    ("plan ~ 'a'", "5+1", "cannot be used"),
    ("plan RLIKE 'a'", "5+5", "use LIKE"),
    ("plan LIKE 'a' ESCAPE 'b'", "14+6", "wildcards"),
    ("plan LIKE \"First Name\"", "10+12", "text in quotes"),
    ("plan COLLATE x = 'a'", "5+7", "expected AND"),
    ("plan = NULL", "7+4", "IS NULL"),
    ("plan IN ('a', NULL)", "14+4", "IS NULL"),
    ("plan IN ()", "9+1", "expected an expression"),
    ("plan IN plan", "0+4", "list in parentheses"),
    ("plan IS UNKNOWN", "0+4", "NULL, TRUE and FALSE"),
    ("(plan, plan) = ('a', 'b')", "1+10", "after IN"),
    ("'abc'", "0+5", "expected a condition"),
    ("(plan = 'a') = true", "1+10", "join it with AND"),
    ("plan = 'a' = true", "0+10", "join it with AND"),
    ("interval '1 day' > now()", "9+7", "added to"),
    ("last_order_at < now() - interval '3 months'", "33+10", "Customer.io counts days"),
    ("last_order_at < now() - interval '1' year", "33+3", "Customer.io counts days"),
    ("last_order_at < now() - interval '1 fortnight'", "33+13", "no unit"),
    ("last_order_at < now() - interval '30'", "33+4", "a number and a unit"),
    ("last_order_at < now() - interval '1.5 days'", "33+10", "whole number"),
    ("last_order_at < now() - interval '9999999999999999 weeks'", "33+24", "too long"),
    ("last_order_at < last_order_at - interval '1 day'", "16+32", "only now()"),
    ("last_order_at < CURRENT_TIMESTAMP", "16+17", "write now()"),
    ("last_order_at < now(1)", "16+5", "nothing in its parentheses"),
    ("lenght(plan) = 1", "0+6", "did you mean length()?"),
    ("lower(plan, plan) = 'a'", "0+16", "one value"),
    ("unsubcribed = true", "0+11", "did you mean unsubscribed?"),
    ("plan = \"pro-2\"", "7+7", "single quotes: 'pro-2'"),
    ("plan =", "6+0", "ends here"),
    ("score = 12345678901234567890", "8+20", "too long for a number"),
    ("score = 9007199254740993", "8+16", "too long for a number"),
    ("exists = 'x'", "7+1", "put it in double quotes: \"exists\""),
    ("user = 'x'", "0+4", "put it in double quotes: \"user\""),
    ("plan = AND", "7+3", "no attribute AND"),
    ("zoho.contacts.\"Lead Sorce\" = 'Chat'", "0+26", "did you mean zoho.contacts.Lead Source?"),
    ("nothing_like_it = 1", "0+15", "known names: First Name, extra,"),
    ("lower(*) = 'a'", "6+1", "cannot be used"),
    ("coalesce(DISTINCT plan) = 'a'", "18+4", "before `plan`"),
    ("plan = E'a'", "7+4", "cannot be used"),
];

#[test]
fn refuses_everything_else_at_its_place() {
    for (text, place, part) in REFUSED {
        let error = refused(text);
        let said = format!("{} / {}", error.message, error.help.as_deref().unwrap_or_default());
        assert!(said.contains(part), "{text}: {said}");
        assert_eq!(format!("{}+{}", error.offset, error.length), place, "{text}: {said}");
    }
}

#[test]
fn type_faults_name_the_column_and_the_cure() {
    let cases = [
        ("unsubscribed = 'yes'", 15, "unsubscribed is a boolean: compare with true or false"),
        ("unsubscribed = 1", 15, "unsubscribed is a boolean: compare with true or false"),
        ("unsubscribed IN (true, 'no')", 23, "unsubscribed is a boolean: compare with true or false"),
        ("'true' = unsubscribed", 0, "unsubscribed is a boolean: compare with true or false"),
        ("unsubscribed < true", 0, "unsubscribed is a boolean: only = and <> compare it"),
        ("unsubscribed BETWEEN false AND true", 0, "unsubscribed is a boolean: only = and <> compare it"),
        ("unsubscribed LIKE 't%'", 0, "unsubscribed is a boolean: LIKE reads text"),
        ("last_order_at < 'soon'", 16, "last_order_at is a date: 'soon' is no date"),
        ("last_order_at < '2026-13-01'", 16, "last_order_at is a date: '2026-13-01' is no date"),
        ("last_order_at < timestamp 'soon'", 26, "'soon' is no date"),
        ("last_order_at > 1700000000", 16, "last_order_at is a date: compare with a date or with now()"),
        ("last_order_at = true", 16, "last_order_at is a date: compare with a date or with now()"),
        ("last_order_at LIKE '2026%'", 0, "last_order_at is a date: LIKE reads text"),
        ("score = 'high'", 8, "score is a number: compare with a number"),
        ("score > '5'", 8, "score is a number: compare with a number"),
        ("score = true", 8, "score is a number: compare with a number"),
        ("score > now()", 8, "score is a number: compare with a number"),
        ("score", 0, "score is a number, not a condition"),
        ("score ILIKE '5'", 0, "score is a number: LIKE reads text"),
        ("plan = 5", 7, "plan is text: compare with a text in single quotes"),
        ("plan < now()", 7, "plan is text: compare with a text in single quotes"),
        ("plan IN ('a', false)", 14, "plan is text: compare with a text in single quotes"),
        ("plan IS TRUE", 0, "plan is text, not a condition"),
        ("plan = score", 7, "plan is text and score is a number: they cannot be compared"),
        ("lower(score) = 'a'", 6, "score is a number: lower() reads text"),
        ("length(plan) = 'a'", 15, "length(plan) is a number: compare with a number"),
        ("coalesce(plan, 5) = 'a'", 15, "plan is text: compare with a text in single quotes"),
        ("extra = 1 AND plan = 'a' AND now() = 'b'", 37, "now() is a date: 'b' is no date"),
    ];
    for (text, offset, message) in cases {
        let error = refused(text);
        assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
    }
}

#[test]
fn offsets_count_bytes_in_any_script_and_line() {
    for prefix in ["naïve = 'ünïcödé 🙂' AND ", "/* 漢字\n */ naïve = '\r\n🙂'\r\n  AND ", "-- é\n"] {
        for wrong in ["\"Größe 🙂\" = 'x'", "größe = 'x'", "naïve = 5", "naïve ; x", "score = 'ä'"] {
            let text = format!("{prefix}{wrong}");
            let (alone, error) = (refused(wrong), refused(&text));
            assert_eq!((error.offset, error.length), (alone.offset + prefix.len(), alone.length), "{text}");
            assert!(text.is_char_boundary(error.offset) && text.is_char_boundary(error.offset + error.length));
        }
        let text = format!("{prefix}naïve = )");
        assert_eq!(refused(&text).offset, text.len() - 1, "{text}");
        let text = format!("{prefix}naïve = 'é");
        assert_eq!(refused(&text).offset, text.len() - "'é".len(), "{text}");
        let text = format!("{prefix}(naïve = 'é'");
        assert_eq!(refused(&text).offset, text.len(), "{text}");
    }
}

#[test]
fn every_token_lies_where_its_span_says() {
    let text = "naïve = 'é''ß'\n AND \"a\"\"ü\" <> -1.5e3 /* ö\n */ OR x.\"y z\" >= `t` -- ü\r\nAND (b)";
    let source = Source::new(text);
    let tokens = Tokenizer::new(&GenericDialect {}, text).tokenize_with_location().expect("tokens");
    let mut end = 0;
    for token in &tokens {
        let place = source.place(token.span);
        assert_eq!(place.start, end, "{token:?}");
        end = place.end;
    }
    assert_eq!(end, text.len());
}

#[test]
fn limits_hold_without_overflowing() {
    let many = |count: usize, joint: &str| vec!["plan = 'a'"; count].join(joint);
    assert!(matches!(read(&many(1_000, " AND ")), Expr::All(terms) if terms.len() == 1_000));
    assert!(matches!(read(&vec!["unsubscribed"; 1_000].join(" OR ")), Expr::Any(terms) if terms.len() == 1_000));
    let dated = vec!["last_order_at BETWEEN now() - interval '2 days' AND now() - interval '1 day'"; 500].join(" AND ");
    assert!(parse(&dated, &Fields).is_ok());
    for joint in [" AND ", " OR ", " AND NOT "] {
        let text = many(1_001, joint);
        let error = refused(&text);
        assert_eq!(error.message, "the condition has more than 1,000 terms");
        assert!(error.offset > 10_000);
        assert!(refused(&many(3_400, joint)).message.contains("more than 1,000 terms"));
    }
    assert!(refused(&vec!["unsubscribed"; 5_000].join(" AND ")[..65_536]).message.contains("1,000 terms"));
    assert!(refused(&many(10_000, " AND ")).message.contains("64 KiB"));
    let list = format!("score IN ({})", vec!["-1"; 15_000].join(","));
    assert!(matches!(read(&list), Expr::OneOf { values, .. } if values.len() == 15_000));
    let deep = ["(", "NOT ", "lower(", "-", "coalesce(plan,", "plan IN (", "NOT(", "(plan=", "((plan)=("];
    for open in deep {
        for count in [100, 3_000, 65_000 / open.len()] {
            refused(&open.repeat(count));
            refused(&format!("{}plan{}", open.repeat(count), ")".repeat(count)));
        }
    }
    for chain in
        ["=plan", " IS NULL", "+1", " - interval '1 day'", ".a", " LIKE 'a'", " IN ('a')", "=(plan)", " IS TRUE"]
    {
        for count in [900, 1_000, 1_990, 65_000 / chain.len()] {
            refused(&format!("plan{}", chain.repeat(count)));
        }
    }
    assert!(parse(&format!("{}plan = 'a'{}", "(".repeat(20), ")".repeat(20)), &Fields).is_ok());
    assert!(refused(&format!("plan LIKE '{}'", "%".repeat(1_001))).message.contains("1,000 characters"));
}

/// The same numbers on every run.
fn next(state: &mut u64, below: usize) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize % below.max(1)
}

#[test]
fn mutated_conditions_never_panic() {
    let seeds: Vec<String> = REFUSED
        .iter()
        .map(|(text, ..)| (*text).to_owned())
        .chain([
            "plan IN ('a','b') AND NOT last_order_at < now() - interval '3 days' OR lower(extra) LIKE '%ü'".to_owned()
        ])
        .collect();
    let scraps =
        ["(", ")", "'", "\"", " AND ", " NOT ", "--", "/*", "*/", "é", "🙂", ",", "::", "IS ", "now()", "\n", "0", "."];
    let mut state = 7;
    for _ in 0..4_000 {
        let mut chars: Vec<char> = seeds[next(&mut state, seeds.len())].chars().collect();
        for _ in 0..=next(&mut state, 4) {
            let at = next(&mut state, chars.len() + 1);
            match next(&mut state, 3) {
                0 => drop(chars.splice(at..at, scraps[next(&mut state, scraps.len())].chars())),
                1 if at < chars.len() => drop(chars.remove(at)),
                _ => {
                    let other: Vec<char> = seeds[next(&mut state, seeds.len())].chars().collect();
                    chars.truncate(at);
                    chars.extend(&other[next(&mut state, other.len() + 1)..]);
                }
            }
        }
        let text: String = chars.into_iter().collect();
        match parse(&text, &Fields) {
            Ok(expr) => {
                let printed = expr.to_string();
                assert!(!printed.contains('\n'), "{text}");
                if !printed.contains("E'") {
                    assert_eq!(read(&printed).to_string(), printed, "{text}");
                }
            }
            Err(error) => {
                let end = error.offset + error.length;
                assert!(text.is_char_boundary(error.offset) && text.is_char_boundary(end), "{text}: {error:?}");
                assert!(!error.message.is_empty() && !error.message.contains('\n'), "{text}: {error:?}");
            }
        }
    }
}
