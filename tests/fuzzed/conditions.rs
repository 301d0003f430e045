//! Conditions of segments: what is read prints as the same condition, and becomes a test that is met or not.

use crmlint::mapping::expr::{self, Expr, MAX_BYTES, Op, Operand, Scope, Type};
use crmlint::mapping::lower::{Options, joined, lower, typed_name};
use polars::prelude::{Column, DataFrame, IntoLazy, NamedFrom, PlSmallStr, Series};

/// 2026-06-01
const NOW: i64 = 1_780_272_000;

/// Every name is known, and the first letter of its last part tells the type.
struct Names;

impl Scope for Names {
    fn resolve(&self, parts: &[String]) -> Option<(String, Type)> {
        // A part may hold dots itself, and the name as a whole decides.
        let name = parts.join(".");
        let ty = match name.rsplit('.').next()?.chars().next()? {
            't' => Type::Text,
            'n' => Type::Number,
            'b' => Type::Boolean,
            'd' => Type::Timestamp,
            'l' => Type::List,
            'z' => return None,
            _ => Type::Unknown,
        };
        Some((name, ty))
    }

    fn names(&self) -> Vec<String> {
        vec!["text".to_owned(), "number".to_owned(), "Ünïcode name".to_owned()]
    }
}

/// A text as a condition.
pub(super) fn condition(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match expr::parse(&text, &Names) {
        Ok(read) => {
            assert_printed(&read);
            assert_lowered(&read);
        }
        Err(fault) => {
            let end = fault.offset.checked_add(fault.length).unwrap();
            assert!(text.is_char_boundary(fault.offset) && text.is_char_boundary(end), "{fault:?} of {text:?}");
            assert!(!fault.message.trim().is_empty());
        }
    }
}

/// The condition as text is the same condition.
fn assert_printed(read: &Expr) {
    let printed = read.to_string();
    // A text with control characters prints on one line, in a spelling for people.
    if printed.len() > MAX_BYTES || printed.contains("E'") {
        return;
    }
    match expr::parse(&printed, &Names) {
        Ok(again) => {
            assert_eq!(again, read.with_leaves(&spelled_out), "{printed}");
            assert_eq!(again.to_string(), printed);
        }
        // Every NOT prints its parentheses, which count too.
        Err(fault) => assert!(fault.message.contains("nested"), "{printed:?}: {fault:?}"),
    }
}

/// A bare boolean column prints as a comparison with true, which is what it means.
fn spelled_out(leaf: &Expr) -> Expr {
    match leaf {
        Expr::True(column) => Expr::Compare { left: column.clone(), op: Op::Equal, right: Operand::Boolean(true) },
        other => other.clone(),
    }
}

/// On people with and without values the condition is met or not, and its opposite the other way round.
fn assert_lowered(read: &Expr) {
    let _ = (read.dated(), read.dates_as_text(), read.literals(), read.is_negative(), read.is_equality());
    let people = people(read);
    for options in [Options::default(), Options { text_any_case: true }] {
        let met = met(&people, read, &options);
        let other = self::met(&people, &Expr::Not(Box::new(read.clone())), &options);
        assert!(met.iter().zip(&other).all(|(one, other)| one != other), "{read} and its opposite");
    }
    let fixed = read.as_of(NOW);
    let options = Options::default();
    assert_eq!(met(&people, &fixed, &options), met(&people, read, &options), "{read} as of now");
    let unlike = read.absent_differs();
    met(&self::people(&unlike), &unlike, &options);
}

fn met(people: &DataFrame, condition: &Expr, options: &Options) -> Vec<bool> {
    let plan = lower(condition, NOW, options).alias("met");
    let frame =
        people.clone().lazy().with_column(plan).collect().unwrap_or_else(|error| panic!("{condition}: {error}"));
    let met = frame.column("met").unwrap().bool().unwrap();
    met.iter().map(|met| met.expect("a test is met or not")).collect()
}

/// Three people: one without any value.
fn people(read: &Expr) -> DataFrame {
    let mut columns = vec![Column::from(Series::new("row".into(), [0_i64, 1, 2]))];
    for (name, ty) in read.columns() {
        let name: PlSmallStr = typed_name(&name, ty).into();
        // Text and what is not declared are read alike.
        if columns.iter().any(|known| *known.name() == name) {
            continue;
        }
        columns.push(Column::from(match ty {
            Type::Text | Type::Unknown => Series::new(name, [None, Some("At Risk"), Some("a@Example.com")]),
            Type::Number => Series::new(name, [None, Some(0.0), Some(-12.5)]),
            Type::Boolean => Series::new(name, [None, Some(true), Some(false)]),
            Type::Timestamp => Series::new(name, [None, Some(NOW), Some(0)]),
            Type::List => Series::new(name, [None, joined(["a", "At Risk"]), joined([""])]),
        }));
    }
    DataFrame::new(3, columns).unwrap()
}
