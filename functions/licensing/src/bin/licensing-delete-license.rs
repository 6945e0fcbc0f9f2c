//! `DELETE /api/license/{id}`

use shared::bootstrap::{Error, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), 1, licensing::delete_license).await
}
