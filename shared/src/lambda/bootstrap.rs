//! What every Lambda function does around its handler: logging, the connection to the table, a deadline, and an answer in the
//! API's own format to everything that goes wrong, panics included. A handler never returns an error to the runtime, because the
//! gateway would turn it into a bare 500.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use futures_util::FutureExt;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use serde_json::value::RawValue;
use tracing::{Instrument, field};

use super::configuration::Configuration;
use super::logging;
use super::request::Request;
use super::response::{Response, into_gateway_format, with_quota, with_retry_after};
use crate::domain::quota::QuotaExceeded;
use crate::store::replay::Earlier;
use crate::store::{Operator, REQUEST_DEADLINE, Routed, Store, StoreError, Table};

/// Why a function can't start.
pub use lambda_runtime::Error;

/// How many seconds a caller waits before it tries again what has failed for a moment.
const PAUSE: i64 = 1;

/// A failure that the client did not cause, a caller that has used up its share, or a route that does not exist. Each API answers it in its own format.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The path continues after the route.
    #[error("no such route")]
    NoSuchRoute,
    /// The store failed, or the request's deadline passed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The handler panicked.
    #[error("the handler panicked: {0}")]
    Panic(String),
}

impl Failure {
    /// Whether the same request may succeed a moment later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_temporary())
    }

    /// The quota that the caller has used up, if that is the failure.
    #[must_use]
    pub fn exceeded(&self) -> Option<&QuotaExceeded> {
        match self {
            Self::Store(StoreError::QuotaExceeded(exceeded)) => Some(exceeded),
            _ => None,
        }
    }

    /// The same answer, with headers that tell the caller when to try again, if that helps.
    #[must_use]
    pub fn tell_when(&self, response: Response) -> Response {
        match self.exceeded() {
            Some(exceeded) => with_quota(response, exceeded),
            None if self.is_temporary() => with_retry_after(response, PAUSE),
            None => response,
        }
    }
}

/// An error of an API. Its `Display` is for the log and names no personal data; the client sees its response.
pub trait ApiError: From<Failure> + From<Earlier> + std::fmt::Display {
    /// The answer in the API's own format; if it has several, in the one that the request asks for.
    fn response(&self, request: &Request) -> Response;
}

/// An error of an operators' function. On the wire it is a Lambda function error. Its `Debug` is for the log, where the Lambda runtime
/// writes it too, and repeats no value of the payload.
pub trait OperatorError: Into<Diagnostic> + From<StoreError> + std::fmt::Debug {}

/// How many calls to DynamoDB a handler makes at the same time. The function opens as many connections before its first request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParallelCalls(pub usize);

/// Runs the function named `function` for ever: `handler` answers each request.
///
/// A routed handler can't take the operators' table:
///
/// ```
/// # use shared::lambda::bootstrap::{ApiError, Error, ParallelCalls, run};
/// # use shared::lambda::{request::Request, response::Response};
/// # use shared::store::{Read, Table};
/// async fn serve<E: ApiError>(handler: impl AsyncFn(&Table<Read>, &Request) -> Result<Response, E>) -> Result<(), Error> {
///     run("get-customer", ParallelCalls(1), handler).await
/// }
/// ```
///
/// ```compile_fail,E0277
/// # use shared::lambda::bootstrap::{ApiError, Error, ParallelCalls, run};
/// # use shared::lambda::{request::Request, response::Response};
/// # use shared::store::{Operator, Table};
/// async fn serve<E: ApiError>(handler: impl AsyncFn(&Table<Operator>, &Request) -> Result<Response, E>) -> Result<(), Error> {
///     run("get-customer", ParallelCalls(1), handler).await
/// }
/// ```
///
/// # Errors
/// When the configuration is incomplete, or the runtime ends.
pub async fn run<A: Routed, E: ApiError>(
    function: &'static str,
    ParallelCalls(connections): ParallelCalls,
    handler: impl AsyncFn(&Table<A>, &Request) -> Result<Response, E>,
) -> Result<(), Error> {
    let (store, front_secret) = configured().await?;
    store.start(connections).await;
    let (handler, store, front_secret) = (&handler, &store, front_secret.as_deref());
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Request>| {
        let request = match front_secret {
            Some(secret) => event.payload.behind_front(secret),
            None => event.payload,
        };
        let response = respond(function, &event.context.request_id, store, &request, handler).await;
        Ok::<_, Error>(into_gateway_format(response))
    }))
    .await
}

/// Runs the operators' function named `function` for ever. A refusal is a Lambda function error: `errorType` is a code for
/// machines, `errorMessage` a sentence.
///
/// # Errors
/// When the configuration is incomplete, or the runtime ends.
pub async fn run_operator<E: OperatorError>(
    function: &'static str,
    handler: impl AsyncFn(&Table<Operator>, &RawValue) -> Result<Value, E>,
) -> Result<(), Error> {
    // It reads the secret when it issues something, and most never do.
    let (store, _) = configured().await?;
    let (handler, store) = (&handler, &store);
    lambda_runtime::run(service_fn(async |event: LambdaEvent<Box<RawValue>>| {
        operate(function, &event.context.request_id, store, &event.payload, handler).await
    }))
    .await
}

