//! Invoked by operators; see `operator::limit_key`.

use shared::lambda::bootstrap::{Error, run_operator};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run_operator(env!("CARGO_BIN_NAME"), operator::limit_key).await
}
