//! How late the sync may be: the lag that is declared, else the one that is measured, and which records are too fresh to
//! be compared. What was changed within the lag before the export may still be on its way.

use super::context::Context;
use crate::exports::{Dataset, Dialect, System};
use crate::facts::{Answer, Answers, Fresh, Question};
use crate::mapping::Attribute;
use crate::text::{count, counted, duration, seconds};

/// Where nothing is declared and nothing can be measured.
const USUAL: i64 = 86_400;
/// A measured lag beyond this is an import, not a sync.
const MOST_MINUTES: i64 = 7 * 24 * 60;

/// Which left records of pairs are too fresh to be compared.
pub(crate) enum HoldBack {
    /// Not known before its questions are answered.
    Open,
    /// Those changed later; the lag in seconds.
    After { fresh: Fresh, lag: i64, since: &'static str },
    /// None, and why.
    Nothing(String),
}

impl HoldBack {
    /// The limit for the question about pairs.
    pub(crate) fn fresh(&self) -> Option<&Fresh> {
        match self {
            Self::After { fresh, .. } => Some(fresh),
            _ => None,
        }
    }

    /// Whether it has to be asked first.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }

    /// What a statement says of it, after a blank.
    pub(super) fn said(&self, held: u64) -> String {
        match self {
            Self::After { lag, since, .. } if held > 0 => {
                let pairs = counted(held, "pair was", "pairs were");
                format!(" {pairs} held back: the record changed within {} of {since}.", duration(*lag))
            }
            Self::Nothing(reason) => format!(" Nothing was held back for the lag of the sync: {reason}."),
            _ => String::new(),
        }
    }
}

/// What has to be asked in every round, and what is held back as far as it is answered. An attribute's own `lag:` goes
/// before the document's.
pub(crate) fn hold_back(
    context: &Context<'_>,
    attribute: Option<&Attribute>,
    left: &Dataset,
    answers: &Answers,
) -> (Vec<Question>, HoldBack) {
    if left.system != System::Zoho {
        return (Vec::new(), HoldBack::Nothing(format!("{} does not say when a record was changed", left.name)));
    }
    let column = match context.standard(left, "Modified Time") {
        Ok(column) => column,
        Err(gap) => return (Vec::new(), HoldBack::Nothing(gap.reason)),
    };
    let zone = context.zone(&left.source, None);
    if zone.is_none() && matches!(left.dialect, Dialect::ZohoUi | Dialect::ZohoBackup) {
        return (Vec::new(), HoldBack::Nothing(format!("no zone is declared for the stamps of {}", left.name)));
    }
    let newest = Question::Newest { column: column.clone(), zone: zone.clone() };
    let declared = declared(context, attribute);
    let measured = if declared.is_none() { arrival(context, left, zone.clone()) } else { None };
    let lag = match (declared, &measured) {
        (Some(lag), _) => Some(lag),
        (None, Some(question)) => answers.get(question).map(usual),
        (None, None) => Some(USUAL),
    };
    let held = match (answers.get(&newest), lag) {
        (None, _) | (_, None) => HoldBack::Open,
        (Some(Answer::Newest(Some(newest))), Some(lag)) => {
            // What reaches a profile later than its export was taken cannot be there.
            let (at, since) = match context.profiles().and_then(|profiles| context.taken_at(&profiles.source)) {
                Some(taken) => (taken, "the profiles' export"),
                None => (*newest.min(&context.now), "the newest change in the export"),
            };
            HoldBack::After { fresh: Fresh { column, after: at - lag, zone }, lag, since }
        }
        _ => HoldBack::Nothing(format!("no Modified Time of {} can be read", left.name)),
    };
    (std::iter::once(newest).chain(measured).collect(), held)
}

/// Why nothing can be said where every difference is one of a record that changed too lately.
pub(super) fn all_held(differences: u64) -> String {
    match differences {
        1 => "the only difference was held back for the lag of the sync".to_owned(),
        more => format!("all {} differences were held back for the lag of the sync", count(more)),
    }
}

fn declared(context: &Context<'_>, attribute: Option<&Attribute>) -> Option<i64> {
    let own = attribute.and_then(|attribute| attribute.lag.as_ref());
    let whole = context.mapping.and_then(|mapping| mapping.lag.as_ref());
    own.or(whole).and_then(|lag| seconds(&lag.text))
}

/// From the creation of a record to that of its profile.
fn arrival(context: &Context<'_>, left: &Dataset, left_zone: Option<String>) -> Option<Question> {
    let made = context.standard(left, "Created Time").ok()?;
    let names = ["_created_in_customerio_at", "created_at"];
    let arrived = names.into_iter().find_map(|name| context.on_profile(name).ok())?;
    Some(Question::Gap { left: made, left_zone, right: arrived, right_zone: None })
}

/// The lag within which 95 of 100 arrive, where that is one.
fn usual(gap: &Answer) -> i64 {
    // Where nearly all arrive at once, the profile's stamp is a copy of the record's.
    let measured = gap.quantile(0.95).filter(|minutes| (1..=MOST_MINUTES).contains(minutes));
    measured.map_or(USUAL, |minutes| minutes * 60)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{USUAL, usual};
    use crate::facts::Answer;

    #[test]
    fn a_measured_lag_is_one_only_within_reason() {
        let gap = |minutes: &[i64]| {
            let minutes: BTreeMap<i64, u64> = minutes.iter().map(|minute| (*minute, 1)).collect();
            usual(&Answer::Gap { pairs: minutes.len() as u64, minutes })
        };
        assert_eq!(gap(&[1, 2, 30]), 1_800);
        assert_eq!(gap(&[-5, 10_080]), 604_800);
        assert_eq!([gap(&[]), gap(&[-90]), gap(&[10_081])], [USUAL; 3]);
    }
}
