//! `POST /api/v3/reseller/customer/{id}/transcription/` and `POST /api/v3/transcription/`

use shared::lambda::bootstrap::{Error, ParallelCalls, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), ParallelCalls(1), customer::create_transcription).await
}
