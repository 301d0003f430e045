//! What can go wrong on the way, at a request of the test's choice. In: `500@7`, once at the eighth request, or `500@7+`,
//! there and at every later request of the same path. Out: the answer as it goes wrong.

use serde_json::{Value, json};

use super::http::{Answer, Request, Sending};

/// Every kind of fault.
const KINDS: [&str; 18] = [
    "400", "401", "429", "500", "slow", "cut", "short", "gone", "header", "html", "fails", "endless", "redirect",
    "echo", "wait", "loop", "odd", "forever",
];

/// A fault that the test asked for.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    kind: String,
    at: usize,
    stays: bool,
    /// The path that it struck, from then on.
    path: Option<String>,
}

impl Fault {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (kind, at) = text.split_once('@')?;
        let stays = at.ends_with('+');
        let at = at.trim_end_matches('+').parse().ok()?;
        KINDS.contains(&kind).then(|| Self { kind: kind.to_owned(), at, stays, path: None })
    }

    /// The kind, when this request is struck.
    pub(crate) fn strikes(&mut self, at: usize, request: &Request) -> Option<String> {
        let name = format!("{} {}", request.method, request.path);
        if at == self.at {
            self.path = Some(name);
            return Some(self.kind.clone());
        }
        // A circle has no one path: each job of it has its own.
        let is_there = self.path == Some(name) || (self.kind == "loop" && at > self.at);
        (self.stays && is_there).then(|| self.kind.clone())
    }
}

/// What is answered instead.
pub(crate) fn spoil(kind: &str, answer: Answer, vendor: &str, request: &Request) -> (Answer, Sending) {
    let whole = |answer| (answer, Sending::Whole);
    match kind {
        "400" => whole(told(400, vendor, "FIELD_NOT_AVAILABLE", "the field is not available")),
        "401" => whole(refused(vendor)),
        "429" => whole(told(429, vendor, "TOO_MANY_REQUESTS", "too many requests").with("Retry-After", "1")),
        "500" => whole(told(500, vendor, "INTERNAL_ERROR", "an internal error")),
        "wait" => whole(told(429, vendor, "TOO_MANY_REQUESTS", "come back tomorrow").with("Retry-After", "86400")),
        "echo" => whole(told(403, vendor, "EXPIRED", &echoed(request))),
        "loop" => whole(circled(answer)),
        "odd" => whole(odd(answer)),
        "forever" => (answer, Sending::Forever),
        "gone" => whole(told(403, vendor, "EXPIRED", "the link has expired")),
        "slow" => (answer, Sending::Slow),
        "cut" => (answer, Sending::Cut),
        "short" => whole(Answer { body: answer.body[..answer.body.len() / 2].to_vec(), ..answer }),
        "html" => whole(Answer {
            status: 200,
            media: "text/html",
            kind: "html",
            body: format!("<!doctype html><title>Sign in</title>{}", echoed(request)).into_bytes(),
            ..answer
        }),
        "redirect" => whole(Answer { status: 302, ..answer }.with("Location", "/stolen")),
        "header" => whole(renamed(answer)),
        "fails" | "endless" => whole(stuck(answer, kind == "fails")),
        _ => whole(answer),
    }
}

/// A refusal that says again what it was asked with, so that a client that cuts it off in the middle cuts a secret.
fn echoed(request: &Request) -> String {
    let sent = ["authorization", "x-api-key"].iter().filter_map(|name| request.header(name));
    let sent: Vec<&str> =
        sent.chain([request.body.as_str()]).chain(request.query.iter().map(|(_, said)| said.as_str())).collect();
    let sent = sent.join(" ");
    let is_secret = |word: &&str| word.to_lowercase().contains("canary");
    let Some(word) = sent.split([' ', '&', '=']).find(is_secret) else { return "no".to_owned() };
    let shown = word.to_lowercase().find("canary").unwrap_or(0) + 8;
    format!("{} {word} and again {sent}", "x".repeat(190 - shown))
}

/// An answer that has another page, which is the same.
fn circled(answer: Answer) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    if let Some(result) = body.pointer_mut("/data/0/result").filter(|result| result.is_object()) {
        result["more_records"] = json!(true);
        result["next_page_token"] = json!("page-0-0");
    } else if body.get("info").is_some_and(|info| info.get("more_records").is_some()) {
        body["info"]["more_records"] = json!(true);
        body["data"][0]["id"] = json!("7045123001000999001");
    } else if body.get("segments").or(body.get("campaigns")).is_some() {
        body["next"] = json!("again");
    }
    Answer { body: body.to_string().into_bytes(), ..answer }
}

/// A token that lives for ever, as far as numbers go.
fn odd(answer: Answer) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    if body.get("expires_in").is_some() {
        body["expires_in"] = json!(u64::MAX);
    }
    Answer { body: body.to_string().into_bytes(), ..answer }
}

fn refused(vendor: &str) -> Answer {
    told(401, vendor, "INVALID_TOKEN", "invalid oauth token")
}

/// A refusal in the words of a vendor.
pub(crate) fn told(status: u16, vendor: &str, code: &str, message: &str) -> Answer {
    if vendor == "customerio" {
        let body = json!({ "errors": [{ "detail": message, "status": status.to_string() }] });
        return Answer::json(status, "customerio_errors", &body);
    }
    let body = json!({ "code": code, "details": {}, "message": message, "status": "error" });
    Answer::json(status, "zoho_error", &body)
}

/// A table or an object whose first names are others.
fn renamed(answer: Answer) -> Answer {
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    if let Ok(Value::Object(found)) = serde_json::from_str(&text) {
        let body: serde_json::Map<String, Value> =
            found.into_iter().map(|(name, value)| (format!("new_{name}"), value)).collect();
        return Answer { body: Value::Object(body).to_string().into_bytes(), ..answer };
    }
    if answer.body.starts_with(b"PK") {
        return Answer { body: super::zoho::rezipped(&answer.body, "Key_0,"), ..answer };
    }
    let (_, rest) = text.split_once(',').unwrap_or(("", &text));
    Answer { body: format!("key_0,{rest}").into_bytes(), ..answer }
}

/// A job that fails, or that is never done.
fn stuck(mut answer: Answer, fails: bool) -> Answer {
    let Ok(mut body) = serde_json::from_slice::<Value>(&answer.body) else { return answer };
    if let Some(job) = body.pointer_mut("/data/0").filter(|job| job.get("state").is_some()) {
        job["state"] = json!(if fails { "FAILURE" } else { "IN PROGRESS" });
        job["result"] = if fails {
            json!({ "error_message": { "status": "error", "code": "INTERNAL_ERROR", "message": "the job broke", "details": {} } })
        } else {
            Value::Null
        };
    } else if let Some(export) = body.get_mut("export").filter(|export| export.get("status").is_some()) {
        export["status"] = json!(if fails { "failed" } else { "pending" });
        export["failed"] = json!(fails);
        export["total"] = json!(0);
    } else {
        return answer;
    }
    answer.body = body.to_string().into_bytes();
    answer
}
