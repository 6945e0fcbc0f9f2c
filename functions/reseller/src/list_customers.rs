//! `GET /api/v3/reseller/customer/`: the customers of the reseller, sorted, filtered, searched, by page or as CSV.

use lambda_http::http::header::LINK;
use shared::lambda::csv::Csv;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header, with_varying_format};
use shared::store::customer::list::Next;
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::{COLUMNS, many, view};
use crate::list_query::ListQuery;
use crate::request::{POLICY, token};

/// Answers 200 with a page of customers, or with as many as one answer takes in CSV, and with a `Link` to the next ones if there
/// are any.
///
/// # Errors
/// 400 when a parameter is wrong, 401 and 403 when the caller is refused.
pub async fn list_customers(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let mut csv = Csv::new(&COLUMNS);
    let token = token(table, request, POLICY).await?;
    let query = ListQuery::parse(table, request, token.reseller()).await;
    let query = table.tell_caller(&token, POLICY, query).await?;
    let (caller, first) = table.customer_list_begin(&token, POLICY, query.listing.clone()).await?.open(POLICY)?;
    if query.is_csv {
        let until = Some(csv.until());
        let walked = table.customer_list_each(&caller, first, until, |customer| csv.push(&view(customer))).await?;
        let next = walked.last.filter(|_| !walked.is_all).map(|after| Next { after, offset: 0 });
        let next = next.map(|next| query.next_link(table, request, &next)).transpose()?;
        return Ok(csv.answer(next));
    }
    let listed = table.customer_list_finish(&caller, first).await?;
    let response = with_varying_format(many(&listed.customers, listed.is_total.then_some(listed.total)));
    Ok(match listed.next {
        Some(next) => with_header(response, LINK, &query.next_link(table, request, &next)?),
        None => response,
    })
}
