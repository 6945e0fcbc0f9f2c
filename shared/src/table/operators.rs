//! What the platform's operators do: provision resellers, issue, list and revoke keys. These functions are invoked and never
//! routed, so they have no callers to verify.

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, Put, ReturnConsumedCapacity, ReturnValue, TransactWriteItem};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_attribute_value, to_item};

use super::keys::{self, Counter, Key};
use super::retry::Rounds;
use super::{Item, Operator, Store, StoreError, Table, row};
use crate::credentials::{Credential, NewToken, Permission, Subject, TokenHash};
use crate::customer::Customer;
use crate::reseller::{AccountId, Reseller, ResellerId};
use crate::timestamp::Timestamp;
use crate::validation::Text;

/// A key to be issued.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The reseller that it speaks for.
    pub reseller: ResellerId,
    /// Whom it stands for.
    pub subject: Subject,
    /// What it allows.
    pub permissions: Vec<Permission>,
    /// The accounts that it may use; `None` for all that its reseller has.
    pub accounts: Option<Vec<AccountId>>,
    /// What people call it.
    pub label: Text,
    /// From when on it is refused; `None` for never.
    pub valid_until: Option<Timestamp>,
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
    NoSuchCustomer,
    /// The reseller does not have this account.
    #[error("no such account")]
    NoSuchAccount(AccountId),
}

/// A key that has just been issued: the only moment at which its token is known.
#[derive(Debug)]
pub struct IssuedKey {
    /// The token.
    pub token: NewToken,
    /// What is on record of it.
    pub credential: Credential,
}

/// A reseller that has just been provisioned.
#[derive(Debug)]
pub struct Provisioned {
    /// The reseller.
    pub reseller: Reseller,
    /// Its first key, which may read and write.
    pub key: IssuedKey,
}

/// A key on record, without its token, which nobody knows any more.
#[derive(Clone, Debug, Deserialize)]
pub struct KeySummary {
    #[serde(rename = "SK")]
    sort_key: String,
    /// What is on record of it.
    #[serde(flatten)]
    pub credential: Credential,
}

impl KeySummary {
    /// The first twelve digits of the token's hash, by which people name a key.
    #[must_use]
    pub fn key_id(&self) -> &str {
        let hash = self.sort_key.strip_prefix("KEY#").unwrap_or_default();
        hash.get(..TokenHash::KEY_ID_DIGITS).unwrap_or_default()
    }
}

impl Table<Operator> {
    /// Makes a reseller with its first account and its first key, all at once.
    ///
    /// Not repeatable: a second call makes a second reseller, of the same name.
    ///
    /// # Errors
    /// When the store fails; then there is no such reseller.
    pub async fn provision_reseller(&self, name: Text, label: Text) -> Result<Provisioned, StoreError> {
        let (number, account) = futures_util::try_join!(self.store.next(Counter::Reseller), self.store.next(Counter::Account))?;
        let id = ResellerId::new(number).ok_or_else(|| StoreError::Internal("no reseller ids are left".to_owned()))?;
        let reseller = Reseller { id, name, account_ids: vec![AccountId(account)], created_at: Timestamp::now() };
        let new = NewKey {
            reseller: id,
            subject: Subject::Reseller,
            permissions: vec![Permission::Read, Permission::Write],
            accounts: None,
            label,
            valid_until: None,
        };
        let key = new.issue(&reseller)?;
        self.store
            .put_new(&[
                row(&keys::reseller(id), &reseller)?,
                row(&keys::directory(id), &reseller)?,
                row(&keys::credential(id, key.token.hash()), &key.credential)?,
            ])
            .await?;
        Ok(Provisioned { reseller, key })
    }

    /// Gives a reseller one more account. Keys that were issued before do not get it. `None` when there is no such reseller.
    ///
    /// Not repeatable: a second call adds another account.
    ///
    /// # Errors
    /// When the store fails; then the reseller has no account more.
    pub async fn add_account(&self, reseller: ResellerId) -> Result<Option<Reseller>, StoreError> {
        let key = keys::reseller(reseller);
        let account = AccountId(self.store.next(Counter::Account).await?);
        let mut rounds = Rounds::default();
        loop {
            let Some(current) = self.store.read(vec![key.clone()]).await?.get::<Reseller>(&key)? else {
                return Ok(None);
            };
            let mut changed = current.clone();
            changed.account_ids.push(account);
            let known = to_attribute_value(&current.account_ids)?;
            let puts = [&key, &keys::directory(reseller)].map(|key| {
                let put = Put::builder()
                    .table_name(self.store.table_name())
                    .set_item(Some(row(key, &changed)?))
                    .condition_expression("account_ids = :known")
                    .expression_attribute_values(":known", known.clone())
                    .build()?;
                Ok(TransactWriteItem::builder().put(put).build())
            });
            if self.store.transact(puts.into_iter().collect::<Result<_, StoreError>>()?).await?.is_empty() {
                return Ok(Some(changed));
            }
            rounds.pause(StoreError::Contended, "others changed the reseller").await?;
        }
    }

