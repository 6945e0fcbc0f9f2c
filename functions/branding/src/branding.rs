//! A brand on the wire, and who may see and change it.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use reseller::request::POLICY;
use serde_json::json;
use shared::domain::brand::Brand;
use shared::domain::credential::Refusal;
use shared::domain::reseller::ResellerId;
use shared::lambda::response::Response;
use shared::store::brand::ChangeBrandError;
use shared::store::{Access, Caller, Sealed};

/// An answer with the brand of a reseller.
pub(crate) fn one(status: StatusCode, reseller: ResellerId, brand: &Brand) -> Response {
    let view = json!({"color": brand.color, "logo_url": brand.logo_path(reseller)});
    one_object(status, &view, brand.entity_tag(reseller))
}

/// The verified caller and the brand that was read with its token. A reseller without a brand is refused.
pub(crate) fn opened<A: Access>(sealed: Sealed<A, Brand>) -> Result<(Caller<A>, Brand), Error> {
    let (caller, brand) = sealed.open(POLICY)?;
    if caller.has_brand() { Ok((caller, brand)) } else { Err(Refusal::NotAllowed.into()) }
}

/// Why a change was refused.
pub(crate) fn refusal(error: ChangeBrandError) -> Error {
    match error {
        ChangeBrandError::Store(error) => error.into(),
        ChangeBrandError::OtherRevision => Error::OtherRevision,
        ChangeBrandError::NoLogo => Error::NotFound("logo"),
    }
}
