//! The wire between the SDK and the engine: it counts the calls, and fails where a test says so. It replaces the SDK's HTTP
//! client, so that the SDK's own retries and time-outs are tested too.

use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;

use super::recorder;

/// One call on the wire: an attempt of the SDK.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name of the operation, such as `TransactWriteItems`.
    pub operation: String,
    /// The body of the request.
    pub request: Value,
    /// The body of the engine's answer; null when there was none.
    pub response: Value,
    /// The sequential round trip that it belongs to, from 1: all calls of a round began before any of them was answered.
    pub round: usize,
}

impl Call {
    /// Checks that it reads consistently, and that it asks for its consumed capacity.
    #[track_caller]
    pub fn expect_consistent_and_metered(&self) {
        let tables = self.request["RequestItems"].as_object().into_iter().flat_map(|tables| tables.values());
        let reads: Vec<&Value> = match self.operation.as_str() {
            "BatchGetItem" => tables.collect(),
            "Query" => vec![&self.request],
            _ => Vec::new(),
        };
        assert!(reads.iter().all(|read| read["ConsistentRead"] == true), "{self:?}");
        assert_eq!(self.request["ReturnConsumedCapacity"], "TOTAL", "{self:?}");
    }

    /// The permissions that a role must have for it, as `<action>: <partitions>`. IAM authorizes a transaction as the actions of
    /// its items, and an index separately from its table.
    pub fn permissions(&self) -> Vec<String> {
        let table = |tables: &Value| tables.as_object().unwrap().values().next().cloned().unwrap_or_default();
        let keys: Vec<(String, String)> = match self.operation.as_str() {
            "TransactWriteItems" => {
                let items = self.request["TransactItems"].as_array().unwrap_or_else(|| panic!("no items in {self:?}"));
                let writes = items.iter().flat_map(|item| item.as_object().unwrap());
                writes.map(|(action, write)| (format!("{action}Item"), partition(write))).collect()
            }
            "BatchGetItem" => {
                let keys = table(&self.request["RequestItems"])["Keys"].as_array().unwrap().clone();
                keys.iter().map(|key| (self.operation.clone(), pattern(&key["PK"]))).collect()
            }
            operation => {
                let index = self.request["IndexName"].as_str().map(|index| format!(" {index}")).unwrap_or_default();
                vec![(format!("{operation}{index}"), partition(&self.request))]
            }
        };
        keys.into_iter().map(|(action, partition)| format!("{action}: {partition}")).collect()
    }

    /// The capacity units that this call consumed according to the engine.
    pub fn capacity_units(&self) -> f64 {
        let consumed = &self.response["ConsumedCapacity"];
        let tables = consumed.as_array().map_or(std::slice::from_ref(consumed), Vec::as_slice);
        tables.iter().map(|table| table["CapacityUnits"].as_f64().unwrap_or_else(|| panic!("no capacity in {self:?}"))).sum()
    }
}

/// The partition of a request that is about one partition, as a role names it.
fn partition(request: &Value) -> String {
    let places = [&request["Key"]["PK"], &request["Item"]["PK"], &request["ExpressionAttributeValues"][":partition"]];
    pattern(places.into_iter().find(|place| !place.is_null()).unwrap_or_else(|| panic!("no partition in {request}")))
}

/// All partitions of the same kind as this one.
fn pattern(partition: &Value) -> String {
    let partition = partition["S"].as_str().unwrap();
    partition.split_once('#').map_or_else(|| partition.to_owned(), |(kind, _)| format!("{kind}#*"))
}

/// What happens to a call.
pub enum Effect {
    /// It goes through.
    Pass,
    /// It does not reach the engine; this is the answer.
    Answer(u16, Value),
    /// It does not reach the engine, and the connection breaks.
    Break,
    /// The engine carries it out, and the answer is lost.
    LoseAnswer,
    /// It does not reach the engine, and no answer ever comes.
    Hang,
}

type Script = Box<dyn FnMut(&Call) -> Effect + Send>;

