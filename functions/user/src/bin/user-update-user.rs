//! `PUT /api/v3/reseller/customer/{id}/user/{user_id}/`

use shared::lambda::bootstrap::{Error, ParallelCalls, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), ParallelCalls(1), user::update_user).await
}
