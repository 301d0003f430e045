//! Input stage: what Customer.io's App API tells of a workspace. In: JSON files with its segments, campaigns or
//! subscription topics, as lists or one by one. Out: each of them with its place.
//!
//! Conditions of segments are no documented part of those answers: they are handed on as they are.

use std::io::Read;
use std::path::Path;

use serde_json::{Map, Value};

use super::archive::Input;

/// Bytes of the largest file of metadata.
const MOST_BYTES: u64 = 64 << 20;
/// Bytes in which such a file says what it is.
const HEAD: usize = 4_096;
/// What lists are called in an answer, and what a single one is called.
const KEYS: [(&str, &str); 4] = [
    ("segments", "segment"),
    ("campaigns", "campaign"),
    ("topics", "topic"),
    ("subscription_topics", "subscription_topic"),
];

/// Where something is listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct At {
    /// The file, by its place among those of the workspace.
    pub file: usize,
    /// 1-based line.
    pub line: usize,
    /// 1-based column, in characters.
    pub column: usize,
}

/// A segment.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Its id; blank when it has none.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether people are put into it by hand.
    pub manual: bool,
    /// Its conditions, when they are there.
    pub conditions: Option<Value>,
    /// Where it is listed.
    pub at: At,
}

/// A campaign.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its id; blank when it has none.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `draft`, `running` or `stopped`.
    pub state: Option<String>,
    /// Ids of the segments that start it.
    pub segments: Vec<String>,
    /// Ids of the segments that must hold.
    pub filters: Vec<String>,
    /// The event that starts it.
    pub event: Option<String>,
    /// The attribute whose date starts it.
    pub date: Option<String>,
    /// When it was switched on first, in Unix seconds.
    pub started: Option<i64>,
    /// Where it is listed.
    pub at: At,
}

/// A subscription topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// `topic_1`
    pub identifier: String,
    /// Its name.
    pub name: String,
}

/// An entry that says too little to be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file, by its place among those of the workspace.
    pub file: usize,
    /// `campaigns`
    pub list: String,
    /// Which of the list, from 1 on.
    pub entry: usize,
    /// What is wrong with it: `has no name`.
    pub lacks: &'static str,
}

/// Segments, campaigns and topics, as far as files of them were given.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    /// The files, as the user would write them.
    pub files: Vec<String>,
    /// Segments in the order of the files, each once.
    pub segments: Vec<Segment>,
    /// Campaigns in the order of the files, each once.
    pub campaigns: Vec<Campaign>,
    /// Topics in the order of the files; none when no file tells them.
    pub topics: Option<Vec<Topic>>,
    /// Entries of those files that were left out.
    pub left_out: Vec<LeftOut>,
}

impl Workspace {
    /// Adds what a file tells; false when it is none of metadata, and may be an export.
    pub fn read(&mut self, path: &Path) -> bool {
        path.is_file() && self.take(&Input::file(path), false)
    }

    /// The same for any input; one of Customer.io's own tells in any case what its lists are called.
    pub(super) fn take(&mut self, input: &Input, is_own: bool) -> bool {
        let Some(text) = told(input) else { return false };
        let Ok(answer) = serde_json::from_str::<Value>(&text) else { return false };
        let Some(lists) = answer.as_object().and_then(|answer| lists(answer, is_own)) else { return false };
        let file = self.files.len();
        let mut places = Places { file, text: &text, from: 0 };
        for (kind, items) in lists {
            if kind.ends_with("topics") {
                self.topics.get_or_insert_default();
            }
            for (item, entry) in items.into_iter().zip(1..) {
                let item = match named(item) {
                    Ok(item) => item,
                    Err(lacks) => {
                        self.left_out.push(LeftOut { file, list: kind.to_owned(), entry, lacks });
                        continue;
                    }
                };
                match kind {
                    "segments" => self.segment(segment(item, &mut places)),
                    "campaigns" => self.campaign(campaign(item, &mut places)),
                    _ => self.topics.get_or_insert_default().extend(topic(item)),
                }
            }
        }
        self.files.push(input.shown.clone());
        true
    }

    /// Adds everything that another one holds.
    pub fn join(&mut self, other: Self) {
        let shift = self.files.len();
        let moved = |at: At| At { file: at.file + shift, ..at };
        self.files.extend(other.files);
        self.left_out.extend(other.left_out.into_iter().map(|own| LeftOut { file: own.file + shift, ..own }));
        for segment in other.segments {
            self.segment(Some(Segment { at: moved(segment.at.clone()), ..segment }));
        }
        for campaign in other.campaigns {
            self.campaign(Some(Campaign { at: moved(campaign.at.clone()), ..campaign }));
        }
        if let Some(topics) = other.topics {
            self.topics.get_or_insert_default().extend(topics);
        }
    }

