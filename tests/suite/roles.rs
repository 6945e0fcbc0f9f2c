//! Who may do what: the contract's table of keys and people, walked through the library that the pages call. Every session is let in by
//! the widest policy here, as a handler that asks for too little would do, so that it is the library that has to refuse.

use std::fmt::Display;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use shared::domain::credential::{Kind, Refusal};
use shared::domain::customer::{Customer, CustomerId, NewCustomer, Profile};
use shared::domain::customer_token::{NewCustomerToken, TokenType};
use shared::domain::date::Date;
use shared::domain::entity_tag::ExpectedRevision;
use shared::domain::plan::Sku;
use shared::domain::reseller::AccountId;
use shared::domain::subscription::{Subscription, SubscriptionId};
use shared::domain::token::{IssuedToken, PresentedToken};
use shared::domain::transcription::{NewTranscription, Report, TranscriptionId};
use shared::domain::usage::{EventId, Language, SentEvent};
use shared::domain::usage_report::Range;
use shared::domain::user::{Names, NewUser, Organization, Role, User, UserEdit};
use shared::domain::validation::{Text, text};
use shared::store::activity::ActivityListing;
use shared::store::customer::list::Listing;
use shared::store::customer::{AddressRule, WriteError};
use shared::store::subscription::{ChangeError, Order};
use shared::store::user::ChangeUserError;
use shared::store::{AuthenticationError, Caller, Content, Policy, Sealed, Write};

use crate::harness::portal::{Portal, SomebodyIn};
use crate::harness::{App, Tenant};

const NOBODY: &[Role] = &[];
const RESELLER: &[Role] = &[Role::Reseller];
const TOKENS: &[Role] = &[Role::Reseller, Role::Resellee, Role::Contributor];
const MANAGE: &[Role] = &[Role::Reseller, Role::Contributor];

/// Everything that the library does for somebody about an organization, and the roles that may, as the contract's table has it.
const DEEDS: [(&str, &[Role]); 25] = [
    ("read the organization", &Role::ALL),
    ("read its tokens", &Role::ALL),
    ("read its subscriptions", &Role::ALL),
    ("read its usage", &Role::ALL),
    ("read its transcriptions", &Role::ALL),
    ("read its users", &Role::ALL),
    ("record usage", NOBODY),
    ("correct usage", NOBODY),
    ("register a transcription", NOBODY),
    ("report a transcription", NOBODY),
    ("delete a transcription", NOBODY),
    ("sell a subscription", RESELLER),
    ("change a subscription", RESELLER),
    ("end a subscription", RESELLER),
    ("create a token", TOKENS),
    ("delete a token", TOKENS),
    ("edit the organization", MANAGE),
    ("deactivate the organization", RESELLER),
    ("invite a user", MANAGE),
    ("edit a user", MANAGE),
    ("give a user a new link", MANAGE),
    ("delete a user", MANAGE),
    ("delete the organization", RESELLER),
    ("create an organization", RESELLER),
    ("see what concerns all organizations", RESELLER),
];

/// What became of a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tried {
    Done,
    /// The library refused.
    Refused,
    /// There is no such thing for this caller.
    Unseen,
}

fn told<T, E: Display>(result: Result<T, E>) -> Tried {
    match result {
        Ok(_) => Tried::Done,
        Err(error) if error.to_string().contains("a caller may not do what a function does for it") => Tried::Refused,
        Err(error) => panic!("{error}"),
    }
}

fn words(sent: &str) -> Text {
    text(sent, 100).unwrap().unwrap()
}

fn nothing<T>(_: &T) -> Vec<u8> {
    Vec::new()
}

/// A reseller with its people.
struct Street {
    app: App,
    tenant: Tenant,
    portal: Portal,
    is_platform: bool,
    numbers: AtomicU32,
}

impl Street {
    async fn new(is_platform: bool) -> Self {
        let app = App::start().await;
        let made =
            app.operate("operator-provision-reseller", json!({"name": "Northwind", "platform": is_platform})).await.unwrap();
        let tenant = Tenant {
            id: made["reseller_id"].as_u64().unwrap(),
            account_id: made["account_id"].as_u64().unwrap(),
            key: made["key"]["token"].as_str().unwrap().to_owned(),
        };
        let plan = json!({
            "sku": "flex", "description": "By the hour", "payment_model": "payg", "billing_channel": "Scriptix",
            "billing_cycle": "month", "unit_price": "0.75", "currency": "EUR",
        });
        app.operate("operator-define-plan", plan).await.unwrap();
        let portal = Portal::of(&app).await;
        Self { app, tenant, portal, is_platform, numbers: AtomicU32::new(0) }
    }

