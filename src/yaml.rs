//! The user's documents: text in, a tree of nodes with places out, checked against a shape.
//!
//! Every key and value keeps its line and column, so that a fault or a finding can point at it. The shape of a document
//! is one table ([`Shape`](crate::shape::Shape)): the same table refuses unknown keys, names the nearest one, and writes the JSON Schema.

use std::collections::BTreeMap;
use std::path::Path;

use granit_parser::{Event, Options, Parser, ScalarStyle, Span};

use crate::error::{Error, Fault, Place, Result};

/// Nodes a document may hold once its aliases are written out; a bomb ends here, a mapping of 20,000 fields does not.
const MOST_NODES: usize = 1_000_000;
/// Bytes of the largest document that is read.
const MOST_BYTES: u64 = 64 << 20;
/// How deep lists and maps may nest.
const MOST_DEPTH: usize = 64;

/// Where a key or a value stands: 1-based line and column, and its byte offset in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Mark {
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
    /// Byte offset of the first character.
    pub offset: usize,
}

/// Offsets from here on number the other files of a document: no text is that long.
const ELSEWHERE: usize = usize::MAX / 2;

impl Mark {
    /// A place in one of a document's other files.
    pub fn elsewhere(file: usize, line: usize, column: usize) -> Self {
        Self { line, column, offset: ELSEWHERE.saturating_add(file) }
    }

    /// The number of the other file that it stands in.
    pub fn other_file(self) -> Option<usize> {
        self.offset.checked_sub(ELSEWHERE)
    }
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// Where it starts.
    pub mark: Mark,
    /// What it is.
    pub value: Value,
}

/// What a node holds. Scalars stay text: what they mean is decided by the shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// Text as written, and whether it stood in quotes or a block.
    Scalar(String, bool),
    /// A list.
    List(Vec<Node>),
    /// A map in the order of the document.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// Where the key stands.
    pub mark: Mark,
    /// Its value.
    pub node: Node,
}

/// A document that was read: its name, its text and its tree.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file, as the user would write it.
    pub file: String,
    /// The text, for excerpts.
    pub text: String,
    /// The tree.
    pub root: Node,
    /// Other files that its model was completed from.
    pub others: Vec<String>,
}

impl Document {
    /// Reads a file. A file that is missing or no YAML is wrong usage: nothing can be checked against it.
    pub fn read(path: &Path, name: &str) -> Result<Self> {
        let fail = |message: String, help: &str| Error::usage(Fault::new(message).help(help));
        let about = std::fs::metadata(path)
            .map_err(|error| fail(format!("{name} cannot be read: {error}"), "check the path"))?;
        if about.is_dir() {
            return Err(fail(format!("{name} is a folder, not a YAML file"), "name the file inside it"));
        }
        if !about.is_file() {
            return Err(fail(format!("{name} is no regular file"), "name a YAML file; a pipe cannot be read twice"));
        }
        if about.len() > MOST_BYTES {
            return Err(fail(format!("{name} is over 64 MiB: that is no mapping document"), "check the path"));
        }
        let bytes = std::fs::read(path)
            .map_err(|error| fail(format!("{name} cannot be read: {error}"), "check its permissions"))?;
        let text =
            String::from_utf8(bytes).map_err(|_| fail(format!("{name} is not UTF-8 text"), "save it as UTF-8"))?;
        Self::parse(name, text)
    }

    /// Parses a text.
    pub fn parse(file: &str, text: String) -> Result<Self> {
        let text = text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned);
        let root = Builder::new(file, &text).document()?;
        Ok(Self { file: file.to_owned(), text, root, others: Vec::new() })
    }

    /// The place of a mark in this document, or in one of its other files.
    pub fn place(&self, mark: Mark) -> Place {
        let other = mark.other_file().and_then(|file| self.others.get(file));
        Place { file: other.unwrap_or(&self.file).clone(), line: mark.line, column: mark.column }
    }

    /// A fault at a mark.
    pub fn fault(&self, mark: Mark, message: impl Into<String>) -> Fault {
        Fault::at(self.place(mark), message)
    }

    /// The mark that lies `offset` bytes into a scalar's meaning: exact for plain and quoted text on one line and for
    /// literal blocks, found by walking the source.
    pub fn inside(&self, node: &Node, offset: usize) -> Mark {
        let Value::Scalar(value, quoted) = &node.value else { return node.mark };
        let rest = self.text.get(node.mark.offset..).unwrap_or_default();
        let quote = usize::from(*quoted && rest.starts_with(['"', '\'']));
        let mut mark = Mark { column: node.mark.column + quote, offset: node.mark.offset + quote, ..node.mark };
        let mut source = self.text.get(mark.offset..).unwrap_or_default().chars().peekable();
        for (at, wanted) in value.char_indices() {
            // What the source has and the meaning has not: indentation, block headers, escapes.
            while let Some(&found) = source.peek() {
                if found == wanted || (wanted == ' ' && found == '\n') {
                    break;
                }
                step(&mut mark, found);
                source.next();
            }
            if at >= offset {
                break;
            }
            if let Some(found) = source.next() {
                step(&mut mark, found);
            }
        }
        mark
    }
}

fn step(mark: &mut Mark, passed: char) {
    mark.offset += passed.len_utf8();
    if passed == '\n' {
        mark.line += 1;
        mark.column = 1;
    } else {
        mark.column += 1;
    }
}

impl Node {
    /// The text of a scalar; `None` for anything else, nothing included.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// The items of a list; a lone scalar counts as a list of one, nothing as an empty one.
    pub fn items(&self) -> Vec<&Self> {
        match &self.value {
            Value::List(items) => items.iter().collect(),
            Value::Null => Vec::new(),
            Value::Scalar(..) | Value::Map(_) => vec![self],
        }
    }

