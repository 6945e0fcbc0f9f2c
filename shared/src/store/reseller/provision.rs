//! Provisioning a reseller.

use crate::domain::activity::{Action, Object};
use crate::domain::credential::{Permission, Subject};
use crate::domain::quota::KeyQuota;
use crate::domain::reseller::{AccountId, Reseller, ResellerId};
use crate::domain::timestamp::Timestamp;
use crate::domain::validation::Text;
use crate::store::access::table::{Operator, Table};
use crate::store::activity;
use crate::store::api_key::{self, IssuedKey, NewKey};
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys::{self, Counter};

/// A reseller that has just been provisioned.
#[derive(Debug)]
pub struct Provisioned {
    /// The reseller.
    pub reseller: Reseller,
    /// Its first key, which may read and write.
    pub key: IssuedKey,
}

impl Table<Operator> {
    /// Creates a reseller with its first account and its first API key, all at once, and the deployment's secret if there is none
    /// yet. The key ends at `key_valid_until`, if that is given.
    ///
    /// Not repeatable: a second call creates a second reseller with the same name.
    ///
    /// # Errors
    /// When the store fails; then there is no such reseller, unless the store gave no answer.
    pub async fn reseller_provision(
        &self,
        name: Text,
        label: Text,
        key_valid_until: Option<Timestamp>,
    ) -> Result<Provisioned, StoreError> {
        let connection = &self.store.connection;
        let (secret, number, account) = futures_util::try_join!(
            self.secret_or_first(),
            connection.counter_next(Counter::Reseller),
            connection.counter_next(Counter::Account),
        )?;
        let no_version = || StoreError::Internal("the secret has no version".to_owned());
        let version = secret.issuing(Timestamp::now()).ok_or_else(no_version)?;
        let id = ResellerId::new(number).ok_or_else(|| StoreError::Internal("no reseller ids are left".to_owned()))?;
        let reseller =
            Reseller { id, name, account_ids: vec![AccountId(account)], created_at: Timestamp::now(), suspended_at: None };
        let new = NewKey {
            reseller: id,
            subject: Subject::Reseller,
            permissions: vec![Permission::Read, Permission::Write],
            accounts: None,
            label,
            valid_until: key_valid_until,
            quota: KeyQuota::default(),
        };
        let key = new.make(version, &reseller)?;
        let transaction = Transaction::default().put((), row(&keys::reseller(id), &reseller)?, Expressions::when(IS_NEW)).put(
            (),
            row(&keys::directory(id), &reseller)?,
            Expressions::when(IS_NEW),
        );
        let transaction = activity::record(
            transaction,
            activity::Change::by_operator(id, Action::ResellerCreated, Object::reseller(id)).of_fields(["name", "account_ids"]),
        )?;
        match connection.transact(api_key::put(transaction, (), id, &key)?).await? {
            Outcome::Done => Ok(Provisioned { reseller, key }),
            Outcome::Refused(_) => Err(StoreError::Internal("the new reseller is on record already".to_owned())),
        }
    }
}
