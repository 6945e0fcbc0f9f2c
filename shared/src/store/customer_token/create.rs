//! Making a token for a customer.

use super::rows::{Purpose, add};
use crate::domain::activity::{Action, Object};
use crate::domain::credential::{Credential, Kind, Permission, Subject};
use crate::domain::customer::Customer;
use crate::domain::customer_token::{CustomerToken, MOST_TOKENS, NewCustomerToken};
use crate::domain::quota::KeyQuota;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::NewToken;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::activity;
use crate::store::credential;
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;
use crate::store::replay::{self, Answer};

/// Why no token was made.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CreateTokenError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It can't be made.
    #[error("the token can't be made")]
    Refused {
        /// Whether another token of the customer has its name.
        is_name_taken: bool,
        /// Whether the customer has as many tokens as it can.
        is_full: bool,
    },
}

/// A token that was just made. Only this value holds its text.
#[derive(Debug)]
pub struct MadeToken {
    /// The text.
    pub key: NewToken,
    /// The token on record.
    pub token: CustomerToken,
}

impl Table<Write> {
    /// Makes a token for a customer; `None` when the customer no longer exists. `answer` makes what is kept of the answer, if the
    /// request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too or the token can't be made.
    ///
    /// # Errors
    /// [`CreateTokenError`]; then nothing is on record, unless the store gave no answer: then a token may be on record whose text
    /// nobody knows.
    pub async fn customer_token_create(
        &self,
        caller: &Caller<Write>,
        customer: &Customer,
        new: NewCustomerToken,
        answer: Answer<'_, MadeToken>,
    ) -> Result<Option<MadeToken>, CreateTokenError> {
        caller.must(Policy::TOKENS)?;
        let (connection, reseller) = (&self.store.connection, caller.reseller());
        let header = keys::customer_header(reseller, customer.id);
        let version = self.store.issuing_version()?;
        let key = NewToken::generate(&version, reseller, &Subject::Customer(customer.id)).map_err(StoreError::from)?;
        let created_at = Timestamp::now();
        let token = CustomerToken {
            hash: key.hash().clone(),
            name: new.name.clone(),
            token_type: new.token_type,
            last_four: key.last_four().to_owned(),
            created_at,
            valid_until: Some(created_at.plus_years(new.valid_years)),
        };
        let credential = Credential {
            kind: Kind::Customer,
            permissions: vec![Permission::Read, Permission::Write],
            accounts: vec![customer.account_id],
            customer: Some(customer.id),
            label: new.name,
            last_four: token.last_four.clone(),
            created_at,
            valid_until: token.valid_until,
            quota: KeyQuota::default(),
            revoked_at: None,
        };
        let made = MadeToken { key, token };
        let mut rounds = Rounds::default();
        loop {
            let transaction = Transaction::default();
            let transaction = credential::begin(transaction, Purpose::Credential, reseller, &made.token.hash, &credential)?;
            let transaction = add(transaction, reseller, customer.id, &made.token)?;
            let change = activity::Change::by(caller, Action::TokenCreated, customer.id, Object::token(&made.token.id()));
            let transaction = activity::record(transaction, change.of_fields(["name", "token_type", "valid_until"]))?;
            let transaction = replay::keep(transaction, caller, || answer(&made))?;
            let Outcome::Refused(purposes) = connection.transact(transaction).await? else {
                return Ok(Some(made));
            };
            let latest: CustomerHeader = connection.read(vec![header.clone()]).await?.get(&header)?.unwrap_or_default();
            if latest.deleted_at.is_some() {
                return Ok(None);
            }
            let (is_name_taken, is_full) = (purposes.contains(&Purpose::Name), latest.tokens >= MOST_TOKENS);
            if is_name_taken || is_full {
                return Err(CreateTokenError::Refused { is_name_taken, is_full });
            }
            rounds.pause(StoreError::Contended, "others changed the tokens of the customer").await?;
        }
    }
}
