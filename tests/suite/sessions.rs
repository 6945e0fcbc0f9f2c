//! Sessions of people, as the pages use them: logins, links and passwords, and everything that ends a session.

use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::future::join_all;
use shared::domain::credential::Refusal;
use shared::domain::customer::{Customer, CustomerId, Profile};
use shared::domain::entity_tag::ExpectedRevision;
use shared::domain::hash::sha256_hex;
use shared::domain::password::{Parameters, PresentedPassword};
use shared::domain::reseller::ResellerId;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::{KeyId, NewToken, PresentedToken};
use shared::domain::user::{Names, Role, User, UserEdit, UserPlace};
use shared::domain::validation::text;
use shared::store::customer::{AddressRule, WriteError};
use shared::store::session::{Attempt, ChangePasswordError, ListedSession, LoginError};
use shared::store::user::ChangeUserError;
use shared::store::{AuthenticationError, Caller, Policy, Write};

use crate::harness::portal::{PASSWORD, Portal, SomebodyIn, password, token_of};
use crate::harness::records::{Row, number, words};
use crate::harness::{App, Effect, Tenant};

/// How often a session that has ended is tried again; `CLIENTELE_SESSION_TRIES` says otherwise.
const TRIES: usize = 25;

const OTHER_PASSWORD: &str = "Another horse 43";

/// A reseller with a customer, and one person of each.
struct House {
    app: App,
    tenant: Tenant,
    customer: u64,
    portal: Portal,
    ann: SomebodyIn,
    ben: SomebodyIn,
}

