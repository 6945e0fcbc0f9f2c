//! Every problem that can end `cargo dev`, each with a sentence that says what to do about it.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;

use dev::routes::RouteTableError;
use dev::workspace::short;

/// Why `cargo dev` ends without having been asked to, and what to do. All texts are for the user.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// The user asked it to stop before it was ready. There is nothing to report.
    #[error("interrupted")]
    Interrupted,

    #[error(
        "port {port} on 127.0.0.1 is in use: stop what listens there (a `cargo dev` that was killed leaves its `cargo-lambda \
         lambda watch` behind), or take another one: `{command} --port {other}`"
    )]
    PortInUse { port: u16, command: &'static str, other: u16 },

    #[error("cannot listen on port {port} of 127.0.0.1: {cause}")]
    Port { port: u16, cause: io::Error },

    #[error(
        "every port of this machine that web pages can't reach, and that `cargo dev` needs therefore, is in use: stop \
         another `cargo dev`, or use a DynamoDB that runs elsewhere with --dynamodb"
    )]
    NoUnseenPort,

    #[error("another `cargo dev` runs in this folder: stop it with Ctrl-C first")]
    AlreadyServed,

    #[error(
        "another `cargo dev` uses the stored data: stop it with Ctrl-C first, or give this one data of its own with --in-memory"
    )]
    DataInUse,

    #[error("cannot {doing} {path}: {cause}", path = path.display())]
    File { doing: &'static str, path: PathBuf, cause: io::Error },

    #[error(
        "the stored data in {} can't be used by this version: start anew with `cargo dev --reset`, which throws it away, or \
         move the file elsewhere\n  cause: {cause}",
        short(path)
    )]
    StaleData { path: PathBuf, cause: String },

    #[error("the embedded database failed: {0}")]
    Engine(String),

    #[error("no DynamoDB answers at {url}: start it, or leave --dynamodb away to use the embedded one\n  cause: {cause}")]
    NoDynamoDb { url: String, cause: String },

    #[error(
        "the DynamoDB at {url} refuses what this version needs: delete its table `{table}`, or give another URL\n  cause: {cause}"
    )]
    UnusableDynamoDb { url: String, table: &'static str, cause: String },

    #[error(
        "cargo-lambda is not on the PATH, and there is no Python to install it with: install Python 3 with pip, or cargo-lambda \
         itself (https://www.cargo-lambda.info/guide/installation.html)"
    )]
    NoPython,

    #[error(
        "cargo-lambda is not on the PATH, and {python} has no pip to install it with: install pip (on Debian and Ubuntu: `apt \
         install python3-pip`), or cargo-lambda itself (https://www.cargo-lambda.info/guide/installation.html)"
    )]
    NoPip { python: &'static str },

    #[error(
        "pip could not install cargo-lambda {version}, as it says above: see to that and try again, or install \
         cargo-lambda yourself (https://www.cargo-lambda.info/guide/installation.html)"
    )]
    NotInstalled { version: &'static str },

    #[error("{path} does not run: repair or remove it, and the next `cargo dev` finds or installs another\n  cause: {cause}",
        path = path.display())]
    BrokenCargoLambda { path: PathBuf, cause: String },

    #[error("the functions do not build: mend what cargo says above, and try again")]
    NotBuilt,

    #[error("cannot start {name}: {cause}")]
    NotStarted { name: &'static str, cause: io::Error },

    #[error("cannot wait for {name}: {cause}")]
    Waiting { name: &'static str, cause: io::Error },

    #[error(transparent)]
    RouteTable(#[from] RouteTableError),

    #[error("{route} does not answer: {last}. See what its function `{function}` says above, mend it, and try again")]
    Silent { route: String, function: String, last: String },

    #[error("`cargo lambda watch` ended by itself ({0}): see what it says above")]
    WatchEnded(ExitStatus),

    #[error("the demo data could not be made: {0}")]
    Demo(&'static str),
}

impl Problem {
    pub(crate) fn file(doing: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |cause| Self::File { doing, path, cause }
    }
}