/// A wire that can be observed and broken.
#[derive(Clone, Default)]
pub struct Wire {
    calls: Arc<Mutex<Vec<Call>>>,
    script: Arc<Mutex<Option<Script>>>,
}

impl Wire {
    /// From now on `script` decides about every attempt.
    pub fn script(&self, script: impl FnMut(&Call) -> Effect + Send + 'static) {
        *self.script.lock().unwrap() = Some(Box::new(script));
    }

    /// The next `times` attempts of `operation` get this effect; all other calls go through.
    pub fn fail(&self, operation: &'static str, mut times: usize, effect: impl Fn(&Call) -> Effect + Send + 'static) {
        self.script(move |call| {
            if call.operation == operation && times > 0 {
                times -= 1;
                effect(call)
            } else {
                Effect::Pass
            }
        });
    }

    /// From now on all calls go through.
    pub fn mend(&self) {
        *self.script.lock().unwrap() = None;
    }

    /// The calls since the last time that they were taken.
    pub fn take_calls(&self) -> Vec<Call> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    /// The operations of the calls since the last time, sorted.
    pub fn take_operations(&self) -> Vec<String> {
        let mut operations: Vec<String> = self.take_calls().into_iter().map(|call| call.operation).collect();
        operations.sort();
        operations
    }

    /// How many calls each sequential round trip made, since the last time.
    pub fn take_rounds(&self) -> Vec<usize> {
        let calls = self.take_calls();
        let last = calls.iter().map(|call| call.round).max().unwrap_or_default();
        (1..=last).map(|round| calls.iter().filter(|call| call.round == round).count()).collect()
    }

    /// An HTTP client for the SDK that uses this wire.
    pub fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(Client { wire: self.clone(), inner: aws_smithy_http_client::Builder::new().build_http() })
    }
}

#[derive(Clone)]
struct Client {
    wire: Wire,
    inner: SharedHttpClient,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Client over a wire")
    }
}

impl HttpClient for Client {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector { wire: self.wire.clone(), inner: self.inner.http_connector(settings, components) })
    }
}

struct Connector {
    wire: Wire,
    inner: SharedHttpConnector,
}

impl std::fmt::Debug for Connector {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Connector over a wire")
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let mut call = Call {
            operation: target.rsplit('.').next().unwrap_or_default().to_owned(),
            request: request.body().bytes().and_then(|body| serde_json::from_slice(body).ok()).unwrap_or_default(),
            response: Value::Null,
            round: 1 + self.wire.calls.lock().unwrap().iter().map(|call| call.round).max().unwrap_or_default(),
        };
        recorder::record(&call);
        if recorder::is_starting() {
            return self.inner.call(request);
        }
        let effect = self.wire.script.lock().unwrap().as_mut().map_or(Effect::Pass, |script| script(&call));
        let (wire, inner) = (self.wire.clone(), self.inner.clone());
        HttpConnectorFuture::new(async move {
            let is_lost = matches!(effect, Effect::LoseAnswer);
            let outcome = match effect {
                Effect::Pass | Effect::LoseAnswer => {
                    let mut response = inner.call(request).await?;
                    let body = response.take_body();
                    let bytes = aws_smithy_types::byte_stream::ByteStream::new(body)
                        .collect()
                        .await
                        .map_err(|error| ConnectorError::other(error.into(), None))?
                        .into_bytes();
                    call.response = serde_json::from_slice(&bytes).unwrap_or_default();
                    if is_lost {
                        Err(ConnectorError::timeout("the test lost the answer".into()))
                    } else {
                        *response.body_mut() = SdkBody::from(bytes);
                        Ok(response)
                    }
                }
                Effect::Answer(status, body) => {
                    let status = aws_smithy_runtime_api::http::StatusCode::try_from(status).unwrap();
                    Ok(HttpResponse::new(status, SdkBody::from(body.to_string())))
                }
                Effect::Break => Err(ConnectorError::io("the test broke the connection".into())),
                Effect::Hang => {
                    wire.calls.lock().unwrap().push(call);
                    return std::future::pending().await;
                }
            };
            wire.calls.lock().unwrap().push(call);
            outcome
        })
    }
}
