//! `GET /api/customers`

use shared::bootstrap::{Error, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), 3, licensing::list_customers).await
}