    /// A number that was not given before.
    fn number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// A customer that has one of everything.
    async fn house(&self, name: &str, role: Role) -> (u64, SomebodyIn) {
        let customer = self.app.create(&self.tenant, name).await;
        let path = |rest: &str| format!("/api/v3/reseller/customer/{customer}/{rest}");
        let post = async |rest: &str, body| {
            self.app.request("POST", &path(rest)).key(&self.tenant.key).json(&body).send().await.expect(201).result()
        };
        post("token/", json!({"name": "Call centre", "type": "batch"})).await;
        post("subscription/", json!({"sku": "flex"})).await;
        post("usage", json!({"events": [{"id": "job-1", "units": 60}]})).await;
        post("transcription/", json!({"name": "a.wav", "language": "nl"})).await;
        let somebody = self.portal.somebody(&self.app, &self.tenant, Some(customer), role, &format!("{name}@example.com")).await;
        (customer, somebody)
    }

    async fn token(&self, cookie: &str) -> IssuedToken {
        self.portal.write.token_check(PresentedToken::session(cookie)).await.unwrap()
    }

    /// What was read for this session, and its caller.
    fn open<T: Content>(&self, sealed: Sealed<Write, T>) -> (Caller<Write>, T) {
        sealed.open(Policy::READ).unwrap()
    }

    /// Does this as the somebody with this cookie, about the customer `on`. What would be done about a customer whom the caller does not
    /// see needs the customer, except for what concerns none.
    async fn attempt(&self, deed: &str, cookie: &str, on: u64) -> Tried {
        let id = CustomerId::new(on).unwrap();
        let token = self.token(cookie).await;
        let (caller, customer) = self.open(self.portal.write.customer_load(&token, Some(id)).await.unwrap());
        if matches!(deed, "create an organization" | "see what concerns all organizations") {
            return Box::pin(self.of_reseller(deed, &caller, cookie)).await;
        }
        let Some(customer) = customer else {
            return if deed.starts_with("read") { Box::pin(self.read(deed, cookie, id)).await } else { Tried::Unseen };
        };
        match deed.rsplit(' ').next().unwrap() {
            _ if deed.starts_with("read") => Box::pin(self.read(deed, cookie, id)).await,
            "usage" => Box::pin(self.record(deed, &token, id)).await,
            "transcription" => Box::pin(self.transcribe(deed, &token, id)).await,
            "subscription" => Box::pin(self.subscribe(deed, &token, id)).await,
            "token" => Box::pin(self.change_tokens(deed, cookie, &caller, &customer)).await,
            "organization" => Box::pin(self.edit(deed, &caller, customer)).await,
            _ => Box::pin(self.manage_users(deed, &token, &caller, id)).await,
        }
    }

    async fn read(&self, deed: &str, cookie: &str, id: CustomerId) -> Tried {
        let read = &self.portal.read;
        let token = read.token_check(PresentedToken::session(cookie)).await.unwrap();
        let people = Some(Organization::Customer(id));
        let is_seen = match deed {
            "read the organization" => {
                read.customer_load(&token, Some(id)).await.unwrap().open(Policy::READ).unwrap().1.is_some()
            }
            "read its tokens" => {
                read.customer_token_list(&token, Some(id)).await.unwrap().open(Policy::READ).unwrap().1.is_some()
            }
            "read its subscriptions" => {
                read.subscription_list(&token, Some(id)).await.unwrap().open(Policy::READ).unwrap().1.is_some()
            }
            "read its usage" => {
                let (caller, customer) = read.customer_load(&token, Some(id)).await.unwrap().open(Policy::READ).unwrap();
                let today = Range { from: Date::today(), to: Date::today() };
                match customer {
                    Some(customer) => return told(read.usage_sums(&caller, &customer, &[today]).await),
                    None => false,
                }
            }
            "read its transcriptions" => {
                let days = read.transcription_days(&token, Some(id), [None, None]).await.unwrap();
                days.open(Policy::READ).unwrap().1.is_some()
            }
            "read its users" => read.user_list(&token, people).await.unwrap().open(Policy::READ).unwrap().1.is_some(),
            _ => panic!("{deed}"),
        };
        if is_seen { Tried::Done } else { Tried::Unseen }
    }

