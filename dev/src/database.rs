//! The DynamoDB that all programs use: the embedded engine with its data in a file or in memory, or one that runs elsewhere.

use std::future;
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

use dev::workspace::short;
use shared::store::{Store, StoreError};
use tokio::net::TcpStream;

use crate::arguments::{Data, Endpoint};
use crate::data_folder::{DataFolder, Held, Part};
use crate::engine::{Engine, Storage};
use crate::environment::TABLE_NAME;
use crate::problem::Problem;
use crate::terminal::say;

/// How long a DynamoDB that runs elsewhere may take to accept a connection.
const PATIENCE: Duration = Duration::from_secs(3);

/// A DynamoDB that answers.
#[derive(Debug)]
pub(crate) enum Database {
    File { path: PathBuf, engine: Engine, _held: Held },
    Memory { engine: Engine },
    Elsewhere { url: String },
}

impl Database {
    /// Reaches or starts the database that `data` asks for; the embedded engine answers at `listener`.
    pub(crate) async fn open(data: &Data, folder: &DataFolder, listener: TcpListener) -> Result<Self, Problem> {
        let database = match data {
            Data::Stored { reset } => {
                let held = folder.hold(Part::Database)?;
                if *reset {
                    empty(folder)?;
                }
                folder.protect_database()?;
                let path = folder.database();
                let engine = Engine::start(Storage::File(&path), listener)?;
                Self::File { path, engine, _held: held }
            }
            Data::InMemory => Self::Memory { engine: Engine::start(Storage::Memory, listener)? },
            Data::At(endpoint) => Self::reach(endpoint).await?,
        };
        match &database {
            Self::File { path, engine, .. } => say(format_args!("database: {}, at {}", short(path), engine.endpoint())),
            Self::Memory { engine } => say(format_args!("database: in memory, at {}", engine.endpoint())),
            Self::Elsewhere { url } => say(format_args!("database: {url}")),
        }
        Ok(database)
    }

    async fn reach(Endpoint { url, host, port }: &Endpoint) -> Result<Self, Problem> {
        // The SDK would find this out too, but only after four tries and with a page of internals.
        let connected = tokio::time::timeout(PATIENCE, TcpStream::connect((host.as_str(), *port))).await;
        let cause = match connected {
            Ok(Ok(_)) => return Ok(Self::Elsewhere { url: url.clone() }),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no connection within {} seconds", PATIENCE.as_secs()),
        };
        Err(Problem::NoDynamoDb { url: url.clone(), cause })
    }

    /// Its URL, as clients of DynamoDB take it.
    pub(crate) fn endpoint(&self) -> &str {
        match self {
            Self::File { engine, .. } | Self::Memory { engine } => engine.endpoint(),
            Self::Elsewhere { url } => url,
        }
    }

    /// Creates the table if there is none.
    pub(crate) async fn table(&self) -> Result<Store, Problem> {
        let store = Store::local(self.endpoint(), TABLE_NAME);
        store.create_table().await.map_err(|error| self.problem(&error))?;
        Ok(store)
    }

    /// The problem that explains a failure of the table, and what to do about it.
    pub(crate) fn problem(&self, error: &StoreError) -> Problem {
        let cause = error.to_string();
        match (self, error) {
            (Self::File { path, .. }, _) => Problem::StaleData { path: path.clone(), cause },
            (Self::Memory { .. }, _) => Problem::Engine(cause),
            (Self::Elsewhere { url }, error) if error.is_temporary() => Problem::NoDynamoDb { url: url.clone(), cause },
            (Self::Elsewhere { url }, _) => Problem::UnusableDynamoDb { url: url.clone(), table: TABLE_NAME, cause },
        }
    }

    /// Waits until the embedded engine ends by itself, which it does only when something is wrong.
    pub(crate) async fn failed(&mut self) -> Problem {
        match self {
            Self::File { engine, .. } | Self::Memory { engine } => engine.failed().await,
            Self::Elsewhere { .. } => future::pending().await,
        }
    }

    /// Stops what was started, and releases the data file.
    pub(crate) async fn stop(self) {
        match self {
            Self::File { engine, .. } | Self::Memory { engine } => engine.stop().await,
            Self::Elsewhere { .. } => {}
        }
    }
}

fn empty(folder: &DataFolder) -> Result<(), Problem> {
    let removed = folder.reset()?;
    if removed.is_empty() {
        say("reset: there was no stored data");
    }
    for path in removed {
        say(format_args!("reset: removed {}", short(&path)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_folder::tests::{Temporary, mode};
    use crate::port;

    #[tokio::test]
    async fn the_data_is_for_the_user_alone() {
        let folder = Temporary::new("private");
        let listener = port::listen(0, "cargo dev").unwrap();
        let database = Database::open(&Data::Stored { reset: false }, &folder.0, listener).await.unwrap();
        database.table().await.unwrap();
        for path in folder.0.database_files() {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
        database.stop().await;
    }
}
