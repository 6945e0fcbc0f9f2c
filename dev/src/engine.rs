//! The embedded database: an engine that speaks DynamoDB's protocol, in this process.

use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::oneshot;

use crate::problem::Problem;

/// How long requests that are under way may take to end when the engine is to stop.
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
    /// Starts an engine behind a listener. It has a thread of its own, because its work blocks the thread that it is done on.
    pub(crate) fn start(storage: Storage<'_>, listener: TcpListener) -> Result<Self, Problem> {
        let database = match storage {
            Storage::Memory => dynoxide::Database::memory().map_err(|error| Problem::Engine(error.to_string())),
            Storage::File(path) => dynoxide::Database::new(&path.to_string_lossy())
                .map_err(|error| Problem::StaleData { path: path.to_owned(), cause: error.to_string() }),
        }?;
        let failed = |error: std::io::Error| Problem::Engine(error.to_string());
        let endpoint = format!("http://{}", listener.local_addr().map_err(failed)?);
        listener.set_nonblocking(true).map_err(failed)?;
        let (stop, stopped) = oneshot::channel();
        let (end, ended) = oneshot::channel();
        let serve = move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
                let stopped = async {
                    // A sender that is gone asks for an end as well.
                    let _ = stopped.await;
                };
                dynoxide::server::serve_with_shutdown(listener, database, stopped).await
            })
        };
        let thread = std::thread::Builder::new().name("engine".to_owned()).spawn(move || {
            let reason = serve().err().unwrap_or_else(|| "it ended".to_owned());
            // Nobody may be waiting any more.
            let _ = end.send(reason);
        });
        thread.map_err(failed)?;
        Ok(Self { endpoint, stop, ended })
    }

    /// Its address, as clients of DynamoDB take it.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Waits until it ends by itself, which it never does when all is well.
    pub(crate) async fn failed(&mut self) -> Problem {
        let reason = (&mut self.ended).await;
        Problem::Engine(reason.unwrap_or_else(|_| "its thread panicked".to_owned()))
    }

    /// Lets it finish what it is doing, and closes its file.
    pub(crate) async fn stop(self) {
        // Gone already, where nobody is there to be told.
        let _ = self.stop.send(());
        // What was answered is on disk in any case: to wait is only to leave one tidy file.
        let _ = tokio::time::timeout(PATIENCE, self.ended).await;
    }
}
