//! Drafts: pairs of columns in, the attributes of a mapping out, each with its sources and what it is for.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;

use super::Scene;
use super::cells::seconds;
use super::columns::{Holds, Look};
use super::pairs::{Side, Source, Why, pairs};
use super::sheet::scalar;
use crate::checks::consent::{out_when, standard_name};
use crate::checks::inferred::labels;
use crate::checks::reserved_name::{is_reserved, is_system, meant};
use crate::exports::{Dataset, System};
use crate::frames::links::Link;
use crate::frames::normalize::fold;

/// Attributes that Customer.io fills by itself, beside those that nobody else can write.
const OWN: &[&str] = &["id", "cio_id", "cio_subscription_preferences", "timezone", "created_at"];

/// YAML takes keys of up to 1,024 characters.
const LONGEST: usize = 1_000;

/// Where several records of one person come from: through which column, and which of them counts.
#[derive(Debug, Clone)]
pub(super) struct Through {
    pub(super) lookup: String,
    pub(super) by: Option<String>,
}

/// An attribute of the draft.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    pub(super) name: String,
    /// What it holds: at the source where there is one, else on the profile.
    pub(super) holds: Holds,
    /// Its sources, of one system, in the order in which they are tried.
    pub(super) sources: Vec<Source>,
    /// Columns of other systems that hold the same.
    pub(super) others: Vec<Source>,
    pub(super) through: Option<Through>,
    pub(super) role: Option<&'static str>,
    /// Its column on the profile.
    pub(super) profile: Option<usize>,
}

/// The attributes that profiles have, in the order of their export.
pub(super) fn of_profiles(scene: &Scene<'_>) -> Vec<Attribute> {
    let Some(profiles) = scene.profiles() else { return Vec::new() };
    let mut candidates: Vec<Vec<Source>> = vec![Vec::new(); profiles.looks.len()];
    let mut through = BTreeMap::new();
    for side in scene.sources() {
        let name = &side.frame.dataset.name;
        let mut links = scene.identity.links(name, &profiles.frame.dataset.name).to_vec();
        if let Some(lookup) = scene.lookup(name) {
            let by = order(side);
            links = last(links, side, by);
            let label = |index: usize| side.looks[index].label.clone();
            through.insert(name.clone(), Through { lookup, by: by.map(label) });
        }
        for (all, found) in candidates.iter_mut().zip(pairs(side, profiles, &links)) {
            // Of a person's several records only what values show is believed.
            all.extend(found.into_iter().filter(|source| !through.contains_key(name) || source.is_sure()));
        }
    }
    let wanted = profiles.looks.iter().zip(candidates).enumerate().filter(|(_, (look, _))| is_drafted(look));
    wanted.map(|(at, (look, found))| attribute(scene, look, at, found, &through)).collect()
}

/// Whether an attribute is the team's to map.
fn is_drafted(look: &Look) -> bool {
    let name = look.label.as_str();
    scalar(name).len() <= LONGEST
        && !name.trim().is_empty()
        && !is_system(name)
        && !OWN.contains(&name)
        && !name.starts_with('_')
        && meant(name).is_none()
}

fn attribute(
    scene: &Scene<'_>,
    look: &Look,
    at: usize,
    mut found: Vec<Source>,
    through: &BTreeMap<String, Through>,
) -> Attribute {
    if look.label == "unsubscribed" {
        found.retain(|source| is_consent(scene, source));
        found.extend(standard_consent(scene, &found));
    }
    found.sort_by(|one, other| {
        scene.rank(other).total_cmp(&scene.rank(one)).then_with(|| one.path().cmp(&other.path()))
    });
    let mut best: Vec<Source> = Vec::new();
    for source in found {
        if !best.iter().any(|known| known.dataset == source.dataset) {
            best.push(source);
        }
    }
    let first = best.first().cloned();
    let system = |source: &Source| scene.system(&source.dataset);
    let is_child = |source: &Source| through.contains_key(&source.dataset);
    let (mut sources, others): (Vec<Source>, Vec<Source>) = best.into_iter().partition(|source| {
        first.as_ref().is_some_and(|first| {
            let same = fold(&first.label) == fold(&source.label) && system(first) == system(source);
            source.path() == first.path() || (same && !is_child(first) && !is_child(source))
        })
    });
    if let Some(first) = first.as_ref().filter(|first| !is_child(first)) {
        for twin in siblings(scene, first) {
            if !sources.iter().any(|known| known.dataset == twin.dataset) {
                sources.push(twin);
            }
        }
    }
    let source = first.as_ref().and_then(|first| scene.look(&first.dataset, first.column));
    let holds = held(source, look);
    let through = first.as_ref().and_then(|first| through.get(&first.dataset)).cloned();
    let role = role(look, holds);
    Attribute { name: look.label.clone(), holds, sources, others, through, role, profile: Some(at) }
}

/// The same list of values in other modules of the system: a lead that converts carries it over.
fn siblings(scene: &Scene<'_>, first: &Source) -> Vec<Source> {
    let Some(own) = scene.look(&first.dataset, first.column).filter(|look| look.holds == Holds::Enum) else {
        return Vec::new();
    };
    let values: BTreeSet<String> = own.values.iter().map(|(value, _)| fold(value)).collect();
    let twins = scene.sources().into_iter().filter(|side| {
        let name = &side.frame.dataset.name;
        *name != first.dataset && scene.system(name) == scene.system(&first.dataset) && scene.lookup(name).is_none()
    });
    let found = twins.filter_map(|side| {
        let column = side.looks.iter().position(|look| look.label == own.label && look.holds == Holds::Enum)?;
        let theirs: BTreeSet<String> = side.looks[column].values.iter().map(|(value, _)| fold(value)).collect();
        let (shared, all) = (values.intersection(&theirs).count(), values.union(&theirs).count());
        (shared * 2 >= all).then(|| Source {
            dataset: side.frame.dataset.name.clone(),
            column,
            label: own.label.clone(),
            why: Why::Values(shared as u64, all as u64),
            score: 0.0,
        })
    });
    found.collect()
}

