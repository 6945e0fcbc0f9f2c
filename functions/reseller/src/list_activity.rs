//! `GET /api/v3/reseller/activity/`: who changed what and when, newest first.

use lambda_http::http::header::LINK;
use serde_json::{Value, json};
use shared::domain::activity::EntryId;
use shared::domain::customer::{CustomerId, NotACustomerId};
use shared::domain::principal::Principal;
use shared::domain::reseller::ResellerId;
use shared::domain::validation::Invalid;
use shared::lambda::cursor::CursorContext;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::activity::{ActivityEntry, ActivityListing, ActivityPage};
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::page;
use crate::list_query::{DEFAULT_LIMIT, NOT_OF_THIS_LIST, limit};
use crate::request::{POLICY, token};

/// Answers 200 with a page of entries, and with a `Link` to the next page if there may be one. `total_results` is always `null`.
///
/// # Errors
/// 400 when a parameter is wrong, 401 and 403 when the caller is refused.
pub async fn list_activity(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let token = token(table, request, POLICY).await?;
    let asked = asked(table, request, token.reseller()).await;
    let (listing, is_possible) = table.tell_caller(&token, POLICY, asked).await?;
    let caller = table.authenticate(&token, POLICY).await?;
    let listed = match is_possible {
        true => table.activity_list(&caller, &listing).await?,
        false => ActivityPage { entries: Vec::new(), next: None },
    };
    let response = page(listed.entries.iter().map(view).collect(), None);
    let Some(next) = listed.next else {
        return Ok(response);
    };
    let cursor = CursorContext::activity(token.reseller(), listing.customer).write(table, &next)?;
    let mut kept = vec![("limit".to_owned(), listing.limit.to_string())];
    kept.extend(listing.customer.map(|customer| ("customer".to_owned(), customer.to_string())));
    kept.push(("cursor".to_owned(), cursor));
    Ok(with_header(response, LINK, &request.link_to_next(&kept)))
}

/// The entries that the query asks for, and whether any customer can have the number in it.
async fn asked(table: &Table<Read>, request: &Request, reseller: ResellerId) -> Result<(ActivityListing, bool), Error> {
    let (sent, mut faults) = request.query_pairs();
    let mut listing = ActivityListing { customer: None, before: None, limit: DEFAULT_LIMIT.into() };
    let mut is_possible = true;
    let mut cursor = None;
    for (place, (name, value)) in sent.iter().enumerate() {
        if sent.iter().take(place).any(|(earlier, _)| earlier == name) && KNOWN.contains(&name.as_str()) {
            faults.add(name, Invalid::Repeated);
        }
        match name.as_str() {
            "limit" => listing.limit = faults.collect(name, limit(value)).unwrap_or(DEFAULT_LIMIT).into(),
            "customer" => match CustomerId::parse(value) {
                Ok(customer) => listing.customer = Some(customer),
                Err(NotACustomerId::TooLarge) => is_possible = false,
                Err(NotACustomerId::NotAnInteger) => faults.add(name, "must be an integer"),
            },
            "sort" if value != "time" => faults.add(name, "must be time"),
            "direction" if value != "desc" => faults.add(name, "must be desc: the newest entries come first"),
            "offset" => faults.add(name, "is not there for this list: follow the Link header"),
            "filter" => faults.add(name, "is not there for this list"),
            "cursor" => cursor = Some(value),
            _ => {}
        }
    }
    if let Some(cursor) = cursor {
        let place: Option<EntryId> = CursorContext::activity(reseller, listing.customer).read(table, cursor).await?;
        listing.before = faults.collect("cursor", place.ok_or(NOT_OF_THIS_LIST));
    }
    Ok(faults.none_or((listing, is_possible))?)
}

/// The parameters that may be given once.
const KNOWN: [&str; 7] = ["limit", "customer", "sort", "direction", "offset", "filter", "cursor"];

/// An entry as this API shows it.
pub(crate) fn view(ActivityEntry { entry, label }: &ActivityEntry) -> Value {
    let actor = match &entry.actor {
        Principal::Key(kind, hash) => json!({"kind": kind, "id": hash.key_id().as_str(), "label": label}),
        Principal::Operator => json!({"kind": "operator", "id": null, "label": null}),
    };
    json!({
        "id": entry.id,
        "time": entry.time,
        "actor": actor,
        "action": entry.action,
        "customer": entry.customer,
        "object": entry.object,
        "fields": entry.fields,
    })
}
