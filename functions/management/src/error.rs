//! Every error of this API: its `failureCode`, and the one form that they have on the wire.
//!
//! `docs/management-api.md` lists the codes and says when each of them is answered.

use lambda_http::http::header::{ALLOW, WWW_AUTHENTICATE};
use lambda_http::http::{HeaderValue, StatusCode};
use shared::domain::credential::Refusal;
use shared::lambda::bootstrap::{ApiError, Failure};
use shared::lambda::faults::Faults;
use shared::lambda::idempotency::Repetition;
use shared::lambda::request::{BodyError, Request};
use shared::lambda::response::Response;
use shared::store::customer::WriteError;
use shared::store::replay::Earlier;
use shared::store::{AuthenticationError, Reserved, StoreError};

use crate::answer::object;
use crate::media::Format;

/// Why a call was not answered as it asked. The text of the `Display` is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller is refused.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// The body can't be read. The text is for the client too.
    #[error("malformed body")]
    Malformed(String),
    /// Fields or parameters have the wrong form.
    #[error("validation failed")]
    Invalid(Faults),
    /// Required fields are missing.
    #[error("required fields are missing")]
    Missing(Faults),
    /// The account is not one of the caller's.
    #[error("not a granted account")]
    NotGranted,
    /// The plan is not sold.
    #[error("no such plan")]
    NotSold,
    /// The customer has as many of these as it can. The text says which and how many, and is for the client too.
    #[error("the customer has as many as it can")]
    Full(String),
    /// Fields contradict what the object is.
    #[error("a contradiction")]
    Contradictory(Faults),
    /// A field, which is named if it is a known one, has the number of a card.
    #[error("a card number")]
    CardNumber(Option<&'static str>),
    /// The code can't be given to the object. The text is for the client too.
    #[error("the code {0}")]
    Code(&'static str),
    /// Fields that can't be changed have other values.
    #[error("a change of read-only fields")]
    ReadOnly(Faults),
    /// There is no such thing, or it is not the caller's.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The thing is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision(&'static str),
    /// The request asks for another action than its method does. The methods are those of the address.
    #[error("another action than the method's")]
    OtherAction(&'static str),
    /// The format of the body is not supported.
    #[error("unknown media type")]
    UnknownMediaType,
    /// The client accepts no supported format.
    #[error("not acceptable")]
    NotAcceptable,
    /// The idempotency key of the request was used before.
    #[error(transparent)]
    Repeated(Repetition),
    /// A failure that the client did not cause, or no such route.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<Faults> for Error {
    fn from(faults: Faults) -> Self {
        Self::Invalid(faults)
    }
}

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        Self::Malformed(error.to_string())
    }
}

impl From<AuthenticationError> for Error {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Refused(refusal) => refusal.into(),
            AuthenticationError::Store(error) => error.into(),
            AuthenticationError::Earlier(earlier) => earlier.into(),
        }
    }
}

impl From<Earlier> for Error {
    fn from(earlier: Earlier) -> Self {
        Repetition::of(earlier).map_or_else(Self::from, Self::Repeated)
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<WriteError> for Error {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => error.into(),
            WriteError::OtherRevision => Self::OtherRevision("customer"),
            WriteError::Taken(Reserved::Code) => Self::Code("is the code of another customer"),
            // This API creates customers that hold no address, and a change holds the new address only if it is free.
            WriteError::Taken(Reserved::Email) => StoreError::Internal("an address was to be held".to_owned()).into(),
        }
    }
}