    /// All resellers, in the order of their ids.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn resellers(&self) -> Result<Vec<Reseller>, StoreError> {
        let mut resellers: Vec<Reseller> = self.store.all(keys::SYSTEM.to_owned(), keys::DIRECTORY_PREFIX.to_owned()).await?;
        resellers.sort_unstable_by_key(|reseller| reseller.id.number());
        Ok(resellers)
    }

    /// Issues a key.
    ///
    /// # Errors
    /// [`IssueKeyError`]; then no key was issued that anybody knows.
    pub async fn issue_key(&self, new: NewKey) -> Result<IssuedKey, IssueKeyError> {
        let reseller = keys::reseller(new.reseller);
        let customer = new.subject.customer().map(|id| keys::customer(new.reseller, id));
        let rows = self.store.read(std::iter::once(reseller.clone()).chain(customer.clone()).collect()).await?;
        let reseller: Reseller = rows.get(&reseller)?.ok_or(IssueKeyError::NoSuchReseller)?;
        if let Some(customer) = customer
            && rows.get::<Customer>(&customer)?.is_none()
        {
            return Err(IssueKeyError::NoSuchCustomer);
        }
        if let Some(account) = new.accounts.iter().flatten().find(|account| !reseller.account_ids.contains(account)) {
            return Err(IssueKeyError::NoSuchAccount(*account));
        }
        let key = new.issue(&reseller)?;
        self.store.put_new(&[row(&keys::credential(reseller.id, key.token.hash()), &key.credential)?]).await?;
        Ok(key)
    }

    /// All keys of a reseller, oldest first; `None` when the reseller does not exist.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keys(&self, reseller: ResellerId) -> Result<Option<Vec<KeySummary>>, StoreError> {
        let key = keys::reseller(reseller);
        let (rows, mut found) = futures_util::try_join!(
            self.store.read(vec![key.clone()]),
            self.store.all::<KeySummary>(keys::credential_partition(reseller), keys::credential_prefix("")),
        )?;
        found.sort_by_key(|key| key.credential.created_at);
        Ok(rows.get::<Reseller>(&key)?.map(|_| found))
    }

    /// Revokes the key of this id, now and for ever; a key that was revoked before keeps its first time. `None` when the reseller
    /// has no such key.
    ///
    /// A request that begins after this returns is refused.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn revoke_key(&self, reseller: ResellerId, key_id: &str) -> Result<Option<KeySummary>, StoreError> {
        let named: Vec<KeySummary> =
            self.store.all(keys::credential_partition(reseller), keys::credential_prefix(key_id)).await?;
        let [key] = named.as_slice() else {
            // Twelve digits name one key in 2^48. Should they ever name two, it is for a person to look.
            return if named.is_empty() {
                Ok(None)
            } else {
                Err(StoreError::Internal(format!("the key id {key_id} names {} keys", named.len())))
            };
        };
        let row = Key { partition: keys::credential_partition(reseller), sort: key.sort_key.clone() };
        let output = self
            .store
            .client
            .update_item()
            .table_name(self.store.table_name())
            .set_key(Some(to_item(&row)?))
            .update_expression("SET revoked_at = :now")
            .condition_expression("attribute_exists(PK) AND (attribute_not_exists(revoked_at) OR revoked_at = :never)")
            .expression_attribute_values(":now", AttributeValue::S(Timestamp::now().to_string()))
            .expression_attribute_values(":never", AttributeValue::Null(true))
            .return_values(ReturnValue::AllNew)
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        self.store.meter.add(output.as_ref().ok().and_then(|output| output.consumed_capacity()));
        match output {
            Ok(output) => Ok(Some(from_item(output.attributes.unwrap_or_default())?)),
            Err(error) if matches!(error.as_service_error(), Some(UpdateItemError::ConditionalCheckFailedException(_))) => {
                Ok(Some(key.clone()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl NewKey {
    fn issue(self, reseller: &Reseller) -> Result<IssuedKey, StoreError> {
        let token = NewToken::generate(self.reseller, &self.subject)?;
        let credential = Credential {
            kind: self.subject.kind(),
            permissions: self.permissions,
            accounts: self.accounts.unwrap_or_else(|| reseller.account_ids.clone()),
            customer: self.subject.customer(),
            label: self.label,
            last_four: token.last_four().to_owned(),
            created_at: Timestamp::now(),
            valid_until: self.valid_until,
            revoked_at: None,
        };
        Ok(IssuedKey { token, credential })
    }
}

impl Store {
    /// Writes rows that are not there yet, all or none.
    async fn put_new(&self, items: &[Item]) -> Result<(), StoreError> {
        let puts = items.iter().map(|item| {
            let put = Put::builder()
                .table_name(self.table_name())
                .set_item(Some(item.clone()))
                .condition_expression("attribute_not_exists(PK)")
                .build()?;
            Ok(TransactWriteItem::builder().put(put).build())
        });
        let failed = self.transact(puts.collect::<Result<_, StoreError>>()?).await?;
        if failed.is_empty() { Ok(()) } else { Err(StoreError::Internal("a row that was to be new is there already".to_owned())) }
    }

    /// All rows of a partition whose sort key begins so.
    async fn all<T: DeserializeOwned>(&self, partition: String, prefix: String) -> Result<Vec<T>, StoreError> {
        let mut found = Vec::new();
        let mut start = None;
        loop {
            let output = self
                .query(|query| {
                    query
                        .key_condition_expression("PK = :partition AND begins_with(SK, :prefix)")
                        .expression_attribute_values(":partition", AttributeValue::S(partition.clone()))
                        .expression_attribute_values(":prefix", AttributeValue::S(prefix.clone()))
                        .set_exclusive_start_key(start)
                })
                .await?;
            for item in output.items.unwrap_or_default() {
                found.push(from_item(item)?);
            }
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(found);
            }
        }
    }
}
