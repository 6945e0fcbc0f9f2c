//! Demo data: two resellers with a customer each, and keys in every state that a key can be in.
//!
//! The keys' secrets are in `demo.json` and nowhere else. Where that file does not belong to the table, as after a change from
//! the stored data to another engine, the resellers get new keys; there are never more than these two of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::credentials::{Claim, Kind, Permission, Subject, UserLabel};
use shared::customer::{CustomerId, NewCustomer, Profile};
use shared::reseller::{AccountId, Reseller, ResellerId};
use shared::table::{
    IssueKeyError, IssuedKey, KeySummary, NewKey, Operator, Read, Store, StoreError, Table, Write as Writing, WriteError,
};
use shared::timestamp::Timestamp;
use shared::validation::{self, Text};

use crate::problem::Problem;

const RESELLERS: [&str; 2] = ["Northwind Resale", "Harbour Telecom"];

/// The demo customer of each reseller.
const CUSTOMER_NAME: &str = "Customer Name";
/// Its e-mail address.
pub(crate) const CUSTOMER_EMAIL: &str = "customer@example.com";
/// Its phone number.
pub(crate) const CUSTOMER_PHONE: &str = "+31 012 345678";

/// What `demo.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Demo {
    pub(crate) base_url: String,
    pub(crate) resellers: Vec<DemoReseller>,
}

/// A reseller of the demo data and its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DemoReseller {
    pub(crate) id: ResellerId,
    pub(crate) name: String,
    pub(crate) account_id: u64,
    /// May read and write.
    pub(crate) reseller_key: String,
    pub(crate) read_only_key: String,
    /// Of the demo customer.
    pub(crate) customer_key: String,
    pub(crate) expired_key: String,
    pub(crate) revoked_key: String,
    /// Of the licensing API; may read and write.
    pub(crate) licensing_token: String,
    /// Of the Management API; may read and write in all accounts of the reseller.
    pub(crate) management_user: String,
    pub(crate) management_password: String,
    /// Of the Management API; was granted no account.
    pub(crate) management_user_without_account: String,
    pub(crate) management_password_without_account: String,
}

impl DemoReseller {
    /// The demo customer.
    pub(crate) fn customer(&self) -> Option<CustomerId> {
        Claim::parse(&self.customer_key)?.customer()
    }
}

/// Why there is no demo data.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Impossible(&'static str),
}

impl From<WriteError> for DemoError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Store(error) => Self::Store(error),
            WriteError::Taken(_) => Self::Impossible("another customer holds the demo customer's address"),
        }
    }
}

impl From<IssueKeyError> for DemoError {
    fn from(error: IssueKeyError) -> Self {
        match error {
            IssueKeyError::Store(error) => Self::Store(error),
            IssueKeyError::NoSuchReseller | IssueKeyError::NoSuchCustomer | IssueKeyError::NoSuchAccount(_) => {
                Self::Impossible("a reseller, customer or account is gone before it had a key")
            }
        }
    }
}

/// Makes sure that the demo data is in the table: what `kept` says where that is still true, else with new keys.
pub(crate) async fn provide(store: &Store, kept: Option<Demo>, base_url: &str) -> Result<Demo, DemoError> {
    let demo =
        Provision { operator: Table::new(store.clone()), reader: Table::new(store.clone()), writer: Table::new(store.clone()) };
    if let Some(kept) = kept
        && demo.holds(&kept).await?
    {
        return Ok(Demo { base_url: base_url.to_owned(), ..kept });
    }
    let known = demo.operator.resellers().await?;
    let mut resellers = Vec::new();
    for name in RESELLERS {
        resellers.push(demo.reseller(name, &known).await?);
    }
    Ok(Demo { base_url: base_url.to_owned(), resellers })
}

/// Reads the file. A file that is missing, cut short or of another version is as good as none: new keys are issued.
pub(crate) fn read(path: &Path) -> Option<Demo> {
    serde_json::from_reader(io::BufReader::new(File::open(path).ok()?)).ok()
}

/// Writes the file so that whoever reads it at any moment reads all of it.
pub(crate) fn write(demo: &Demo, path: &Path) -> Result<(), Problem> {
    let beside = path.with_extension("json.partial");
    let written = || {
        let mut text = serde_json::to_string_pretty(demo)?;
        text.push('\n');
        // Keys are for whoever runs this, and nobody else on the machine.
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&beside, path)
    };
    written().map_err(Problem::file("write", path))
}

struct Provision {
    operator: Table<Operator>,
    reader: Table<Read>,
    writer: Table<Writing>,
}