impl ApiError for Error {
    fn response(&self, request: &Request) -> Response {
        use StatusCode as Status;
        let (status, code, message) = match self {
            Self::Refused(Refusal::Suspended) => (Status::FORBIDDEN, "L03", "This reseller is suspended.".to_owned()),
            Self::Refused(Refusal::NotAllowed | Refusal::Inactive) => {
                (Status::FORBIDDEN, "L02", "This user may not do this.".to_owned())
            }
            Self::CardNumber(_) => {
                let message = "The body has what may be the number of a card. Send the reference of the processor, and at most the \
                               last four digits.";
                (Status::FORBIDDEN, "L04", message.to_owned())
            }
            Self::Refused(_) => {
                (Status::UNAUTHORIZED, "L01", "Send the name and the password of a service user by HTTP Basic.".to_owned())
            }
            Self::Invalid(faults) => (Status::BAD_REQUEST, "F01", faults.sentence()),
            Self::Malformed(fault) => (Status::BAD_REQUEST, "F02", format!("The body can't be read: {fault}.")),
            Self::Missing(faults) => (Status::UNPROCESSABLE_ENTITY, "V01", faults.sentence()),
            Self::NotGranted => {
                (Status::UNPROCESSABLE_ENTITY, "V02", "accountId must be one of the accounts of this user.".to_owned())
            }
            Self::Code(fault) => (Status::UNPROCESSABLE_ENTITY, "V03", format!("code {fault}.")),
            Self::ReadOnly(faults) => (Status::UNPROCESSABLE_ENTITY, "V04", faults.sentence()),
            Self::NotFound(what) => (Status::NOT_FOUND, "V05", format!("There is no such {what}.")),
            Self::Failed(Failure::NoSuchRoute) => (Status::NOT_FOUND, "V05", "There is nothing at this address.".to_owned()),
            Self::OtherRevision(what) => {
                let message = format!("The {what} has changed since you read it. Read it again.");
                (Status::PRECONDITION_FAILED, "V06", message)
            }
            Self::Repeated(Repetition::Answered(answer)) => return answer.as_ref().clone(),
            Self::Repeated(Repetition::OtherRequest) => {
                (Status::UNPROCESSABLE_ENTITY, "V07", "This Idempotency-Key was used for another request.".to_owned())
            }
            Self::NotSold => (Status::UNPROCESSABLE_ENTITY, "V08", "sku is not that of a plan that is sold.".to_owned()),
            Self::Full(most) => (Status::UNPROCESSABLE_ENTITY, "V09", format!("The customer has {most}, which is the most.")),
            Self::Contradictory(faults) => (Status::UNPROCESSABLE_ENTITY, "V10", faults.sentence()),
            Self::OtherAction(methods) => {
                (Status::METHOD_NOT_ALLOWED, "U01", format!("The method does not do this action; this address has {methods}."))
            }
            Self::UnknownMediaType => (
                Status::UNSUPPORTED_MEDIA_TYPE,
                "U02",
                "Send application/json, application/xml, text/xml or application/x-www-form-urlencoded.".to_owned(),
            ),
            Self::NotAcceptable => {
                (Status::NOT_ACCEPTABLE, "U03", "Accept application/json, application/xml or text/xml.".to_owned())
            }
            Self::Failed(failure) if let Some(exceeded) = failure.exceeded() => {
                (Status::TOO_MANY_REQUESTS, "E03", exceeded.to_string())
            }
            Self::Failed(failure) if failure.is_temporary() => {
                (Status::SERVICE_UNAVAILABLE, "E01", "The service is temporarily unavailable. Try again in a moment.".to_owned())
            }
            Self::Failed(_) => (
                Status::INTERNAL_SERVER_ERROR,
                "E02",
                "Something went wrong on our side. Contact support if it persists.".to_owned(),
            ),
        };
        let mut fields = vec![("failureCode", code.into()), ("failureMessage", message.into())];
        fields.extend(self.field().map(|field| ("field", field.into())));
        let format = Format::accepted(request).unwrap_or(Format::Json);
        let mut response = object(format, status, "response", fields);
        if status == Status::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"Management API\""));
        }
        if let Self::OtherAction(methods) = self {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
        }
        if let Self::Failed(failure) = self { failure.tell_when(response) } else { response }
    }
}

impl Error {
    /// The first field or parameter with a fault.
    fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid(faults) | Self::Missing(faults) | Self::ReadOnly(faults) | Self::Contradictory(faults) => {
                faults.iter().next().map(|(field, _)| field)
            }
            Self::NotGranted => Some("accountId"),
            Self::Code(_) => Some("code"),
            Self::NotSold => Some("sku"),
            Self::CardNumber(field) => *field,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_gets_nothing_of_a_body() {
        assert_eq!(Error::Malformed("Ann Rivers".to_owned()).to_string(), "malformed body");
        assert_eq!(Error::Invalid(Faults::one("email", "Ann Rivers")).to_string(), "validation failed");
    }
}
