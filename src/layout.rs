//! The layout of the user's documents: a text in, the same document as everybody writes it out.
//!
//! Two blanks a level, one empty line at most, one blank before a comment, no blanks at the ends of lines, LF, quotes only
//! where they are needed. Whatever would change a value or lose a comment is refused.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use granit_parser::{Event, Options, Parser, ScalarStyle};
use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions, LineBreak};

use crate::drafts::is_plain;
use crate::error::{Error, Fault, Result};
use crate::yaml::{Document, Node, Value};

/// Characters a line; longer lists and maps in brackets get a line for each item.
const WIDTH: usize = 120;
/// Times that a text is laid out until nothing changes any more.
const ROUNDS: usize = 4;

/// The text of a document in its layout. `file` is its name, for what cannot be read.
pub fn format(file: &str, text: &str) -> Result<String> {
    let before = Document::parse(file, text.to_owned())?;
    let mut formatted = text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    for _ in 0..ROUNDS {
        let next = once(file, &formatted)?;
        if next == formatted {
            return kept(file, &before, &formatted).map(|()| formatted);
        }
        formatted = next;
    }
    refuse(file, "it looks different each time it is laid out")
}

fn refuse<T>(file: &str, why: &str) -> Result<T> {
    let fault = Fault::new(format!("{file} cannot be formatted: {why}; nothing was changed"));
    Err(Error::usage(fault.help("simplify the part that is written unusually, or leave this file out")))
}

fn once(file: &str, text: &str) -> Result<String> {
    let options = FormatOptions {
        layout: LayoutOptions { print_width: WIDTH, indent_width: 2, line_break: LineBreak::Lf },
        language: LanguageOptions {
            brace_spacing: false,
            trailing_comma: false,
            trim_trailing_whitespaces: true,
            ..LanguageOptions::default()
        },
    };
    let bare = bare(text);
    let laid_out = catch_unwind(AssertUnwindSafe(|| pretty_yaml::format_text(&bare, &options)));
    let Ok(Ok(laid_out)) = laid_out else { return refuse(file, "its form is not understood") };
    let trimmed = laid_out.trim_matches('\n');
    Ok(if trimmed.is_empty() { String::new() } else { format!("{trimmed}\n") })
}

/// The text without the quotes that nothing needs.
fn bare(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (range, value) in quoted(&text) {
        // On one line, and nothing but the value between the quotes.
        let source = text.get(range.clone()).unwrap_or_default();
        let inner = source.get(1..source.len().saturating_sub(1)).unwrap_or_default();
        if inner == value && is_plain(&value) && range.start >= from {
            out.push_str(&text[from..range.start]);
            out.push_str(inner);
            from = range.end;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Every text in quotes, by where it stands.
fn quoted(text: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    for event in Parser::new_from_str_with_options(text, options(false)) {
        let Ok((event, span)) = event else { return Vec::new() };
        if let Event::Scalar(value, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted, 0, None) = event
            && let (Some(start), Some(end)) = (span.start.byte_offset(), span.end.byte_offset())
        {
            found.push((start..end, value.into_owned()));
        }
    }
    found
}

fn options(comments: bool) -> Options {
    let mut options = Options::default();
    options.max_buffered_comment_events = usize::MAX;
    options.set_emit_comments(comments);
    options
}

/// Refuses a text that says something else than the document, or has lost one of its comments.
fn kept(file: &str, before: &Document, after: &str) -> Result<()> {
    let read = Document::parse(file, after.to_owned());
    if !read.is_ok_and(|after| same(&before.root, &after.root)) {
        return refuse(file, "a value would change");
    }
    if comments(&before.text) != comments(after) {
        return refuse(file, "a comment would be lost");
    }
    Ok(())
}

/// Whether two trees hold the same values in the same order.
fn same(one: &Node, other: &Node) -> bool {
    match (&one.value, &other.value) {
        (Value::Scalar(one, _), Value::Scalar(other, _)) => one == other,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Map(one), Value::Map(other)) => {
            let pairs = || one.iter().zip(other);
            one.len() == other.len() && pairs().all(|(one, other)| one.key == other.key && same(&one.node, &other.node))
        }
        (one, other) => one == other,
    }
}

/// The comments of a text in order, without the blanks around them.
fn comments(text: &str) -> Vec<String> {
    let events = Parser::new_from_str_with_options(text, options(true)).map_while(std::result::Result::ok);
    let comments = events.filter_map(|(event, _)| match event {
        Event::Comment(text, ..) => Some(text.trim().to_owned()),
        _ => None,
    });
    comments.collect()
}

/// The first line, 1-based, at which two texts differ.
pub fn first_difference(one: &str, other: &str) -> usize {
    let same = one.split('\n').zip(other.split('\n')).take_while(|(one, other)| one == other).count();
    same + 1
}
