//! The tab "Tokens": the API tokens of an organization.

use askama::Template;
use customer::token::{new_token, refused};
use lambda_http::http::StatusCode;
use shared::domain::customer_token::{CustomerToken, TokenStatus, TokenType, VALID_YEARS};
use shared::domain::entity_tag::ExpectedRevision;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::KeyId;
use shared::lambda::idempotency::keeping;
use shared::lambda::response::Response;
use shared::store::customer_token::{CreateTokenError, DeleteTokenError, MadeToken};
use shared::store::{Access, Caller, Policy, Read, StoreError, Write};

use super::place::Place;
use super::shell::{Content, Tab};
use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::format::day;
use crate::frame::Frame;
use crate::page::{kept, page, see_other};
use crate::query::Query;
use crate::visit::Visit;

/// What ends with a token, for who is asked.
const LOSSES: &str = "Programs that use it are refused from then on. This can’t be undone.";

/// The tab.
#[derive(Template)]
#[template(path = "tokens.html")]
struct TokensTab {
    base: String,
    rows: Vec<Row>,
    may_change: bool,
    was_deleted: bool,
}

/// A token in the list.
struct Row {
    id: String,
    name: String,
    token_type: &'static str,
    last_four: String,
    is_active: bool,
    created: String,
    /// Empty when it never expires.
    valid_until: String,
}

impl Row {
    fn of(token: &CustomerToken, now: Timestamp) -> Self {
        Self {
            id: token.id().as_str().to_owned(),
            name: token.name.to_string(),
            token_type: type_name(token.token_type),
            last_four: token.last_four.clone(),
            is_active: token.status(now) == TokenStatus::Active,
            created: day(token.created_at),
            valid_until: token.valid_until.map(day).unwrap_or_default(),
        }
    }
}

/// What a type of token is called.
pub(super) fn type_name(token_type: TokenType) -> &'static str {
    match token_type {
        TokenType::Batch => "Batch",
        TokenType::Realtime => "Realtime",
    }
}

/// Reads the tab.
pub(super) async fn list(visit: &Visit<'_, Read>, place: &Place) -> Result<Content, Error> {
    let listed = visit.table.customer_token_list(&visit.token, place.id).await?;
    let (caller, listed) = visit.open(listed, place.policy(Policy::READ)).await?;
    let listed = listed.ok_or(Error::NotFound)?;
    let now = Timestamp::now();
    let template = TokensTab {
        base: place.base.clone(),
        rows: listed.content.iter().map(|token| Row::of(token, now)).collect(),
        may_change: place.may(&caller, Policy::TOKENS),
        was_deleted: Query::of(visit.request).has("deleted"),
    };
    Ok(Content::new(caller, listed.customer, &template)?)
}

/// The page with the form of a new token.
#[derive(Template)]
#[template(path = "new_token.html")]
struct NewTokenPage {
    frame: Frame,
    base: String,
    back: String,
    organization: String,
    filled: Filled,
}

/// The page that shows the text of a token, this once.
#[derive(Template)]
#[template(path = "made_token.html")]
struct MadeTokenPage {
    frame: Frame,
    back: String,
    name: String,
    key: String,
    valid_until: String,
}

/// The page that asks before a token is deleted.
#[derive(Template)]
#[template(path = "delete_token.html")]
struct DeleteTokenPage {
    frame: Frame,
    action: String,
    back: String,
    organization: String,
    token: Row,
}

/// Answers 200 with the form of a new token, or with the question before one is deleted.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place, item: &str, deed: Option<&str>) -> Result<Response, Error> {
    match (item, deed) {
        ("new", None) => {
            let loaded = visit.table.customer_load(&visit.token, place.id).await?;
            let (caller, customer) = visit.open(loaded, place.policy(Policy::TOKENS)).await?;
            let name = customer.ok_or(Error::NotFound)?.profile.name();
            let form = Form::of([("type", "batch".to_owned()), ("valid_years", "1".to_owned())]);
            new_page(&caller, place, StatusCode::OK, name, Filled::fresh(form)?)
        }
        (id, Some("delete")) => {
            let (caller, organization, token) = load(visit, place, id).await?;
            let token = token.ok_or(Error::NotFound)?;
            let template = DeleteTokenPage {
                frame: Frame::new(&caller, place.section(), "Delete a token"),
                action: format!("{}/tokens/{id}/delete", place.base),
                back: place.tab(Tab::Tokens.number()),
                organization,
                token: Row::of(&token, Timestamp::now()),
            };
            Ok(page(StatusCode::OK, &template)?)
        }
        _ => Err(Error::NotFound),
    }
}

