//! The gateway in front of the functions: `cargo lambda watch`, in the place of API Gateway and of the Lambda service.
//!
//! `cargo lambda watch` could run the functions too. But after each change it would restart each of them by a `cargo run` of its
//! own, one after the other: a second or two for each function that must be linked.

use std::env;
use std::time::Duration;

use dev::routes::Route;
use dev::workspace;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout_at};

use crate::cargo_lambda::CargoLambda;
use crate::environment;
use crate::problem::Problem;
use crate::processes::Process;

/// How long a route may take to answer for the first time, when its function is built.
const PATIENCE: Duration = Duration::from_secs(30);

/// The time between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// Starts to serve the routes and the functions' API on a port of 127.0.0.1.
pub(crate) fn start(cargo_lambda: &CargoLambda, port: u16) -> Result<Process, Problem> {
    let mut command = cargo_lambda.subcommand("watch");
    command.args(["--only-lambda-apis", "--invoke-address", "127.0.0.1", "--invoke-port", &port.to_string()]);
    // Otherwise a web page could call the operators' functions and read their answers.
    command.arg("--disable-cors").current_dir(workspace::root());
    environment::forget_cargo_run(&mut command);
    if env::var_os("RUST_LOG").is_none() {
        // At its default level it logs every step.
        command.env("RUST_LOG", "cargo_lambda=warn");
    }
    Process::start("cargo lambda watch", &mut command)
}

/// Waits until it accepts connections.
pub(crate) async fn listens(port: u16) {
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        sleep(PAUSE).await;
    }
}

/// Waits until the function of every route answers.
///
/// These calls carry no key, so that the answer is the function's refusal.
pub(crate) async fn answers(port: u16, routes: &[Route]) -> Result<(), Problem> {
    for route in routes {
        route_answers(port, route).await?;
    }
    Ok(())
}

async fn route_answers(port: u16, route: &Route) -> Result<(), Problem> {
    let deadline = Instant::now() + PATIENCE;
    let mut last = format!("nothing came within {} seconds", PATIENCE.as_secs());
    loop {
        match timeout_at(deadline, status(port, route)).await {
            // These statuses come from `cargo lambda watch` itself: an unknown route or function, or a function that failed.
            Ok(Ok(status)) if status == 404 || status >= 500 => last = format!("the answer is {status}"),
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

/// The status of the answer to a call without a key.
async fn status(port: u16, route: &Route) -> std::io::Result<u16> {
    let mut connection = TcpStream::connect(("127.0.0.1", port)).await?;
    let request = format!(
        "{} {} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        route.method,
        route.sample_path()
    );
    connection.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await?;
    // "HTTP/1.1 401 Unauthorized"
    let status = String::from_utf8_lossy(&answer).split_whitespace().nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| std::io::Error::other("the answer is not HTTP"))
}
