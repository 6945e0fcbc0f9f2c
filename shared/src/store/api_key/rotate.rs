//! Rotating an API key: a new key with the same rights now, and an end for the old one.

use serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value;

use super::as_token::{self, Room};
use super::issue::{self, IssuedKey, NewKey};
use crate::domain::activity::{Action, Object};
use crate::domain::credential::{Credential, Kind, Subject, UserLabel};
use crate::domain::customer::Customer;
use crate::domain::customer_token::{CustomerToken, TokenType};
use crate::domain::reseller::{Reseller, ResellerId};
use crate::domain::timestamp::Timestamp;
use crate::domain::token::KeyId;
use crate::store::access::table::{Operator, Table};
use crate::store::activity;
use crate::store::customer_token::{self, Purpose};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::Expressions;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;

/// Why a key was not rotated.
#[derive(Clone, Debug, thiserror::Error)]
pub enum RotateKeyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reseller has no such key.
    #[error("no such key")]
    NoSuchKey,
    /// The key is revoked or expired, so that it has no rights to pass on.
    #[error("the key has ended")]
    Ended,
    /// The customer that the key stood for no longer exists.
    #[error("the customer of the key is gone")]
    CustomerGone,
    /// The customer that the key stands for has as many tokens as it can.
    #[error("the customer can have no more tokens")]
    NoRoom,
}

/// What a key like this one stands for; `None` when there can be no such key.
fn subject(credential: &Credential) -> Option<Subject> {
    match credential.kind {
        Kind::Reseller => Some(Subject::Reseller),
        Kind::Licensing => Some(Subject::Licensing),
        Kind::Customer => credential.customer.map(Subject::Customer),
        Kind::ServiceUser => UserLabel::parse(credential.label.as_str()).map(Subject::ServiceUser),
    }
}

impl Table<Operator> {
    /// Issues a key with the rights of the key with this id, and ends the old key at a moment, or earlier if it ends earlier by
    /// itself. Both happen at once, or neither does.
    ///
    /// Not repeatable: a second call issues another key.
    ///
    /// # Errors
    /// [`RotateKeyError`]; then nothing was changed, unless the store gave no answer: then a key may be on record whose token no one
    /// knows, and the old key ends.
    pub async fn api_key_rotate(
        &self,
        reseller: ResellerId,
        key_id: &KeyId,
        old_until: Timestamp,
        new_until: Option<Timestamp>,
    ) -> Result<IssuedKey, RotateKeyError> {
        let connection = &self.store.connection;
        let version = self.secret_issuing().await?;
        let mut rounds = Rounds::default();
        loop {
            let old = connection.api_key_named(reseller, key_id).await?.ok_or(RotateKeyError::NoSuchKey)?;
            old.credential.check_lifetime(Timestamp::now()).map_err(|_| RotateKeyError::Ended)?;
            let customer = old.credential.customer.map(|id| keys::customer(reseller, id));
            let rows = connection.read(std::iter::once(keys::reseller(reseller)).chain(customer.clone()).collect()).await?;
            let owner: Reseller = rows.get(&keys::reseller(reseller))?.ok_or(RotateKeyError::NoSuchKey)?;
            if let Some(customer) = customer
                && rows.get::<Customer>(&customer)?.is_none()
            {
                return Err(RotateKeyError::CustomerGone);
            }
            let odd = || StoreError::Internal("a credential has no subject".to_owned());
            let new = NewKey {
                reseller,
                subject: subject(&old.credential).ok_or_else(odd)?,
                permissions: old.credential.permissions.clone(),
                accounts: Some(old.credential.accounts.clone()),
                label: old.credential.label.clone(),
                valid_until: new_until.or(old.credential.valid_until),
                quota: old.credential.quota,
            };
            let key = new.make(&version, &owner)?;
            let end = old.credential.valid_until.map_or(old_until, |end| end.min(old_until));
            let is_unchanged = Expressions::when("revoked_at = :never AND valid_until = :known")
                .update("SET valid_until = :end")
                .value(":never", to_attribute_value(None::<Timestamp>).map_err(StoreError::from)?)
                .value(":known", to_attribute_value(old.credential.valid_until).map_err(StoreError::from)?)
                .text(":end", end.to_string());
            let transaction = Transaction::default().update(Purpose::Credential, old.row_key(reseller), is_unchanged);
            let mut transaction = activity::record(
                transaction,
                activity::Change::by_operator(reseller, Action::KeyUpdated, Object::key(old.key_id()))
                    .concerning(old.credential.customer)
                    .of_fields(["valid_until"]),
            )
            .map_err(RotateKeyError::from)?;
            transaction = issue::put(transaction, Purpose::Credential, reseller, &key)?;
            if let Some(customer) = key.credential.customer {
                let is_label_free = match connection.room_for_token(reseller, customer, &key.credential.label).await? {
                    Room::Left { is_label_free } => is_label_free,
                    Room::None => return Err(RotateKeyError::NoRoom),
                    Room::CustomerGone => return Err(RotateKeyError::CustomerGone),
                };
                let known = connection.token_of_key(reseller, customer, old.key_id()).await?;
                let token_type = known.as_ref().map_or(TokenType::Batch, |known| known.token_type);
                let of_key = (key.token.hash(), &key.credential);
                transaction = as_token::add(transaction, reseller, customer, of_key, token_type, is_label_free)?;
                if let Some(known) = known {
                    let shortened = CustomerToken { valid_until: Some(end), ..known };
                    transaction = customer_token::replace(transaction, reseller, customer, &shortened)?;
                }
            }
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(key);
            }
            rounds.pause(StoreError::Contended, "others changed the key").await?;
        }
    }
}
