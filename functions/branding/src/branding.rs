//! A brand on the wire, and who may see and change it.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use serde_json::json;
use shared::domain::brand::Brand;
use shared::domain::credential::Refusal;
use shared::domain::reseller::ResellerId;
use shared::lambda::response::Response;
use shared::store::brand::ChangeBrandError;

/// An answer with the brand of a reseller.
pub(crate) fn one(status: StatusCode, reseller: ResellerId, brand: &Brand) -> Response {
    let view = json!({"color": brand.color, "logo_url": brand.logo_path(reseller)});
    one_object(status, &view, brand.entity_tag(reseller))
}

/// The brand of a caller, who is refused without one: the platform's own reseller has none.
pub(crate) fn of_caller(brand: Option<Brand>) -> Result<Brand, Error> {
    brand.ok_or(Error::Refused(Refusal::NotAllowed))
}

/// Why a change was refused.
pub(crate) fn refusal(error: ChangeBrandError) -> Error {
    match error {
        ChangeBrandError::Store(error) => error.into(),
        ChangeBrandError::OtherRevision => Error::OtherRevision,
        ChangeBrandError::NoLogo => Error::NotFound("logo"),
    }
}
