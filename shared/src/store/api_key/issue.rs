//! Issuing an API key.

use super::as_token::{self, Room};
use crate::domain::activity::{Action, Object};
use crate::domain::credential::{Credential, Permission, Subject};
use crate::domain::customer::{Customer, CustomerId};
use crate::domain::customer_token::TokenType;
use crate::domain::quota::KeyQuota;
use crate::domain::reseller::{AccountId, Reseller, ResellerId};
use crate::domain::secret::SecretVersion;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::NewToken;
use crate::domain::validation::Text;
use crate::store::access::table::{Operator, Table};
use crate::store::activity;
use crate::store::credential;
use crate::store::customer_token::Purpose;
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;

/// An API key to be issued.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The reseller that it belongs to.
    pub reseller: ResellerId,
    /// What it stands for.
    pub subject: Subject,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// The accounts that it is granted; `None` for all accounts of its reseller.
    pub accounts: Option<Vec<AccountId>>,
    /// A name for people.
    pub label: Text,
    /// The moment from which it is refused; `None` when it never expires.
    pub valid_until: Option<Timestamp>,
    /// What it may use up in a minute.
    pub quota: KeyQuota,
}

/// Why no key was issued.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IssueKeyError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such reseller.
    #[error("no such reseller")]
    NoSuchReseller,
    /// The reseller does not have the customer that the key is to stand for.
    #[error("no such customer")]
    NoSuchCustomer(CustomerId),
    /// The reseller does not have this account.
    #[error("no such account")]
    NoSuchAccount(AccountId),
    /// The customer that the key is to stand for has as many tokens as it can.
    #[error("the customer can have no more tokens")]
    NoRoom(CustomerId),
}

/// An API key that was just issued. Only this value holds its token.
#[derive(Debug)]
pub struct IssuedKey {
    /// The token.
    pub token: NewToken,
    /// The credential that is on record.
    pub credential: Credential,
}

impl NewKey {
    /// Makes the key, which is not on record yet.
    pub(in crate::store) fn make(self, version: &SecretVersion, reseller: &Reseller) -> Result<IssuedKey, StoreError> {
        let token = NewToken::generate(version, self.reseller, &self.subject)?;
        let credential = Credential {
            kind: self.subject.kind(),
            permissions: self.permissions,
            accounts: self.accounts.unwrap_or_else(|| reseller.account_ids.clone()),
            customer: self.subject.customer(),
            label: self.label,
            last_four: token.last_four().to_owned(),
            created_at: Timestamp::now(),
            valid_until: self.valid_until,
            quota: self.quota,
            revoked_at: None,
        };
        Ok(IssuedKey { token, credential })
    }
}

/// Adds the credential row of a new key to a transaction, and its entry of the activity.
pub(in crate::store) fn put<P>(
    transaction: Transaction<P>,
    purpose: P,
    reseller: ResellerId,
    key: &IssuedKey,
) -> Result<Transaction<P>, StoreError> {
    activity::record(
        credential::begin(transaction, purpose, reseller, key.token.hash(), &key.credential)?,
        activity::Change::by_operator(reseller, Action::KeyIssued, Object::key(&key.token.hash().key_id()))
            .concerning(key.credential.customer),
    )
}

impl Table<Operator> {
    /// Issues a key.
    ///
    /// # Errors
    /// [`IssueKeyError`]; then there is no new key with a known token.
    pub async fn api_key_issue(&self, new: NewKey) -> Result<IssuedKey, IssueKeyError> {
        let reseller = keys::reseller(new.reseller);
        let customer = new.subject.customer().map(|id| (id, keys::customer(new.reseller, id)));
        let of_customer = customer.iter().map(|(_, key)| key.clone());
        let read = std::iter::once(reseller.clone()).chain(of_customer).collect();
        let (rows, version) = futures_util::try_join!(self.store.connection.read(read), self.secret_issuing())?;
        let reseller: Reseller = rows.get(&reseller)?.ok_or(IssueKeyError::NoSuchReseller)?;
        if let Some((id, key)) = customer
            && rows.get::<Customer>(&key)?.is_none()
        {
            return Err(IssueKeyError::NoSuchCustomer(id));
        }
        if let Some(account) = new.accounts.iter().flatten().find(|account| !reseller.account_ids.contains(account)) {
            return Err(IssueKeyError::NoSuchAccount(*account));
        }
        let (connection, reseller_id) = (&self.store.connection, reseller.id);
        let key = new.make(&version, &reseller)?;
        let mut rounds = Rounds::default();
        loop {
            let mut transaction = put(Transaction::default(), Purpose::Credential, reseller_id, &key)?;
            if let Some(customer) = key.credential.customer {
                let is_label_free = match connection.room_for_token(reseller_id, customer, &key.credential.label).await? {
                    Room::Left { is_label_free } => is_label_free,
                    Room::None => return Err(IssueKeyError::NoRoom(customer)),
                    Room::CustomerGone => return Err(IssueKeyError::NoSuchCustomer(customer)),
                };
                transaction = as_token::add(
                    transaction,
                    reseller_id,
                    customer,
                    (key.token.hash(), &key.credential),
                    TokenType::Batch,
                    is_label_free,
                )?;
            }
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(key);
            }
            rounds.pause(StoreError::Contended, "others changed the tokens of the customer").await?;
        }
    }
}
