//! `GET /api/v01/customers`

use shared::bootstrap::{Error, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), 3, management::find_customers).await
}
