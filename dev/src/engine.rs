//! The embedded database: an engine with DynamoDB's protocol, in this process.

use std::path::Path;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::oneshot;

use crate::port;
use crate::problem::Problem;
use crate::reverse_proxy;

/// How long running requests may take to end when the engine stops.
const PATIENCE: Duration = Duration::from_secs(5);

/// An engine that answers.
#[derive(Debug)]
pub(crate) struct Engine {
    endpoint: String,
    stop: oneshot::Sender<()>,
    ended: oneshot::Receiver<String>,
}

/// Where the engine keeps its data.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Storage<'a> {
    File(&'a Path),
    Memory,
}

impl Engine {
    /// Starts an engine behind a listener. It has a thread of its own, because its work blocks the thread.
    pub(crate) fn start(storage: Storage<'_>, listener: std::net::TcpListener) -> Result<Self, Problem> {
        let database = match storage {
            Storage::Memory => dynoxide::Database::memory().map_err(|error| Problem::Engine(error.to_string())),
            Storage::File(path) => dynoxide::Database::new(&path.to_string_lossy())
                .map_err(|error| Problem::StaleData { path: path.to_owned(), cause: error.to_string() }),
        }?;
        let failed = |error: std::io::Error| Problem::Engine(error.to_string());
        let endpoint = format!("http://{}", listener.local_addr().map_err(failed)?);
        // The engine's own server answers web pages too. So it listens where no web page reaches it, behind a proxy.
        let unseen = port::listen_unseen()?;
        let address = unseen.local_addr().map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        unseen.set_nonblocking(true).map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let serve = move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).map_err(|error| error.to_string())?;
                let unseen = TcpListener::from_std(unseen).map_err(|error| error.to_string())?;
                let (last_answer, answered) = oneshot::channel::<()>();
                let proxy = async {
                    // A dropped sender asks for an end too.
                    let ended = reverse_proxy::serve(
                        listener,
                        address,
                        |request| reverse_proxy::refuse_web_pages(request.headers(), "database"),
                        async { _ = stopped.await },
                    );
                    let ended = ended.await.map_err(|error| error.to_string());
                    drop(last_answer);
                    ended
                };
                let server = dynoxide::server::serve_with_shutdown(unseen, database, async { _ = answered.await });
                tokio::try_join!(proxy, server).map(|_| ())
            })
        };
        let thread = std::thread::Builder::new().name("engine".to_owned()).spawn(move || {
            let reason = serve().err().unwrap_or_else(|| "it ended".to_owned());
            // The receiver may have been dropped.
            let _ = end.send(reason);
        });
        thread.map_err(failed)?;
        Ok(Self { endpoint, stop, ended })
    }

    /// Its URL, as clients of DynamoDB take it.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Waits until it ends by itself, which it does only when something is wrong.
    pub(crate) async fn failed(&mut self) -> Problem {
        let reason = (&mut self.ended).await;
        Problem::Engine(reason.unwrap_or_else(|_| "its thread panicked".to_owned()))
    }

    /// Lets it finish its running requests, and closes its file.
    pub(crate) async fn stop(self) {
        // This fails when the engine has ended already.
        let _ = self.stop.send(());
        // Every answered write is on disk already. Waiting only leaves one tidy file.
        let _ = tokio::time::timeout(PATIENCE, self.ended).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    fn in_memory() -> Engine {
        Engine::start(Storage::Memory, port::listen(0, "cargo dev").unwrap()).unwrap()
    }

    /// Sends a request with these headers, and with a body if it is a POST. Returns the raw answer.
    async fn send(engine: &Engine, method: &str, headers: &[&str], operation: &str, body: &str) -> String {
        let mut connection = TcpStream::connect(engine.endpoint().trim_start_matches("http://")).await.unwrap();
        let mut request = format!("{method} / HTTP/1.1\r\nConnection: close\r\nContent-Type: application/x-amz-json-1.0\r\n");
        request += "Authorization: AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, ";
        request += "SignedHeaders=host, Signature=0\r\nX-Amz-Date: 20260101T000000Z\r\n";
        request += &format!("X-Amz-Target: DynamoDB_20120810.{operation}\r\nContent-Length: {}\r\n", body.len());
        for header in headers {
            request += &format!("{header}\r\n");
        }
        connection.write_all(format!("{request}\r\n{body}").as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer.to_lowercase()
    }

    const A_TABLE: &str = r#"{"TableName": "made", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "PK", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}]}"#;

    #[tokio::test]
    async fn programs_of_this_machine_are_answered_by_each_of_its_names() {
        let engine = in_memory();
        let made = send(&engine, "POST", &["Host: 127.0.0.1"], "CreateTable", A_TABLE).await;
        assert!(made.starts_with("http/1.1 200 "), "{made}");
        for host in ["127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8000"] {
            let answer = send(&engine, "POST", &[&format!("Host: {host}")], "ListTables", "{}").await;
            assert!(answer.starts_with("http/1.1 200 ") && answer.ends_with(r#"{"tablenames":["made"]}"#), "{host}: {answer}");
        }
    }

    #[tokio::test]
    async fn what_a_web_page_sends_does_not_reach_the_engine() {
        let engine = in_memory();
        let host = format!("Host: {}", engine.endpoint().trim_start_matches("http://"));
        for origin in ["https://page.example", "null", &engine.endpoint] {
            let origin = format!("Origin: {origin}");
            for (method, body) in [("POST", A_TABLE), ("GET", ""), ("PUT", "{}")] {
                let refused = send(&engine, method, &[&host, &origin], "CreateTable", body).await;
                assert!(refused.starts_with("http/1.1 403 ") && !refused.contains("access-control"), "{method}: {refused}");
                assert!(refused.ends_with("this database answers programs, not web pages.\n"), "{method}: {refused}");
            }
            let asks = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: x-amz-target"];
            let refused = send(&engine, "OPTIONS", &[&host, &origin, asks[0], asks[1]], "CreateTable", "").await;
            assert!(refused.starts_with("http/1.1 403 ") && !refused.contains("access-control"), "{refused}");
        }
        let listed = send(&engine, "POST", &[&host], "ListTables", "{}").await;
        assert!(listed.ends_with(r#"{"tablenames":[]}"#), "{listed}");
    }

    #[tokio::test]
    async fn a_name_that_was_led_to_this_machine_does_not_reach_the_engine() {
        let engine = in_memory();
        for host in
            ["page.example", "127.0.0.1.page.example", "localhost.page.example:80", "127.0.0.2", "0.0.0.0", "", "@", "a b"]
        {
            let refused = send(&engine, "POST", &[&format!("Host: {host}")], "CreateTable", A_TABLE).await;
            assert!(refused.starts_with("http/1.1 403 "), "{host}: {refused}");
            assert!(
                refused.ends_with("this database answers to the names 127.0.0.1, localhost and [::1] only.\n"),
                "{host}: {refused}"
            );
        }
        let listed = send(&engine, "POST", &["Host: localhost"], "ListTables", "{}").await;
        assert!(listed.ends_with(r#"{"tablenames":[]}"#), "{listed}");
    }

    #[tokio::test]
    async fn it_stops_though_a_client_keeps_its_connection() {
        let engine = in_memory();
        let mut kept = TcpStream::connect(engine.endpoint().trim_start_matches("http://")).await.unwrap();
        kept.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        assert_eq!(kept.read_u8().await.unwrap(), b'H');
        tokio::time::timeout(PATIENCE / 2, engine.stop()).await.unwrap();
    }
}
