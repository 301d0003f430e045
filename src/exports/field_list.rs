//! Input stage: the fields of a Zoho module, as `GET /crm/v8/settings/fields?module=Contacts` answers them, saved as a
//! file among the exports. In: that file. Out: labels, API names and options. The answer does not say whose fields they
//! are: the file's name does, else the export whose columns they are.

use serde_json::value::RawValue;

use super::archive::Input;
use super::fields::{members, text};
use super::holder;
use super::json::{self, Holder};
use super::kinds::plain;
use crate::error::Result;

/// A field of the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) label: String,
    pub(super) api_name: String,
    pub(super) id: String,
    /// Display value, stored value, and whether it can still be chosen.
    pub(super) options: Vec<(String, String, bool)>,
}

/// The fields of one module.
#[derive(Debug, Clone)]
pub(super) struct FieldList {
    /// The file's name, letters and digits alone.
    stem: String,
    pub(super) fields: Vec<Listed>,
}

/// Bytes that tell what a file is: the first field and its options.
const HEAD: usize = 1 << 14;

impl FieldList {
    /// Whether a file is such an answer, by what stands in it.
    pub(super) fn is(input: &Input) -> Result<bool> {
        let head = input.head(HEAD)?;
        let text = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head));
        let told = ["\"fields\"", "\"api_name\"", "\"field_label\"", "\"data_type\""];
        // One key that a field has may come late in a long one.
        let known = told.iter().filter(|key| text.contains(**key)).count();
        Ok(text.trim_start().starts_with('{')
            && text.contains(told[0])
            && known > 2
            && holder::find(input)?.0 == Holder::Key("fields".to_owned()))
    }

    /// Reads it.
    pub(super) fn read(input: &Input) -> Result<Self> {
        let mut fields = Vec::new();
        json::each(input, &Holder::Key("fields".to_owned()), &(), &mut |raw| {
            fields.extend(field(raw));
            Ok(true)
        })?;
        Ok(Self { stem: plain(&input.stem()), fields })
    }

    /// Whose fields they are: the module that the file is named after, else the one that has most of them as columns.
    pub(super) fn module<'a>(&self, modules: &[(&'a str, Vec<&str>)]) -> Option<&'a str> {
        let named = modules.iter().filter(|(module, _)| self.stem.contains(plain(module).trim_end_matches('s')));
        if let Some((module, _)) = named.max_by_key(|(module, _)| module.len()) {
            return Some(module);
        }
        let shared = |labels: &[&str]| {
            let is =
                |field: &&Listed| labels.contains(&field.label.as_str()) || labels.contains(&field.api_name.as_str());
            self.fields.iter().filter(is).count()
        };
        let best = modules.iter().rev().max_by_key(|(_, labels)| shared(labels));
        best.filter(|(_, labels)| shared(labels) > 0).map(|(module, _)| *module)
    }
}

fn field(raw: &str) -> Option<Listed> {
    let found = members(raw);
    let member = |name: &str| found.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
    let word = |name: &str| member(name).map(|value| text(value).trim().to_owned()).filter(|text| !text.is_empty());
    let values = member("pick_list_values").map(RawValue::get).unwrap_or("[]");
    let values: Vec<&RawValue> = serde_json::from_str(values).unwrap_or_default();
    Some(Listed {
        label: word("field_label").or_else(|| word("display_label"))?,
        api_name: word("api_name")?,
        id: word("id").unwrap_or_default(),
        options: values.into_iter().filter_map(option).collect(),
    })
}

fn option(value: &RawValue) -> Option<(String, String, bool)> {
    let found = members(value.get());
    let word = |name: &str| {
        let value = found.iter().find(|(key, _)| key == name).map(|(_, value)| text(value).into_owned());
        value.filter(|text| !text.trim().is_empty())
    };
    let shown = word("display_value")?;
    let stored = word("actual_value").unwrap_or_else(|| shown.clone());
    Some((shown, stored, word("type").is_none_or(|kind| kind != "unused")))
}
