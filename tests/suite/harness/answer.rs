//! An answer as a client sees it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use shared::lambda::response::Response;

/// An answer and its request. A failing check prints both.
#[derive(Clone, Debug)]
pub struct Answer {
    pub request: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// The text of the body; other bytes as base64, as the gateway takes them.
    pub body: String,
}

impl Answer {
    /// The answer of a function to this request.
    pub fn new(request: String, response: Response) -> Self {
        let (head, body) = response.into_parts();
        let body = String::from_utf8(body).unwrap_or_else(|other| STANDARD.encode(other.as_bytes()));
        let headers = head.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
        Self { request, status: head.status.as_u16(), headers: headers.collect(), body }
    }

    /// What a client sees of it: its status, its headers and its body.
    pub fn shown(&self) -> (u16, &[(String, String)], &str) {
        (self.status, &self.headers, &self.body)
    }

    /// The same answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self}");
        self
    }

    /// The same answer, which must be an error of the reseller API: this status, this code, the documented shape.
    #[track_caller]
    pub fn expect_error(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status, status, "{self}");
        let body = self.json();
        let keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).filter(|key| *key != "details").collect();
        assert_eq!(keys, ["error", "message", "error_message", "error_code"], "{self}");
        assert_eq!(body["error_code"], code, "{self}");
        assert_eq!(body["message"], body["error_message"], "{self}");
        assert!(body["message"].as_str().is_some_and(|message| message.ends_with('.')), "{self}");
        self
    }

    /// The same answer, a validation error of the reseller API with exactly these fields at fault.
    #[track_caller]
    pub fn expect_faults(self, fields: &[&str]) -> Self {
        let answer = self.expect_error(400, "VALIDATION_ERROR");
        let body = answer.json();
        let details: Vec<&str> = body["details"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(details, fields, "{answer}");
        answer
    }

    /// The same answer, which must be an error of the licensing API: this status, this code, the documented shape.
    #[track_caller]
    pub fn expect_licensing_error(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status, status, "{self}");
        let body = self.json();
        let keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).filter(|key| *key != "fields").collect();
        assert_eq!(keys, ["error", "message"], "{self}");
        assert_eq!(body["error"], code, "{self}");
        let challenge = (status == 401).then_some("Basic realm=\"ScriptLock API\"");
        assert_eq!(self.header("www-authenticate"), challenge, "{self}");
        self
    }

    /// The same answer, a validation error of the licensing API with exactly these fields at fault.
    #[track_caller]
    pub fn expect_licensing_faults(self, fields: &[&str]) -> Self {
        let answer = self.expect_licensing_error(400, "VALIDATION_ERROR");
        let body = answer.json();
        let named: Vec<&str> = body["fields"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(named, fields, "{answer}");
        answer
    }

    /// The same answer, which must be an error of the Management API in JSON: this status, this code, the documented shape.
    #[track_caller]
    pub fn expect_failure(self, status: u16, code: &str) -> Self {
        assert_eq!(self.status, status, "{self}");
        let body = self.json();
        let keys: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).filter(|key| *key != "field").collect();
        assert_eq!(keys, ["failureCode", "failureMessage"], "{self}");
        assert_eq!(body["failureCode"], code, "{self}");
        assert!(body["failureMessage"].as_str().is_some_and(|message| message.ends_with('.')), "{self}");
        let challenge = (status == 401).then_some("Basic realm=\"Management API\"");
        assert_eq!(self.header("www-authenticate"), challenge, "{self}");
        self
    }

    /// The same answer, an error of the Management API about this field.
    #[track_caller]
    pub fn expect_failure_of(self, status: u16, code: &str, field: &str) -> Self {
        let answer = self.expect_failure(status, code);
        assert_eq!(answer.json()["field"], field, "{answer}");
        answer
    }

    /// The bytes of the body, which is no text.
    #[track_caller]
    pub fn bytes(&self) -> Vec<u8> {
        STANDARD.decode(&self.body).unwrap()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}\n{self}"))
    }

    /// The `result` of the reseller API's envelope.
    #[track_caller]
    pub fn result(&self) -> Value {
        let mut body = self.json();
        assert!(body.get("result").is_some(), "{self}");
        body["result"].take()
    }

    /// The id of the one customer that the reseller API answered with.
    #[track_caller]
    pub fn id(&self) -> u64 {
        self.result()["id"].as_u64().unwrap_or_else(|| panic!("no id\n{self}"))
    }

    /// The ids of the customers that the reseller API listed, in their order.
    #[track_caller]
    pub fn ids(&self) -> Vec<u64> {
        self.result()
            .as_array()
            .unwrap_or_else(|| panic!("no list\n{self}"))
            .iter()
            .map(|one| one["id"].as_u64().unwrap())
            .collect()
    }

    /// The same answer of the reseller API, which must be a list of exactly these customers in this order, out of `total`.
    #[track_caller]
    pub fn expect_list(self, ids: &[u64], total: usize) -> Self {
        let answer = self.expect(200);
        assert_eq!(answer.ids(), ids, "{answer}");
        let body = answer.json();
        assert_eq!((&body["count"], &body["total_results"]), (&ids.len().into(), &total.into()), "{answer}");
        answer
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(sent, _)| sent.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The path and query of the `Link` to the next page.
    pub fn next(&self) -> Option<String> {
        let link = self.header("link")?;
        let address = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")).expect(link);
        let path = address
            .strip_prefix("http://")
            .or(address.strip_prefix("https://"))
            .map_or(address, |rest| &rest[rest.find('/').unwrap()..]);
        Some(path.to_owned())
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { request, status, headers, body } = self;
        write!(formatter, "\n--- request\n{request}\n--- answer {status}\n{headers:?}\n{body}\n---")
    }
}
