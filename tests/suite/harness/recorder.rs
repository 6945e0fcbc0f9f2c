//! Records what each function asks of the database, if the environment variable `CLIENTELE_RECORD` names a file for it. The file
//! has one line for each permission that a function needs, `<function>: <action>: <partitions>`. An action on an index is
//! followed by the index; partitions have the form in which a role names them.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Mutex;

use super::Call;

tokio::task_local! {
    static FUNCTION: String;
    static IS_STARTING: ();
}

static RECORDED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Runs the work of a function; its calls are recorded under its name.
pub async fn as_function<F: Future>(name: &str, work: F) -> F::Output {
    // Boxed, because futures that are nested this deep outgrow the stack of a test.
    Box::pin(FUNCTION.scope(name.to_owned(), work)).await
}

/// Runs what a function does before its first request.
pub async fn starting<F: Future>(work: F) -> F::Output {
    IS_STARTING.scope((), work).await
}

/// Whether a function that is starting makes the call, so that it belongs to no request.
pub fn is_starting() -> bool {
    IS_STARTING.try_with(|()| ()).is_ok()
}

/// Records the permission that a call needs, if a function makes the call.
pub fn record(call: &Call) {
    let (Ok(path), Ok(function)) = (std::env::var("CLIENTELE_RECORD"), FUNCTION.try_with(String::clone)) else {
        return;
    };
    for permission in call.permissions() {
        let line = format!("{function}: {permission}\n");
        if RECORDED.lock().unwrap().insert(line.clone()) {
            let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
            file.write_all(line.as_bytes()).unwrap();
        }
    }
}