impl Provision {
    /// Whether the table has these resellers, with their keys in the states that they are to be in.
    async fn holds(&self, demo: &Demo) -> Result<bool, StoreError> {
        if !demo.resellers.iter().map(|reseller| reseller.name.as_str()).eq(RESELLERS) {
            return Ok(false);
        }
        for reseller in &demo.resellers {
            let Some(keys) = self.operator.keys(reseller.id).await? else {
                return Ok(false);
            };
            let is = |token: &str, is_so: &dyn Fn(&KeySummary) -> bool| {
                let claim = Claim::parse(token)
                    .or_else(|| Claim::parse_licensing(token))
                    .or_else(|| Claim::parse_service_user(token))
                    .filter(|claim| claim.reseller() == reseller.id);
                claim.is_some_and(|claim| keys.iter().any(|key| key.key_id() == claim.hash().key_id() && is_so(key)))
            };
            let lives = |key: &KeySummary| key.credential.revoked_at.is_none() && key.credential.valid_until.is_none();
            let may_write = |key: &KeySummary| key.credential.permissions.contains(&Permission::Write);
            let has_account = |key: &KeySummary| !key.credential.accounts.is_empty();
            let user = |name: &str, password: &str| format!("{name}:{password}");
            let has_expired = |key: &KeySummary| key.credential.valid_until.is_some_and(|end| end <= Timestamp::now());
            let in_their_states = is(&reseller.reseller_key, &|key| lives(key) && may_write(key))
                && is(&reseller.read_only_key, &|key| lives(key) && !may_write(key))
                && is(&reseller.customer_key, &lives)
                && is(&reseller.licensing_token, &|key| lives(key) && may_write(key))
                && is(&user(&reseller.management_user, &reseller.management_password), &|key| {
                    lives(key) && may_write(key) && has_account(key)
                })
                && is(&user(&reseller.management_user_without_account, &reseller.management_password_without_account), &|key| {
                    lives(key) && may_write(key) && !has_account(key)
                })
                && is(&reseller.expired_key, &|key| key.credential.revoked_at.is_none() && has_expired(key))
                && is(&reseller.revoked_key, &|key| key.credential.revoked_at.is_some());
            if !in_their_states || !self.customer_lives(reseller).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the key of the demo customer is still good, which it is not when somebody deleted that customer.
    async fn customer_lives(&self, reseller: &DemoReseller) -> Result<bool, StoreError> {
        let Some(claim) = Claim::parse(&reseller.customer_key) else {
            return Ok(false);
        };
        Ok(self.reader.load(&claim, None).await?.open(Kind::Customer).is_ok())
    }

    /// The reseller of this name with new keys. It is made if there is none.
    async fn reseller(&self, name: &str, known: &[Reseller]) -> Result<DemoReseller, DemoError> {
        let (reseller, key) = match known.iter().find(|reseller| reseller.name.as_str() == name) {
            Some(reseller) => (
                reseller.clone(),
                self.key(reseller, "demo", Subject::Reseller, &[Permission::Read, Permission::Write], None).await?,
            ),
            None => {
                let made = self.operator.provision_reseller(text(name)?, text("demo")?).await?;
                (made.reseller, made.key)
            }
        };
        let customer = self.customer(&reseller, key.token.reveal()).await?;
        let both = [Permission::Read, Permission::Write];
        let yesterday = Timestamp::now().minus(Duration::from_secs(24 * 60 * 60));
        let read_only = self.key(&reseller, "demo, read only", Subject::Reseller, &[Permission::Read], None).await?;
        let of_customer = self.key(&reseller, "demo, of a customer", Subject::Customer(customer), &both, None).await?;
        let expired = self.key(&reseller, "demo, expired", Subject::Reseller, &both, Some(yesterday)).await?;
        let licensing = self.key(&reseller, "demo, licensing", Subject::Licensing, &both, None).await?;
        let (management_user, management_password) = self.service_user(&reseller, "demo", None).await?;
        let without_account = self.service_user(&reseller, "demo-without-account", Some(Vec::new())).await?;
        let revoked = self.key(&reseller, "demo, revoked", Subject::Reseller, &both, None).await?;
        self.operator.revoke_key(reseller.id, revoked.token.hash().key_id()).await?;
        let token = |key: &IssuedKey| key.token.reveal().to_owned();
        let account = reseller.account_ids.first().ok_or(DemoError::Impossible("a reseller has no account"))?;
        Ok(DemoReseller {
            id: reseller.id,
            name: reseller.name.to_string(),
            account_id: account.0,
            reseller_key: token(&key),
            read_only_key: token(&read_only),
            customer_key: token(&of_customer),
            expired_key: token(&expired),
            revoked_key: token(&revoked),
            licensing_token: token(&licensing),
            management_user,
            management_password,
            management_user_without_account: without_account.0,
            management_password_without_account: without_account.1,
        })
    }

    async fn key(
        &self,
        reseller: &Reseller,
        label: &str,
        subject: Subject,
        permissions: &[Permission],
        valid_until: Option<Timestamp>,
    ) -> Result<IssuedKey, DemoError> {
        let (permissions, label) = (permissions.to_vec(), text(label)?);
        let new = NewKey { reseller: reseller.id, subject, permissions, accounts: None, label, valid_until };
        Ok(self.operator.issue_key(new).await?)
    }

    /// The name and the password of a service user that may read and write in these accounts.
    async fn service_user(
        &self,
        reseller: &Reseller,
        label: &str,
        accounts: Option<Vec<AccountId>>,
    ) -> Result<(String, String), DemoError> {
        let name = UserLabel::parse(label).ok_or(DemoError::Impossible("a service user can't be called so"))?;
        let new = NewKey {
            reseller: reseller.id,
            subject: Subject::ServiceUser(name),
            permissions: vec![Permission::Read, Permission::Write],
            accounts,
            label: text(label)?,
            valid_until: None,
        };
        let key = self.operator.issue_key(new).await?;
        let (user, password) = key.token.user_and_password().ok_or(DemoError::Impossible("a service user has no password"))?;
        Ok((user.to_owned(), password.to_owned()))
    }

    /// The demo customer: the one that had a key before and still exists, else a new one.
    async fn customer(&self, reseller: &Reseller, key: &str) -> Result<CustomerId, DemoError> {
        let claim = Claim::parse(key).ok_or(DemoError::Impossible("a new key is malformed"))?;
        let refused = |_| DemoError::Impossible("a new key is refused");
        let keys = self.operator.keys(reseller.id).await?.unwrap_or_default();
        for id in keys.iter().filter_map(|key| key.credential.customer) {
            let (_, found) = self.reader.load(&claim, Some(id)).await?.open(Kind::Reseller).map_err(refused)?;
            if let Some(customer) = found {
                return Ok(customer.id);
            }
        }
        let (caller, _) = self.writer.load(&claim, None).await?.open(Kind::Reseller).map_err(refused)?;
        let new = NewCustomer {
            account_id: *reseller.account_ids.first().ok_or(DemoError::Impossible("a reseller has no account"))?,
            code: None,
            profile: Profile {
                organization: Some(text(CUSTOMER_NAME)?),
                email: Some(text(CUSTOMER_EMAIL)?),
                phone: Some(text(CUSTOMER_PHONE)?),
                ..Profile::empty()
            },
            holds_email: false,
        };
        Ok(self.writer.create(&caller, new).await?.id)
    }
}

fn text(value: &str) -> Result<Text, DemoError> {
    validation::text(value, 255).ok().flatten().ok_or(DemoError::Impossible("a text of the demo data is not allowed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_folder::tests::Temporary;
    use crate::engine::{Engine, Storage};
    use crate::port;
    use shared::credentials::Refusal;
    use shared::table::schema;

    async fn empty_table() -> (Engine, Store) {
        let engine = Engine::start(Storage::Memory, port::listen(0, "cargo dev").unwrap()).unwrap();
        let store = Store::local(engine.endpoint(), "clientele");
        schema::create_table(&store).await.unwrap();
        (engine, store)
    }

    async fn provided(store: &Store, kept: Option<&Demo>) -> Demo {
        provide(store, kept.cloned(), "http://127.0.0.1:9000").await.unwrap()
    }

    /// What a function that reads says to this token.
    async fn reading(store: &Store, token: &str, kind: Kind) -> Result<(), Refusal> {
        let claim = Claim::parse(token).unwrap();
        Table::<Read>::new(store.clone()).load(&claim, None).await.unwrap().open(kind).map(|_| ())
    }

    /// What a function that writes says to this token.
    async fn writing(store: &Store, token: &str) -> Result<(), Refusal> {
        let claim = Claim::parse(token).unwrap();
        Table::<Writing>::new(store.clone()).load(&claim, None).await.unwrap().open(Kind::Reseller).map(|_| ())
    }

    async fn keys_are_in_their_states(store: &Store, demo: &Demo) {
        for reseller in &demo.resellers {
            assert_eq!(writing(store, &reseller.reseller_key).await, Ok(()));
            assert_eq!(reading(store, &reseller.reseller_key, Kind::Reseller).await, Ok(()));
            assert_eq!(reading(store, &reseller.read_only_key, Kind::Reseller).await, Ok(()));
            assert_eq!(writing(store, &reseller.read_only_key).await, Err(Refusal::NotAllowed));
            assert_eq!(reading(store, &reseller.customer_key, Kind::Customer).await, Ok(()));
            assert_eq!(reading(store, &reseller.customer_key, Kind::Reseller).await, Err(Refusal::NotAllowed));
            let licensing = Claim::parse_licensing(&reseller.licensing_token).unwrap();
            assert!(Table::<Writing>::new(store.clone()).load(&licensing, None).await.unwrap().open(Kind::Licensing).is_ok());
            let service_user = |user: &str, password: &str| Claim::parse_service_user(&format!("{user}:{password}")).unwrap();
            for (claim, accounts) in [
                (service_user(&reseller.management_user, &reseller.management_password), vec![AccountId(reseller.account_id)]),
                (
                    service_user(&reseller.management_user_without_account, &reseller.management_password_without_account),
                    Vec::new(),
                ),
            ] {
                let opened = Table::<Writing>::new(store.clone()).load(&claim, None).await.unwrap().open(Kind::ServiceUser);
                assert_eq!(opened.unwrap().0.accounts(), accounts);
            }
            assert_eq!(reading(store, &reseller.expired_key, Kind::Reseller).await, Err(Refusal::Invalid));
            assert_eq!(reading(store, &reseller.revoked_key, Kind::Reseller).await, Err(Refusal::Revoked));
        }
    }

    #[tokio::test]
    async fn an_empty_table_gets_two_resellers_with_a_customer_and_keys_in_every_state() {
        let (_engine, store) = empty_table().await;
        let demo = provided(&store, None).await;
        assert_eq!(demo.resellers.iter().map(|reseller| reseller.name.as_str()).collect::<Vec<_>>(), RESELLERS);
        assert_eq!(demo.resellers.iter().map(|reseller| reseller.account_id).collect::<Vec<_>>(), [1001, 1002]);
        keys_are_in_their_states(&store, &demo).await;
    }

    #[tokio::test]
    async fn keys_that_are_still_true_are_kept_and_get_the_new_address() {
        let (_engine, store) = empty_table().await;
        let demo = provided(&store, None).await;
        let again = provide(&store, Some(demo.clone()), "http://127.0.0.1:9001").await.unwrap();
        assert_eq!(again, Demo { base_url: "http://127.0.0.1:9001".into(), ..demo });
    }

    #[tokio::test]
    async fn keys_of_another_table_are_replaced_without_another_reseller_or_customer() {
        let (_engine, store) = empty_table().await;
        let (_other_engine, other_store) = empty_table().await;
        let demo = provided(&store, None).await;
        let other = provided(&other_store, Some(&demo)).await;
        keys_are_in_their_states(&other_store, &other).await;

        let back = provided(&store, Some(&other)).await;
        keys_are_in_their_states(&store, &back).await;
        assert_eq!(Table::<Operator>::new(store.clone()).resellers().await.unwrap().len(), 2);
        for (first, second) in demo.resellers.iter().zip(&back.resellers) {
            assert_eq!((first.id, first.customer()), (second.id, second.customer()));
            assert_ne!(first.reseller_key, second.reseller_key);
        }
    }

    #[tokio::test]
    async fn a_key_in_another_state_or_a_customer_that_is_gone_has_all_replaced() {
        let (_engine, store) = empty_table().await;
        let demo = provided(&store, None).await;
        let first = &demo.resellers[0];

        let operator = Table::<Operator>::new(store.clone());
        let key_id = Claim::parse(&first.read_only_key).unwrap().hash().key_id().to_owned();
        operator.revoke_key(first.id, &key_id).await.unwrap().unwrap();
        let repaired = provided(&store, Some(&demo)).await;
        keys_are_in_their_states(&store, &repaired).await;

        let writer = Table::<Writing>::new(store.clone());
        let first = &repaired.resellers[0];
        let claim = Claim::parse(&first.reseller_key).unwrap();
        let (caller, customer) = writer.load(&claim, first.customer()).await.unwrap().open(Kind::Reseller).unwrap();
        assert!(writer.delete(&caller, customer.unwrap()).await.unwrap().is_some());
        let repaired = provided(&store, Some(&repaired)).await;
        keys_are_in_their_states(&store, &repaired).await;

        let mixed = Demo { resellers: repaired.resellers.iter().rev().cloned().collect(), ..repaired };
        assert_ne!(provided(&store, Some(&mixed)).await, mixed);
    }

    #[tokio::test]
    async fn the_file_is_read_back_whole_and_a_damaged_one_is_none() {
        let (_engine, store) = empty_table().await;
        let folder = Temporary::new("demo");
        let path = folder.0.demo();
        assert_eq!(read(&path), None);
        let demo = provided(&store, None).await;
        write(&demo, &path).unwrap();
        assert_eq!(read(&path), Some(demo.clone()));
        write(&demo, &path).unwrap();
        fs::write(&path, &fs::read(&path).unwrap()[..100]).unwrap();
        assert_eq!(read(&path), None);
    }
}
