//! `GET /api/v3/reseller/customer/{id}/user/`

use shared::lambda::bootstrap::{Error, ParallelCalls, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), ParallelCalls(2), user::list_users).await
}
