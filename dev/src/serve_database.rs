//! `cargo dev database`: the embedded engine alone.

use crate::arguments::{self, Data};
use crate::data_folder::DataFolder;
use crate::database::Database;
use crate::environment::{self, TABLE_NAME};
use crate::port;
use crate::problem::Problem;
use crate::signals::Signals;
use crate::terminal::show;

/// Serves the database until the user asks to stop.
pub(crate) async fn run(wanted: &arguments::Database) -> Result<(), Problem> {
    let mut signals = Signals::listen()?;
    let folder = DataFolder::open()?;
    let data = if wanted.in_memory { Data::InMemory } else { Data::Stored { reset: false } };
    let listener = port::listen(wanted.port, "cargo dev database")?;
    let mut database = signals.unless(Database::open(&data, &folder, listener)).await??;
    let served = serve(&mut database, &mut signals).await;
    database.stop().await;
    served
}

async fn serve(database: &mut Database, signals: &mut Signals) -> Result<(), Problem> {
    signals.unless(database.table()).await??;
    show(format_args!(
        "\nDynamoDB answers at {} and has the table {TABLE_NAME}. These variables lead there:\n",
        database.endpoint()
    ));
    for (name, value) in environment::of_table(database.endpoint()) {
        show(format_args!("export {name}={value}"));
    }
    show("\nCtrl-C stops it.");
    tokio::select! {
        () = signals.next() => Ok(()),
        failed = database.failed() => Err(failed),
    }
}
