//! Mapping stage: the text of a segment condition comes in, a small checked tree goes out.
//!
//! A condition is an SQL boolean expression over profile attributes. sqlparser reads it, an allow-list decides what
//! stays, every name is resolved, every comparison is checked against the declared types. Whatever is not on the list
//! is refused with one sentence and its byte offset. What the tree means for people without a value is in `lower.rs`.

use std::collections::BTreeSet;
use std::fmt;

use sqlparser::ast::{
    BinaryOperator, DataType, Expr as Ast, Function as AstCall, FunctionArg, FunctionArgExpr, FunctionArguments, Ident,
    InTarget, Interval, Spanned, TimezoneInfo, UnaryOperator, Value, ValueWithSpan,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan, Tokenizer};

/// Longest text of a condition, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;
/// Most comparisons (and bare boolean columns) in a condition.
pub const MAX_TERMS: usize = 1_000;
/// Parentheses, NOT and calls inside each other, as sqlparser counts them.
const MAX_DEPTH: usize = 64;
/// A longer LIKE pattern could outgrow what the regex engine compiles.
const MAX_PATTERN: usize = 1_000;
/// Whole numbers from 2^53 on may change when read as a number.
const MAX_NUMBER: f64 = 9_007_199_254_740_992.0;

/// What a column is declared to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    Text,
    Number,
    Boolean,
    Timestamp,
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
        any_case: bool,
        negated: bool,
    },
    Missing(Operand),
    /// A bare boolean column.
    True(Operand),
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

    /// Takes on a type where the operand leaves it open; false when it cannot.
    fn fit(&mut self, wanted: Type) -> bool {
        if self.ty() == Type::Unknown {
            match self {
                Operand::Column { ty, .. } => *ty = wanted,
                Operand::Call { args, .. } => return args.iter_mut().all(|arg| arg.fit(wanted)),
                _ => {}
            }
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
        let mut found = BTreeSet::new();
        for leaf in self.leaves().into_iter().filter(|leaf| !matches!(leaf, Expr::Missing(_))) {
            leaf.sides().into_iter().for_each(|side| side.columns(&mut found));
        }
        found.into_iter().filter(|(_, ty)| *ty == Type::Timestamp).map(|(name, _)| name).collect()
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

    /// The tests at the bottom of the tree, left to right.
    fn leaves(&self) -> Vec<&Expr> {
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

/// A byte range of the text.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    end: usize,
}

fn fault(place: Place, message: impl Into<String>) -> Fault {
    Fault { offset: place.start, length: place.end.saturating_sub(place.start), message: message.into(), help: None }
}

impl Fault {
    fn help(mut self, help: impl Into<String>) -> Fault {
        self.help = Some(help.into());
        self
    }
}

/// The text with what it takes to turn lines and columns (counted in characters) into byte offsets.
struct Source<'a> {
    text: &'a str,
    chars: Vec<usize>,
    lines: Vec<usize>,
}

impl Source<'_> {
    fn new(text: &str) -> Source<'_> {
        let chars = text.char_indices().map(|(at, _)| at).collect();
        let ends = text.chars().enumerate().filter(|(_, c)| *c == '\n').map(|(at, _)| at + 1);
        Source { text, chars, lines: std::iter::once(0).chain(ends).collect() }
    }

    /// A location without a line is the end of the text.
    fn offset(&self, at: Location) -> usize {
        let line = usize::try_from(at.line).ok().and_then(|line| line.checked_sub(1));
        let column = usize::try_from(at.column).unwrap_or(usize::MAX).saturating_sub(1);
        let first = line.and_then(|line| self.lines.get(line));
        first.and_then(|first| self.chars.get(first.saturating_add(column))).copied().unwrap_or(self.text.len())
    }

    fn place(&self, span: Span) -> Place {
        Place { start: self.offset(span.start), end: self.offset(span.end) }
    }

    /// The place of an expression. Chains grow to the left, so the left edge is found without recursion.
    fn of(&self, expr: &Ast) -> Place {
        let right = match expr {
            Ast::BinaryOp { right, .. } => right.span(),
            _ => edge(expr).span(),
        };
        Place { start: self.place(edge(expr).span()).start, end: self.place(right).end }
    }

    /// A parser error in our words; `next` is where the parser stopped.
    fn syntax(&self, error: &ParserError, next: &TokenWithSpan) -> Fault {
        let (ParserError::TokenizerError(text) | ParserError::ParserError(text)) = error else {
            return fault(self.place(next.span), "the condition is nested too deeply").help("use fewer parentheses");
        };
        let Some((message, at)) = text.rsplit_once(" at Line: ") else {
            let message = text.replace("found: EOF", "but the condition ends here");
            return fault(Place { start: self.text.len(), end: self.text.len() }, sentence(&message));
        };
        let mut numbers = at.split(", Column: ").map(|number| number.trim().parse::<u64>().unwrap_or(0));
        let at = Location { line: numbers.next().unwrap_or(0), column: numbers.next().unwrap_or(0) };
        let found = message.rsplit_once("found: ").map_or("", |(_, found)| found);
        let start = self.offset(at);
        let end = (start + found.len()).min(self.text.len());
        let refused = fault(Place { start, end }, sentence(message));
        // An SQL word that stands for a name makes the parser trip over what follows it.
        let before = self.text[..start].trim_end();
        let name = before.rsplit(|c: char| c != '_' && !c.is_alphanumeric()).next().unwrap_or_default();
        match name.is_empty() || CONNECTING.contains(&name.to_uppercase().as_str()) {
            true => refused,
            false => refused.help(in_quotes(name)),
        }
    }
}