/// Reads the configuration, sets the log up, and gives the table and the secret of the content network in front, if there is one.
async fn configured() -> Result<(Store, Option<String>), Error> {
    let configuration = Configuration::from_environment()?;
    tracing::subscriber::set_global_default(logging::subscriber(configuration.log_level, std::io::stdout))?;
    let Configuration { table_name, quotas, front_secret, public_origin, mail, .. } = configuration;
    let store = Store::from_environment(&table_name).await;
    let store = store.with_quotas(quotas).with_public_origin(public_origin.as_deref()).with_mail(mail);
    Ok((store, front_secret))
}

/// Carries out one invocation of an operators' function: everything but the Lambda runtime around it.
///
/// # Errors
/// Those of the handler.
pub async fn operate<E: OperatorError>(
    function: &str,
    request_id: &str,
    store: &Store,
    payload: &RawValue,
    handler: &impl AsyncFn(&Table<Operator>, &RawValue) -> Result<Value, E>,
) -> Result<Value, E> {
    let span = tracing::info_span!(
        "invocation",
        function,
        request_id,
        reseller = field::Empty,
        key = field::Empty,
        new_key = field::Empty,
        customer = field::Empty
    );
    let begun = Instant::now();
    let store = store.for_request();
    async {
        let table = Table::new(store.clone());
        // Boxed, like the handler of a request, because the compiler can't handle futures that are nested this deep.
        let done = AssertUnwindSafe(Box::pin(handler(&table, payload))).catch_unwind();
        let result = match tokio::time::timeout(REQUEST_DEADLINE, done).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(StoreError::Internal(format!("the handler panicked: {}", panic_text(panic.as_ref()))).into()),
            Err(_) => Err(StoreError::Unavailable("the deadline of the invocation passed".to_owned()).into()),
        };
        let error = result.as_ref().err().map(|error| format!("{error:?}"));
        log(begun, &store, error.is_none(), None, error.as_ref().map(field::display));
        result
    }
    .instrument(span)
    .await
}

/// Answers one request: everything that a function does but the Lambda runtime around it.
pub async fn respond<A: Routed, E: ApiError>(
    function: &str,
    request_id: &str,
    store: &Store,
    request: &Request,
    handler: &impl AsyncFn(&Table<A>, &Request) -> Result<Response, E>,
) -> Response {
    let span = tracing::info_span!(
        "request",
        function,
        request_id,
        gateway_request_id = request.gateway_request_id(),
        reseller = field::Empty,
        key = field::Empty,
        customer = field::Empty
    );
    answer(store, request, handler).instrument(span).await
}

async fn answer<A: Routed, E: ApiError>(
    store: &Store,
    request: &Request,
    handler: &impl AsyncFn(&Table<A>, &Request) -> Result<Response, E>,
) -> Response {
    let begun = Instant::now();
    let store = store.for_request();
    let table = Table::new(store.clone());
    let result = if request.is_beyond_route() {
        Err(E::from(Failure::NoSuchRoute))
    } else {
        let answer = AssertUnwindSafe(Box::pin(async {
            match handler(&table, request).await {
                Err(refusal) => Err(match table.replay_earlier().await {
                    Ok(None) => refusal,
                    Ok(Some(earlier)) => earlier.into(),
                    Err(error) => Failure::Store(error).into(),
                }),
                answered => answered,
            }
        }))
        .catch_unwind();
        match tokio::time::timeout(REQUEST_DEADLINE, answer).await {
            Ok(Ok(result)) => result,
            Ok(Err(panic)) => Err(Failure::Panic(panic_text(panic.as_ref())).into()),
            Err(_) => Err(Failure::Store(StoreError::Unavailable("the deadline of the request passed".to_owned())).into()),
        }
    };
    store.settle_when_due().await;
    let error = result.as_ref().err().map(ToString::to_string);
    let response = result.unwrap_or_else(|error| error.response(request));
    let status = response.status();
    log(begun, &store, !status.is_server_error(), Some(status.as_u16()), error.as_ref().map(field::display));
    response
}

/// Logs one event per request. Its span adds the function, the request and the reseller.
fn log(
    begun: Instant,
    store: &Store,
    is_well: bool,
    status: Option<u16>,
    error: Option<field::DisplayValue<impl std::fmt::Display>>,
) {
    let duration_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let calls = store.meter().calls();
    let capacity_units = store.meter().capacity_units();
    if is_well {
        tracing::info!(status, duration_ms, calls, capacity_units, error, "answered");
    } else {
        tracing::error!(status, duration_ms, calls, capacity_units, error, "failed");
    }
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text").to_owned()
}