    /// The entries of a map, empty for anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The value under a key, unless it is nothing.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let entry = self.entries().iter().find(|entry| entry.key == key)?;
        (entry.node.value != Value::Null).then_some(&entry.node)
    }

    /// The text under a key.
    pub fn get_text(&self, key: &str) -> Option<String> {
        self.get(key)?.text().map(str::to_owned)
    }

    /// All texts under a key that takes one or several.
    pub fn get_texts(&self, key: &str) -> Vec<String> {
        let items = self.get(key).map(Self::items).unwrap_or_default();
        items.into_iter().filter_map(|item| item.text().map(str::to_owned)).collect()
    }

    /// The boolean under a key.
    pub fn get_flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.text().map(|text| text == "true")
    }

    /// The number under a key; `5%` reads as 0.05.
    pub fn get_number(&self, key: &str) -> Option<f64> {
        number(self.get(key)?.text()?)
    }
}

/// A number as people write it in a config: `12`, `0.5`, `1_000`, `5%`.
pub fn number(text: &str) -> Option<f64> {
    let (digits, scale) = text.strip_suffix('%').map_or((text, 1.0), |digits| (digits, 0.01));
    let value: f64 = digits.trim().replace('_', "").parse().ok()?;
    value.is_finite().then_some(value * scale)
}

struct Builder<'a> {
    file: &'a str,
    parser: Parser<'a, granit_parser::StrInput<'a>>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

impl<'a> Builder<'a> {
    fn new(file: &'a str, text: &'a str) -> Self {
        // Comments are nobody's value, and the parser refuses over 96 of them in a row when it has to tell them.
        let mut options = Options::default();
        options.set_emit_comments(false);
        let parser = Parser::new_from_str_with_options(text, options);
        Self { file, parser, anchors: BTreeMap::new(), nodes: 0 }
    }

    fn fault<T>(&self, mark: Mark, message: impl Into<String>, help: &str) -> Result<T> {
        let place = Place { file: self.file.to_owned(), line: mark.line, column: mark.column };
        Err(Error::usage(Fault::at(place, message).help(help)))
    }

    fn next(&mut self) -> Result<(Event<'a>, Span)> {
        match self.parser.next_event() {
            Some(Ok(pair)) => Ok(pair),
            Some(Err(error)) => {
                let at = error.marker();
                let mark = Mark { line: at.line().max(1), column: at.col() + 1, offset: 0 };
                let help = "check the indentation, and put quotes around values that hold `: `, `#` or start with `@`, `%`, `*` or `&`";
                self.fault(mark, format!("not valid YAML: {}", error.info()), help)
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn document(mut self) -> Result<Node> {
        let mut root = Node { mark: Mark { line: 1, column: 1, offset: 0 }, value: Value::Null };
        let mut documents = 0;
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamEnd => return Ok(root),
                Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        return self.fault(mark(&span), "a second document starts here", "keep one document a file");
                    }
                }
                other => root = self.node(other, &span, 0)?,
            }
        }
    }

    fn count(&mut self, more: usize, at: Mark) -> Result<()> {
        self.nodes = self.nodes.saturating_add(more);
        if self.nodes > MOST_NODES {
            let help = "aliases that multiply each other are refused: write the values out";
            return self.fault(at, format!("the document holds over {MOST_NODES} values"), help);
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'a>, span: &Span, depth: usize) -> Result<Node> {
        let at = mark(span);
        self.count(1, at)?;
        if depth > MOST_DEPTH {
            return self.fault(at, format!("nested deeper than {MOST_DEPTH} levels"), "flatten this part");
        }
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, _) => (anchor, scalar(&text, style)),
            Event::SequenceStart(_, anchor, _) => (anchor, self.list(depth)?),
            Event::MappingStart(_, anchor, _) => (anchor, self.map(depth)?),
            Event::Alias(id) => {
                let Some(node) = self.anchors.get(&id).cloned() else {
                    return self.fault(
                        at,
                        "this alias refers to something that is not finished yet",
                        "write the value out",
                    );
                };
                self.count(size(&node), at)?;
                return Ok(Node { mark: at, value: node.value });
            }
            _ => return self.fault(at, "unexpected YAML here", "check the indentation"),
        };
        let node = Node { mark: at, value };
        if anchor != 0 {
            self.count(size(&node), at)?;
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Value> {
        let mut items = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::SequenceEnd {
                return Ok(Value::List(items));
            }
            items.push(self.node(event, &span, depth + 1)?);
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: BTreeMap<String, Mark> = BTreeMap::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                return Ok(Value::Map(entries));
            }
            let key = self.node(event, &span, depth + 1)?;
            let text = match key.value {
                Value::Scalar(text, _) => text,
                Value::Null => "null".to_owned(),
                _ => return self.fault(key.mark, "a key must be plain text", "put it in quotes"),
            };
            if let Some(first) = seen.insert(text.clone(), key.mark) {
                let message = format!("the key `{text}` stands here a second time (first in line {})", first.line);
                return self.fault(key.mark, message, "keep one of the two: YAML would silently use the last");
            }
            let (event, span) = self.next()?;
            let node = self.node(event, &span, depth + 1)?;
            entries.push(Entry { key: text, mark: key.mark, node });
        }
    }
}

fn mark(span: &Span) -> Mark {
    let start = span.start;
    Mark { line: start.line().max(1), column: start.col() + 1, offset: start.byte_offset().unwrap_or_default() }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = style == ScalarStyle::Plain;
    if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    Value::Scalar(text.to_owned(), !plain)
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|entry| 1 + size(&entry.node)).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
#[allow(clippy::unwrap_used)]
mod tests;