/// Makes a token and answers 200 with its text, 422 if a field is wrong; or deletes one and leads to the list (303).
pub(super) async fn submit(
    visit: &Visit<'_, Write>,
    form: Form,
    place: &Place,
    item: &str,
    deed: Option<&str>,
) -> Result<Response, Error> {
    match (item, deed) {
        ("new", None) => create(visit, form, place).await,
        (id, Some("delete")) => delete(visit, place, id).await,
        _ => Err(Error::NotFound),
    }
}

async fn create(visit: &Visit<'_, Write>, form: Form, place: &Place) -> Result<Response, Error> {
    let loaded = visit.table.customer_load(&visit.token, place.id).await?;
    let (caller, customer) = visit.open(loaded, place.policy(Policy::TOKENS)).await?;
    let customer = customer.ok_or(Error::NotFound)?;
    let wrong = |form, faults| {
        let filled = Filled::wrong(form, faults)?;
        new_page(&caller, place, StatusCode::UNPROCESSABLE_ENTITY, customer.profile.name(), filled)
    };
    let fields = [("name", Kind::Text), ("type", Kind::Text), ("valid_years", Kind::Number)];
    let new = match new_token(&form.object(&fields).into()) {
        Ok(new) => new,
        Err(faults) => return wrong(form, faults),
    };
    let answer = |made: &MadeToken| {
        let template = MadeTokenPage {
            frame: Frame::new(&caller, place.section(), "New token"),
            back: place.tab(Tab::Tokens.number()),
            name: made.token.name.to_string(),
            key: made.key.reveal().to_owned(),
            valid_until: made.token.valid_until.map(day).unwrap_or_default(),
        };
        page(StatusCode::OK, &template)
    };
    match visit.table.customer_token_create(&caller, &customer, new, &kept(answer)).await {
        Ok(made) => Ok(answer(&made.ok_or(Error::NotFound)?)?),
        Err(CreateTokenError::Store(error)) => Err(error.into()),
        Err(CreateTokenError::Refused { is_name_taken, is_full }) => wrong(form, refused(is_name_taken, is_full)),
    }
}

async fn delete(visit: &Visit<'_, Write>, place: &Place, id: &str) -> Result<Response, Error> {
    let list = format!("{}&deleted=1", place.tab(Tab::Tokens.number()));
    let (caller, _, token) = load(visit, place, id).await?;
    // Deleted already, perhaps by the same form.
    let Some(token) = token else {
        return Ok(see_other(&list));
    };
    let customer = place.id.ok_or(Error::NotFound)?;
    let any = ExpectedRevision::default();
    let deleted = visit.table.customer_token_delete(&caller, customer, &any, &token, &keeping(|()| see_other(&list))).await;
    deleted.map_err(|error| match error {
        DeleteTokenError::Store(error) => error,
        DeleteTokenError::OtherRevision => StoreError::Internal("a token has no revisions".to_owned()),
    })?;
    Ok(see_other(&list))
}

/// The caller, the name of the organization, and its token with this id; `None` when it has none.
async fn load<A: Access>(
    visit: &Visit<'_, A>,
    place: &Place,
    id: &str,
) -> Result<(Caller<A>, String, Option<CustomerToken>), Error> {
    let id = KeyId::parse(id);
    let loaded = visit.table.customer_token_load(&visit.token, place.id, id.as_ref()).await?;
    let (caller, found) = visit.open(loaded, place.policy(Policy::TOKENS)).await?;
    let found = found.ok_or(Error::NotFound)?;
    Ok((caller, found.customer.profile.name(), found.content))
}

fn new_page<A>(
    caller: &Caller<A>,
    place: &Place,
    status: StatusCode,
    organization: String,
    filled: Filled,
) -> Result<Response, Error> {
    let template = NewTokenPage {
        frame: Frame::new(caller, place.section(), "New token"),
        base: place.base.clone(),
        back: place.tab(Tab::Tokens.number()),
        organization,
        filled,
    };
    Ok(page(status, &template)?)
}
