//! Invoked by operators; see `operator::invite_user`.

use shared::lambda::bootstrap::{Error, run_operator};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run_operator(env!("CARGO_BIN_NAME"), operator::invite_user).await
}