/// What an attribute holds; where one side says nothing, the other does.
fn held(source: Option<&Look>, profile: &Look) -> Holds {
    match source.map_or(Holds::Nothing, |look| look.holds) {
        // A list of people is none of values, whichever side tells.
        _ if profile.personal && profile.holds == Holds::Text => Holds::Text,
        Holds::Enum if profile.holds == Holds::Nothing || profile.holds == Holds::Enum => Holds::Enum,
        Holds::Nothing | Holds::Enum => profile.holds,
        Holds::Text if source.is_some_and(|look| look.personal) => Holds::Text,
        Holds::Text => profile.holds,
        // A day at the source that became an instant is still a day.
        holds => holds,
    }
}

/// What an attribute is for, as far as its name and type tell.
fn role(look: &Look, holds: Holds) -> Option<&'static str> {
    let words = labels(&look.label);
    let named = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    match holds {
        _ if look.label == "unsubscribed" => Some("consent"),
        Holds::Boolean if out_when(&look.label).is_some() && !is_reserved(&look.label) => Some("consent"),
        Holds::Email if look.label == "email" => Some("email"),
        Holds::Phone if named(&["phone", "mobile"]) => Some("phone"),
        Holds::Enum if named(&["lifecycle"]) => Some("lifecycle"),
        Holds::Enum if named(&["tier", "vip", "loyalty"]) => Some("tier"),
        Holds::List if named(&["tag", "tags"]) => Some("tags"),
        Holds::Timestamp if named(&["last"]) && named(&["order", "purchase", "bought"]) => Some("last_purchase"),
        _ => None,
    }
}

/// Whether a column is its system's own consent, or sounds like one.
fn is_consent(scene: &Scene<'_>, source: &Source) -> bool {
    let own = |dataset: &Dataset| standard_name(dataset.system).and_then(|name| dataset.find(name));
    let standard = scene.dataset(&source.dataset).and_then(own) == Some(source.column);
    standard || out_when(&source.label).is_some()
}

/// The columns that are consent by their system's own shape, beside those that values found.
fn standard_consent(scene: &Scene<'_>, found: &[Source]) -> Vec<Source> {
    let columns = scene.sources().into_iter().filter_map(|side| {
        let dataset = &side.frame.dataset;
        let column = standard_name(dataset.system).and_then(|name| dataset.find(name))?;
        let known = found.iter().any(|source| source.dataset == dataset.name && source.column == column);
        (!known).then(|| Source {
            dataset: dataset.name.clone(),
            column,
            label: dataset.columns[column].label.clone(),
            why: Why::Name,
            score: 0.1,
        })
    });
    columns.collect()
}

/// The column that orders the records of one person: the day that a deal closes, else any time.
fn order(side: Side<'_>) -> Option<usize> {
    let times = || (0..side.looks.len()).filter(|index| side.looks[*index].holds.is_time());
    let named = |word: &str| times().find(|index| labels(&side.looks[*index].label).iter().any(|found| found == word));
    named("closing").or_else(|| named("modified")).or_else(|| times().next())
}

/// Of the records of each person the last one.
fn last(mut links: Vec<Link>, side: Side<'_>, by: Option<usize>) -> Vec<Link> {
    let Some(column) = by.and_then(|by| side.frame.column(by)) else { return links };
    links.sort_by_cached_key(|link| (link.right, seconds(column.get(link.left), &TimeZone::UTC), link.left));
    let runs = links.chunk_by(|one, other| one.right == other.right);
    runs.filter_map(|run| run.last().copied()).collect()
}

/// The fields of a source as attributes of their own, where no profile was given: their names are proposals.
pub(super) fn of_source(scene: &Scene<'_>) -> Vec<Attribute> {
    let contacts = |side: &Side<'_>| {
        side.frame.dataset.system != System::CustomerIo && scene.lookup(&side.frame.dataset.name).is_none()
    };
    let sides: Vec<Side<'_>> = scene.sources().into_iter().filter(contacts).collect();
    let mut attributes: Vec<Attribute> = Vec::new();
    for side in sides {
        for (index, look) in side.looks.iter().enumerate() {
            let dataset = &side.frame.dataset;
            let consent = standard_name(dataset.system).and_then(|own| dataset.find(own)) == Some(index);
            let name = if consent { "unsubscribed".to_owned() } else { snake(&look.label) };
            let own = side.frame.dataset.key == Some(index) || look.label.ends_with(".id");
            let plain = matches!(look.holds, Holds::Nothing | Holds::Text | Holds::Identifier | Holds::Object);
            if own
                || plain
                || name.is_empty()
                || name.len() > LONGEST
                || attributes.iter().any(|known| known.name == name)
            {
                continue;
            }
            let named = Look { label: name.clone(), ..look.clone() };
            attributes.push(Attribute {
                role: role(&named, look.holds),
                name,
                holds: look.holds,
                sources: vec![Source {
                    dataset: side.frame.dataset.name.clone(),
                    column: index,
                    label: look.label.clone(),
                    why: Why::Name,
                    score: 0.0,
                }],
                others: Vec::new(),
                through: None,
                profile: None,
            });
        }
    }
    attributes
}

/// A label as attributes are called: `Lifecycle Stage` is `lifecycle_stage`.
fn snake(label: &str) -> String {
    labels(label).join("_")
}
