//! `POST /api/v3/reseller/customer/{id}/token/`: makes a token for a customer.

use lambda_http::http::StatusCode;
use reseller::Error;
use reseller::answer::one_object;
use shared::lambda::idempotency::keeping;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::customer_token::{CreateTokenError, MadeToken};
use shared::store::{Policy, Table, Write};

use crate::door::Visit;
use crate::token::{made_view, refused, sent};

/// Answers 201 with the new token and, only now, its text.
///
/// # Errors
/// 400 when the id is no integer, the body is not JSON or a field is wrong, another token of the customer has the name, or the customer
/// has as many tokens as it can; 404 when there is no such customer, 401 and 403 when the caller is refused. At the customer's own
/// door always 403.
pub async fn create_token(table: &Table<Write>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request, Policy::TOKENS).await?;
    let (caller, customer) = visit.open(table.customer_load(&visit.token, visit.customer).await?)?;
    let new = sent(request)?;
    let customer = customer.ok_or(Error::NotFound("customer"))?;
    let answer = |made: &MadeToken| one_object(StatusCode::CREATED, &made_view(made), made.token.entity_tag());
    let made = table.customer_token_create(&caller, &customer, new, &keeping(answer)).await.map_err(|error| match error {
        CreateTokenError::Store(error) => Error::from(error),
        CreateTokenError::Refused { is_name_taken, is_full } => refused(is_name_taken, is_full).into(),
    });
    Ok(answer(&made.and_then(|made: Option<MadeToken>| made.ok_or(Error::NotFound("customer")))?))
}
