//! `PUT /api/v3/reseller/customer/{id}/transcription/{transcription_id}/` and `PUT /api/v3/transcription/{transcription_id}/`

use shared::lambda::bootstrap::{Error, ParallelCalls, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(env!("CARGO_BIN_NAME"), ParallelCalls(1), customer::update_transcription).await
}