    async fn record(&self, deed: &str, token: &IssuedToken, id: CustomerId) -> Tried {
        let corrects = (deed == "correct usage").then(|| EventId::parse("job-1").unwrap());
        let event = SentEvent {
            id: EventId::parse(&format!("walk-{}", self.number())).unwrap(),
            units: if corrects.is_some() { -1 } else { 1 },
            language: None,
            subscription: None,
            occurred_at: None,
            corrects,
        };
        let (caller, found) = self.open(self.portal.write.usage_load(token, Some(id)).await.unwrap());
        told(self.portal.write.usage_record(&caller, found.unwrap(), &[event]).await)
    }

    /// The id of the first object in a list of the reseller.
    async fn first(&self, id: CustomerId, list: &str) -> String {
        let path = format!("/api/v3/reseller/customer/{id}/{list}");
        self.app.request("GET", &path).key(&self.tenant.key).send().await.result()[0]["id"].to_string()
    }

    async fn transcribe(&self, deed: &str, token: &IssuedToken, id: CustomerId) -> Tried {
        let (write, expected) = (&self.portal.write, ExpectedRevision::default());
        if deed == "register a transcription" {
            let (caller, found) = self.open(write.transcription_load_maker(token, Some(id)).await.unwrap());
            let new = NewTranscription { name: words("b.wav"), language: Language::parse("nl").unwrap() };
            return told(write.transcription_create(&caller, found.unwrap().content, new, &nothing).await);
        }
        let one = TranscriptionId::parse(&self.first(id, "transcription/").await).unwrap();
        let (caller, found) = self.open(write.transcription_load(token, Some(id), Some(one)).await.unwrap());
        let held = found.unwrap().content;
        match deed {
            "delete a transcription" => told(write.transcription_delete(&caller, &expected, held, &nothing).await),
            _ => told(write.transcription_update(&caller, &expected, held, &Report::Processing, &nothing).await),
        }
    }

    async fn subscribe(&self, deed: &str, token: &IssuedToken, id: CustomerId) -> Tried {
        let (write, expected) = (&self.portal.write, ExpectedRevision::default());
        if deed == "sell a subscription" {
            let sku = Sku::parse("flex").unwrap();
            let (caller, found) = self.open(write.subscription_offer(token, Some(id), Some(&sku)).await.unwrap());
            let order = Order { sku, start: None, end: None, auto_renew: None, code: None };
            return told(write.subscription_create(&caller, &order, found.unwrap().content, &nothing).await);
        }
        let one = SubscriptionId::parse(&self.first(id, "subscription/?filter=status=active").await).unwrap();
        let (caller, found) = self.open(write.subscription_load(token, Some(id), Some(one)).await.unwrap());
        let held = found.unwrap().content;
        if deed == "end a subscription" {
            return told(write.subscription_end(&caller, &expected, held, &nothing).await);
        }
        let edit = |current: &Subscription| Ok::<_, ChangeError>(current.clone());
        told(write.subscription_update(&caller, &expected, held, edit, &nothing).await)
    }

    async fn change_tokens(&self, deed: &str, cookie: &str, caller: &Caller<Write>, customer: &Customer) -> Tried {
        let (write, read) = (&self.portal.write, &self.portal.read);
        if deed == "create a token" {
            let name = words(&format!("Token {}", self.number()));
            let new = NewCustomerToken { name, token_type: TokenType::Batch, valid_years: 1 };
            return told(write.customer_token_create(caller, customer, new, &nothing).await);
        }
        let token = read.token_check(PresentedToken::session(cookie)).await.unwrap();
        let (_, listed) = read.customer_token_list(&token, Some(customer.id)).await.unwrap().open(Policy::READ).unwrap();
        let (first, expected) = (&listed.unwrap().content[0], ExpectedRevision::default());
        told(write.customer_token_delete(caller, customer.id, &expected, first, &nothing).await)
    }

