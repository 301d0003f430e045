//! Stamps of last writers: the attributes that say which system wrote a field last, and the fields they speak of.

use super::{Attribute, Mapping, Spot, spot, under};
use crate::frames::time::written;
use crate::yaml::Node;

/// A declared stamp.
#[derive(Debug, Clone)]
pub struct Stamp<'a> {
    /// The attribute that holds it, and where it is named first.
    pub spot: Spot,
    /// The fields it speaks of.
    pub fields: Vec<&'a Attribute>,
    /// Whether it speaks of the profile as a whole: `source_of_truth` of the document.
    pub whole: bool,
}

impl Mapping {
    /// Every declared stamp. That of the document speaks of the fields that have none of their own.
    pub fn stamps(&self) -> Vec<Stamp<'_>> {
        let whole = spot(&self.document.root, "source_of_truth");
        let mut stamps: Vec<Stamp<'_>> =
            whole.into_iter().map(|spot| Stamp { spot, fields: Vec::new(), whole: true }).collect();
        for entry in under(&self.document.root, "attributes") {
            let Some(attribute) = self.attribute(&entry.key) else { continue };
            match spot(&entry.node, "stamp") {
                Some(own) => match stamps.iter_mut().find(|stamp| stamp.spot.text == own.text) {
                    Some(stamp) => stamp.fields.push(attribute),
                    None => stamps.push(Stamp { spot: own, fields: vec![attribute], whole: false }),
                },
                None => stamps.iter_mut().filter(|stamp| stamp.whole).for_each(|stamp| stamp.fields.push(attribute)),
            }
        }
        // A stamp is no field of its own.
        let names: Vec<String> = stamps.iter().map(|stamp| stamp.spot.text.clone()).collect();
        for stamp in &mut stamps {
            stamp.fields.retain(|field| !names.contains(&field.name));
        }
        stamps
    }

    /// Whether an attribute is a stamp.
    pub fn is_stamp(&self, name: &str) -> bool {
        let root = &self.document.root;
        let of = |node: &Node, key: &str| node.get_text(key).is_some_and(|stamp| stamp == name);
        of(root, "source_of_truth") || under(root, "attributes").iter().any(|entry| of(&entry.node, "stamp"))
    }

    /// The instant from which new profiles carry their stamps.
    pub fn stamped_since(&self) -> Option<i64> {
        written(&spot(&self.document.root, "stamped_since")?.text)
    }
}
