//! Amazon SES as a post.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::timeout::TimeoutConfig;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use shared::store::mail::Sending;

use crate::letter::Letter;

/// How long SES may take for one mail, with all attempts.
const LONGEST: Duration = Duration::from_secs(5);

/// How often one mail is tried at once: throttling by SES is mostly over after a second.
const ATTEMPTS: u32 = 3;

/// Amazon SES in the region and account of the function.
#[derive(Debug)]
pub struct Ses(Client);

impl Ses {
    /// SES, reached as the environment says (region, credentials, endpoint).
    pub async fn from_environment() -> Self {
        let shared = aws_config::load_defaults(BehaviorVersion::latest()).await;
        Self::new((&shared).into())
    }

    /// SES, reached as `configuration` says, with our own retries and time-outs.
    #[must_use]
    pub fn new(configuration: config::Builder) -> Self {
        let time_outs = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1))
            .operation_attempt_timeout(Duration::from_secs(4))
            .operation_timeout(LONGEST);
        let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
        Self(Client::from_conf(configuration.retry_config(retries).timeout_config(time_outs.build()).build()))
    }

    /// Sends a letter. One whose answer is lost is sent again.
    pub async fn post(&self, letter: &Letter<'_>) -> Sending {
        let request = match content(letter) {
            Ok(content) => self.0.send_email().content(content),
            Err(_) => return Sending::GivenUp("a letter without content".to_owned()),
        };
        let sent = request
            .from_email_address(letter.from)
            .destination(Destination::builder().to_addresses(&letter.to).build())
            .send()
            .await;
        sent.map_or_else(|error| refused(&error), |_| Sending::Sent)
    }
}

fn content(letter: &Letter<'_>) -> Result<EmailContent, BuildError> {
    Ok(EmailContent::builder().raw(RawMessage::builder().data(Blob::new(letter.bytes.as_slice())).build()?).build())
}

/// What to do about a refusal. One of this mail is for ever: its address is none for SES, or its content is not taken. All others
/// (throttling, a sender that was suspended, a role that lacks a permission, no answer) concern the deployment or the moment, and
/// pass. The texts of SES repeat addresses, so that only codes go into the reason.
fn refused<R>(error: &SdkError<SendEmailError, R>) -> Sending {
    match error {
        SdkError::ServiceError(service) => {
            let code = service.err().code().unwrap_or("no code");
            let is_code = code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
            let reason = format!("SES: {}", if is_code { code } else { "an odd code" });
            match service.err() {
                SendEmailError::BadRequestException(_) | SendEmailError::MessageRejected(_) => Sending::GivenUp(reason),
                _ => Sending::PutOff(reason),
            }
        }
        SdkError::TimeoutError(_) => Sending::PutOff("SES: no answer in time".to_owned()),
        _ => Sending::PutOff("SES: no answer that can be read".to_owned()),
    }
}
