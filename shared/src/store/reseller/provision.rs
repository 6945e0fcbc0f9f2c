//! Provisioning a reseller.

use crate::domain::activity::{Action, Object};
use crate::domain::credential::{Permission, Subject};
use crate::domain::quota::KeyQuota;
use crate::domain::reseller::{AccountId, Reseller, ResellerId, ShortName};
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

use super::{platform, short_name};

/// A reseller to be provisioned.
#[derive(Clone, Debug)]
pub struct NewReseller {
    /// A name for people; it need not be unique.
    pub name: Text,
    /// The name by which its people find its pages; `None` for one that contains its number.
    pub short_name: Option<ShortName>,
    /// Whether it is to be the platform's own reseller.
    pub platform: bool,
    /// The label of its first key.
    pub key_label: Text,
    /// The moment from which the first key is refused; `None` when it never expires.
    pub key_valid_until: Option<Timestamp>,
}

/// Why no reseller was provisioned.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProvisionError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was to be the platform's own reseller, which this one is already.
    #[error("the platform has a reseller of its own")]
    PlatformHas(ResellerId),
    /// Another reseller has its short name.
    #[error("another reseller has the short name")]
    ShortNameTaken,
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Reseller,
    ShortName,
    Platform,
}

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
    /// yet. Of any number of calls that are to create the platform's own reseller, one does.
    ///
    /// Not repeatable: a second call creates a second reseller with the same name.
    ///
    /// # Errors
    /// [`ProvisionError`]; then there is no such reseller, unless the store gave no answer. Its numbers are not given again.
    pub async fn reseller_provision(&self, new: NewReseller) -> Result<Provisioned, ProvisionError> {
        let NewReseller { name, short_name, platform, key_label, key_valid_until } = new;
        let connection = &self.store.connection;
        let (secret, number, account) = futures_util::try_join!(
            self.secret_or_first(),
            connection.counter_next(Counter::Reseller),
            connection.counter_next(Counter::Account),
        )?;
        let no_version = || StoreError::Internal("the secret has no version".to_owned());
        let version = secret.issuing(Timestamp::now()).ok_or_else(no_version)?;
        let id = ResellerId::new(number).ok_or_else(|| StoreError::Internal("no reseller ids are left".to_owned()))?;
        let account_ids = vec![AccountId(account)];
        let created_at = Timestamp::now();
        let reseller = Reseller { id, name, short_name, account_ids, created_at, suspended_at: None, platform };
        let new = NewKey {
            reseller: id,
            subject: Subject::Reseller,
            permissions: vec![Permission::Read, Permission::Write],
            accounts: None,
            label: key_label,
            valid_until: key_valid_until,
            quota: KeyQuota::default(),
        };
        let key = new.make(version, &reseller)?;
        let mut transaction = Transaction::default();
        for key in [keys::reseller(id), keys::directory(id)] {
            transaction = transaction.put(Purpose::Reseller, row(&key, &reseller)?, Expressions::when(IS_NEW));
        }
        transaction = short_name::put(transaction, Purpose::ShortName, &reseller)?;
        if platform {
            transaction = platform::put(transaction, Purpose::Platform, id)?;
        }
        let entry = activity::Change::by_operator(id, Action::ResellerCreated, Object::reseller(id));
        let entry = entry.of_differing([
            ("name", true),
            ("short_name", reseller.short_name.is_some()),
            ("account_ids", true),
            ("platform", platform),
        ]);
        transaction = api_key::put(activity::record(transaction, entry)?, Purpose::Reseller, id, &key)?;
        match connection.transact(transaction).await? {
            Outcome::Done => Ok(Provisioned { reseller, key }),
            Outcome::Refused(purposes) if purposes.contains(&Purpose::ShortName) => Err(ProvisionError::ShortNameTaken),
            Outcome::Refused(purposes) if purposes == [Purpose::Platform] => {
                let has = connection.platform().await?;
                let gone = || StoreError::Internal("the row of the platform's reseller refused another and is gone".to_owned());
                Err(ProvisionError::PlatformHas(has.ok_or_else(gone)?))
            }
            Outcome::Refused(_) => Err(StoreError::Internal("the new reseller is on record already".to_owned()).into()),
        }
    }
}