    async fn edit(&self, deed: &str, caller: &Caller<Write>, customer: Customer) -> Tried {
        let (write, expected, id) = (&self.portal.write, ExpectedRevision::default(), customer.id);
        if deed == "delete the organization" {
            return told(write.customer_delete(caller, &expected, customer, &nothing).await);
        }
        let is_active = deed == "edit the organization";
        let phone = text("+31 012 345678", 32).unwrap();
        let edit =
            |current: &Customer| Ok::<_, WriteError>(Profile { is_active, phone: phone.clone(), ..current.profile.clone() });
        let done = told(write.customer_update(caller, AddressRule::HeldWhereFree, &expected, customer, edit, &nothing).await);
        if !is_active && done == Tried::Done {
            let body = json!({"name": "Acme", "email": format!("c{id}@example.com"), "is_active": true});
            self.app.reseller_api("PUT", id.number()).key(&self.tenant.key).json(&body).send().await.expect(201);
        }
        done
    }

    async fn manage_users(&self, deed: &str, token: &IssuedToken, caller: &Caller<Write>, id: CustomerId) -> Tried {
        let (write, expected) = (&self.portal.write, ExpectedRevision::default());
        let email = format!("somebody-{}@example.com", self.number());
        let role = if self.is_platform { Role::Customer } else { Role::Resellee };
        if deed == "invite a user" {
            let (caller, found) = self.open(write.user_load(token, Some(Organization::Customer(id)), None).await.unwrap());
            let new = NewUser { email: words(&email), names: Names::default(), role };
            return told(write.user_create(&caller, &found.unwrap(), new, &nothing).await);
        }
        // Another user of the customer, who is there to be changed.
        let user = self.portal.try_invite(&self.tenant, Some(id.number()), role, &email).await.unwrap().user;
        match deed {
            "edit a user" => {
                let names = Names { first: Some(words("Ann")), last: None };
                let edit =
                    |user: &User| Ok::<_, ChangeUserError>(UserEdit { names: names.clone(), role: user.role, is_active: true });
                told(write.user_update(caller, &expected, user, edit, &nothing).await)
            }
            "give a user a new link" => told(write.user_invite(caller, &expected, user, &nothing).await),
            "delete a user" => told(write.user_delete(caller, &expected, user, &nothing).await),
            _ => panic!("{deed}"),
        }
    }

    /// What concerns the reseller and none of its customers in particular.
    async fn of_reseller(&self, deed: &str, caller: &Caller<Write>, cookie: &str) -> Tried {
        let (write, read) = (&self.portal.write, &self.portal.read);
        if deed == "create an organization" {
            let profile = Profile { organization: Some(words("New")), ..Profile::empty() };
            let account_id = AccountId(self.tenant.account_id);
            let new = NewCustomer { account_id, code: None, profile, holds_email: false };
            return told(write.customer_create(caller, new, &nothing).await);
        }
        let reader = self.portal.reading(cookie, Policy::READ).await.unwrap();
        let today = Range { from: Date::today(), to: Date::today() };
        let newest = ActivityListing { customer: None, before: None, limit: 10 };
        let all = [
            told(read.activity_list(&reader, &newest).await),
            told(read.usage_sums_by_day(&reader, today).await),
            told(read.usage_sums_by_customer(&reader, today).await),
            told(read.dashboard_get(&reader, Date::today()).await),
        ];
        assert!(all.windows(2).all(|pair| pair[0] == pair[1]), "{all:?}");
        all[0]
    }

    /// The first page of the customers, for the somebody with this cookie.
    async fn list_customers(&self, cookie: &str) -> Tried {
        let read = &self.portal.read;
        let token = read.token_check(PresentedToken::session(cookie)).await.unwrap();
        let begun = read.customer_list_begin(&token, Policy::READ, Listing::by_id(10)).await.unwrap();
        let (caller, first) = begun.open(Policy::READ).unwrap();
        told(read.customer_list_finish(&caller, first).await)
    }

    /// Checks what somebody may do about a customer, by what the table says about these roles.
    async fn walk(&self, who: &str, somebody: &SomebodyIn, on: u64, may: impl Fn(&[Role]) -> bool) {
        for (deed, roles) in DEEDS {
            let tried = Box::pin(self.attempt(deed, &somebody.cookie, on)).await;
            assert_eq!(tried == Tried::Done, may(roles), "{who}: {deed}: {tried:?}");
        }
    }
}

