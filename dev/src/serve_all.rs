//! `cargo dev`: the database, the demo data and all functions, until the user asks to stop.

use std::future;
use std::path::Path;
use std::time::Instant;

use dev::routes::{self, Route};
use dev::workspace::short;

use crate::arguments::Serve;
use crate::cargo_lambda::CargoLambda;
use crate::data_folder::{DataFolder, Part};
use crate::database::Database;
use crate::demo::{self, Demo};
use crate::demo_error::DemoError;
use crate::examples;
use crate::functions::{self, Functions};
use crate::gateway;
use crate::ipv6;
use crate::mails;
use crate::port;
use crate::problem::Problem;
use crate::signals::Signals;
use crate::sources::Sources;
use crate::terminal::{say, show};

/// Serves the product until the user asks to stop.
pub(crate) async fn run(wanted: &Serve) -> Result<(), Problem> {
    let mut signals = Signals::listen()?;
    let folder = DataFolder::open()?;
    let _held = folder.hold(Part::Served)?;
    let routes = routes::read()?;
    // Only to report a used port early: it is taken after minutes of building, when everything answers.
    drop(port::listen(wanted.port, "cargo dev")?);
    let cargo_lambda = CargoLambda::find(&folder, &mut signals).await?;
    let listener = port::listen(0, "cargo dev")?;
    let mut database = signals.unless(Database::open(&wanted.data, &folder, listener)).await??;
    let served = serve(wanted, &folder, &routes, &cargo_lambda, &mut database, &mut signals).await;
    database.stop().await;
    served
}

async fn serve(
    wanted: &Serve,
    folder: &DataFolder,
    routes: &[Route],
    cargo_lambda: &CargoLambda,
    database: &mut Database,
    signals: &mut Signals,
) -> Result<(), Problem> {
    let base_url = format!("http://127.0.0.1:{}", wanted.port);
    let demo = signals.unless(demo_data(database, &folder.demo(), &base_url)).await??;
    let mails = mails::send(signals.unless(database.table()).await??, &base_url, folder.mail());
    say("building the functions");
    let sources = Sources::read();
    let executables = signals.unless(functions::build()).await??;
    say("starting the functions");
    let address = gateway::address()?;
    let mut gateway = gateway::start(cargo_lambda, address)?;
    let mut functions = Functions::new(address, database.endpoint(), &base_url, folder.mail());
    let start = async {
        gateway::listens(address).await;
        functions.run(&executables)?;
        gateway::answers(address, routes).await?;
        gateway::entrance(wanted.port, address, routes)
    };
    let ready = tokio::select! {
        ready = start => ready,
        ended = gateway.ended() => Err(ended.map_or_else(|problem| problem, Problem::WatchEnded)),
        () = signals.next() => Err(Problem::Interrupted),
    };
    let served = match ready {
        Ok(entrance) => {
            tokio::spawn(ipv6::carry(wanted.port));
            greet(wanted.port, &demo, folder, cargo_lambda);
            let sources = (!wanted.ignore_changes).then_some(sources);
            tokio::select! {
                () = signals.next() => Ok(()),
                ended = gateway.ended() => Err(ended.map_or_else(|problem| problem, Problem::WatchEnded)),
                failed = database.failed() => Err(failed),
                failed = entrance => failed,
                failed = mails => failed,
                failed = keep_current(&mut functions, sources) => failed,
            }
        }
        Err(problem) => Err(problem),
    };
    say("\nstopping");
    drop(functions);
    gateway.stop(signals).await?;
    served
}

async fn demo_data(database: &Database, file: &Path, base_url: &str) -> Result<Demo, Problem> {
    let store = database.table().await?;
    let demo = demo::provide(&store, demo::read(file), base_url).await.map_err(|error| match error {
        DemoError::Store(error) => database.problem(&error),
        DemoError::Impossible(reason) => Problem::Demo(reason),
    })?;
    demo::write(&demo, file)?;
    Ok(demo)
}

fn greet(port: u16, demo: &Demo, folder: &DataFolder, cargo_lambda: &CargoLambda) {
    show(format_args!(
        "\nClientele answers at {}. Its APIs are described at {0}/docs. Keys of the demo resellers are in {}. Mails go to {}.\n",
        demo.base_url,
        short(&folder.demo()),
        short(&folder.mail())
    ));
    if let Some(reseller) = demo.resellers.first() {
        show(examples::of_portal(&demo.base_url, reseller));
        show(examples::of_reseller_api(&demo.base_url, reseller));
        show(examples::of_licensing_api(&demo.base_url, reseller));
        show(examples::of_management_api(&demo.base_url, reseller));
    }
    show(examples::of_operators(cargo_lambda, port));
    show("Ctrl-C stops everything.");
}

/// Runs the functions for ever. A function is started again when it has ended, and when it was built again because the sources
/// are no longer these.
async fn keep_current(functions: &mut Functions, mut sources: Option<Sources>) -> Result<(), Problem> {
    loop {
        let changed = async {
            match &sources {
                Some(sources) => sources.changed().await,
                None => future::pending().await,
            }
        };
        let changed = tokio::select! {
            failed = functions.keep_running() => return failed,
            changed = changed => changed,
        };
        say("building what has changed");
        let begun = Instant::now();
        match functions::build().await {
            Ok(executables) => {
                functions.run(&executables)?;
                say(format_args!("serving it, {:.1} seconds later", begun.elapsed().as_secs_f32()));
            }
            Err(Problem::NotBuilt) => say("the functions do not build: serving the last that did, until something changes again"),
            Err(problem) => return Err(problem),
        }
        sources = Some(changed);
    }
}
