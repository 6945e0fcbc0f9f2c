//! Amazon SES as a test wants it: it answers what the test says, and remembers what it was sent.

use std::fmt;
use std::sync::{Arc, Mutex};

use aws_sdk_sesv2::config::{BehaviorVersion, Builder, Credentials, Region};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

/// A request to SES.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its method and address.
    pub line: String,
    /// Its body.
    pub body: Value,
}

type Answers = Box<dyn FnMut(&Sent) -> (u16, &'static str) + Send>;

/// A service that looks like SES to its client.
#[derive(Clone)]
pub struct FakeSes {
    sent: Arc<Mutex<Vec<Sent>>>,
    answers: Arc<Mutex<Answers>>,
}

impl FakeSes {
    /// Answers each request with a status, and with the code of an error where the status is one.
    pub fn answering(answers: impl FnMut(&Sent) -> (u16, &'static str) + Send + 'static) -> Self {
        Self { sent: Arc::default(), answers: Arc::new(Mutex::new(Box::new(answers))) }
    }

    /// How to reach it.
    pub fn configuration(&self) -> Builder {
        Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("eu-west-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .http_client(SharedHttpClient::new(self.clone()))
    }

    /// The requests that it was sent.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }
}

impl fmt::Debug for FakeSes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("FakeSes")
    }
}

impl HttpClient for FakeSes {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for FakeSes {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let sent = Sent {
            line: format!("{} {}", request.method(), request.uri()),
            body: serde_json::from_slice(request.body().bytes().unwrap()).unwrap(),
        };
        let (status, code) = (self.answers.lock().unwrap())(&sent);
        self.sent.lock().unwrap().push(sent);
        let body = match status {
            200 => json!({"MessageId": "0100"}),
            // SES repeats the address.
            _ => json!({"message": "Email address is not verified: ann@example.com"}),
        };
        let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).unwrap();
        let mut response = HttpResponse::new(status, SdkBody::from(body.to_string()));
        if !code.is_empty() {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}
