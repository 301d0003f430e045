//! Mapping stage: the text of a segment condition comes in, a small checked tree goes out.
//!
//! A condition is an SQL boolean expression over profile attributes. sqlparser reads it, an allow-list decides what
//! stays, every name is resolved, every comparison is checked against the declared types. Whatever is not on the list
//! is refused with one sentence and its byte offset. What the tree means for people without a value is in `lower.rs`.
//!
//! [`parse`] goes through `screen.rs` (the tokens), sqlparser, and `walk.rs` with `operand.rs` (the tree); `source.rs`
//! knows the places, `fault.rs` the words, and `display.rs` writes a condition back as text.

mod changed;
mod display;
mod fault;
mod operand;
mod screen;
mod source;
mod walk;

use std::collections::BTreeSet;

use sqlparser::dialect::GenericDialect;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use crate::frames::time::written;
use fault::{fault, sentence, short};
use operand::instant;
use screen::screen;
use source::{Place, Source};
use walk::Walk;

/// Longest text of a condition, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most comparisons (and bare boolean columns) in a condition.
pub const MAX_TERMS: usize = 1_000;
/// Parentheses, NOT and calls inside each other, as sqlparser counts them.
const MAX_DEPTH: usize = 64;

/// What a column is declared to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    Text,
    Number,
    Boolean,
    Timestamp,
    /// Several texts: a test holds where one of them meets it.
    List,
    /// Not declared: decided by what it is compared with.
    Unknown,
}

/// Resolves the names in a condition.
pub trait Scope {
    /// The canonical column id and type of a name, given its parts as written.
    fn resolve(&self, parts: &[String]) -> Option<(String, Type)>;
    /// Every known name, for "did you mean".
    fn names(&self) -> Vec<String>;
}

/// Why a condition was refused, and where: a byte range of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub offset: usize,
    pub length: usize,
    pub message: String,
    /// What to write instead, when that is known.
    pub help: Option<String>,
}

/// A checked condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    All(Vec<Expr>),
    Any(Vec<Expr>),
    /// Flips the two-valued result, so it does include people without the attribute.
    Not(Box<Expr>),
    Compare {
        left: Operand,
        op: Op,
        right: Operand,
    },
    OneOf {
        left: Operand,
        values: Vec<Operand>,
        negated: bool,
    },
    Between {
        left: Operand,
        low: Operand,
        high: Operand,
        negated: bool,
    },
    Like {
        left: Operand,
        pattern: String,
        /// ILIKE.
        any_case: bool,
        negated: bool,
    },
    /// IS NULL.
    Missing(Operand),
    /// A bare boolean column.
    True(Operand),
    /// `true` or `false` as a condition of its own.
    Const(bool),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// A value in a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Column {
        name: String,
        ty: Type,
    },
    Text(String),
    Number(f64),
    Boolean(bool),
    /// `now()`, or `today()` when cut to the UTC day, plus an offset.
    Now {
        day: bool,
        offset_seconds: i64,
    },
    /// Unix seconds.
    Instant(i64),
    Call {
        function: Function,
        args: Vec<Operand>,
    },
}

/// The functions that a condition may call, beside `now()` and `today()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Lower,
    Upper,
    Trim,
    Length,
    Coalesce,
    EmailDomain,
}

const FUNCTIONS: [(&str, Function); 6] = [
    ("lower", Function::Lower),
    ("upper", Function::Upper),
    ("trim", Function::Trim),
    ("length", Function::Length),
    ("coalesce", Function::Coalesce),
    ("email_domain", Function::EmailDomain),
];

impl Operand {
    /// What the value is, as far as it is known.
    pub fn ty(&self) -> Type {
        match self {
            Operand::Column { ty, .. } => *ty,
            Operand::Text(_) => Type::Text,
            Operand::Number(_) => Type::Number,
            Operand::Boolean(_) => Type::Boolean,
            Operand::Now { .. } | Operand::Instant(_) => Type::Timestamp,
            Operand::Call { function: Function::Length, .. } => Type::Number,
            Operand::Call { function: Function::Coalesce, args } => {
                args.iter().map(Operand::ty).find(|ty| *ty != Type::Unknown).unwrap_or(Type::Unknown)
            }
            Operand::Call { .. } => Type::Text,
        }
    }

    /// Whether the value is written in the condition itself.
    pub fn is_literal(&self) -> bool {
        !matches!(self, Operand::Column { .. } | Operand::Call { .. })
    }

    fn columns(&self, into: &mut BTreeSet<(String, Type)>) {
        match self {
            Operand::Column { name, ty } => {
                into.insert((name.clone(), *ty));
            }
            Operand::Call { args, .. } => args.iter().for_each(|arg| arg.columns(into)),
            _ => {}
        }
    }

    /// A column as it is stored: whether it is there does not depend on what its value can be read as.
    fn stored(self) -> Self {
        match self {
            Operand::Column { name, ty } if ty != Type::Unknown => Operand::Column { name, ty: Type::Text },
            other => other,
        }
    }

    /// Takes on a type where the operand leaves it open; false when it cannot.
    fn fit(&mut self, wanted: Type) -> bool {
        if self.ty() == Type::Unknown {
            match self {
                Operand::Column { ty, .. } => *ty = wanted,
                Operand::Call { args, .. } => return args.iter_mut().all(|arg| arg.fit(wanted)),
                _ => {}
            }
        } else if let (Operand::Text(_), Type::List) = (&*self, wanted) {
            // An item is text.
            return true;
        } else if let (Operand::Text(text), Type::Timestamp) = (&*self, wanted) {
            match instant(text) {
                Some(seconds) => *self = Operand::Instant(seconds),
                None => return false,
            }
        }
        self.ty() == wanted
    }
}