fn in_quotes(name: &str) -> String {
    format!("if {0} is a name, put it in double quotes: \"{0}\"", short(&name))
}

/// The leftmost part of a chain.
fn edge(mut expr: &Ast) -> &Ast {
    loop {
        expr = match expr {
            Ast::BinaryOp { left, .. } => left,
            Ast::In { expr, .. } | Ast::Between { expr, .. } | Ast::Like { expr, .. } | Ast::ILike { expr, .. } => expr,
            Ast::IsNull(expr) | Ast::IsNotNull(expr) | Ast::IsUnknown(expr) | Ast::IsNotUnknown(expr) => expr,
            Ast::IsTrue(expr) | Ast::IsNotTrue(expr) | Ast::IsFalse(expr) | Ast::IsNotFalse(expr) => expr,
            Ast::IsDistinctFrom(left, _) | Ast::IsNotDistinctFrom(left, _) | Ast::IsJson { expr: left, .. } => left,
            other => return other,
        }
    }
}

fn sentence(message: &str) -> String {
    message.replacen("Expected: ", "expected ", 1).replacen(", found: ", ", found ", 1)
}

/// Text of a user, cut so that a message stays one line.
fn short(text: &impl fmt::Display) -> String {
    let text = text.to_string().replace(char::is_control, " ");
    match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// ISO dates and date-times as Unix seconds; without a zone they are UTC.
fn instant(text: &str) -> Option<i64> {
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

/// The nearest of some names, when it is near.
fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: String = name.chars().take(120).flat_map(char::to_lowercase).collect();
    let limit = (wanted.chars().count() / 3).max(1);
    let near = |known: &'a str| (strsim::damerau_levenshtein(&wanted, &known.to_lowercase()), known);
    names.into_iter().map(near).filter(|(distance, _)| *distance <= limit).min().map(|(_, known)| known)
}

/// Words after which a new operand, list or test begins.
const CONNECTING: [&str; 8] = ["AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "BETWEEN", "IS"];
/// Words that make a value of the literal behind them.
const TYPED: [&str; 3] = ["INTERVAL", "DATE", "TIMESTAMP"];

/// An unquoted word, in capitals.
fn word(token: Option<&Token>) -> Option<String> {
    match token {
        Some(Token::Word(word)) if word.quote_style.is_none() => Some(word.value.to_uppercase()),
        _ => None,
    }
}

/// Looks at the tokens before the parser does: what cannot stand in a condition is refused at its own place, and
/// what could grow into a deep tree is counted.
fn screen(source: &Source<'_>, tokens: &[TokenWithSpan]) -> Result<(), Fault> {
    let seen: Vec<_> = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).collect();
    if seen.is_empty() {
        return Err(fault(Place { start: 0, end: 0 }, "the condition is empty"));
    }
    let (mut tests, mut joins, mut sums) = (0, 0, 0);
    for (index, token) in seen.iter().enumerate() {
        let back = |steps: usize| index.checked_sub(steps).map(|at| &seen[at].token);
        let refused = |error: Fault| error.at(source.place(token.span));
        permitted(&token.token).map_err(refused)?;
        let name = word(Some(&token.token));
        match (&token.token, name.as_deref()) {
            (Token::LParen, _) => callable(back(1)).map_err(|error| error.at(source.place(seen[index - 1].span)))?,
            (Token::Plus | Token::Minus, _) if ends_operand(back(1)) => sums += 1,
            (Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq, _) => tests += 1,
            (_, Some("AND" | "OR")) => joins += 1,
            (_, Some("BETWEEN")) => (tests, joins) = (tests + 1, joins - 1),
            (_, Some("IS" | "IN" | "LIKE" | "ILIKE")) => tests += 1,
            (_, Some("SELECT")) if back(1) != Some(&Token::Period) => {
                return Err(refused(subquery()));
            }
            (_, Some("CASE")) if back(1) != Some(&Token::Period) => {
                let error = fault(NOWHERE, "CASE is not supported").help("write the cases with AND and OR");
                return Err(refused(error));
            }
            _ => {}
        }
        let unit = matches!(back(1), Some(Token::Number(..) | Token::SingleQuotedString(_)))
            && word(back(2)).as_deref() == Some("INTERVAL");
        if ends_operand(back(1)) && starts_operand(&token.token) && !(unit && name.is_some()) {
            return Err(refused(misplaced(&token.token)));
        }
        if tests > MAX_TERMS || joins >= MAX_TERMS as i64 || sums > 2 * MAX_TERMS {
            return Err(refused(fault(NOWHERE, "the condition has more than 1,000 terms")));
        }
    }
    Ok(())
}

/// Stands in until the place is known.
const NOWHERE: Place = Place { start: 0, end: 0 };

impl Fault {
    fn at(mut self, place: Place) -> Fault {
        (self.offset, self.length) = (place.start, place.end.saturating_sub(place.start));
        self
    }
}

fn subquery() -> Fault {
    fault(NOWHERE, "a query inside a condition is not supported: a segment looks at one person at a time")
}

fn ends_operand(token: Option<&Token>) -> bool {
    match token {
        Some(Token::RParen | Token::Number(..) | Token::SingleQuotedString(_)) => true,
        Some(Token::Word(_)) => {
            word(token).is_none_or(|word| !CONNECTING.contains(&word.as_str()) && !TYPED.contains(&word.as_str()))
        }
        _ => false,
    }
}

fn starts_operand(token: &Token) -> bool {
    match token {
        Token::Number(..) | Token::SingleQuotedString(_) => true,
        Token::Word(_) => word(Some(token)).is_none_or(|word| !CONNECTING.contains(&word.as_str())),
        _ => false,
    }
}

/// The tokens that a condition is made of; the message for all others.
fn permitted(token: &Token) -> Result<(), Fault> {
    let help = match token {
        Token::EOF | Token::Word(_) | Token::Number(_, false) | Token::SingleQuotedString(_) => {
            return Ok(());
        }
        Token::Comma | Token::Period | Token::LParen | Token::RParen | Token::Plus | Token::Minus => return Ok(()),
        Token::Eq | Token::Neq | Token::Lt | Token::Gt | Token::LtEq | Token::GtEq => return Ok(()),
        Token::SemiColon => "write one condition, without `;`",
        Token::DoubleEq => "write =",
        Token::Overlap => "write AND",
        Token::DoubleColon => "the declared type of a column decides how it is compared",
        Token::Mul | Token::Div | Token::Mod | Token::StringConcat => {
            "only now() and today() can be calculated with, plus or minus an interval"
        }
        Token::Char('‘' | '’' | '“' | '”' | '„' | '´') => "use straight quotes: 'text', \"a name\"",
        _ => "allowed are names, values, comparisons, IN, BETWEEN, LIKE, IS NULL, AND, OR, NOT and parentheses",
    };
    Err(fault(NOWHERE, format!("`{}` cannot be used in a condition", short(token))).help(help))
}

/// Whether a parenthesis may follow this token.
fn callable(before: Option<&Token>) -> Result<(), Fault> {
    match word(before) {
        Some(name) if !CONNECTING.contains(&name.as_str()) => known_function(&name),
        _ => Ok(()),
    }
}

fn known_function(name: &str) -> Result<(), Fault> {
    let lower = name.to_lowercase();
    let names = || FUNCTIONS.iter().map(|(name, _)| *name).chain(["now", "today"]);
    if names().any(|known| known == lower) {
        return Ok(());
    }
    Err(match lower.as_str() {
        "count" | "sum" | "avg" | "min" | "max" | "median" | "stddev" | "array_agg" | "row_number" | "rank" => {
            fault(NOWHERE, format!("{}() looks at many people: a segment looks at one person at a time", short(&name)))
        }
        "exists" | "any" | "all" | "some" | "unnest" => subquery(),
        "cast" | "try_cast" | "convert" | "safe_cast" => {
            fault(NOWHERE, format!("{} is not supported", short(&name))).help("the declared type of a column decides")
        }
        _ => fault(NOWHERE, format!("there is no function {}()", short(&name))).help(match nearest(&lower, names()) {
            Some(near) => format!("did you mean {near}()?"),
            None => format!("the functions are {}", names().collect::<Vec<_>>().join(", ")),
        }),
    })
}

/// An operand right behind another one.
fn misplaced(token: &Token) -> Fault {
    let name = word(Some(token)).unwrap_or_default();
    match name.as_str() {
        "AS" => fault(NOWHERE, "a condition has no alias (AS)"),
        "OVER" | "FILTER" | "WITHIN" => {
            fault(NOWHERE, format!("{name} looks at many people: a segment looks at one person at a time"))
        }
        "ESCAPE" => fault(NOWHERE, "ESCAPE is not supported: in LIKE, % and _ are always wildcards"),
        "RLIKE" | "REGEXP" | "SIMILAR" | "GLOB" => {
            fault(NOWHERE, format!("{name} is not supported")).help("use LIKE or ILIKE")
        }
        _ => {
            let error = fault(NOWHERE, format!("expected AND, OR or a comparison before `{}`", short(token)));
            match CONNECTING.into_iter().find(|known| strsim::damerau_levenshtein(known, &name) == 1) {
                Some(near) => error.help(format!("did you mean {near}?")),
                None => error,
            }
        }
    }
}

/// A value with its place, while it is being checked.
type Side = (Operand, Place);

/// The walk from sqlparser's tree to ours; everything it does not name is refused.
struct Walk<'a> {
    source: &'a Source<'a>,
    scope: &'a dyn Scope,
}