impl House {
    async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let customer = app.create(&tenant, "Acme").await;
        let portal = Portal::of(&app).await;
        let ann = portal.somebody(&app, &tenant, None, Role::Reseller, "ann@northwind.example").await;
        let ben = portal.somebody(&app, &tenant, Some(customer), Role::Resellee, "ben@acme.example").await;
        Self { app, tenant, customer, portal, ann, ben }
    }

    fn short_name(&self) -> String {
        format!("reseller-{}", self.tenant.id)
    }

    async fn log_in(&self, email: &str, sent: &str) -> Result<String, LoginError> {
        let logged_in = self.portal.log_in(&self.short_name(), email, sent).await?;
        Ok(logged_in.token.reveal().to_owned())
    }

    /// Why this cookie is refused; `None` when it is not.
    async fn refusal(&self, cookie: &str) -> Option<Refusal> {
        match self.portal.reading(cookie, Policy::READ).await {
            Ok(_) => None,
            Err(AuthenticationError::Refused(refusal)) => Some(refusal),
            Err(error) => panic!("{error}"),
        }
    }

    async fn expect_ended(&self, cookie: &str, why: Refusal) {
        let tries = std::env::var("CLIENTELE_SESSION_TRIES").map_or(TRIES, |tries| tries.parse().unwrap());
        for _ in 0..tries {
            assert_eq!(self.refusal(cookie).await, Some(why));
        }
    }

    async fn user(&self, somebody: &SomebodyIn) -> User {
        let token = self.portal.write.token_check(PresentedToken::session(&self.ann.cookie)).await.unwrap();
        let loaded = self.portal.write.user_load(&token, Some(somebody.organization()), Some(somebody.id)).await.unwrap();
        loaded.open(Policy::MANAGE).unwrap().1.unwrap().content.unwrap()
    }

    /// The sessions of a person, as the person sees them in this one.
    async fn sessions(&self, cookie: &str) -> Vec<ListedSession> {
        let token = self.portal.read.token_check(PresentedToken::session(cookie)).await.unwrap();
        self.portal.read.session_list(&token).await.unwrap().open(Policy::ONESELF).unwrap().1
    }

    fn place(&self, somebody: &SomebodyIn) -> UserPlace {
        let reseller = ResellerId::new(self.tenant.id).unwrap();
        UserPlace { reseller, organization: somebody.organization(), user: somebody.id }
    }

    /// The rows of the sessions of this person.
    async fn session_rows(&self, somebody: &SomebodyIn) -> Vec<Row> {
        let rows = self.app.rows(&format!("SESSIONS#{}", self.tenant.id)).await;
        let prefix = format!("SESSION#{:016}#{:016}#", somebody.customer.unwrap_or(0), somebody.id.number());
        rows.into_iter().filter(|row| words(row, "SK").unwrap().starts_with(&prefix)).collect()
    }

    /// Makes this much time pass for the session with this cookie, for `last_seen` and, if it is so, for `since`.
    async fn age(&self, somebody: &SomebodyIn, last_seen: Duration, since: Option<Duration>) {
        let rows = self.session_rows(somebody).await;
        let mut row = rows.into_iter().next().unwrap();
        let earlier = |time: Duration| AttributeValue::S(Timestamp::now().minus(time).to_string());
        row.insert("last_seen".into(), earlier(last_seen));
        row.extend(since.map(|since| ("since".to_owned(), earlier(since))));
        self.app.put_row(row).await;
    }

    async fn set_active(&self, is_active: bool) {
        let (table, caller) = self.app.writer(&self.tenant).await;
        let customer = table.customer_get(&caller, CustomerId::new(self.customer).unwrap()).await.unwrap().unwrap();
        let edit = |current: &Customer| Ok::<_, WriteError>(Profile { is_active, ..current.profile.clone() });
        let expected = ExpectedRevision::default();
        table
            .customer_update(&caller, AddressRule::HeldWhereFree, &expected, customer, edit, &|_| Vec::new())
            .await
            .unwrap()
            .unwrap();
    }

    async fn edit(&self, somebody: &SomebodyIn, is_active: bool) {
        let (_, caller) = self.app.writer(&self.tenant).await;
        let user = self.user(somebody).await;
        let edit = |user: &User| Ok::<_, ChangeUserError>(UserEdit { names: Names::default(), role: user.role, is_active });
        self.portal.write.user_update(&caller, &ExpectedRevision::default(), user, edit, &|_| Vec::new()).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn who_follows_a_link_sets_a_password_and_is_logged_in() {
    let (app, tenant) = App::with_reseller().await;
    let customer = app.create(&tenant, "Acme").await;
    let portal = Portal::of(&app).await;
    let (id, link) = portal.invite(&app, &tenant, Some(customer), Role::Resellee, "ben@acme.example").await;

    let found = portal.login.link_load(&link).await.unwrap().unwrap();
    assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);
    assert_eq!((found.user.id, found.customer.unwrap().id.number()), (id, customer));
    assert!(portal.login.link_load(&link).await.unwrap().is_some(), "looking at a link does not use it up");
    app.wire.take_calls();

    let logged_in = portal.login.link_use(&link, &password(PASSWORD), Some("Firefox")).await.unwrap().unwrap();
    assert_eq!(app.wire.take_operations(), ["BatchGetItem", "TransactWriteItems"]);
    let caller = portal.reading(logged_in.token.reveal(), Policy::READ).await.unwrap();
    assert_eq!(app.wire.take_operations(), ["BatchGetItem"]);
    let person = caller.person().unwrap();
    assert_eq!((person.user.id, person.user.role), (id, Role::Resellee));
    assert!(person.user.last_login.is_some() && person.user.link.is_none());
    assert_eq!(person.session.browser.as_ref().map(ToString::to_string).as_deref(), Some("Firefox"));
    app.audit(&tenant).await;
}

#[tokio::test]
async fn neither_a_token_nor_a_password_nor_a_link_is_in_the_table() {
    let house = House::new().await;
    let (_, link) = house.portal.invite(&house.app, &house.tenant, None, Role::Reseller, "cid@northwind.example").await;
    let rows = house.app.all_rows().await.join("\n");
    for secret in [&house.ann.cookie, &house.ben.cookie, &link, PASSWORD] {
        assert!(!rows.contains(secret), "{secret}");
    }
    assert!(rows.contains("$argon2id$v=19$m=8,t=1,p=1$"));
}

