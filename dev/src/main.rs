//! `cargo dev`: runs the whole product on this machine, and leaves nothing of it running after Ctrl-C.

mod arguments;
mod cargo_lambda;
mod data_folder;
mod database;
mod demo;
mod demo_customers;
mod demo_error;
mod demo_people;
mod demo_plans;
mod demo_transcriptions;
mod demo_usage;
mod engine;
mod environment;
mod examples;
mod functions;
mod gateway;
mod ipv6;
mod mails;
mod port;
mod problem;
mod processes;
mod reverse_proxy;
mod serve_all;
mod serve_database;
mod signals;
mod sources;
mod terminal;

use std::process::ExitCode;

use arguments::Task;
use problem::Problem;

/// The exit code that a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let done = match arguments::parse() {
        Task::Serve(wanted) => serve_all::run(&wanted).await,
        Task::Database(wanted) => serve_database::run(&wanted).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Problem::Interrupted) => ExitCode::from(INTERRUPTED),
        Err(problem) => {
            terminal::say(format_args!("\nerror: {problem}"));
            ExitCode::FAILURE
        }
    }
}
