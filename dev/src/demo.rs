//! Demo data: plans, and two resellers, each with a customer that has used something, with keys in every state that a key can be in, with
//! people who can log in, and with further customers that fill its pages.
//!
//! The tokens of the keys are in `demo.json` and nowhere else. If that file does not belong to the table, for example after a
//! change from the stored data to another engine, the resellers get new keys; there are never more than these two resellers.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use shared::domain::credential::{Kind, Permission, Refusal, Subject, UserLabel};
use shared::domain::customer::{CustomerId, NewCustomer, Profile};
use shared::domain::date::Date;
use shared::domain::entity_tag::ExpectedRevision;
use shared::domain::plan::Sku;
use shared::domain::quota::KeyQuota;
use shared::domain::reseller::{AccountId, Reseller, ResellerId, ShortName};
use shared::domain::subscription::Subscription;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::{IssuedToken, PresentedToken};
use shared::domain::usage::{MOST_EVENTS, SentEvent};
use shared::store::api_key::{IssuedKey, KeySummary, NewKey};
use shared::store::customer::list::Listing;
use shared::store::reseller::{NewReseller, ProvisionError, Provisioned};
use shared::store::subscription::Order;
use shared::store::{AuthenticationError, Caller, Operator, Policy, Read, Store, StoreError, Table, Write as Writing};

use crate::demo_customers::{DemoCustomer, OF_RESELLERS};
use crate::demo_error::{DemoError, text};
use crate::demo_people::{People, PortalUser};
use crate::demo_plans::plans;
use crate::demo_transcriptions::transcriptions;
use crate::demo_usage::{DAYS, FEW_DAYS, events, few_events};
use crate::problem::Problem;

const RESELLERS: [&str; 2] = ["Northwind Resale", "Harbour Telecom"];

/// The name of each reseller's demo customer.
const CUSTOMER_NAME: &str = "Customer Name";
/// Its e-mail address.
pub(crate) const CUSTOMER_EMAIL: &str = "customer@example.com";
/// Its phone number.
pub(crate) const CUSTOMER_PHONE: &str = "+31 012 345678";

/// The content of `demo.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Demo {
    pub(crate) base_url: String,
    /// The skus of the plans that are sold.
    pub(crate) plans: Vec<Sku>,
    pub(crate) resellers: Vec<DemoReseller>,
}

/// A reseller of the demo data and its keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DemoReseller {
    pub(crate) id: ResellerId,
    pub(crate) name: String,
    /// The name by which its people find the portal.
    #[serde(default)]
    pub(crate) short_name: String,
    /// One of its own people and one of the demo customer's, who can log in there.
    #[serde(default)]
    pub(crate) portal_users: Vec<PortalUser>,
    pub(crate) account_id: u64,
    /// A key that may read and write.
    pub(crate) reseller_key: String,
    pub(crate) read_only_key: String,
    /// A key of the demo customer.
    pub(crate) customer_key: String,
    /// The id of the demo customer.
    pub(crate) customer_id: CustomerId,
    pub(crate) expired_key: String,
    pub(crate) revoked_key: String,
    /// A token of the licensing API, which may read and write.
    pub(crate) licensing_token: String,
    /// A service user of the Management API, which may read and write in all accounts of the reseller.
    pub(crate) management_user: String,
    pub(crate) management_password: String,
    /// A service user of the Management API that was granted no account.
    pub(crate) management_user_without_account: String,
    pub(crate) management_password_without_account: String,
}

const GONE: DemoError = DemoError::Impossible("a demo customer is gone");
const USAGE: DemoError = DemoError::Impossible("demo usage is not allowed");

