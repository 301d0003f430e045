//! The formats read as their consumers read them: XML by a parser, commands of GitHub by the
//! rules of its runner, table rows by those of Markdown.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element of a JUnit report.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) text: String,
    pub(crate) children: Vec<Element>,
}

impl Element {
    fn open(tag: &BytesStart<'_>) -> Self {
        let attributes = tag.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let key = String::from_utf8(attribute.key.as_ref().to_vec()).unwrap();
            (key, attribute.unescape_value().unwrap().into_owned())
        });
        let name = String::from_utf8(tag.name().as_ref().to_vec()).unwrap();
        Self { name, attributes: attributes.collect(), ..Self::default() }
    }

    pub(crate) fn get(&self, key: &str) -> &str {
        self.attributes.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
    }

    pub(crate) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every element of a name below this one.
    pub(crate) fn all(&self, name: &str) -> Vec<&Self> {
        let below = self.children.iter().flat_map(|child| child.all(name));
        self.children.iter().filter(|child| child.name == name).chain(below).collect()
    }
}

/// Parses a report; what XML forbids is a failure.
pub(crate) fn xml(text: &str) -> Element {
    let allowed =
        |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "a character that XML cannot hold");
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => open.push(Element::open(&tag)),
            Event::Empty(tag) => open.last_mut().unwrap().children.push(Element::open(&tag)),
            Event::End(_) => {
                let element = open.pop().unwrap();
                open.last_mut().unwrap().children.push(element);
            }
            Event::Text(text) => open.last_mut().unwrap().text.push_str(&text.decode().unwrap()),
            Event::GeneralRef(name) => {
                let c = name.resolve_char_ref().unwrap().unwrap_or_else(|| match &*name.decode().unwrap() {
                    "amp" => '&',
                    "lt" => '<',
                    "gt" => '>',
                    "quot" => '"',
                    "apos" => '\'',
                    other => panic!("no entity of XML: {other}"),
                });
                assert!(allowed(c), "a reference to a character that XML cannot hold");
                open.last_mut().unwrap().text.push(c);
            }
            Event::Decl(_) => {}
            Event::Eof => break,
            other => panic!("{other:?}"),
        }
    }
    let mut document = open.pop().unwrap();
    assert!(open.is_empty() && document.children.len() == 1 && document.text.trim().is_empty());
    document.children.remove(0)
}

/// An annotation, unescaped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Annotation {
    pub(crate) command: String,
    pub(crate) properties: Vec<(String, String)>,
    pub(crate) message: String,
}

impl Annotation {
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.properties.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }
}

/// Reads the output as the runner does, which ends a line at CR and LF; a line that is no annotation is a failure.
pub(crate) fn annotations(text: &str) -> Vec<Annotation> {
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| data(&text.replace("%3A", ":").replace("%2C", ","));
    let read = |line: &str| {
        let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
        let (command, properties) = head.split_once(' ').unwrap();
        let pairs = properties.split(',').map(|pair| pair.split_once('=').unwrap());
        Annotation {
            command: command.to_owned(),
            properties: pairs.map(|(key, value)| (key.to_owned(), property(value))).collect(),
            message: data(message),
        }
    };
    text.split(['\r', '\n']).filter(|line| !line.is_empty()).map(read).collect()
}

/// The cells of the rows of a table, its two header lines left out: cells end at bars that no backslash protects.
pub(crate) fn table(text: &str) -> Vec<Vec<String>> {
    let rows = text.lines().filter(|line| line.starts_with('|')).skip(2);
    let cells = |row: &str| {
        let (mut cells, mut cell, mut protected) = (Vec::new(), String::new(), false);
        for c in row.chars() {
            match c {
                '|' if !protected => cells.push(std::mem::take(&mut cell)),
                c => cell.push(c),
            }
            protected = c == '\\' && !protected;
        }
        assert!(cell.is_empty(), "a row ends with a bar: {row}");
        cells.into_iter().skip(1).map(|cell| cell.trim().to_owned()).collect()
    };
    rows.map(cells).collect()
}