    /// Whether no file told anything.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty() && self.campaigns.is_empty() && self.topics.is_none()
    }

    /// The list names a segment, its own answer adds the conditions.
    fn segment(&mut self, new: Option<Segment>) {
        let Some(new) = new else { return };
        match self.segments.iter_mut().find(|known| !new.id.is_empty() && known.id == new.id) {
            Some(known) => known.conditions = known.conditions.take().or(new.conditions),
            None => self.segments.push(new),
        }
    }

    fn campaign(&mut self, new: Option<Campaign>) {
        let Some(new) = new else { return };
        if new.id.is_empty() || !self.campaigns.iter().any(|known| known.id == new.id) {
            self.campaigns.push(new);
        }
    }
}

/// The text of a file that may be such an answer.
fn told(input: &Input) -> Option<String> {
    let head = input.head(HEAD).ok()?;
    let head = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head)).into_owned();
    let named = |key: &str| head.contains(&format!("\"{key}\""));
    if !head.trim_start().starts_with('{') || !KEYS.iter().any(|(many, one)| named(many) || named(one)) {
        return None;
    }
    let bytes = input.with_reader(&(), &mut |reader| {
        let mut bytes = Vec::new();
        reader.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| input.broken(&error))?;
        Ok(bytes)
    });
    let bytes = bytes.ok().filter(|bytes| bytes.len() as u64 <= MOST_BYTES)?;
    let text = String::from_utf8(bytes).ok()?;
    Some(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

/// The items of an answer by what their list is called.
type Lists<'a> = Vec<(&'static str, Vec<&'a Value>)>;

/// The lists of an answer. Where it is not known whose it is, one of its items must have a name and an id; a list of
/// records under another name makes it an export.
fn lists(answer: &Map<String, Value>, is_own: bool) -> Option<Lists<'_>> {
    let is_known = |key: &str| KEYS.iter().any(|(many, one)| key == *many || key == *one);
    let holds_records = |value: &Value| value.as_array().is_some_and(|items| items.iter().any(Value::is_object));
    if answer.iter().any(|(key, value)| !is_known(key) && holds_records(value)) {
        return None;
    }
    let whole = |item: &Value| named(item).is_ok_and(|item| item.get("id").is_some());
    let mut found = Vec::new();
    for (many, one) in KEYS {
        let items: Vec<&Value> = match (answer.get(many), answer.get(one)) {
            (Some(Value::Array(items)), _) if is_own || items.is_empty() || items.iter().any(whole) => {
                items.iter().collect()
            }
            (Some(Value::Object(_)), _) | (None, Some(Value::Object(_))) => {
                answer.get(many).or_else(|| answer.get(one)).filter(|item| whole(item)).into_iter().collect()
            }
            _ => continue,
        };
        if !items.is_empty() || answer.get(many).is_some_and(Value::is_array) {
            found.push((many, items));
        }
    }
    (!found.is_empty()).then_some(found)
}

/// An item with a name, or what is wrong with it.
fn named(item: &Value) -> Result<&Map<String, Value>, &'static str> {
    let item = item.as_object().ok_or("is no object")?;
    text(item, "name").map(|_| item).ok_or("has no name")
}

/// A text or a number as text.
fn text(item: &Map<String, Value>, key: &str) -> Option<String> {
    match item.get(key)? {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn ids(item: &Map<String, Value>, key: &str) -> Vec<String> {
    let items = item.get(key).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|id| id.as_str().map(str::to_owned).or_else(|| id.as_u64().map(|id| id.to_string()))).collect()
}

fn segment(item: &Map<String, Value>, places: &mut Places<'_>) -> Option<Segment> {
    let name = text(item, "name")?;
    Some(Segment {
        id: text(item, "id").unwrap_or_default(),
        manual: text(item, "type").is_some_and(|kind| kind == "manual"),
        conditions: item.get("conditions").filter(|value| value.is_object()).cloned(),
        at: places.of(&name),
        name,
    })
}

fn campaign(item: &Map<String, Value>, places: &mut Places<'_>) -> Option<Campaign> {
    let name = text(item, "name")?;
    let active = |on: &Value| on.as_bool().map(|on| if on { "running" } else { "stopped" }.to_owned());
    Some(Campaign {
        id: text(item, "id").unwrap_or_default(),
        state: text(item, "state").or_else(|| item.get("active").and_then(active)),
        segments: ids(item, "trigger_segment_ids"),
        filters: ids(item, "filter_segment_ids"),
        event: text(item, "event_name"),
        date: text(item, "date_attribute"),
        started: item.get("first_started").and_then(Value::as_i64).filter(|at| *at > 0),
        at: places.of(&name),
        name,
    })
}

fn topic(item: &Map<String, Value>) -> Option<Topic> {
    let name = text(item, "name")?;
    let numbered = || text(item, "id").map(|id| format!("topic_{id}"));
    Some(Topic { identifier: text(item, "identifier").or_else(numbered)?, name })
}

/// Finds where names stand in a file, each after the last one.
struct Places<'a> {
    file: usize,
    text: &'a str,
    from: usize,
}

