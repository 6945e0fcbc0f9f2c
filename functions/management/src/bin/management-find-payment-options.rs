//! `GET /api/v01/customers/{id}/payment-options`

use shared::lambda::bootstrap::{Error, ParallelCalls, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), ParallelCalls(2), management::find_payment_options).await
}
