//! The gateway in front of the functions: `cargo lambda watch`, in the place of API Gateway and of the Lambda service, behind an
//! entrance.
//!
//! `cargo lambda watch` could run the functions too. But after each change it would restart each of them by a `cargo run` of its
//! own, one after the other: a second or two for each function that must be linked. Without functions of its own it takes every
//! request to no route for one to a function that is still to come, and never answers it. So the entrance answers those.

use std::env;
use std::future::{self, Future};
use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use dev::routes::{self, Route};
use dev::workspace;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout_at};

use crate::cargo_lambda::CargoLambda;
use crate::environment;
use crate::port;
use crate::problem::Problem;
use crate::processes::Process;
use crate::reverse_proxy;

/// How long a route may take to answer for the first time, when its function is built.
const PATIENCE: Duration = Duration::from_secs(30);

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Where the paths begin with which the Lambda service invokes functions.
const INVOCATIONS: &str = "/2015-03-31/functions/";

/// An address for the gateway that no web page reaches.
pub(crate) fn address() -> Result<SocketAddr, Problem> {
    let unseen = port::listen_unseen()?;
    unseen.local_addr().map_err(|cause| Problem::Port { port: 0, cause })
}

/// Starts to serve the routes and the functions' API.
pub(crate) fn start(cargo_lambda: &CargoLambda, address: SocketAddr) -> Result<Process, Problem> {
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let mut command = cargo_lambda.subcommand("watch");
    command.args(["--only-lambda-apis", "--invoke-address", &host, "--invoke-port", &port]);
    // Otherwise its answers would allow every web page to read them.
    command.arg("--disable-cors").current_dir(workspace::root());
    environment::forget_cargo_run(&mut command);
    if env::var_os("RUST_LOG").is_none() {
        // At its default level it logs every step.
        command.env("RUST_LOG", "cargo_lambda=warn");
    }
    Process::start("cargo lambda watch", &mut command)
}

/// Listens on a port of 127.0.0.1. The future passes the requests to the gateway, for ever.
pub(crate) fn entrance(
    port: u16,
    gateway: SocketAddr,
    routes: &[Route],
) -> Result<impl Future<Output = Result<(), Problem>> + use<>, Problem> {
    let failed = move |cause| Problem::Port { port, cause };
    let listener = port::listen(port, "cargo dev")?;
    listener.set_nonblocking(true).map_err(failed)?;
    let listener = TcpListener::from_std(listener).map_err(failed)?;
    let routes = routes.to_vec();
    let refuse = move |request: &Request| refusal(request, &routes);
    Ok(async move { reverse_proxy::serve(listener, gateway, refuse, future::pending()).await.map_err(failed) })
}

/// The answer to a request that is none to a function. Whoever may invoke functions can do all that operators can: no web page may.
fn refusal(request: &Request, routes: &[Route]) -> Option<Response> {
    let path = request.uri().path();
    if path.starts_with(INVOCATIONS) {
        return reverse_proxy::refuse_web_pages(request.headers(), "machine's Lambda service");
    }
    let is_routed = routes::find(routes, request.method().as_str(), path).is_some();
    // As API Gateway answers.
    let not_found = || {
        let json = [("content-type", "application/json")];
        (StatusCode::NOT_FOUND, json, r#"{"message":"Not Found"}"#).into_response()
    };
    (!is_routed).then(not_found)
}

/// Waits until it accepts connections.
pub(crate) async fn listens(gateway: SocketAddr) {
    while TcpStream::connect(gateway).await.is_err() {
        sleep(PAUSE).await;
    }
}

/// Waits until the function of every route answers.
///
/// These calls carry no key, so that the answer is the function's refusal.
pub(crate) async fn answers(gateway: SocketAddr, routes: &[Route]) -> Result<(), Problem> {
    for route in routes {
        route_answers(gateway, route).await?;
    }
    Ok(())
}

async fn route_answers(gateway: SocketAddr, route: &Route) -> Result<(), Problem> {
    let deadline = Instant::now() + PATIENCE;
    let mut last = format!("nothing came within {} seconds", PATIENCE.as_secs());
    loop {
        match timeout_at(deadline, status(gateway, route)).await {
            // These statuses come from `cargo lambda watch` itself: an unknown route or function, or a function that failed.
            Ok(Ok((status, is_own))) if (status == 404 && !is_own) || status >= 500 => last = format!("the answer is {status}"),
            Ok(Ok(_)) => return Ok(()),
            Ok(Err(error)) => last = error.to_string(),
            Err(_) => {
                let route_called = format!("{} {}", route.method, route.path);
                return Err(Problem::Silent { route: route_called, function: route.function.clone(), last });
            }
        }
        sleep(PAUSE).await;
    }
}

/// The status of the answer to a call without a key, and whether a function says what is wrong: a logo is shown to everybody, and there
/// is none. An API says it by a code, and a function of pages by a page.
async fn status(gateway: SocketAddr, route: &Route) -> std::io::Result<(u16, bool)> {
    let mut connection = TcpStream::connect(gateway).await?;
    let request = format!(
        "{} {} HTTP/1.1\r\nHost: {gateway}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        route.method,
        route.sample_path()
    );
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    // "HTTP/1.1 401 Unauthorized"
    let answer = String::from_utf8_lossy(&answer);
    let status = answer.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    let status = status.ok_or_else(|| std::io::Error::other("the answer is not HTTP"))?;
    Ok((status, answer.contains("\"error_code\"") || answer.contains("<!doctype html>")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn status_for(method: &str, path: &str, headers: &[(&str, &str)]) -> Option<u16> {
        let route = Route { path: "/things/{id}".into(), method: "GET".into(), function: "things-get".into() };
        let request =
            headers.iter().fold(Request::builder().method(method).uri(path), |all, (name, value)| all.header(*name, *value));
        refusal(&request.body(Body::empty()).unwrap(), &[route]).map(|refusal| refusal.status().as_u16())
    }

    #[test]
    fn requests_to_no_route_are_not_found() {
        for (method, path) in
            [("GET", "/things"), ("GET", "/things/1/x"), ("HEAD", "/things/1"), ("OPTIONS", "*"), ("GET", "/.rt/a")]
        {
            assert_eq!(status_for(method, path, &[]), Some(404), "{method} {path}");
        }
        assert_eq!(status_for("GET", "/things/1?limit=1", &[("origin", "https://page.example")]), None);
    }

    #[test]
    fn programs_invoke_functions_and_web_pages_do_not() {
        let path = "/2015-03-31/functions/operator-add-account/invocations";
        let own = ("host", "127.0.0.1:9000");
        assert_eq!(status_for("POST", path, &[own]), None);
        assert_eq!(status_for("POST", path, &[("host", "[::1]:9000")]), None);
        assert_eq!(status_for("POST", path, &[own, ("origin", "http://127.0.0.1:9000")]), Some(403));
        assert_eq!(status_for("POST", path, &[("host", "page.example")]), Some(403));
        assert_eq!(status_for("POST", path, &[]), Some(403));
    }
}
