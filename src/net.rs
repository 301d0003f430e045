//! The one way to the network, for `pull` and `notify`: https alone (http on this machine), no redirect, a bound on every
//! wait and every body, and secrets that no text can hold.
//!
//! An [`Address`] and a [`Secret`] in, an [`Answer`] or a [`Trouble`] out. What can pass is tried again, later and later,
//! and not before the server asked for it.

mod address;
mod secret;

use std::cell::Cell;
use std::error::Error as _;
use std::fmt;
use std::io::Read;
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use backon::{BlockingRetryable, ExponentialBuilder};
use reqwest::blocking::{Client as Http, RequestBuilder, Response};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::redirect;

pub use address::{Address, form};
pub use reqwest::Method;
pub use secret::{Kept, Secret};

use crate::text::counted;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// How much a caller bears.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How often a request is made.
    pub tries: usize,
    /// The wait before the second try; each later one is twice as long, and a little by chance.
    pub first: Duration,
    /// What all waits of one request may come to.
    pub patience: Duration,
    /// How long the server may be silent.
    pub silence: Duration,
    /// How long a whole answer may take.
    pub whole: Duration,
    /// How many bytes an answer may have.
    pub bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tries: 5,
            first: Duration::from_secs(1),
            patience: Duration::from_secs(60),
            silence: Duration::from_secs(30),
            whole: Duration::from_secs(60),
            bytes: 16 << 20,
        }
    }
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer<T> {
    /// `200`
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// What was made of its body.
    pub body: T,
}

impl<T> Answer<T> {
    /// Whether the server did what it was asked for.
    pub fn is_fine(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// Why there is no answer. Its text names neither the address nor a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The status, when the server answered and would not.
    pub status: Option<u16>,
    /// What happened, a clause: `it answered 503 Service Unavailable`.
    pub said: String,
    /// How long the server asked to wait.
    pub wait: Option<Duration>,
    /// How often it was tried.
    pub tries: usize,
    /// Whether another try may go better.
    passes: bool,
}

impl Trouble {
    fn new(said: impl Into<String>) -> Self {
        Self { status: None, said: said.into(), wait: None, tries: 1, passes: false }
    }

    fn passing(said: impl Into<String>) -> Self {
        Self { passes: true, ..Self::new(said) }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.said)?;
        if let Some(wait) = self.wait {
            write!(out, ", and asks to wait {}", counted(wait.as_secs(), "second", "seconds"))?;
        }
        if self.tries > 1 { write!(out, " (tried {} times)", self.tries) } else { Ok(()) }
    }
}

/// The body of an answer, cut off when it takes too long or grows too large.
pub struct Body<'a> {
    response: &'a mut Response,
    until: Instant,
    left: u64,
    /// Why it broke off, as far as that is the network's doing.
    broke: Option<Trouble>,
}

impl Body<'_> {
    /// The rest of it.
    pub fn bytes(&mut self) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes).map(|_| bytes)
    }

    fn breaks(&mut self, trouble: Trouble) -> std::io::Result<usize> {
        let error = std::io::Error::other(trouble.said.clone());
        self.broke = Some(trouble);
        Err(error)
    }
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if Instant::now() >= self.until {
            return self.breaks(Trouble::passing("its answer took too long"));
        }
        match self.response.read(buffer) {
            Ok(read) if read as u64 > self.left => self.breaks(Trouble::new("its answer is too large")),
            Ok(read) => {
                self.left -= read as u64;
                Ok(read)
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Err(error),
            // Its text may hold the address.
            Err(_) => self.breaks(Trouble::passing("its answer broke off")),
        }
    }
}

/// The client.
#[derive(Debug)]
pub struct Client {
    limits: Limits,
    far: OnceLock<Http>,
    near: OnceLock<Http>,
}

impl Client {
    /// A client with these limits. It opens nothing yet.
    pub fn new(limits: Limits) -> Self {
        Self { limits, far: OnceLock::new(), near: OnceLock::new() }
    }

