//! The log of the product during the suite, at the level `trace`. After every request its lines are searched for the content of
//! the request and of the answer: they must not contain secrets or personal data.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use memchr::memmem;
use serde_json::Value;
use shared::domain::date::Date;
use shared::lambda::{form, logging};
use tracing::level_filters::LevelFilter;

static INSTALL: Once = Once::new();

/// The lines that tasks of the libraries log outside of any request.
static OUTSIDE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

tokio::task_local! {
    static LINES: Arc<Mutex<Vec<u8>>>;
}

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = LINES.try_with(|lines| lines.lock().unwrap().extend_from_slice(bytes));
        if written.is_err() {
            OUTSIDE.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What was logged during one request.
pub struct Logged {
    /// The lines of the request.
    text: String,
    /// Where the lines begin that tasks of the libraries logged since the request began.
    outside_from: usize,
}

/// Runs `work`, and returns its outcome with what was logged meanwhile.
pub async fn logged<F: Future>(work: F) -> (F::Output, Logged) {
    INSTALL.call_once(|| {
        tracing::subscriber::set_global_default(logging::subscriber(LevelFilter::TRACE, || Writer)).unwrap();
    });
    let outside_from = outside().len();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let output = LINES.scope(Arc::clone(&lines), work).await;
    let text = String::from_utf8(std::mem::take(&mut *lines.lock().unwrap())).unwrap();
    (output, Logged { text, outside_from })
}

fn outside() -> MutexGuard<'static, Vec<u8>> {
    OUTSIDE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Logged {
    /// The lines of the request.
    pub fn lines(&self) -> Vec<Value> {
        self.text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON: {line}"))).collect()
    }

    /// Checks that none of these values is in the lines, or in what was logged meanwhile outside of requests.
    #[track_caller]
    pub fn expect_silence(&self, values: &[String]) {
        let outside = outside();
        let texts = [self.text.as_bytes(), &outside[self.outside_from..]];
        for value in values {
            let escaped = Value::from(value.as_str()).to_string();
            let escaped = &escaped[1..escaped.len() - 1];
            let is_in = |value: &str| texts.iter().any(|text| memmem::find(text, value.as_bytes()).is_some());
            let is_said = is_in(value) || (escaped != value && is_in(escaped));
            assert!(!is_said, "the log says {value:?}:\n{}", texts.map(String::from_utf8_lossy).concat());
        }
    }
}

/// The texts that must not be logged, of all texts in a request or an answer: those that contain a space, a digit, a capital or a
/// sign, and so can't be one of the product's own words. A day is no secret: it begins the time of every line.
pub fn private(texts: impl IntoIterator<Item = String>) -> Vec<String> {
    let is_key_id = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_word = |text: &str| text.chars().all(|character| character.is_ascii_lowercase() || "-_ .".contains(character));
    let is_day = |text: &str| Date::parse(text).is_ok();
    let is_open = |text: &str| text.chars().count() < 6 || is_key_id(text) || is_word(text) || is_day(text);
    texts.into_iter().filter(|text| !is_open(text)).collect()
}

/// All texts in a JSON value.
pub fn texts_in(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.trim().to_owned()],
        Value::Array(values) => values.iter().flat_map(texts_in).collect(),
        Value::Object(fields) => fields.values().flat_map(texts_in).collect(),
        _ => Vec::new(),
    }
}

/// All texts in a body: the texts of JSON, the values of a form as sent and decoded, the attributes of XML, the cells of the first rows of
/// CSV.
pub fn texts_in_body(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(body);
    if let Ok(json) = serde_json::from_slice::<Value>(body) {
        return texts_in(&json);
    }
    if text.trim_start().starts_with('<') {
        return text.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    }
    if text.starts_with("id,") {
        return text.lines().skip(1).take(100).flat_map(|row| row.split([',', '"'])).map(str::to_owned).collect();
    }
    let sent = text.split('&').filter_map(|pair| Some(pair.split_once('=')?.1.to_owned()));
    let decoded = form::parse(body).unwrap_or_default().into_iter().map(|(_, value)| value.trim().to_owned());
    sent.chain(decoded).collect()
}

/// The secrets in the headers of a request or of an answer, as sent and decoded.
pub fn secrets_in(headers: &[(String, String)]) -> Vec<String> {
    let mut secrets = Vec::new();
    for (name, value) in headers {
        if name.eq_ignore_ascii_case("x-zoom-s2t-key") {
            secrets.push(value.trim().to_owned());
        }
        if name.eq_ignore_ascii_case("cookie") {
            secrets.extend(value.split("; ").filter_map(|cookie| cookie.split_once('=')).map(|(_, value)| value.to_owned()));
        }
        if name.eq_ignore_ascii_case("set-cookie") {
            secrets.extend(value.split([';', '=']).nth(1).map(str::to_owned));
        }
        if name.eq_ignore_ascii_case("authorization") {
            let credential = value.split_whitespace().last().unwrap_or_default();
            secrets.push(credential.to_owned());
            if let Ok(decoded) = STANDARD.decode(credential).map(String::from_utf8)
                && let Ok(decoded) = decoded
            {
                secrets.extend(decoded.split(':').skip(1).map(str::to_owned));
                secrets.push(decoded);
            }
        }
    }
    secrets
}
