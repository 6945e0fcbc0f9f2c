//! `GET /api/v3/reseller/dashboard/`

use shared::lambda::bootstrap::{Error, ParallelCalls, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), ParallelCalls(7), reseller::get_dashboard).await
}