/// Makes sure that the demo data is in the table. Returns the keys of `kept` if they are still what they are called, otherwise new ones;
/// and of its people those who can still log in, in place of the others new ones. `base_url` is the address at which people reach the
/// portal.
pub(crate) async fn provide(store: &Store, kept: Option<Demo>, base_url: &str) -> Result<Demo, DemoError> {
    let store = store.clone().with_public_origin(Some(base_url));
    let demo =
        Provision { operator: Table::new(store.clone()), reader: Table::new(store.clone()), writer: Table::new(store.clone()) };
    let mut provided = match kept {
        Some(kept) if demo.holds(&kept).await? => Demo { base_url: base_url.to_owned(), ..kept },
        kept => Demo { base_url: base_url.to_owned(), ..demo.with_new_keys(kept).await? },
    };
    let known = demo.known().await?;
    for (reseller, customers) in provided.resellers.iter_mut().zip(OF_RESELLERS) {
        let record =
            known.iter().find(|known| known.id == reseller.id).ok_or(DemoError::Impossible("a demo reseller is gone"))?;
        reseller.short_name = record.short_name().to_string();
        let people = People { store: &store, reseller: record, key: &reseller.reseller_key, customer: reseller.customer_id };
        reseller.portal_users = people.provide(&reseller.portal_users).await?;
        if demo.customers(&reseller.reseller_key, &customers, &provided.plans).await? {
            people.invite_others().await?;
        }
    }
    Ok(provided)
}

/// Reads the file. If it is missing, cut short or of another version, there are no kept keys, and new ones are issued.
pub(crate) fn read(path: &Path) -> Option<Demo> {
    serde_json::from_reader(io::BufReader::new(File::open(path).ok()?)).ok()
}

/// Writes the file so that a reader finds the whole of it at any moment.
pub(crate) fn write(demo: &Demo, path: &Path) -> Result<(), Problem> {
    let beside = path.with_extension("json.partial");
    let written = || {
        let mut text = serde_json::to_string_pretty(demo)?;
        text.push('\n');
        // The keys are for the user of this program, and for no other user of the machine.
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        fs::rename(&beside, path)
    };
    written().map_err(Problem::file("write", path))
}

/// Whether a key is in the state that it must have.
type State<'a> = &'a dyn Fn(&KeySummary) -> bool;

struct Provision {
    operator: Table<Operator>,
    reader: Table<Read>,
    writer: Table<Writing>,
}

impl Provision {
    /// The demo data with new keys, and with the people of the data that was kept.
    async fn with_new_keys(&self, kept: Option<Demo>) -> Result<Demo, DemoError> {
        let plans = self.plans().await?;
        let known = self.known().await?;
        let mut resellers = Vec::new();
        for name in RESELLERS {
            let made = self.reseller(name, &known, &plans).await?;
            let kept = kept.iter().flat_map(|kept| &kept.resellers).find(|kept| kept.name == name);
            let portal_users = kept.map(|kept| kept.portal_users.clone()).unwrap_or_default();
            resellers.push(DemoReseller { portal_users, ..made });
        }
        Ok(Demo { base_url: String::new(), plans, resellers })
    }

    /// All resellers of the platform.
    async fn known(&self) -> Result<Vec<Reseller>, StoreError> {
        let mut known = Vec::new();
        let mut after = None;
        loop {
            let page = self.operator.reseller_list(after, u16::MAX - 1).await?;
            known.extend(page.resellers);
            after = page.next_after;
            if after.is_none() {
                return Ok(known);
            }
        }
    }

    /// Makes sure that there are the demo plans, and returns their skus.
    async fn plans(&self) -> Result<Vec<Sku>, DemoError> {
        let sold = self.operator.plan_list().await?.0;
        let plans = plans().map_err(DemoError::Impossible)?;
        let mut skus = Vec::new();
        for terms in plans {
            skus.push(terms.sku().clone());
            if !sold.iter().any(|plan| plan.terms.sku().key() == terms.sku().key()) {
                self.operator.plan_define(terms).await?;
            }
        }
        Ok(skus)
    }

    /// The subscriptions of a demo customer. If it has none, plans are sold to it, each on the day that lies this many days back.
    async fn subscriptions<'a>(
        &self,
        key: &str,
        customer: CustomerId,
        orders: impl IntoIterator<Item = (&'a Sku, i64)>,
    ) -> Result<Vec<Subscription>, DemoError> {
        let policy = Policy::of_kinds(&[Kind::Reseller]);
        let token = self.reader.token_check(PresentedToken::api_key(key)).await?;
        let (_, known) = self.reader.subscription_list(&token, Some(customer)).await?.open(policy)?;
        let mut subscriptions = known.map(|known| known.content).unwrap_or_default();
        if !subscriptions.is_empty() {
            return Ok(subscriptions);
        }
        for (sku, days) in orders {
            let (caller, offer) = self.writer.subscription_offer(&token, Some(customer), Some(sku)).await?.open(policy)?;
            let offer = offer.ok_or(GONE)?;
            let order =
                Order { sku: sku.clone(), start: Some(Date::today().plus_days(-days)), end: None, auto_renew: None, code: None };
            subscriptions.extend(self.writer.subscription_create(&caller, &order, offer.content, &|_| Vec::new()).await?);
        }
        Ok(subscriptions)
    }

