//! An entrance to a server of this machine, which admits some requests and answers the others itself.
//!
//! A page that is open in a browser of this machine can send requests to such servers too. Browsers name the origin of the page in
//! all such requests, except in those that only read. A page whose own host name leads to this machine has the same origin, but its
//! requests carry that host name.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

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
use tokio::time::timeout;

/// The host names with which programs of this machine call it.
const OWN_NAMES: [&str; 3] = ["127.0.0.1", "localhost", "[::1]"];

/// How long the server may take to answer: as long as API Gateway waits for a function.
const PATIENCE: Duration = Duration::from_secs(30);

/// Passes requests to the server, until it is stopped, except those that `refuse` has an answer to.
pub(crate) async fn serve<R>(
    listener: TcpListener,
    server: SocketAddr,
    refuse: R,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()>
where
    R: Fn(&Request) -> Option<Response> + Clone + Send + Sync + 'static,
{
    // Every write is a whole message: waiting for more to send with it only costs time.
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let listener = listener.tap_io(|connection| _ = connection.set_nodelay(true));
    let server = Server { client: Client::builder(TokioExecutor::new()).build(connector), address: server };
    let answer = |State(server): State<Server>, request: Request| async move {
        match refuse(&request) {
            Some(refusal) => refusal,
            None => server.answer(request).await,
        }
    };
    axum::serve(listener, Router::new().fallback(answer).with_state(server)).with_graceful_shutdown(stopped).await
}

/// The refusal of a request that may come from a web page. `what` names what is behind the entrance.
pub(crate) fn refuse_web_pages(headers: &HeaderMap, what: &str) -> Option<Response> {
    let refusal = |reason: String| Some((StatusCode::FORBIDDEN, reason).into_response());
    if headers.contains_key(header::ORIGIN) {
        return refusal(format!("This {what} answers programs, not web pages.\n"));
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()?.parse::<Authority>().ok());
    if host.is_some_and(|host| OWN_NAMES.iter().any(|name| host.host().eq_ignore_ascii_case(name))) {
        return None;
    }
    refusal(format!("This {what} answers to the names 127.0.0.1, localhost and [::1] only.\n"))
}

/// The server behind the entrance.
#[derive(Clone, Debug)]
struct Server {
    client: Client<HttpConnector, Body>,
    address: SocketAddr,
}

impl Server {
    async fn answer(&self, request: Request) -> Response {
        match timeout(PATIENCE, self.pass(request)).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(cause)) => (StatusCode::BAD_GATEWAY, cause).into_response(),
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, r#"{"message":"Service Unavailable"}"#).into_response(),
        }
    }

    async fn pass(&self, mut request: Request) -> Result<Response, String> {
        let mut parts = request.uri().clone().into_parts();
        parts.scheme = Some(Scheme::HTTP);
        parts.authority = Some(self.address.to_string().parse::<Authority>().map_err(|error| error.to_string())?);
        *request.uri_mut() = Uri::from_parts(parts).map_err(|error| error.to_string())?;
        let answer = self.client.request(request).await.map_err(|error| error.to_string())?;
        Ok(answer.map(Body::new))
    }
}