/// Those deeds that leave nothing to do the others to come last, and the customer is another one for each walk.
#[tokio::test]
async fn people_do_what_the_table_says_and_nothing_else() {
    for is_platform in [false, true] {
        let street = Street::new(is_platform).await;
        let organization = Organization::Customer(CustomerId::new(1).unwrap());
        for &role in organization.roles(is_platform) {
            let (own, somebody) = street.house(&format!("own {}", role.name()), role).await;
            let (other, _) = street.house(&format!("other {}", role.name()), role).await;
            street.walk(&format!("{role:?}, of its own"), &somebody, own, |roles| roles.contains(&role)).await;
            street.walk(&format!("{role:?}, of another"), &somebody, other, |_| false).await;
            assert_eq!(street.list_customers(&somebody.cookie).await, Tried::Refused);
        }
        let (house, _) = street.house("House", organization.roles(is_platform)[0]).await;
        let ann = street.portal.somebody(&street.app, &street.tenant, None, Role::Reseller, "ann@northwind.example").await;
        street.walk("a reseller's own person", &ann, house, |roles| roles.contains(&Role::Reseller)).await;
        assert_eq!(street.list_customers(&ann.cookie).await, Tried::Done);
        street.app.audit(&street.tenant).await;
    }
}

#[tokio::test]
async fn people_see_nothing_of_another_reseller() {
    let street = Street::new(false).await;
    let (own, ben) = street.house("Own", Role::Resellee).await;
    let next = street.app.reseller("Next door").await;
    let ann = street.portal.somebody(&street.app, &next, None, Role::Reseller, "ann@next.example").await;
    for (deed, _) in DEEDS {
        let tried = Box::pin(street.attempt(deed, &ann.cookie, own)).await;
        let is_own = matches!(deed, "create an organization" | "see what concerns all organizations");
        assert_eq!(tried == Tried::Done, is_own, "{deed}: {tried:?}");
    }
    assert_eq!(street.attempt("read the organization", &ben.cookie, own).await, Tried::Done);
}

/// The contract's table, of keys at their doors and of people.
#[test]
fn a_policy_takes_the_keys_and_the_people_of_its_line() {
    let lines: [(Policy, [bool; 2], &[Role]); 6] = [
        (Policy::READ, [true, true], &Role::ALL),
        (Policy::RECORD, [true, true], NOBODY),
        (Policy::RESELLER, [true, false], RESELLER),
        (Policy::TOKENS, [true, false], TOKENS),
        (Policy::MANAGE, [true, false], MANAGE),
        (Policy::ONESELF, [false, false], &Role::ALL),
    ];
    for (policy, [reseller, customer], roles) in lines {
        let keys = [(Kind::Reseller, reseller), (Kind::Customer, customer), (Kind::Licensing, false), (Kind::ServiceUser, false)];
        for (kind, may) in keys {
            assert_eq!(policy.takes_kind(kind), may, "{policy:?} {kind:?}");
            for door in [Kind::Reseller, Kind::Customer] {
                assert_eq!(policy.at(door).takes_kind(kind), may && kind == door, "{policy:?} {kind:?} at {door:?}");
            }
        }
        for role in Role::ALL {
            assert_eq!(policy.takes_role(role), roles.contains(&role), "{policy:?} {role:?}");
            assert!(!policy.at(Kind::Reseller).takes_role(role), "an address of an API takes no people");
        }
    }
}

#[tokio::test]
async fn nobody_is_let_in_by_another_role_than_the_policy_names() {
    for is_platform in [false, true] {
        let street = Street::new(is_platform).await;
        let mut people =
            vec![street.portal.somebody(&street.app, &street.tenant, None, Role::Reseller, "ann@northwind.example").await];
        for &role in Organization::Customer(CustomerId::new(1).unwrap()).roles(is_platform) {
            people.push(street.house(role.name(), role).await.1);
        }
        for somebody in people {
            let role = street.portal.reading(&somebody.cookie, Policy::READ).await.unwrap().person().unwrap().user.role;
            for policy in [Policy::READ, Policy::RECORD, Policy::RESELLER, Policy::TOKENS, Policy::MANAGE, Policy::ONESELF] {
                let opened = street.portal.writing(&somebody.cookie, policy).await;
                assert_eq!(opened.is_ok(), policy.takes_role(role), "{role:?} {policy:?}");
                if let Err(error) = opened {
                    assert!(matches!(error, AuthenticationError::Refused(Refusal::NotAllowed)), "{error}");
                }
            }
        }
    }
}
