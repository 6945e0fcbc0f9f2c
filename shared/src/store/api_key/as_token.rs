//! A customer's key that an operator issues or ends is a token of the customer too.

use crate::domain::credential::Credential;
use crate::domain::customer::CustomerId;
use crate::domain::customer_token::{CustomerToken, MAXIMUM_NAME, MOST_TOKENS, TokenType};
use crate::domain::reseller::ResellerId;
use crate::domain::token::{KeyId, TokenHash};
use crate::domain::validation::{self, Text};
use crate::store::customer::header::CustomerHeader;
use crate::store::customer_token::{self, Purpose};
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// Whether a customer can have another token.
pub(super) enum Room {
    /// It can. The label is free as a name, or taken.
    Left { is_label_free: bool },
    /// It has as many as it can.
    None,
    /// It was deleted.
    CustomerGone,
}

impl Connection {
    /// Whether a customer can have another token, with this label as its name. One call.
    pub(super) async fn room_for_token(
        &self,
        reseller: ResellerId,
        customer: CustomerId,
        label: &Text,
    ) -> Result<Room, StoreError> {
        let header = keys::customer_header(reseller, customer);
        let name = keys::token_name(reseller, customer, name(label, None)?.as_str());
        let rows = self.read(vec![header.clone(), name.clone()]).await?;
        let header: CustomerHeader = rows.get(&header)?.unwrap_or_default();
        Ok(match header {
            CustomerHeader { deleted_at: Some(_), .. } => Room::CustomerGone,
            CustomerHeader { tokens: MOST_TOKENS.., .. } => Room::None,
            _ => Room::Left { is_label_free: rows.get::<serde::de::IgnoredAny>(&name)?.is_none() },
        })
    }

    /// The token that this key is; `None` when its customer does not have it any more. One call.
    pub(super) async fn token_of_key(
        &self,
        reseller: ResellerId,
        customer: CustomerId,
        id: &KeyId,
    ) -> Result<Option<CustomerToken>, StoreError> {
        let (token, header) = (keys::customer_token(reseller, customer, id), keys::customer_header(reseller, customer));
        let rows = self.read(vec![token.clone(), header.clone()]).await?;
        // What a deleted customer had is erased in time.
        let is_deleted = rows.get::<CustomerHeader>(&header)?.is_some_and(|header| header.deleted_at.is_some());
        if is_deleted { Ok(None) } else { rows.get(&token) }
    }
}

/// Adds to a transaction that the key is a token of its customer. It is called as the key, with the key's id where another token is.
pub(super) fn add(
    transaction: Transaction<Purpose>,
    reseller: ResellerId,
    customer: CustomerId,
    (hash, credential): (&TokenHash, &Credential),
    token_type: TokenType,
    is_label_free: bool,
) -> Result<Transaction<Purpose>, StoreError> {
    let id = hash.key_id();
    let token = CustomerToken {
        hash: hash.clone(),
        name: name(&credential.label, (!is_label_free).then_some(&id))?,
        token_type,
        last_four: credential.last_four.clone(),
        created_at: credential.created_at,
        valid_until: credential.valid_until,
    };
    customer_token::add(transaction, reseller, customer, &token)
}

/// The label as the name of a token, cut to fit, with the id of the key behind it if that is given.
fn name(label: &Text, id: Option<&KeyId>) -> Result<Text, StoreError> {
    let behind = id.map(|id| format!(" {id}")).unwrap_or_default();
    let cut: String = label.as_str().chars().take(MAXIMUM_NAME - behind.len()).collect();
    let odd = || StoreError::Internal("a label can't be a name".to_owned());
    validation::text(&format!("{}{behind}", cut.trim_end()), MAXIMUM_NAME).ok().flatten().ok_or_else(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_label_cut_to_fit() {
        let label = |text: &str| validation::text(text, 300).unwrap().unwrap();
        let id = KeyId::parse("0123456789ab").unwrap();
        assert_eq!(name(&label("nightly"), None).unwrap().as_str(), "nightly");
        assert_eq!(name(&label("nightly"), Some(&id)).unwrap().as_str(), "nightly 0123456789ab");
        let long = name(&label(&"é".repeat(255)), Some(&id)).unwrap();
        assert_eq!(long.as_str(), format!("{} 0123456789ab", "é".repeat(87)));
        let gap = format!("{} {}", "a".repeat(99), "b".repeat(99));
        assert_eq!(name(&label(&gap), None).unwrap().as_str(), "a".repeat(99));
    }
}
