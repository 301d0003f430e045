//! What a pull would ask, without asking. In: the config and the mapping. Out: the requests, one a line, in the words of the
//! same calls that a pull makes; secrets stand as the names of where they are.

use super::{Documents, Wish, customerio, download, sources, token, zoho};
use crate::config::Config;
use crate::config::pull::{CustomerIo, From, Target, Url, Zoho};
use crate::error::Result;
use crate::pull::api::Call;
use crate::text::duration;

use serde_json::json;

/// The plan of every source that is asked for, as text.
pub fn text(config: &Config, only: &[String]) -> Result<String> {
    let documents = Documents::of(config)?;
    let mut lines = Vec::new();
    for (name, source, pull) in sources(config, only)? {
        let wish = Wish {
            pull,
            documents: &documents.text,
            attributes: &documents.attributes,
            zone: source.time_zone.as_ref().map(|zone| &zone.text),
        };
        let place = match &pull.target {
            Target::Folder(folder) => folder.display(),
            Target::File(file) => file.display(),
        };
        lines.push(format!("{name} → {place}"));
        lines.extend(of(&wish)?.into_iter().map(|line| format!("  {line}")));
    }
    lines.push("Nothing was asked, and no secret was read.".to_owned());
    Ok(lines.join("\n") + "\n")
}

/// The plan of one source.
pub(super) fn of(wish: &Wish<'_>) -> Result<Vec<String>> {
    match &wish.pull.from {
        From::Zoho(zoho) => of_zoho(zoho, wish),
        From::CustomerIo(asked) => of_customerio(asked, wish),
        From::File(remote) => {
            let headers: Vec<String> =
                remote.headers.iter().map(|(name, kept)| format!("{name} from {kept}")).collect();
            let with = if headers.is_empty() { String::new() } else { format!(", with {}", headers.join(", ")) };
            let line = match (&remote.url, &wish.pull.api) {
                (Url::Kept(kept), None) => format!("GET the address in {kept}"),
                _ => line(&download::call(remote, wish.pull.api.as_ref())?),
            };
            Ok(vec![line + &with])
        }
    }
}

fn line(call: &Call) -> String {
    let body = call.body.as_ref().map(|body| format!(" {body}")).unwrap_or_default();
    format!("{} {}{body}", call.method, call.at)
}

fn until_done(wish: &Wish<'_>, call: &Call) -> String {
    let long = i64::try_from(wish.pull.pace.patience.as_secs()).unwrap_or(i64::MAX);
    format!("{} until it is done, for up to {}", line(call), duration(long))
}

/// What a request needs beside its path, which is no secret.
fn with(call: &Call, what: &str) -> String {
    format!("{}{what}", line(call))
}

fn of_zoho(zoho: &Zoho, wish: &Wish<'_>) -> Result<Vec<String>> {
    let (accounts, base) = token::bases(&zoho.centre, wish.pull.api.as_ref())?;
    let (id, secret, refresh) = (&zoho.id, &zoho.secret, &zoho.refresh);
    let mut lines = vec![
        with(&token::call(&accounts), &format!(", with {id}, {secret} and {refresh}")),
        line(&zoho::organisation(&base)),
    ];
    for module in &zoho.modules {
        let fields = super::fields::expected(module, &zoho.fields, wish.documents);
        let query = zoho::query(module, &fields, false);
        let mut create = zoho::create(&base, module, &query);
        if fields.is_empty() {
            create.body = Some(json!({ "query": { "module": { "api_name": module }, "fields": "all" } }));
        }
        let more = match zoho.fields {
            crate::config::pull::Wanted::Mapping if !fields.is_empty() => ", and the fields that rules look at",
            _ => "",
        };
        lines.push(with(&zoho::fields_of(&base, module), &format!("?module={module}&type=all")));
        lines.push(with(&create, more));
        lines.push(until_done(wish, &zoho::look(&base, module, "{job}")));
        lines.push(with(&zoho::result(&base, module, "{job}"), ", and again for each 200,000 records"));
        if module.eq_ignore_ascii_case("Leads") {
            let query = zoho::query(module, &[], true);
            lines.push(with(
                &zoho::create(&base, module, &query),
                " where converted leads did not come with the others",
            ));
        }
        if zoho.deleted {
            lines.push(with(&zoho::deleted(&base, module, 1), "?type=all&page=1&per_page=200"));
        }
    }
    Ok(lines)
}

fn of_customerio(asked: &CustomerIo, wish: &Wish<'_>) -> Result<Vec<String>> {
    let base = customerio::base(&asked.region, wish.pull.api.as_ref())?;
    let asks = |what: &str| asked.what.iter().any(|found| found == what);
    let mut lines = vec![format!("the App API key is in {}", asked.key)];
    let export = |create: &Call, what: &str, lines: &mut Vec<String>| {
        lines.push(line(create));
        lines.push(until_done(wish, &customerio::look(&base, "{export}", what)));
        lines.push(line(&customerio::download(&base, "{export}", what)));
        lines.push("GET the link that it gives, without the key".to_owned());
    };
    if asks("people") {
        let names = customerio::attributes(asked, wish);
        export(&customerio::export_people(&base, asked, names.as_deref()), "people", &mut lines);
    }
    if asks("segments") {
        lines.push(line(&customerio::listed(&base, "segments", "segments")));
        lines.push(format!("{} for each of them", line(&customerio::listed(&base, "segments/{segment}", "segment"))));
    }
    if asks("campaigns") || asks("deliveries") {
        lines.push(line(&customerio::listed(&base, "campaigns", "campaigns")));
    }
    if asks("topics") {
        lines.push(line(&customerio::listed(&base, "subscription_topics", "topics")));
    }
    if asks("deliveries") {
        let order = |whose: &str, id: &str| {
            let mut create = customerio::export_deliveries(&base, whose, &json!(id), None);
            if let (Some(since), Some(body)) = (asked.since, create.body.as_mut()) {
                body["start"] = json!(format!("{} ago", duration(since)));
            }
            create
        };
        export(&order("campaign_id", "{campaign}"), "deliveries of each campaign", &mut lines);
        lines.push(line(&customerio::listed(&base, "newsletters", "newsletters")));
        export(&order("newsletter_id", "{newsletter}"), "deliveries of each newsletter", &mut lines);
    }
    Ok(lines)
}