impl Places<'_> {
    /// The place of a name; the beginning of the file where it is written in another way.
    fn of(&mut self, name: &str) -> At {
        let literal = serde_json::to_string(name).unwrap_or_default();
        let is_name = |at: usize| {
            let key = self.text[..at].trim_end().strip_suffix(':').map(str::trim_end);
            key.is_some_and(|before| before.ends_with("\"name\""))
        };
        let found =
            self.text[self.from..].match_indices(&literal).map(|(at, _)| at + self.from).find(|at| is_name(*at));
        let Some(at) = found else { return At { file: self.file, line: 1, column: 1 } };
        self.from = at + literal.len();
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        At { file: self.file, line, column }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{At, Workspace};

    fn read(files: &[&str]) -> (Workspace, Vec<bool>) {
        let dir = tempfile::tempdir().unwrap();
        let mut workspace = Workspace::default();
        let taken = files.iter().enumerate().map(|(at, text)| {
            let path = dir.path().join(format!("{at}.json"));
            std::fs::write(&path, text).unwrap();
            workspace.read(&path)
        });
        let taken = taken.collect();
        (workspace, taken)
    }

    #[test]
    fn a_list_and_the_answers_of_its_items_are_one() {
        let list = "{\"segments\": [\n  {\"id\": 7, \"name\": \"VIP\", \"type\": \"dynamic\"},\n  {\"id\": 8, \"name\": \"Staff\", \"type\": \"manual\"}]}";
        let one = "{\"segment\": {\"id\": 7, \"name\": \"VIP\", \"conditions\": {\"and\": []}}}";
        let (workspace, taken) = read(&[list, one]);
        assert_eq!(taken, [true, true]);
        let [vip, staff] = workspace.segments.as_slice() else { panic!("{workspace:?}") };
        assert!(vip.conditions.is_some() && !vip.manual && staff.manual && staff.conditions.is_none());
        assert_eq!(staff.at, At { file: 0, line: 3, column: 21 });
    }

    #[test]
    fn campaigns_and_topics_are_read() {
        let campaigns = "\u{feff}{\"campaigns\": [{\"id\": 1, \"name\": \"Win back\", \"active\": true, \"trigger_segment_ids\": [7], \"first_started\": 1700000000}]}";
        let topics = "{\"topics\": [{\"id\": 1, \"identifier\": \"topic_1\", \"name\": \"News\"}]}";
        let (workspace, taken) = read(&[campaigns, topics]);
        assert_eq!(taken, [true, true]);
        let campaign = &workspace.campaigns[0];
        assert_eq!((campaign.state.as_deref(), campaign.segments.as_slice()), (Some("running"), &["7".to_owned()][..]));
        assert_eq!(workspace.topics.unwrap()[0].identifier, "topic_1");
    }

    #[test]
    fn what_is_no_such_answer_may_be_an_export() {
        let others = [
            "{\"customers\": [{\"id\": \"1\", \"segments\": []}]}",
            "{\"campaigns\": [{\"Subject\": \"Spring\"}]}",
            "{\"segments\": [1, 2]}",
            "{\"segments\": [{\"id\": 1, \"name\": \"VIP\"}], \"people\": [{\"id\": \"1\"}]}",
            "{\"segments\": [{\"id\": 1, \"name\": \"cut",
            "[{\"segments\": []}]",
            "id,email\n1,a@example.com\n",
        ];
        assert_eq!(read(&others).1, [false; 7]);
    }

    #[test]
    fn an_entry_without_a_name_is_left_out_alone() {
        let segments = "{\"segments\": [{\"id\": 1, \"name\": \"VIP\"}, {\"id\": 2}, {\"name\": null}, 4]}";
        let campaigns = "{\"campaigns\": [{\"id\": \"x\"}, {\"id\": 1, \"name\": \"Promo\", \"state\": \"running\"}]}";
        let (workspace, taken) = read(&[segments, campaigns]);
        assert_eq!(taken, [true, true]);
        assert_eq!((workspace.segments.len(), workspace.campaigns.len()), (1, 1));
        let said = workspace.left_out.iter().map(|own| (own.file, own.list.as_str(), own.entry, own.lacks));
        let wanted = [
            (0, "segments", 2, "has no name"),
            (0, "segments", 3, "has no name"),
            (0, "segments", 4, "is no object"),
            (1, "campaigns", 1, "has no name"),
        ];
        assert_eq!(said.collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn a_list_of_customerio_is_no_export_whatever_it_lacks() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("campaigns.json");
        std::fs::write(&path, "{\"campaigns\": [{\"Subject\": \"Spring\"}]}").unwrap();
        let mut workspace = Workspace::default();
        assert!(workspace.take(&super::Input::file(&path), true));
        assert_eq!((workspace.campaigns.len(), workspace.left_out.len()), (0, 1));
    }
}