impl Expr {
    /// Columns with the types they are used as.
    pub fn columns(&self) -> BTreeSet<(String, Type)> {
        let mut found = BTreeSet::new();
        for side in self.leaves().into_iter().flat_map(Expr::sides) {
            side.columns(&mut found);
        }
        found
    }

    /// Columns that a date condition reads: compared with now, an instant or another timestamp.
    pub fn dated(&self) -> BTreeSet<String> {
        self.compared_as(Type::Timestamp)
    }

    /// Columns that are compared as a type.
    pub fn compared_as(&self, wanted: Type) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for leaf in self.leaves().into_iter().filter(|leaf| !matches!(leaf, Expr::Missing(_))) {
            leaf.sides().into_iter().for_each(|side| side.columns(&mut found));
        }
        found.into_iter().filter(|(_, ty)| *ty == wanted).map(|(name, _)| name).collect()
    }

    /// Text columns that are held against a date in quotes, by order or equality.
    pub fn dates_as_text(&self) -> BTreeSet<String> {
        let dated = |side: &&Operand| matches!(side, Operand::Text(text) if written(text).is_some());
        let mut found = BTreeSet::new();
        for leaf in self.leaves().into_iter().filter(|leaf| !matches!(leaf, Expr::Like { .. })) {
            let sides = leaf.sides();
            if sides.iter().any(dated) {
                sides.into_iter().for_each(|side| side.columns(&mut found));
            }
        }
        found.into_iter().map(|(name, _)| name).collect()
    }

    /// Text literals that a column itself (not a function of it) is tested for by `=`, `<>` or IN.
    pub fn literals(&self) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for leaf in self.leaves() {
            if !matches!(leaf, Expr::OneOf { .. } | Expr::Compare { op: Op::Equal | Op::NotEqual, .. }) {
                continue;
            }
            let sides = leaf.sides();
            let texts = |side: &&Operand| match side {
                Operand::Text(text) => Some(text.clone()),
                _ => None,
            };
            for column in &sides {
                if let Operand::Column { name, .. } = column {
                    found.extend(sides.iter().filter_map(texts).map(|text| (name.clone(), text)));
                }
            }
        }
        found
    }

    /// What the condition comes to when only some of its tests are known; nothing when the others decide.
    pub fn given(&self, known: &dyn Fn(&Expr) -> Option<bool>) -> Option<bool> {
        let joined = |terms: &[Expr], decisive: bool| {
            let mut open = false;
            for term in terms {
                match term.given(known) {
                    Some(met) if met == decisive => return Some(decisive),
                    Some(_) => {}
                    None => open = true,
                }
            }
            (!open).then_some(!decisive)
        };
        match self {
            Expr::All(terms) => joined(terms, false),
            Expr::Any(terms) => joined(terms, true),
            Expr::Not(inner) => inner.given(known).map(|met| !met),
            Expr::Const(value) => Some(*value),
            leaf => known(leaf),
        }
    }

    /// The tests at the bottom of the tree, left to right.
    pub fn leaves(&self) -> Vec<&Expr> {
        let (mut open, mut found) = (vec![self], Vec::new());
        while let Some(expr) = open.pop() {
            match expr {
                Expr::All(terms) | Expr::Any(terms) => open.extend(terms.iter().rev()),
                Expr::Not(inner) => open.push(inner),
                leaf => found.push(leaf),
            }
        }
        found
    }

    /// Whether a comparison only asks if texts are the same or there at all.
    pub fn is_equality(&self) -> bool {
        let plain = |side: &&Operand| match side {
            Operand::Column { ty, .. } => !matches!(ty, Type::Number | Type::Timestamp),
            Operand::Text(text) => written(text).is_none(),
            Operand::Boolean(_) => true,
            _ => false,
        };
        let same = matches!(
            self,
            Expr::OneOf { .. } | Expr::Missing(_) | Expr::True(_) | Expr::Compare { op: Op::Equal | Op::NotEqual, .. }
        );
        same && self.sides().iter().all(plain)
    }

    fn sides(&self) -> Vec<&Operand> {
        match self {
            Expr::Compare { left, right, .. } => vec![left, right],
            Expr::OneOf { left, values, .. } => std::iter::once(left).chain(values).collect(),
            Expr::Between { left, low, high, .. } => vec![left, low, high],
            Expr::Like { left, .. } | Expr::Missing(left) | Expr::True(left) => vec![left],
            Expr::All(_) | Expr::Any(_) | Expr::Not(_) | Expr::Const(_) => Vec::new(),
        }
    }
}

/// Reads and checks a condition.
pub fn parse(text: &str, scope: &dyn Scope) -> Result<Expr, Fault> {
    if text.len() > MAX_BYTES {
        let place = Place { start: text.floor_char_boundary(MAX_BYTES), end: text.len() };
        return Err(fault(place, "the condition is longer than 64 KiB"));
    }
    let source = Source::new(text);
    let dialect = GenericDialect {};
    let tokens = Tokenizer::new(&dialect, text).tokenize_with_location().map_err(|error| {
        let start = source.offset(error.location);
        fault(Place { start, end: start }, sentence(&error.message))
    })?;
    screen(&source, &tokens)?;
    let mut parser = Parser::new(&dialect).with_recursion_limit(MAX_DEPTH).with_tokens_with_locations(tokens);
    let parsed = parser.parse_expr();
    let next = parser.peek_token();
    let tree = parsed.map_err(|error| source.syntax(&error, &next))?;
    if next.token != Token::EOF {
        let message = format!("expected AND, OR or the end of the condition before `{}`", short(&next.token));
        return Err(fault(source.place(next.span), message));
    }
    Walk { source: &source, scope }.condition(&tree)
}

#[cfg(test)]
mod tests;