#[tokio::test]
async fn a_login_begins_a_session_and_says_when_it_was() {
    let house = House::new().await;
    house.app.wire.take_calls();
    let cookie = house.log_in(" BEN@acme.example ", PASSWORD).await.unwrap();
    assert_eq!(house.app.wire.take_operations(), calls(4, 2), "as the docs say");
    assert_eq!(house.refusal(&cookie).await, None);
    assert_eq!(house.refusal(&house.ben.cookie).await, None, "the session before goes on");
    let user = house.user(&house.ben).await;
    assert!(user.last_login.unwrap() > user.modified_at, "a login is no change");
    house.app.wire.take_calls();
    let listed = house.sessions(&cookie).await;
    assert_eq!(house.app.wire.take_rounds(), [2]);
    assert_eq!(listed.iter().map(|listed| listed.is_own).collect::<Vec<_>>(), [true, false]);
    let row = &house.session_rows(&house.ben).await[0];
    let since: Timestamp = words(row, "since").unwrap().parse().unwrap();
    assert_eq!(i64::try_from(number(row, "expires_at")).unwrap(), since.plus(Duration::from_secs(12 * 3600)).seconds());
}

#[tokio::test]
async fn who_is_refused_is_not_told_why_and_costs_as_many_calls_and_as_much_work() {
    let house = House::new().await;
    house.portal.invite(&house.app, &house.tenant, Some(house.customer), Role::Resellee, "dan@acme.example").await;
    let gone = house.app.create(&house.tenant, "Gone").await;
    house.portal.somebody(&house.app, &house.tenant, Some(gone), Role::Resellee, "eve@gone.example").await;
    house.app.reseller_api("DELETE", gone).key(&house.tenant.key).send().await.expect(204);
    let fay = house.portal.somebody(&house.app, &house.tenant, Some(house.customer), Role::Resellee, "fay@acme.example").await;
    house.edit(&fay, false).await;
    let (own, long) = (house.short_name(), "x".repeat(5_000));
    let mut refused = Vec::new();
    for (short_name, email, sent) in [
        (own.as_str(), "ben@acme.example", "Wrong horse 42"),
        (&own, "ben@acme.example", ""),
        (&own, "ben@acme.example", &long),
        (&own, "nobody@acme.example", PASSWORD),
        (&own, "", PASSWORD),
        (&own, &long, PASSWORD),
        (&own, "dan@acme.example", PASSWORD),
        (&own, "eve@gone.example", PASSWORD),
        (&own, "fay@acme.example", PASSWORD),
        ("no-such-reseller", "ben@acme.example", PASSWORD),
        ("reseller-16777215", "ben@acme.example", PASSWORD),
        ("-", "ben@acme.example", PASSWORD),
        ("", "ben@acme.example", PASSWORD),
        (&long, "ben@acme.example", PASSWORD),
    ] {
        house.app.wire.take_calls();
        let error = house.portal.log_in(short_name, email, sent).await.unwrap_err();
        assert!(matches!(error, LoginError::Refused), "{short_name:.20} {email:.20} {sent:.20}: {error}");
        refused.push(house.app.wire.take_operations());
    }
    for operations in refused {
        assert_eq!(operations, calls(4, 1), "as the docs say");
    }
}

/// So many reads and transactions.
fn calls(reads: usize, transactions: usize) -> Vec<&'static str> {
    [vec!["BatchGetItem"; reads], vec!["TransactWriteItems"; transactions]].concat()
}

#[tokio::test]
async fn whose_password_is_right_learns_that_the_organization_lets_nobody_in() {
    let house = House::new().await;
    house.set_active(false).await;
    let refused = house.log_in("ben@acme.example", PASSWORD).await.unwrap_err();
    assert!(matches!(refused, LoginError::Inactive));
    let refused = house.log_in("ben@acme.example", "Wrong horse 42").await.unwrap_err();
    assert!(matches!(refused, LoginError::Refused));
    house.app.operate("operator-suspend-reseller", serde_json::json!({"reseller_id": house.tenant.id})).await.unwrap();
    let refused = house.log_in("ann@northwind.example", PASSWORD).await.unwrap_err();
    assert!(matches!(refused, LoginError::Suspended));
}