    /// Makes sure that a customer has used something. Of two keys, each records one half of it.
    async fn usage(&self, keys: &[&str], customer: CustomerId, events: &[SentEvent]) -> Result<(), DemoError> {
        let policy = Policy::of_kinds(&[Kind::Reseller, Kind::Customer]);
        for (key, events) in keys.iter().zip(events.chunks(events.len().div_ceil(keys.len()).max(1))) {
            let token = self.writer.token_check(PresentedToken::api_key(key)).await?;
            for batch in events.chunks(MOST_EVENTS) {
                let (caller, found) = self.writer.usage_load(&token, Some(customer)).await?.open(policy)?;
                self.writer.usage_record(&caller, found.ok_or(GONE)?, batch).await?.ok_or(GONE)?;
            }
        }
        Ok(())
    }

    /// Makes the customers that fill the pages of a reseller, unless it has others beside the demo customer: what somebody has changed or
    /// deleted stays so. Returns whether it made them.
    async fn customers(&self, key: &str, customers: &[DemoCustomer], plans: &[Sku]) -> Result<bool, DemoError> {
        let policy = Policy::of_kinds(&[Kind::Reseller]);
        let token = self.writer.token_check(PresentedToken::api_key(key)).await?;
        let (reader, begun) = self.reader.customer_list_begin(&token, policy, Listing::by_id(1)).await?.open(policy)?;
        if self.reader.customer_list_finish(&reader, begun).await?.total > 1 {
            return Ok(false);
        }
        let caller: Caller<Writing> = self.writer.authenticate(&token, policy).await?;
        for (place, (name, email, phone, is_active, hours)) in customers.iter().enumerate() {
            let optional = |value: &str| (!value.is_empty()).then(|| text(value)).transpose();
            let profile = Profile {
                organization: Some(text(name)?),
                email: optional(email)?,
                phone: optional(phone)?,
                is_active: *is_active,
                ..Profile::empty()
            };
            let new = NewCustomer { account_id: caller.first_account()?, code: None, profile, holds_email: false };
            let customer = self.writer.customer_create(&caller, new, &|_| Vec::new()).await?.id;
            if *hours == 0 {
                continue;
            }
            let order = plans.iter().cycle().nth(place).map(|sku| (sku, FEW_DAYS));
            let subscriptions = self.subscriptions(key, customer, order).await?;
            let used = few_events(Timestamp::now(), *hours, &subscriptions).map_err(|_| USAGE)?;
            self.usage(&[key], customer, &used).await?;
        }
        Ok(true)
    }

    /// Makes sure that a demo customer has transcriptions, which it registers and reports on itself.
    async fn transcriptions(&self, key: &str, customer: CustomerId) -> Result<(), DemoError> {
        let policy = Policy::of_kinds(&[Kind::Customer]);
        let token = self.writer.token_check(PresentedToken::api_key(key)).await?;
        let (_, known) = self.reader.transcription_days(&token, Some(customer), [None, None]).await?.open(policy)?;
        if known.is_some_and(|known| known.content.total() > 0) {
            return Ok(());
        }
        let all = transcriptions().ok_or(DemoError::Impossible("a demo transcription is not allowed"))?;
        for (new, reports) in all {
            let (caller, found) = self.writer.transcription_load_maker(&token, Some(customer)).await?.open(policy)?;
            let made = self.writer.transcription_create(&caller, found.ok_or(GONE)?.content, new, &|_| Vec::new()).await?;
            let id = made.ok_or(GONE)?.id;
            for report in reports {
                let (caller, found) = self.writer.transcription_load(&token, Some(customer), Some(id)).await?.open(policy)?;
                let found = found.ok_or(GONE)?.content;
                let any = ExpectedRevision::default();
                self.writer.transcription_update(&caller, &any, found, &report, &|_| Vec::new()).await?;
            }
        }
        Ok(())
    }

