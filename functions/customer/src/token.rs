//! A token of a customer on the wire.

use serde_json::{Value, json};
use shared::domain::customer_token::{CustomerToken, MAXIMUM_NAME, MOST_TOKENS, NewCustomerToken, TokenType, VALID_YEARS};
use shared::domain::timestamp::Timestamp;
use shared::domain::validation::{self, Invalid};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::customer_token::MadeToken;

use reseller::Error;
use reseller::body::Body;
use reseller::whole_list::Keys;

/// What a list of tokens can be asked for.
pub(crate) const KEYS: Keys =
    Keys { sort: &["id", "name", "type", "last_four", "status", "created_at", "valid_until"], filter: &[], amounts: &[] };

/// A token as its reseller and its customer see it.
pub(crate) fn view(token: &CustomerToken) -> Value {
    json!({
        "id": token.id(),
        "name": token.name,
        "type": token.token_type,
        "last_four": token.last_four,
        "status": token.status(Timestamp::now()),
        "created_at": token.created_at,
        "valid_until": token.valid_until,
    })
}

/// A token that was just made, with its text, which is shown this once.
pub(crate) fn made_view(made: &MadeToken) -> Value {
    with_key(view(&made.token), made.key.reveal())
}

/// The same token with its text.
pub(crate) fn with_key(mut view: Value, key: &str) -> Value {
    if let Some(view) = view.as_object_mut() {
        view.insert("key".to_owned(), key.into());
    }
    view
}

/// The token that a request asks for.
pub(crate) fn sent(request: &Request) -> Result<NewCustomerToken, Error> {
    Ok(new_token(&Body::parse(request, &["name", "type", "valid_years"])?)?)
}

/// The token that a body asks for.
///
/// # Errors
/// All fields that are wrong.
pub fn new_token(body: &Body) -> Result<NewCustomerToken, Faults> {
    let mut faults = Faults::default();
    let name = body.text("name").and_then(|sent| validation::text(sent, MAXIMUM_NAME)?.ok_or(Invalid::Required));
    let (name, token_type, valid_years) = (
        faults.collect("name", name),
        faults.collect("type", token_type(body)),
        faults.collect("valid_years", valid_years(body)),
    );
    match (name, token_type, valid_years) {
        (Some(name), Some(token_type), Some(valid_years)) => Ok(NewCustomerToken { name, token_type, valid_years }),
        _ => Err(faults),
    }
}

/// The faults of a token that can't be made.
#[must_use]
pub fn refused(is_name_taken: bool, is_full: bool) -> Faults {
    let mut faults = Faults::default();
    if is_name_taken {
        faults.add("name", "is the name of another token of this customer");
    }
    if is_full {
        faults.add("id", format_args!("is a customer with {MOST_TOKENS} tokens, which is the most: delete one first"));
    }
    faults
}

fn token_type(body: &Body) -> Result<TokenType, String> {
    match body.text("type").map_err(|invalid| invalid.to_string())? {
        "batch" => Ok(TokenType::Batch),
        "realtime" => Ok(TokenType::Realtime),
        "" => Err(Invalid::Required.to_string()),
        _ => Err("must be batch or realtime".to_owned()),
    }
}

fn valid_years(body: &Body) -> Result<u8, &'static str> {
    let Some(sent) = body.value("valid_years") else {
        return Ok(1);
    };
    let years = sent.as_u64().and_then(|years| u8::try_from(years).ok()).filter(|years| VALID_YEARS.contains(years));
    years.ok_or("must be 1, 2 or 5")
}
