//! Positions: from the lines and columns of sqlparser to byte ranges of the text.

use sqlparser::ast::{Expr as Ast, Spanned};
use sqlparser::parser::ParserError;
use sqlparser::tokenizer::{Location, Span, TokenWithSpan};

use super::Fault;
use super::fault::{fault, in_quotes, sentence};
use super::screen::CONNECTING;

/// A byte range of the text.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// The text with what it takes to turn lines and columns (counted in characters) into byte offsets.
pub(super) struct Source<'a> {
    text: &'a str,
    chars: Vec<usize>,
    lines: Vec<usize>,
}

impl Source<'_> {
    /// Finds the characters and lines of a text.
    pub(super) fn new(text: &str) -> Source<'_> {
        let chars = text.char_indices().map(|(at, _)| at).collect();
        let ends = text.chars().enumerate().filter(|(_, c)| *c == '\n').map(|(at, _)| at + 1);
        Source { text, chars, lines: std::iter::once(0).chain(ends).collect() }
    }

    /// A location without a line is the end of the text.
    pub(super) fn offset(&self, at: Location) -> usize {
        let line = usize::try_from(at.line).ok().and_then(|line| line.checked_sub(1));
        let column = usize::try_from(at.column).unwrap_or(usize::MAX).saturating_sub(1);
        let first = line.and_then(|line| self.lines.get(line));
        first.and_then(|first| self.chars.get(first.saturating_add(column))).copied().unwrap_or(self.text.len())
    }

    /// The bytes of a span.
    pub(super) fn place(&self, span: Span) -> Place {
        Place { start: self.offset(span.start), end: self.offset(span.end) }
    }

    /// The place of an expression. Chains grow to the left, so the left edge is found without recursion.
    pub(super) fn of(&self, expr: &Ast) -> Place {
        let right = match expr {
            Ast::BinaryOp { right, .. } => right.span(),
            _ => edge(expr).span(),
        };
        Place { start: self.place(edge(expr).span()).start, end: self.place(right).end }
    }

    /// A parser error in our words; `next` is where the parser stopped.
    pub(super) fn syntax(&self, error: &ParserError, next: &TokenWithSpan) -> Fault {
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
