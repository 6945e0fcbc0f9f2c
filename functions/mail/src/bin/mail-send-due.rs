//! Invoked by the deployment; see `mail::send_due`.

use shared::lambda::bootstrap::{Error, run_operator};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run_operator(env!("CARGO_BIN_NAME"), mail::send_due).await
}