    /// The issued token; `None` when this deployment did not issue the text.
    async fn issued(&self, token: &str) -> Result<Option<IssuedToken>, StoreError> {
        let presented = PresentedToken::api_key(token)
            .or_else(|| PresentedToken::licensing(token))
            .or_else(|| PresentedToken::service_user(token));
        match self.reader.token_check(presented).await {
            Ok(token) => Ok(Some(token)),
            Err(AuthenticationError::Refused(_) | AuthenticationError::Earlier(_)) => Ok(None),
            Err(AuthenticationError::Store(error)) => Err(error),
        }
    }

    /// Whether the table has these resellers, and their keys are in the states that they must have.
    async fn holds(&self, demo: &Demo) -> Result<bool, StoreError> {
        if !demo.resellers.iter().map(|reseller| reseller.name.as_str()).eq(RESELLERS) {
            return Ok(false);
        }
        let sold = self.operator.plan_list().await?.0;
        if demo.plans.is_empty() || !demo.plans.iter().all(|sku| sold.iter().any(|plan| plan.terms.sku() == sku)) {
            return Ok(false);
        }
        for reseller in &demo.resellers {
            let Some(keys) = self.operator.api_key_list(reseller.id).await? else {
                return Ok(false);
            };
            let lives = |key: &KeySummary| key.credential.revoked_at.is_none() && key.credential.valid_until.is_none();
            let may_write = |key: &KeySummary| key.credential.permissions.contains(&Permission::Write);
            let has_account = |key: &KeySummary| !key.credential.accounts.is_empty();
            let has_expired = |key: &KeySummary| key.credential.valid_until.is_some_and(|end| end <= Timestamp::now());
            let user = |name: &str, password: &str| format!("{name}:{password}");
            let with_accounts = user(&reseller.management_user, &reseller.management_password);
            let without_account = user(&reseller.management_user_without_account, &reseller.management_password_without_account);
            let wanted: [(&str, State<'_>); 8] = [
                (&reseller.reseller_key, &|key| lives(key) && may_write(key)),
                (&reseller.read_only_key, &|key| lives(key) && !may_write(key)),
                (&reseller.customer_key, &lives),
                (&reseller.licensing_token, &|key| lives(key) && may_write(key)),
                (&with_accounts, &|key| lives(key) && may_write(key) && has_account(key)),
                (&without_account, &|key| lives(key) && may_write(key) && !has_account(key)),
                (&reseller.expired_key, &|key| key.credential.revoked_at.is_none() && has_expired(key)),
                (&reseller.revoked_key, &|key| key.credential.revoked_at.is_some()),
            ];
            let mut in_their_states = true;
            for (token, is_so) in wanted {
                let issued = self.issued(token).await?.filter(|issued| issued.reseller() == reseller.id);
                in_their_states &=
                    issued.is_some_and(|issued| keys.iter().any(|key| *key.key_id() == issued.hash().key_id() && is_so(key)));
            }
            if !in_their_states || !self.customer_lives(reseller).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether the key of the demo customer is still valid. It is not when the customer was deleted.
    async fn customer_lives(&self, reseller: &DemoReseller) -> Result<bool, StoreError> {
        let Some(token) = self.issued(&reseller.customer_key).await? else {
            return Ok(false);
        };
        match self.reader.authenticate(&token, Policy::of_kinds(&[Kind::Customer])).await {
            Ok(_) | Err(AuthenticationError::Refused(Refusal::Inactive)) => Ok(true),
            Err(AuthenticationError::Refused(_) | AuthenticationError::Earlier(_)) => Ok(false),
            Err(AuthenticationError::Store(error)) => Err(error),
        }
    }

    /// The reseller with this name and new keys. It is created if there is none.
    async fn reseller(&self, name: &str, known: &[Reseller], plans: &[Sku]) -> Result<DemoReseller, DemoError> {
        let (reseller, key) = match known.iter().find(|reseller| reseller.name.as_str() == name) {
            Some(reseller) => (
                reseller.clone(),
                self.key(reseller, "demo", Subject::Reseller, &[Permission::Read, Permission::Write], None).await?,
            ),
            None => {
                let made = self.provision(name).await?;
                (made.reseller, made.key)
            }
        };
        let customer = self.customer(&reseller, key.token.reveal()).await?;
        let subscriptions = self.subscriptions(key.token.reveal(), customer, plans.iter().zip([DAYS, 30])).await?;
        let both = [Permission::Read, Permission::Write];
        let yesterday = Timestamp::now().minus(Duration::from_secs(24 * 60 * 60));
        let read_only = self.key(&reseller, "demo, read only", Subject::Reseller, &[Permission::Read], None).await?;
        let of_customer = self.key(&reseller, "demo, of a customer", Subject::Customer(customer), &both, None).await?;
        let used = events(Timestamp::now(), &subscriptions).map_err(|_| USAGE)?;
        self.usage(&[key.token.reveal(), of_customer.token.reveal()], customer, &used).await?;
        self.transcriptions(of_customer.token.reveal(), customer).await?;
        let expired = self.key(&reseller, "demo, expired", Subject::Reseller, &both, Some(yesterday)).await?;
        let licensing = self.key(&reseller, "demo, licensing", Subject::Licensing, &both, None).await?;
        let (management_user, management_password) = self.service_user(&reseller, "demo", None).await?;
        let without_account = self.service_user(&reseller, "demo-without-account", Some(Vec::new())).await?;
        let revoked = self.key(&reseller, "demo, revoked", Subject::Reseller, &both, None).await?;
        self.operator.api_key_revoke(reseller.id, &revoked.token.hash().key_id()).await?;
        let token = |key: &IssuedKey| key.token.reveal().to_owned();
        let account = reseller.account_ids.first().ok_or(DemoError::Impossible("a reseller has no account"))?;
        Ok(DemoReseller {
            id: reseller.id,
            name: reseller.name.to_string(),
            short_name: reseller.short_name().to_string(),
            portal_users: Vec::new(),
            account_id: account.0,
            reseller_key: token(&key),
            read_only_key: token(&read_only),
            customer_key: token(&of_customer),
            customer_id: customer,
            expired_key: token(&expired),
            revoked_key: token(&revoked),
            licensing_token: token(&licensing),
            management_user,
            management_password,
            management_user_without_account: without_account.0,
            management_password_without_account: without_account.1,
        })
    }

    /// Provisions a reseller, which gets its name as a short name, unless another one has that.
    async fn provision(&self, name: &str) -> Result<Provisioned, DemoError> {
        let new = |short_name| {
            let (name, key_label) = (text(name)?, text("demo")?);
            Ok::<_, DemoError>(NewReseller { name, short_name, platform: false, key_label, key_valid_until: None })
        };
        match self.operator.reseller_provision(new(short_name_of(name))?).await {
            Err(ProvisionError::ShortNameTaken) => Ok(self.operator.reseller_provision(new(None)?).await?),
            made => Ok(made?),
        }
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
        let quota = KeyQuota::default();
        let new = NewKey { reseller: reseller.id, subject, permissions, accounts: None, label, valid_until, quota };
        Ok(self.operator.api_key_issue(new).await?)
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
            quota: KeyQuota::default(),
        };
        let key = self.operator.api_key_issue(new).await?;
        let (user, password) = key.token.user_and_password().ok_or(DemoError::Impossible("a service user has no password"))?;
        Ok((user.to_owned(), password.to_owned()))
    }

    /// The demo customer: the one that had a key before, if it still exists, otherwise a new one.
    async fn customer(&self, reseller: &Reseller, key: &str) -> Result<CustomerId, DemoError> {
        let presented = PresentedToken::api_key(key);
        let token = self.reader.token_check(presented).await?;
        let policy = Policy::of_kinds(&[Kind::Reseller]);
        let reader: Caller<Read> = self.reader.authenticate(&token, policy).await?;
        let keys = self.operator.api_key_list(reseller.id).await?.unwrap_or_default();
        for id in keys.iter().filter_map(|key| key.credential.customer) {
            if let Some(customer) = self.reader.customer_get(&reader, id).await? {
                return Ok(customer.id);
            }
        }
        let caller = self.writer.authenticate(&token, policy).await?;
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
        Ok(self.writer.customer_create(&caller, new, &|_| Vec::new()).await?.id)
    }
}

/// The short name that is made of a name: its words in lower case, with hyphens between them.
fn short_name_of(name: &str) -> Option<ShortName> {
    ShortName::parse(&name.split_whitespace().collect::<Vec<_>>().join("-"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::data_folder::tests::Temporary;
    use crate::engine::{Engine, Storage};
    use crate::port;
    use shared::domain::password::PresentedPassword;
    use shared::domain::transcription::Status;
    use shared::domain::usage::Dimensions;
    use shared::domain::usage_report::Range;
    use shared::store::customer::list::Direction;
    use shared::store::session::Attempt;
    use shared::store::transcription::TranscriptionListing;
    use shared::store::{Access, Login};

    async fn empty_table() -> (Engine, Store) {
        let engine = Engine::start(Storage::Memory, port::listen(0, "cargo dev").unwrap()).unwrap();
        let store = Store::local(engine.endpoint(), "clientele");
        store.create_table().await.unwrap();
        (engine, store)
    }

    async fn provided(store: &Store, kept: Option<&Demo>) -> Demo {
        provide(store, kept.cloned(), "http://127.0.0.1:9000").await.unwrap()
    }

    fn presented(token: &str) -> Option<PresentedToken> {
        PresentedToken::api_key(token)
            .or_else(|| PresentedToken::licensing(token))
            .or_else(|| PresentedToken::service_user(token))
    }

    fn policy(kind: Kind) -> Policy {
        Policy::of_kinds(match kind {
            Kind::Reseller => &[Kind::Reseller],
            Kind::Customer => &[Kind::Customer],
            Kind::Licensing => &[Kind::Licensing],
            Kind::ServiceUser => &[Kind::ServiceUser],
        })
    }

    /// Authenticates a token, as a function for this kind of credential does.
    async fn calling<A: Access>(store: &Store, token: &str, kind: Kind) -> Result<Caller<A>, Refusal> {
        let table = Table::<A>::new(store.clone());
        let token = table.token_check(presented(token)).await.unwrap();
        table.authenticate(&token, policy(kind)).await.map_err(|error| match error {
            AuthenticationError::Refused(refusal) => refusal,
            other => panic!("{other}"),
        })
    }

    async fn reading(store: &Store, token: &str, kind: Kind) -> Result<(), Refusal> {
        calling::<Read>(store, token, kind).await.map(|_| ())
    }

    async fn writing(store: &Store, token: &str) -> Result<(), Refusal> {
        calling::<Writing>(store, token, Kind::Reseller).await.map(|_| ())
    }

    async fn keys_are_in_their_states(store: &Store, demo: &Demo) {
        for reseller in &demo.resellers {
            assert_eq!(writing(store, &reseller.reseller_key).await, Ok(()));
            assert_eq!(reading(store, &reseller.reseller_key, Kind::Reseller).await, Ok(()));
            assert_eq!(reading(store, &reseller.read_only_key, Kind::Reseller).await, Ok(()));
            assert_eq!(writing(store, &reseller.read_only_key).await, Err(Refusal::NotAllowed));
            assert_eq!(reading(store, &reseller.customer_key, Kind::Customer).await, Ok(()));
            assert_eq!(reading(store, &reseller.customer_key, Kind::Reseller).await, Err(Refusal::NotAllowed));
            assert!(calling::<Writing>(store, &reseller.licensing_token, Kind::Licensing).await.is_ok());
            for (user, password, accounts) in [
                (&reseller.management_user, &reseller.management_password, vec![AccountId(reseller.account_id)]),
                (&reseller.management_user_without_account, &reseller.management_password_without_account, Vec::new()),
            ] {
                let caller = calling::<Writing>(store, &format!("{user}:{password}"), Kind::ServiceUser).await.unwrap();
                assert_eq!(caller.accounts(), accounts);
            }
            assert_eq!(reading(store, &reseller.expired_key, Kind::Reseller).await, Err(Refusal::Invalid));
            assert_eq!(reading(store, &reseller.revoked_key, Kind::Reseller).await, Err(Refusal::Revoked));
        }
    }

    async fn people_can_log_in(store: &Store, reseller: &DemoReseller) {
        assert_eq!(reseller.portal_users.len(), 2);
        for person in &reseller.portal_users {
            let password = PresentedPassword::new(&person.password);
            let (short_name, email) = (reseller.short_name.as_str(), person.email.as_str());
            let attempt = Attempt { short_name, email, password, source: None, browser: None };
            let logged_in = Table::<Login>::new(store.clone()).log_in(&attempt).await.unwrap();
            assert_eq!(logged_in.user.role, person.role);
        }
    }

    #[tokio::test]
    async fn an_empty_table_gets_two_resellers_with_a_customer_and_keys_in_every_state() {
        let (_engine, store) = empty_table().await;
        let demo = provided(&store, None).await;
        assert_eq!(demo.resellers.iter().map(|reseller| reseller.name.as_str()).collect::<Vec<_>>(), RESELLERS);
        assert_eq!(demo.resellers.iter().map(|reseller| reseller.account_id).collect::<Vec<_>>(), [1001, 1002]);
        assert_eq!(demo.resellers.iter().map(|reseller| reseller.customer_id.number()).collect::<Vec<_>>(), [1, 2]);
        let names = demo.resellers.iter().map(|reseller| reseller.short_name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["northwind-resale", "harbour-telecom"]);
        keys_are_in_their_states(&store, &demo).await;
        for reseller in &demo.resellers {
            let reader = Table::<Read>::new(store.clone());
            people_can_log_in(&store, reseller).await;
            let caller = calling(&store, &reseller.reseller_key, Kind::Reseller).await.unwrap();
            let shown = reader.dashboard_get(&caller, Date::today()).await.unwrap();
            assert_eq!((shown.customers, shown.users), (30, 3));
            assert!(shown.top_customers.len() >= 5 && shown.active_customers < 27, "{shown:?}");

            let token = reader.token_check(presented(&reseller.reseller_key)).await.unwrap();
            let sealed = reader.customer_load(&token, Some(reseller.customer_id)).await.unwrap();
            let (caller, customer) = sealed.open(policy(Kind::Reseller)).unwrap();
            let days = Range { from: Date::today().plus_days(-DAYS), to: Date::today() };
            let sums = reader.usage_sums(&caller, &customer.unwrap(), &[days]).await.unwrap();
            let differing = |of: &dyn Fn(&Dimensions) -> String| {
                sums.iter().map(|(dimensions, _)| of(dimensions)).collect::<BTreeSet<_>>().len()
            };
            let days = differing(&|dimensions| dimensions.day.to_string());
            assert!((90..=91).contains(&days), "{days}");
            assert_eq!(differing(&|dimensions| format!("{:?}", dimensions.language)), 4);
            assert_eq!(differing(&|dimensions| format!("{:?}", dimensions.token)), 2);
            assert_eq!(differing(&|dimensions| format!("{:?}", dimensions.subscription)), 3);
            let sealed = reader.transcription_days(&token, Some(reseller.customer_id), [None, None]).await.unwrap();
            let (caller, days) = sealed.open(policy(Kind::Reseller)).unwrap();
            let (days, direction) = (days.unwrap(), Direction::Descending);
            let listing = TranscriptionListing { filters: Vec::new(), days: [None, None], direction, after: None, limit: 100 };
            let listed = reader.transcription_list(&caller, &days, &listing).await.unwrap();
            let states: BTreeSet<_> = listed.transcriptions.iter().map(|made| made.progress.status()).collect();
            assert_eq!((listed.total, states.len()), (Some(12), Status::ALL.len()));
        }
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
        assert_eq!(Table::<Operator>::new(store.clone()).reseller_list(None, 100).await.unwrap().resellers.len(), 2);
        for (first, second) in demo.resellers.iter().zip(&back.resellers) {
            assert_eq!((first.id, first.customer_id), (second.id, second.customer_id));
            assert_ne!(first.reseller_key, second.reseller_key);
        }
    }

    #[tokio::test]
    async fn a_key_in_another_state_or_a_customer_that_is_gone_has_all_replaced() {
        let (_engine, store) = empty_table().await;
        let demo = provided(&store, None).await;
        let first = &demo.resellers[0];

        let operator = Table::<Operator>::new(store.clone());
        let read_only = Table::<Read>::new(store.clone()).token_check(presented(&first.read_only_key)).await.unwrap();
        operator.api_key_revoke(first.id, &read_only.hash().key_id()).await.unwrap().unwrap();
        let repaired = provided(&store, Some(&demo)).await;
        keys_are_in_their_states(&store, &repaired).await;

        let writer = Table::<Writing>::new(store.clone());
        let first = &repaired.resellers[0];
        let token = writer.token_check(presented(&first.reseller_key)).await.unwrap();
        let loaded = writer.customer_load(&token, Some(first.customer_id)).await.unwrap();
        let (caller, customer) = loaded.open(policy(Kind::Reseller)).unwrap();
        let expected = ExpectedRevision::default();
        let deleted = writer.customer_delete(&caller, &expected, customer.unwrap(), &|_| Vec::new()).await;
        assert!(deleted.unwrap().is_some());
        let repaired = provided(&store, Some(&repaired)).await;
        keys_are_in_their_states(&store, &repaired).await;

        let mixed = Demo { resellers: repaired.resellers.iter().rev().cloned().collect(), ..repaired };
        assert_ne!(provided(&store, Some(&mixed)).await, mixed);
    }

    #[tokio::test]
    async fn the_file_of_an_earlier_version_keeps_its_keys_and_gets_people() {
        let (_engine, store) = empty_table().await;
        let demo = provided(&store, None).await;
        let mut file = serde_json::to_value(&demo).unwrap();
        for reseller in file["resellers"].as_array_mut().unwrap() {
            let reseller = reseller.as_object_mut().unwrap();
            assert!(reseller.remove("short_name").is_some() && reseller.remove("portal_users").is_some());
        }
        let again = provided(&store, Some(&serde_json::from_value(file).unwrap())).await;
        for (first, second) in demo.resellers.iter().zip(&again.resellers) {
            people_can_log_in(&store, second).await;
            let people_of_the_first = DemoReseller { portal_users: first.portal_users.clone(), ..second.clone() };
            assert_eq!(people_of_the_first, *first);
        }
    }

    #[tokio::test]
    async fn a_short_name_that_another_reseller_has_is_left_to_it() {
        let (_engine, store) = empty_table().await;
        let (name, short_name) = (text("Another").unwrap(), short_name_of(RESELLERS[0]));
        let new = NewReseller { key_label: name.clone(), name, short_name, platform: false, key_valid_until: None };
        Table::<Operator>::new(store.clone()).reseller_provision(new).await.unwrap();
        let demo = provided(&store, None).await;
        let names: Vec<&str> = demo.resellers.iter().map(|reseller| reseller.short_name.as_str()).collect();
        assert_eq!(names, [format!("reseller-{}", demo.resellers[0].id).as_str(), "harbour-telecom"]);
        people_can_log_in(&store, &demo.resellers[0]).await;
    }

    #[tokio::test]
    async fn customers_that_somebody_deleted_do_not_come_back() {
        let (_engine, store) = empty_table().await;
        let demo = provided(&store, None).await;
        let first = &demo.resellers[0];
        let (reader, writer) = (Table::<Read>::new(store.clone()), Table::<Writing>::new(store.clone()));
        let writing = calling::<Writing>(&store, &first.reseller_key, Kind::Reseller).await.unwrap();
        let reading = calling::<Read>(&store, &first.reseller_key, Kind::Reseller).await.unwrap();
        let customer = reader.customer_get(&reading, CustomerId::new(3).unwrap()).await.unwrap().unwrap();
        let any = ExpectedRevision::default();
        writer.customer_delete(&writing, &any, customer, &|_| Vec::new()).await.unwrap().unwrap();
        assert_eq!(provided(&store, Some(&demo)).await, demo);
        assert_eq!(reader.dashboard_get(&reading, Date::today()).await.unwrap().customers, 29);
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
