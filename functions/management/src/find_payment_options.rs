//! `GET /api/v01/customers/{id}/payment-options`: the payment options of a customer, in the order of their ids.

use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Read, Table};

use crate::Error;
use crate::request::{Address, POLICY, called};
use crate::visit::Visit;
use crate::whole_list::Page;

/// Answers 200 with the payment options. `X-Total-Count` says how many there are.
///
/// # Errors
/// 400 when the id is no integer or a parameter is wrong, 404 when there is no such customer, 405 and 406 for the action and the
/// format, 401 and 403 when the caller is refused.
pub async fn find_payment_options(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let visit = Visit::begin(table, request).await?;
    let asked = called(request, "find", &Address::All).and_then(|format| Ok((format, Page::parse(request, |_, _, _| false)?)));
    let (format, page) = table.tell_caller(&visit.token, POLICY, asked).await?;
    let (_, listed) = visit.open(table.payment_option_list(&visit.token, visit.customer).await?)?;
    Ok(page.answer(format, listed.ok_or(Error::NotFound("customer"))?))
}