#[tokio::test]
async fn a_password_is_hashed_anew_with_more_work_at_the_next_login() {
    let house = House::new().await;
    let stronger = Portal::with_hashing(&house.app, Parameters::new(16, 2, 1).unwrap()).await;
    let logged_in = stronger.log_in(&house.short_name(), "ben@acme.example", PASSWORD).await.unwrap();
    let rows = house.app.all_rows().await.join("\n");
    assert!(rows.contains("$argon2id$v=19$m=16,t=2,p=1$"));
    assert_eq!(house.refusal(logged_in.token.reveal()).await, None);
    assert_eq!(house.refusal(&house.ben.cookie).await, None, "it is the same password");
    house.log_in("ben@acme.example", PASSWORD).await.unwrap();
    let rows = house.app.all_rows().await.join("\n");
    assert!(rows.contains("$argon2id$v=19$m=16,t=2,p=1$"), "with less work nothing is hashed anew");
}

#[tokio::test]
async fn who_tries_too_many_passwords_waits_before_anything_is_looked_at() {
    let house = House::new().await;
    for _ in 0..5 {
        assert!(matches!(house.log_in("ben@acme.example", "Wrong horse 42").await, Err(LoginError::Refused)));
    }
    house.app.wire.take_calls();
    for sent in ["Wrong horse 42", PASSWORD] {
        let Err(LoginError::Wait(wait)) = house.log_in("ben@acme.example", sent).await else { panic!("no wait") };
        assert!((1..=2).contains(&wait.seconds), "{wait}");
        assert_eq!(house.app.wire.take_operations(), ["BatchGetItem"]);
    }
    // Whoever has got hold of a session can't go on there.
    let caller = house.portal.writing(&house.ben.cookie, Policy::ONESELF).await.unwrap();
    let current = PresentedPassword::new(PASSWORD);
    let refused = house.portal.write.password_change(&caller, &current, &password(OTHER_PASSWORD), None).await.unwrap_err();
    assert!(matches!(refused, ChangePasswordError::Wait(_)), "{refused}");
    house.log_in("ann@northwind.example", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_session_ends_with_everything_that_ends_it() {
    let house = House::new().await;
    let fresh = async || house.log_in("ben@acme.example", PASSWORD).await.unwrap();

    let out = fresh().await;
    let token = house.portal.write.token_check(PresentedToken::session(&out)).await.unwrap();
    house.app.wire.take_calls();
    house.portal.write.session_end(&token).await.unwrap();
    assert_eq!(house.app.wire.take_operations(), ["TransactWriteItems"]);
    house.expect_ended(&out, Refusal::Invalid).await;
    assert_eq!(house.refusal(&house.ben.cookie).await, None, "logging out ends one session");

    house.set_active(false).await;
    house.expect_ended(&house.ben.cookie, Refusal::Inactive).await;
    house.set_active(true).await;
    assert_eq!(house.refusal(&house.ben.cookie).await, None, "it was what it was");

    let suspend = async |function| {
        house.app.operate(function, serde_json::json!({"reseller_id": house.tenant.id})).await.unwrap();
    };
    suspend("operator-suspend-reseller").await;
    house.expect_ended(&house.ben.cookie, Refusal::Suspended).await;
    house.expect_ended(&house.ann.cookie, Refusal::Suspended).await;
    suspend("operator-resume-reseller").await;
    assert_eq!(house.refusal(&house.ann.cookie).await, None);

    house.edit(&house.ben, false).await;
    house.expect_ended(&house.ben.cookie, Refusal::Invalid).await;
    house.edit(&house.ben, true).await;
    house.expect_ended(&house.ben.cookie, Refusal::Invalid).await;

    let removed = fresh().await;
    let (_, caller) = house.app.writer(&house.tenant).await;
    let user = house.user(&house.ben).await;
    let expected = ExpectedRevision::default();
    house.portal.write.user_delete(&caller, &expected, user, &|()| Vec::new()).await.unwrap().unwrap();
    house.expect_ended(&removed, Refusal::Invalid).await;

    let cid = house.portal.somebody(&house.app, &house.tenant, Some(house.customer), Role::Resellee, "cid@acme.example").await;
    house.app.reseller_api("DELETE", house.customer).key(&house.tenant.key).send().await.expect(204);
    house.expect_ended(&cid.cookie, Refusal::Invalid).await;
    house.app.audit(&house.tenant).await;
}

#[tokio::test]
async fn of_a_deleted_customers_people_nothing_stays() {
    let house = House::new().await;
    house.log_in("ben@acme.example", PASSWORD).await.unwrap();
    house.app.reseller_api("DELETE", house.customer).key(&house.tenant.key).send().await.expect(204);
    assert_eq!(house.session_rows(&house.ben).await.len(), 2);
    house.app.operate("operator-erase-deleted", serde_json::json!({})).await.unwrap();
    assert!(house.session_rows(&house.ben).await.is_empty());
    assert_eq!(house.app.rows(&format!("USERS#{}", house.tenant.id)).await.len(), 1, "the reseller's own");
    assert_eq!(house.session_rows(&house.ann).await.len(), 1);
}

#[tokio::test]
async fn an_idle_session_ends_after_twelve_hours_and_every_one_after_seven_days() {
    let house = House::new().await;
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    house.age(&house.ben, hours(12), None).await;
    house.expect_ended(&house.ben.cookie, Refusal::Invalid).await;
    house.age(&house.ben, hours(11), Some(hours(7 * 24 - 1))).await;
    assert_eq!(house.refusal(&house.ben.cookie).await, None);
    house.age(&house.ben, hours(1), Some(hours(7 * 24))).await;
    house.expect_ended(&house.ben.cookie, Refusal::Invalid).await;
}

#[tokio::test]
async fn that_a_session_is_used_is_written_once_an_hour() {
    let house = House::new().await;
    let use_it = async || {
        let caller = house.portal.reading(&house.ben.cookie, Policy::READ).await.unwrap();
        house.app.wire.take_calls();
        house.portal.read.session_seen(&caller).await.unwrap();
        house.app.wire.take_operations()
    };
    assert!(use_it().await.is_empty());
    house.age(&house.ben, Duration::from_secs(3_600), None).await;
    assert_eq!(use_it().await, ["TransactWriteItems"]);
    assert!(use_it().await.is_empty());
    let row = &house.session_rows(&house.ben).await[0];
    let seen: Timestamp = words(row, "last_seen").unwrap().parse().unwrap();
    assert!(seen > Timestamp::now().minus(Duration::from_secs(60)));

    // It does not bring back a session that has ended between the read and the write.
    house.age(&house.ben, Duration::from_secs(3_600), None).await;
    let caller = house.portal.writing(&house.ben.cookie, Policy::READ).await.unwrap();
    let token = house.portal.write.token_check(PresentedToken::session(&house.ben.cookie)).await.unwrap();
    house.portal.write.session_end(&token).await.unwrap();
    house.portal.write.session_seen(&caller).await.unwrap();
    house.expect_ended(&house.ben.cookie, Refusal::Invalid).await;
}

#[tokio::test]
async fn a_person_ends_one_session_or_all_others() {
    let house = House::new().await;
    let (first, second, third) = (
        house.ben.cookie.clone(),
        house.log_in("ben@acme.example", PASSWORD).await.unwrap(),
        house.log_in("ben@acme.example", PASSWORD).await.unwrap(),
    );
    let caller = house.portal.writing(&third, Policy::ONESELF).await.unwrap();
    let id = session_id(&second);
    house.portal.write.session_end_one(&caller, &id).await.unwrap().unwrap();
    assert!(house.portal.write.session_end_one(&caller, &id).await.unwrap().is_none());
    house.expect_ended(&second, Refusal::Invalid).await;
    assert_eq!(house.refusal(&first).await, None);

    let ann = house.portal.writing(&house.ann.cookie, Policy::ONESELF).await.unwrap();
    assert!(house.portal.write.session_end_one(&ann, &session_id(&first)).await.unwrap().is_none(), "another's");

    house.portal.write.session_end_others(&caller).await.unwrap();
    house.expect_ended(&first, Refusal::Invalid).await;
    assert_eq!(house.refusal(&third).await, None);
    assert_eq!(house.sessions(&third).await.len(), 1);
}

/// The id by which a list names the session with this cookie.
fn session_id(cookie: &str) -> KeyId {
    KeyId::parse(&sha256_hex(cookie)[..KeyId::DIGITS]).unwrap()
}

#[tokio::test]
async fn a_person_changes_the_password_and_stays_logged_in_here_alone() {
    let house = House::new().await;
    let elsewhere = house.log_in("ben@acme.example", PASSWORD).await.unwrap();
    let caller = house.portal.writing(&house.ben.cookie, Policy::ONESELF).await.unwrap();
    let change = async |current: &str| {
        let current = PresentedPassword::new(current);
        house.portal.write.password_change(&caller, &current, &password(OTHER_PASSWORD), None).await
    };
    assert!(matches!(change("Wrong horse 42").await, Err(ChangePasswordError::Refused)));
    assert_eq!(house.refusal(&elsewhere).await, None);
    let token = change(PASSWORD).await.unwrap();
    house.expect_ended(&elsewhere, Refusal::Invalid).await;
    // Whoever had got hold of the cookie is out too.
    house.expect_ended(&house.ben.cookie, Refusal::Invalid).await;
    assert_eq!(house.refusal(token.reveal()).await, None);
    assert!(matches!(house.log_in("ben@acme.example", PASSWORD).await, Err(LoginError::Refused)));
    house.log_in("ben@acme.example", OTHER_PASSWORD).await.unwrap();
    // The caller is the one of before: its session has another number now.
    assert!(matches!(change(PASSWORD).await, Err(ChangePasswordError::Ended)));
    let listed = house.app.request("GET", "/api/v3/reseller/activity/").key(&house.tenant.key).send().await.result();
    let newest = &listed[0];
    assert_eq!((&newest["action"], &newest["fields"]), (&"user.updated".into(), &serde_json::json!(["password"])));
    assert_eq!(newest["actor"], serde_json::json!({"kind": "user", "id": house.ben.id, "label": "ben@acme.example"}));
}

#[tokio::test]
async fn a_person_takes_other_names_whoever_else_changes_the_user_meanwhile() {
    let house = House::new().await;
    let name = |sent: &str| text(sent, 100).unwrap();
    let names = Names { first: name("Ben"), last: name("Stone") };
    let caller = house.portal.writing(&house.ben.cookie, Policy::ONESELF).await.unwrap();
    house.app.wire.take_calls();
    let rename = async || house.portal.write.user_rename_oneself(&caller, &names).await.unwrap();
    let renamed = rename().await.unwrap();
    assert_eq!(house.app.wire.take_operations(), ["TransactWriteItems"]);
    assert_eq!((renamed.label().as_str(), renamed.revision), ("Ben Stone", renamed_once(&caller)));

    // The caller is the one of before: somebody has taken the names away meanwhile, and the activity with them.
    house.edit(&house.ben, false).await;
    let renamed = rename().await.unwrap();
    assert_eq!((renamed.label().as_str(), renamed.is_active), ("Ben Stone", false));
    assert_eq!(house.user(&house.ben).await, renamed);

    let (_, program) = house.app.writer(&house.tenant).await;
    assert!(house.portal.write.user_rename_oneself(&program, &names).await.is_err(), "a program is nobody");
    let user = house.user(&house.ben).await;
    house.portal.write.user_delete(&program, &ExpectedRevision::default(), user, &|()| Vec::new()).await.unwrap().unwrap();
    assert!(rename().await.is_none());
    house.app.audit(&house.tenant).await;
}

/// The revision of the person who calls after one change.
fn renamed_once(caller: &Caller<Write>) -> u64 {
    caller.person().unwrap().user.revision + 1
}

#[tokio::test]
async fn a_link_sets_a_password_once_whatever_comes_at_once() {
    let house = House::new().await;
    let (_, link) = house.portal.invite(&house.app, &house.tenant, None, Role::Reseller, "cid@northwind.example").await;
    let (one, other) = (password(PASSWORD), password(OTHER_PASSWORD));
    let uses = (0..20).map(|place| {
        let (login, link) = (&house.portal.login, &link);
        let password = if place % 2 == 0 { &one } else { &other };
        async move { login.link_use(link, password, None).await.unwrap() }
    });
    let used = join_all(uses).await;
    assert_eq!(used.iter().flatten().count(), 1);
    assert!(house.portal.login.link_load(&link).await.unwrap().is_none());
    house.app.audit(&house.tenant).await;
}

#[tokio::test]
async fn a_link_of_a_person_with_a_password_resets_it_and_ends_all_sessions() {
    let house = House::new().await;
    let (_, caller) = house.app.writer(&house.tenant).await;
    let invite = async || {
        let user = house.user(&house.ben).await;
        let invited = house.portal.write.user_invite(&caller, &ExpectedRevision::default(), user, &|_| Vec::new()).await;
        token_of(&invited.unwrap().unwrap().url)
    };
    let (replaced, link) = (invite().await, invite().await);
    assert_eq!(house.refusal(&house.ben.cookie).await, None, "a link that nobody used ends nothing");
    assert!(house.portal.login.link_use(&replaced, &password(OTHER_PASSWORD), None).await.unwrap().is_none());
    let logged_in = house.portal.login.link_use(&link, &password(OTHER_PASSWORD), None).await.unwrap().unwrap();
    house.expect_ended(&house.ben.cookie, Refusal::Invalid).await;
    assert_eq!(house.refusal(logged_in.token.reveal()).await, None);
    assert!(matches!(house.log_in("ben@acme.example", PASSWORD).await, Err(LoginError::Refused)));
    assert!(house.portal.login.link_use(&link, &password(PASSWORD), None).await.unwrap().is_none());
}

#[tokio::test]
async fn a_link_that_can_not_be_used_says_nothing() {
    let house = House::new().await;
    let (id, link) =
        house.portal.invite(&house.app, &house.tenant, Some(house.customer), Role::Resellee, "cid@acme.example").await;
    let is_usable = async |link: &str| house.portal.login.link_load(link).await.unwrap().is_some();
    assert!(is_usable(&link).await);
    house.app.wire.take_calls();
    let mut forged = link.clone().into_bytes();
    forged[30] = if forged[30] == b'0' { b'1' } else { b'0' };
    let forged = String::from_utf8(forged).unwrap();
    for wrong in ["", "x", "é", "../login", &forged, &house.ben.cookie, &"0".repeat(5_000)] {
        assert!(!is_usable(wrong).await, "{wrong:.40}");
    }
    assert!(house.app.wire.take_calls().is_empty(), "what was not issued costs no call");
    assert!(house.portal.reading(&link, Policy::READ).await.is_err(), "a link is no session");

    house.set_active(false).await;
    assert!(!is_usable(&link).await);
    house.set_active(true).await;
    assert!(is_usable(&link).await);

    // Seven days later.
    let key = (format!("USERS#{}", house.tenant.id), format!("USER#{:016}#{:016}", house.customer, id.number()));
    let mut row = house.app.row(&key.0, &key.1).await.unwrap();
    let AttributeValue::M(mut stored) = row["link"].clone() else { panic!("{row:?}") };
    stored.insert("valid_until".into(), AttributeValue::S(Timestamp::now().to_string()));
    row.insert("link".into(), AttributeValue::M(stored));
    house.app.put_row(row).await;
    assert!(!is_usable(&link).await);
    assert!(house.portal.login.link_use(&link, &password(PASSWORD), None).await.unwrap().is_none());
}

#[tokio::test]
async fn forged_cookies_reach_no_database() {
    let house = House::new().await;
    let cookie = &house.ben.cookie;
    house.app.wire.take_calls();
    for at in 0..cookie.len() {
        let mut forged = cookie.clone().into_bytes();
        forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
        assert_eq!(house.refusal(std::str::from_utf8(&forged).unwrap()).await, Some(Refusal::Invalid), "{at}");
    }
    assert!(house.app.wire.take_calls().is_empty());
    // One that this deployment could have issued and that is not on record.
    let version = house.app.secret_version().await;
    let unknown = NewToken::session(&version, house.place(&house.ben)).unwrap();
    assert_eq!(house.refusal(unknown.reveal()).await, Some(Refusal::Invalid));
}

#[tokio::test]
async fn a_login_at_the_moment_of_a_password_change_does_not_survive_it() {
    let house = House::new().await;
    let caller = house.portal.writing(&house.ben.cookie, Policy::ONESELF).await.unwrap();
    let (current, new) = (PresentedPassword::new(PASSWORD), password(OTHER_PASSWORD));
    let change = house.portal.write.password_change(&caller, &current, &new, None);
    let logins = join_all((0..3).map(|_| house.log_in("ben@acme.example", PASSWORD)));
    let (changed, logins) = tokio::join!(change, logins);
    let token = changed.unwrap();
    for cookie in logins.into_iter().flatten() {
        assert_eq!(house.refusal(&cookie).await, Some(Refusal::Invalid));
    }
    assert_eq!(house.refusal(token.reveal()).await, None);
}

#[tokio::test]
async fn a_lost_answer_leaves_one_session_or_none() {
    let house = House::new().await;
    let before = house.session_rows(&house.ben).await.len();
    house.app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    house.log_in("ben@acme.example", PASSWORD).await.unwrap();
    assert_eq!(house.session_rows(&house.ben).await.len(), before + 1);
}

/// Shows how long a login of somebody with a wrong password takes, and one of nobody, with the real hashing.
#[tokio::test]
#[ignore = "measures"]
async fn a_login_of_nobody_takes_as_long_as_one_of_somebody() {
    let house = House::new().await;
    let real = Portal::with_hashing(&house.app, Parameters::STANDARD).await;
    let somebody = real.somebody(&house.app, &house.tenant, Some(house.customer), Role::Resellee, "gil@acme.example").await;
    assert!(somebody.customer.is_some());
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..40 {
        for (times, email) in times.iter_mut().zip(["gil@acme.example", "nobody@acme.example"]) {
            let source = Some(std::net::Ipv4Addr::new(192, 0, 2, round).into());
            let password = PresentedPassword::new("Wrong horse 42");
            let attempt = Attempt { short_name: &house.short_name(), email, password, source, browser: None };
            let begun = std::time::Instant::now();
            match real.login.log_in(&attempt).await {
                Err(LoginError::Refused) => times.push(begun.elapsed()),
                // All sources together try an address too often.
                Err(LoginError::Wait(wait)) => tokio::time::sleep(Duration::from_secs(wait.seconds.unsigned_abs())).await,
                other => panic!("{other:?}"),
            }
        }
    }
    for (who, mut times) in ["somebody", "nobody"].into_iter().zip(times) {
        times.sort_unstable();
        println!(
            "{who}: median {:?} of {}, from {:?} to {:?}",
            times[times.len() / 2],
            times.len(),
            times[0],
            times[times.len() - 1]
        );
    }
}
