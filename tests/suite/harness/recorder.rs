//! Writes down what each function asks of the database, where the environment variable `CLIENTELE_RECORD` names a file for it: one
//! line for each permission that a function needs, `<function> <action>`, with the index behind an action on one.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Mutex;

use super::Call;

tokio::task_local! {
    static FUNCTION: String;
}

static RECORDED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Runs what a function does; its calls are written down under its name.
pub async fn as_function<F: Future>(name: &str, work: F) -> F::Output {
    // Boxed: nested this deep, futures outgrow the stack of a test.
    Box::pin(FUNCTION.scope(name.to_owned(), work)).await
}

/// Writes down what a call needs, when a function makes it.
pub fn record(call: &Call) {
    let (Ok(path), Ok(function)) = (std::env::var("CLIENTELE_RECORD"), FUNCTION.try_with(String::clone)) else {
        return;
    };
    for permission in call.permissions() {
        let line = format!("{function} {permission}\n");
        if RECORDED.lock().unwrap().insert(line.clone()) {
            let mut file = OpenOptions::new().create(true).append(true).open(&path).unwrap();
            file.write_all(line.as_bytes()).unwrap();
        }
    }
}