impl Walk<'_> {
    fn condition(&self, tree: &Ast) -> Result<Expr, Fault> {
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
            Ast::IsNull(inner) => Expr::Missing(self.operand(inner)?.0),
            Ast::IsNotNull(inner) => negate(true, Expr::Missing(self.operand(inner)?.0)),
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
            _ => Ok(()),
        }
    }

    fn like(&self, expr: &Ast, pattern: &Ast, any_case: bool, negated: bool) -> Result<Expr, Fault> {
        let left = self.text(expr, "LIKE")?;
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
    fn text(&self, tree: &Ast, reader: &str) -> Result<Operand, Fault> {
        let (mut operand, place) = self.operand(tree)?;
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
    fn alike<'t>(&self, trees: impl Iterator<Item = &'t Ast>) -> Result<Vec<Operand>, Fault> {
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

    fn operand(&self, tree: &Ast) -> Result<Side, Fault> {
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

    /// The last word on everything that the walk does not name.
    fn refuse(&self, tree: &Ast) -> Fault {
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

fn no_date(text: &str, place: Place) -> Fault {
    fault(place, format!("'{}' is no date", short(&text))).help("write 2026-05-01 or 2026-05-01T10:00:00Z")
}

fn noun(ty: Type) -> &'static str {
    match ty {
        Type::Text => "text",
        Type::Number => "a number",
        Type::Boolean => "a boolean",
        Type::Timestamp => "a date",
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
        _ => fault(place, format!("{name} is text: compare with a text in single quotes")),
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let not = |negated: &bool| if *negated { "NOT " } else { "" };
        match self {
            Expr::All(terms) | Expr::Any(terms) => {
                let joint = if matches!(self, Expr::All(_)) { " AND " } else { " OR " };
                for (index, term) in terms.iter().enumerate() {
                    f.write_str(if index > 0 { joint } else { "" })?;
                    match term {
                        Expr::All(_) | Expr::Any(_) => write!(f, "({term})")?,
                        _ => write!(f, "{term}")?,
                    }
                }
                Ok(())
            }
            Expr::Not(inner) => match inner.as_ref() {
                Expr::Missing(left) => write!(f, "{left} IS NOT NULL"),
                _ => write!(f, "NOT ({inner})"),
            },
            Expr::Compare { left, op, right } => write!(f, "{left} {op} {right}"),
            Expr::OneOf { left, values, negated } => {
                write!(f, "{left} {}IN ({})", not(negated), Listed(values))
            }
            Expr::Between { left, low, high, negated } => {
                write!(f, "{left} {}BETWEEN {low} AND {high}", not(negated))
            }
            Expr::Like { left, pattern, any_case, negated } => {
                let like = if *any_case { "ILIKE" } else { "LIKE" };
                write!(f, "{left} {}{like} {}", not(negated), Quoted(pattern))
            }
            Expr::Missing(left) => write!(f, "{left} IS NULL"),
            Expr::True(left) => write!(f, "{left} = true"),
            Expr::Const(value) => write!(f, "{value}"),
        }
    }
}

impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Op::Equal => "=",
            Op::NotEqual => "<>",
            Op::Less => "<",
            Op::LessOrEqual => "<=",
            Op::Greater => ">",
            Op::GreaterOrEqual => ">=",
        })
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operand::Column { name, .. } => {
                for (index, part) in name.split('.').enumerate() {
                    f.write_str(if index > 0 { "." } else { "" })?;
                    let plain = part.chars().all(|c| c == '_' || c.is_alphanumeric());
                    match plain && part.starts_with(|c: char| !c.is_numeric()) {
                        true => f.write_str(part)?,
                        false => write!(f, "\"{}\"", part.replace('"', "\"\""))?,
                    }
                }
                Ok(())
            }
            Operand::Text(text) => write!(f, "{}", Quoted(text)),
            Operand::Number(number) => write!(f, "{number}"),
            Operand::Boolean(value) => write!(f, "{value}"),
            Operand::Now { day, offset_seconds } => {
                f.write_str(if *day { "today()" } else { "now()" })?;
                if *offset_seconds == 0 {
                    return Ok(());
                }
                let sign = if *offset_seconds < 0 { '-' } else { '+' };
                let seconds = offset_seconds.unsigned_abs();
                let units = [(86_400, "days"), (3_600, "hours"), (60, "minutes")];
                let fits = units.into_iter().find(|(length, _)| seconds.is_multiple_of(*length));
                let (length, unit) = fits.unwrap_or((1, "seconds"));
                write!(f, " {sign} interval '{} {unit}'", seconds / length)
            }
            Operand::Instant(seconds) => match jiff::Timestamp::from_second(*seconds) {
                Ok(at) => write!(f, "timestamp '{at}'"),
                Err(_) => write!(f, "timestamp '{seconds}'"),
            },
            Operand::Call { function, args } => {
                let name = FUNCTIONS.iter().find(|(_, known)| known == function).map_or("", |(name, _)| name);
                write!(f, "{name}({})", Listed(args))
            }
        }
    }
}

struct Listed<'a>(&'a [Operand]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.0.iter().enumerate() {
            write!(f, "{}{operand}", if index > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}

/// A text literal on one line.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.contains(char::is_control) {
            true => write!(f, "E'{}'", self.0.escape_debug()),
            false => write!(f, "'{}'", self.0.replace('\'', "''")),
        }
    }
}

#[cfg(test)]
#[path = "expr_tests.rs"]
mod tests;
