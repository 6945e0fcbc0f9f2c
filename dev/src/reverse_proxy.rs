//! The entrance to the embedded engine: it admits programs of this machine, and refuses web pages.
//!
//! A page that is open in a browser of this machine can send requests to the engine too, and the engine's own server allows that
//! to pages from everywhere. Browsers name the origin of the page in all such requests, except in those that only read; to these
//! the engine answers with no data. A page whose own host name leads to this machine has the same origin, but its requests carry
//! that host name.

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::uri::{Authority, Scheme};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;

/// The host names with which programs of this machine call it.
const OWN_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// Passes requests of programs to the engine and refuses all others, until it is stopped.
pub(crate) async fn serve(
    listener: TcpListener,
    engine: SocketAddr,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> Result<(), String> {
    // Every write is a whole message: waiting for more to send with it only costs time.
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let listener = listener.tap_io(|connection| _ = connection.set_nodelay(true));
    let engine = Engine { client: Client::builder(TokioExecutor::new()).build(connector), address: engine };
    let proxy = Router::new().fallback(answer).with_state(engine);
    axum::serve(listener, proxy).with_graceful_shutdown(stopped).await.map_err(|error| error.to_string())
}

/// The engine's own server.
#[derive(Clone, Debug)]
struct Engine {
    client: Client<HttpConnector, Body>,
    address: SocketAddr,
}

async fn answer(State(engine): State<Engine>, request: Request) -> Response {
    match refusal(request.headers()) {
        Some(reason) => (StatusCode::FORBIDDEN, format!("{reason}\n")).into_response(),
        None => engine.answer(request).await.unwrap_or_else(|cause| (StatusCode::BAD_GATEWAY, cause).into_response()),
    }
}

/// Why a request with these headers is refused.
fn refusal(headers: &HeaderMap) -> Option<&'static str> {
    if headers.contains_key(header::ORIGIN) {
        return Some("This database answers programs, not web pages.");
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    let is_own = host.is_some_and(|host| OWN_NAMES.iter().any(|name| host.host().eq_ignore_ascii_case(name)));
    (!is_own).then_some("This database answers to the names 127.0.0.1, localhost and [::1] only.")
}

impl Engine {
    async fn answer(&self, mut request: Request) -> Result<Response, String> {
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.address.to_string().parse::<Authority>().map_err(|error| error.to_string())?);
        *request.uri_mut() = Uri::from_parts(parts).map_err(|error| error.to_string())?;
        let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
        Ok(answer.map(Body::new))
    }
}
