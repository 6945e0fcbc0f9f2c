//! `GET /api/v3/reseller/customer/`

use shared::bootstrap::{Error, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), 3, reseller::list_customers).await
}
