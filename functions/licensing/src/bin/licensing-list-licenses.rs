//! `GET /api/licenses`

use shared::bootstrap::{Error, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), 2, licensing::list_licenses).await
}
