//! Invoked by operators; see `operator::send_test_mail`.

use shared::lambda::bootstrap::{Error, run_operator};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run_operator(env!("CARGO_BIN_NAME"), operator::send_test_mail).await
}
