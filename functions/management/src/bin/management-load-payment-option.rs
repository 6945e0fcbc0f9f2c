//! `GET /api/v01/customers/{id}/payment-options/{payment_option_id}`

use shared::lambda::bootstrap::{Error, ParallelCalls, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), ParallelCalls(1), management::load_payment_option).await
}