    /// Makes a request until it is answered, and reads what came. `dress` gives it headers and a body, `take` reads the
    /// answer, each once a try. An answer of any status is an answer, but for those that may pass (408, 429, 5xx).
    pub fn ask<T>(
        &self,
        method: &Method,
        to: &Address,
        dress: impl Fn(RequestBuilder) -> RequestBuilder,
        mut take: impl FnMut(u16, &HeaderMap, &mut Body<'_>) -> std::io::Result<T>,
    ) -> Result<Answer<T>, Trouble> {
        let http = self.http(to)?;
        let (started, patience) = (Instant::now(), self.limits.patience);
        let left = move || patience.saturating_sub(started.elapsed());
        let (tries, asked) = (Cell::new(0), Rc::new(Cell::new(Duration::ZERO)));
        let once = || {
            tries.set(tries.get() + 1);
            self.once(dress(http.request(method.clone(), to.url().clone())), &mut take)
        };
        let waits = ExponentialBuilder::default()
            .with_min_delay(self.limits.first)
            .with_max_delay(patience.max(self.limits.first))
            .with_max_times(self.limits.tries.saturating_sub(1))
            .with_jitter();
        let least = Rc::clone(&asked);
        let answer = once
            .retry(waits)
            .when(|trouble: &Trouble| {
                let (left, wait) = (left(), trouble.wait.unwrap_or_default());
                asked.set(wait);
                trouble.passes && !left.is_zero() && wait <= left
            })
            // The last wait ends where the patience does; one that the server asked for is never cut short.
            .sleep(move |planned: Duration| std::thread::sleep(planned.max(least.get()).min(left().max(least.get()))))
            .call();
        answer.map_err(|trouble| Trouble { tries: tries.get(), ..trouble })
    }

    /// The same for answers that are read whole.
    pub fn ask_whole(
        &self,
        method: &Method,
        to: &Address,
        dress: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer<Vec<u8>>, Trouble> {
        self.ask(method, to, dress, |_, _, body| body.bytes())
    }

    fn once<T>(
        &self,
        request: RequestBuilder,
        take: &mut impl FnMut(u16, &HeaderMap, &mut Body<'_>) -> std::io::Result<T>,
    ) -> Result<Answer<T>, Trouble> {
        let until = Instant::now() + self.limits.whole;
        let mut response = request.send().map_err(|error| self.unanswered(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        if status.is_server_error() || matches!(status.as_u16(), 408 | 429) {
            return Err(Trouble {
                status: Some(status.as_u16()),
                wait: retry_after(&headers),
                ..Trouble::passing(format!("it answered {status}"))
            });
        }
        let mut body = Body { response: &mut response, until, left: self.limits.bytes, broke: None };
        match (take(status.as_u16(), &headers, &mut body), body.broke) {
            (_, Some(trouble)) => Err(trouble),
            (Ok(body), None) => Ok(Answer { status: status.as_u16(), headers, body }),
            (Err(error), None) => Err(Trouble::new(format!("its answer could not be kept: {error}"))),
        }
    }

    /// Why a request has no answer, without the address that the library's own text holds.
    fn unanswered(&self, error: &reqwest::Error) -> Trouble {
        if error.is_timeout() {
            let wait = if error.is_connect() { CONNECT.min(self.limits.silence) } else { self.limits.silence };
            return Trouble::passing(format!("it was silent for {}", counted(wait.as_secs(), "second", "seconds")));
        }
        if error.is_builder() {
            return Trouble::new("the request could not be made: a header or the address holds what none may hold");
        }
        // The texts of causes, without that of the error itself: it ends with the address.
        let (mut all, mut cause) = (String::new(), error.source());
        while let Some(inner) = cause {
            if let Some(system) = inner.downcast_ref::<std::io::Error>().filter(|own| own.raw_os_error().is_some()) {
                return Trouble::passing(format!("there is no connection: {system}"));
            }
            all.push_str(&inner.to_string());
            cause = inner.source();
        }
        if all.contains("certificate") {
            // Another try meets the same certificate.
            return Trouble::new(
                "its certificate is not trusted here, or none is: look at the certificates of the system",
            );
        }
        if all.contains("dns error") {
            return Trouble::passing("there is no connection: its name is not known");
        }
        Trouble::passing(if error.is_connect() { "there is no connection" } else { "the connection broke off" })
    }

    fn http(&self, to: &Address) -> Result<&Http, Trouble> {
        let place = if to.is_near() { &self.near } else { &self.far };
        if let Some(http) = place.get() {
            return Ok(http);
        }
        let mut builder = Http::builder()
            .user_agent(concat!("crmlint/", env!("CARGO_PKG_VERSION")))
            // What is sent is meant for the address that was named, and for no other.
            .redirect(redirect::Policy::none())
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(self.limits.silence)
            .https_only(!to.is_near());
        if to.is_near() {
            // A proxy of the environment has nothing to do with this machine's own servers.
            builder = builder.no_proxy();
        }
        let http = builder.build().map_err(|_| {
            Trouble::new("no secure connection can be made here: look at the certificates of the system")
        })?;
        Ok(place.get_or_init(|| http))
    }
}

/// How long a server asks to wait: seconds, or the time until a date, by the server's own clock where it tells it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = http_date(text)?;
    let now = headers.get(DATE).and_then(|date| http_date(date.to_str().ok()?));
    let now = now.unwrap_or_else(|| jiff::Timestamp::now().as_second());
    Some(Duration::from_secs(u64::try_from(until - now).unwrap_or_default()))
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
pub fn http_date(text: &str) -> Option<i64> {
    let parser = jiff::fmt::rfc2822::DateTimeParser::new();
    parser.parse_timestamp(text.trim()).ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date_by_the_servers_clock() {
        let wait = |pairs: &[(reqwest::header::HeaderName, &'static str)]| {
            let headers =
                pairs.iter().map(|(name, text)| (name.clone(), text.parse().unwrap_or_else(|_| unreachable!())));
            retry_after(&headers.collect()).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(&[(RETRY_AFTER, "7")]), Some(7));
        assert_eq!(wait(&[(RETRY_AFTER, "99999999999999999999")]), Some(u64::MAX));
        let date = (DATE, "Sun, 06 Nov 1994 08:49:00 GMT");
        assert_eq!(wait(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT"), date.clone()]), Some(37));
        assert_eq!(wait(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:48:37 GMT"), date]), Some(0));
        assert_eq!(wait(&[(RETRY_AFTER, "Sun, 06 Nov 1994 08:49:37 GMT")]), Some(0), "long past");
        for wrong in ["", "soon", "-1", "1.5"] {
            assert_eq!(wait(&[(RETRY_AFTER, wrong)]), None, "{wrong}");
        }
        assert_eq!(wait(&[]), None);
    }

    #[test]
    fn nothing_listens_and_the_text_says_so_without_the_address() {
        // The port is free for the moment after the listener is gone.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let limits =
            Limits { tries: 3, first: Duration::from_millis(5), patience: Duration::from_secs(5), ..Limits::default() };
        let to = Address::parse(&format!("http://127.0.0.1:{port}/secret-path"), "the address in URL").expect("fits");
        let trouble = Client::new(limits).ask_whole(&Method::GET, &to, |request| request).expect_err("no server");
        assert_eq!(trouble.tries, 3);
        let said = trouble.to_string();
        assert!(said.contains("no connection") && said.contains("tried 3 times"), "{said}");
        assert!(!format!("{said}{trouble:?}{to:?}").contains("secret-path"), "{said}");
    }
}
