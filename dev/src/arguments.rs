//! The command line of `cargo dev`.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Parser, Subcommand};
use http::Uri;

/// Run Clientele on this machine.
///
/// Starts a database, makes demo resellers with keys, builds and runs all functions behind `cargo lambda watch`, and prints
/// commands to try. Ctrl-C stops everything.
///
/// Data is kept in .clientele/database.sqlite, and the demo keys are written to .clientele/demo.json for scripts.
#[derive(Debug, Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev", args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the database alone, for `cargo dev --dynamodb`, the AWS CLI or a function under a debugger.
    ///
    /// Creates the table, and prints the endpoint and the environment variables that lead to it. Ctrl-C stops it.
    Database(DatabaseArguments),
}

#[derive(Args, Debug)]
struct ServeArguments {
    /// Port of the API on 127.0.0.1
    #[arg(long, default_value_t = 9000, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Keep all data in memory, and lose it at the end
    #[arg(long)]
    in_memory: bool,
    /// Use the DynamoDB that answers at this URL, such as http://127.0.0.1:8000
    ///
    /// DynamoDB Local or any other local engine. It is called for the region us-east-1 with the access key `local` and the
    /// secret key `local`, whatever the environment says.
    #[arg(long, value_name = "URL", value_parser = endpoint)]
    dynamodb: Option<Endpoint>,
    /// Throw the stored data away first
    #[arg(long)]
    reset: bool,
    /// Do not rebuild and restart functions when files change
    #[arg(long)]
    ignore_changes: bool,
}

#[derive(Args, Debug)]
struct DatabaseArguments {
    /// Port of the database on 127.0.0.1
    #[arg(long, default_value_t = 8000, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Keep all data in memory, and lose it at the end
    #[arg(long)]
    in_memory: bool,
}

/// The task that the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Task {
    Serve(Serve),
    Database(Database),
}

/// Serve the whole product.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Serve {
    pub(crate) port: u16,
    pub(crate) data: Data,
    pub(crate) ignore_changes: bool,
}

/// Where the data is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Data {
    /// In a file of the embedded engine, which is emptied first if `reset` is set.
    Stored { reset: bool },
    /// In the memory of the embedded engine.
    InMemory,
    /// In another DynamoDB.
    At(Endpoint),
}

/// Serve the database alone.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Database {
    pub(crate) port: u16,
    pub(crate) in_memory: bool,
}

/// The address of a DynamoDB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// The URL in the SDK's form, without a slash at the end.
    pub(crate) url: String,
    /// A name or an address; an IPv6 address without its brackets.
    pub(crate) host: String,
    pub(crate) port: u16,
}

fn endpoint(sent: &str) -> Result<Endpoint, String> {
    let form = "give it as http://host:port, such as http://127.0.0.1:8000";
    let uri: Uri = sent.parse().map_err(|_| form.to_owned())?;
    let default_port = match uri.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => return Err(form.to_owned()),
    };
    let (Some(host), "/", None) = (uri.host(), uri.path(), uri.query()) else {
        return Err(form.to_owned());
    };
    Ok(Endpoint {
        url: sent.trim_end_matches('/').to_owned(),
        host: host.trim_start_matches('[').trim_end_matches(']').to_owned(),
        port: uri.port_u16().unwrap_or(default_port),
    })
}

/// Reads the command line. For help or a wrong command line, prints the text and exits.
pub(crate) fn parse() -> Task {
    read(std::env::args_os()).unwrap_or_else(|error| error.exit())
}

fn read(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> Result<Task, clap::Error> {
    let Arguments { command, serve } = Arguments::try_parse_from(arguments)?;
    if let Some(Command::Database(DatabaseArguments { port, in_memory })) = command {
        return Ok(Task::Database(Database { port, in_memory }));
    }
    let refuse = |sentence: &str| Err(Arguments::command().error(ErrorKind::ArgumentConflict, sentence));
    let data = match (serve.dynamodb, serve.in_memory, serve.reset) {
        (Some(_), true, _) => return refuse("--dynamodb and --in-memory name two places for the data: leave one of them away."),
        (Some(_), _, true) => {
            return refuse(
                "--reset throws away .clientele/database.sqlite, which --dynamodb does not use: leave one of them away.",
            );
        }
        (_, true, true) => {
            return refuse(
                "--reset throws away .clientele/database.sqlite, which --in-memory does not use: leave one of them away.",
            );
        }
        (Some(endpoint), false, false) => Data::At(endpoint),
        (None, true, false) => Data::InMemory,
        (None, false, reset) => Data::Stored { reset },
    };
    Ok(Task::Serve(Serve { port: serve.port, data, ignore_changes: serve.ignore_changes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(arguments: &[&str]) -> Result<Task, clap::Error> {
        read(["cargo dev"].iter().chain(arguments).copied())
    }

    fn serve(data: Data) -> Task {
        Task::Serve(Serve { port: 9000, data, ignore_changes: false })
    }

    #[test]
    fn the_command_line_is_defined_consistently() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn without_arguments_all_is_served_from_the_stored_data() {
        assert_eq!(given(&[]).unwrap(), serve(Data::Stored { reset: false }));
    }

    #[test]
    fn each_option_says_its_part() {
        assert_eq!(given(&["--in-memory"]).unwrap(), serve(Data::InMemory));
        assert_eq!(given(&["--reset"]).unwrap(), serve(Data::Stored { reset: true }));
        assert_eq!(
            given(&["--port", "9001", "--ignore-changes"]).unwrap(),
            Task::Serve(Serve { port: 9001, data: Data::Stored { reset: false }, ignore_changes: true })
        );
        assert_eq!(given(&["database"]).unwrap(), Task::Database(Database { port: 8000, in_memory: false }));
        assert_eq!(
            given(&["database", "--port", "8001", "--in-memory"]).unwrap(),
            Task::Database(Database { port: 8001, in_memory: true })
        );
    }

    #[test]
    fn an_endpoint_is_taken_apart() {
        let at = |url: &str, host: &str, port| {
            let endpoint = Endpoint { url: url.into(), host: host.into(), port };
            serve(Data::At(endpoint))
        };
        assert_eq!(given(&["--dynamodb", "http://127.0.0.1:8000/"]).unwrap(), at("http://127.0.0.1:8000", "127.0.0.1", 8000));
        assert_eq!(given(&["--dynamodb", "http://[::1]:8000"]).unwrap(), at("http://[::1]:8000", "::1", 8000));
        assert_eq!(given(&["--dynamodb", "https://db.example"]).unwrap(), at("https://db.example", "db.example", 443));
        for url in ["127.0.0.1:8000", "localhost", "ftp://x", "http://x/path", "http://x?y=z", "http://", ""] {
            assert!(given(&["--dynamodb", url]).unwrap_err().to_string().contains("http://host:port"), "{url}");
        }
    }

    #[test]
    fn options_that_contradict_each_other_are_refused_with_a_sentence() {
        let url = "http://127.0.0.1:8000";
        for arguments in [
            &["--reset", "--in-memory"][..],
            &["--reset", "--dynamodb", url],
            &["--in-memory", "--dynamodb", url],
            &["--reset", "--in-memory", "--dynamodb", url],
        ] {
            let refused = given(arguments).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::ArgumentConflict, "{arguments:?}");
            assert!(refused.to_string().contains("leave one of them away."), "{refused}");
        }
        assert!(given(&["--reset", "database"]).is_err());
        assert!(given(&["--port", "0"]).is_err());
    }
}
