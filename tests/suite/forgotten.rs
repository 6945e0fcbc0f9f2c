//! Mails with links: those of invitations, and those to people who have forgotten a password.

use std::cell::RefCell;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use shared::domain::mail::{Mail, MailId, MailSettings};
use shared::domain::timestamp::Timestamp;
use shared::domain::user::Role;
use shared::domain::validation::email;
use shared::store::mail::Sending;
use shared::store::session::LoginError;
use shared::store::tries::NotAdmitted;
use shared::store::{Operator, Store, Table};
use tokio::time::Instant;

use crate::harness::portal::{ORIGIN, PASSWORD, Portal, SomebodyIn, password, token_of};
use crate::harness::{App, Call, Tenant};

/// A product that mails, with one person of a customer.
struct PostOffice {
    app: App,
    tenant: Tenant,
    customer: u64,
    portal: Portal,
    sender: Table<Operator>,
    ben: SomebodyIn,
}

fn mailing(store: Store) -> Store {
    let sender = email("no-reply@clientele.example", 254).unwrap().unwrap();
    store.with_mail(Some(MailSettings { sender, folder: None }))
}

impl PostOffice {
    async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let customer = app.create(&tenant, "Acme").await;
        let portal = Portal::over(&app, mailing).await;
        let ben = portal.somebody(&app, &tenant, Some(customer), Role::Resellee, "ben@acme.example").await;
        let sender = Table::new(mailing(app.store.clone()).with_public_origin(Some(ORIGIN)));
        let office = Self { app, tenant, customer, portal, sender, ben };
        office.send().await;
        office
    }

    async fn forget(&self, short_name: &str, address: &str) {
        self.portal.login.password_forgotten(short_name, address, None).await.unwrap();
    }

    fn short_name(&self) -> String {
        format!("reseller-{}", self.tenant.id)
    }

    /// Sends what is due, and returns the addresses, the subjects and the tokens of the links.
    async fn send(&self) -> Vec<(String, String, String)> {
        let sent = RefCell::new(Vec::new());
        let send = async |_: &MailId, mail: &Mail| {
            let link = token_of(mail.link().unwrap());
            sent.borrow_mut().push((mail.address.as_str().to_owned(), mail.subject(), link));
            Sending::Sent
        };
        self.sender.mail_send_due(Instant::now() + Duration::from_secs(60), send).await.unwrap();
        sent.into_inner()
    }

    /// Makes the link of this person older.
    async fn age_link(&self, by: Duration) {
        let sort = format!("USER#{:016}#{:016}", self.customer, self.ben.id.number());
        let mut row = self.app.row(&format!("USERS#{}", self.tenant.id), &sort).await.unwrap();
        let AttributeValue::M(mut link) = row["link"].clone() else { panic!("{row:?}") };
        link.insert("created_at".into(), AttributeValue::S(Timestamp::now().minus(by).to_string()));
        row.insert("link".into(), AttributeValue::M(link));
        self.app.put_row(row).await;
    }
}

#[tokio::test]
async fn who_is_invited_gets_a_mail_with_the_link() {
    let office = PostOffice::new().await;
    let (_, link) =
        office.portal.invite(&office.app, &office.tenant, Some(office.customer), Role::Resellee, "cid@acme.example").await;
    let sent = office.send().await;
    assert_eq!(sent, [("cid@acme.example".to_owned(), "Invitation from Northwind Resale".to_owned(), link)]);
    assert!(office.send().await.is_empty(), "once");
}

#[tokio::test]
async fn nothing_is_mailed_for_somebody_who_was_not_invited() {
    let office = PostOffice::new().await;
    let taken = office.portal.try_invite(&office.tenant, Some(office.customer), Role::Resellee, "ben@acme.example").await;
    assert!(taken.is_err());
    assert!(office.send().await.is_empty());
}

#[tokio::test]
async fn who_has_forgotten_a_password_gets_a_link_that_sets_another_one() {
    let office = PostOffice::new().await;
    office.forget(&office.short_name(), " Ben@acme.example").await;
    let sent = office.send().await;
    let (address, subject, link) = &sent[0];
    assert_eq!((address.as_str(), subject.as_str()), ("ben@acme.example", "New password for Northwind Resale"));
    let new = password("Another horse 43");
    office.portal.login.link_use(link, &new, None).await.unwrap().unwrap();
    office.portal.log_in(&office.short_name(), "ben@acme.example", "Another horse 43").await.unwrap();
    assert!(office.portal.log_in(&office.short_name(), "ben@acme.example", PASSWORD).await.is_err());
    let listed = office.app.rows(&format!("ACTIVITY#{}#{}", office.tenant.id, Timestamp::now().month())).await;
    assert!(format!("{listed:?}").contains("user.invited"));
}

#[tokio::test]
async fn asking_is_the_same_for_everybody_and_nobody_is_told() {
    let office = PostOffice::new().await;
    let (own, long) = (office.short_name(), "x".repeat(5_000));
    let mut asked = Vec::new();
    for (short_name, address) in [
        (own.as_str(), "ben@acme.example"),
        (&own, "nobody@acme.example"),
        (&own, &long),
        (&long, "ben@acme.example"),
        ("no-such-reseller", "ben@acme.example"),
        ("", ""),
    ] {
        office.app.wire.take_calls();
        office.forget(short_name, address).await;
        let calls: Vec<String> = office.app.wire.take_calls().into_iter().map(|Call { operation, .. }| operation).collect();
        asked.push(calls);
    }
    assert!(asked.windows(2).all(|pair| pair[0] == pair[1]), "{asked:?}");
    assert_eq!(asked[0], ["BatchGetItem", "TransactWriteItems", "TransactWriteItems"]);
    let rows = format!("{:?}", office.app.rows("MAIL").await);
    assert!(!rows.contains("ben@acme.example"), "what waits names nobody");
    assert_eq!(office.send().await.len(), 1, "one of them exists");
    assert!(office.app.rows("MAIL").await.is_empty(), "and of the others nothing stays");
}

#[tokio::test]
async fn a_person_gets_one_link_in_a_quarter_of_an_hour() {
    let office = PostOffice::new().await;
    let ask = async || {
        office.forget(&office.short_name(), "ben@acme.example").await;
        office.send().await
    };
    let first = ask().await;
    assert_eq!(first.len(), 1);
    assert!(ask().await.is_empty());
    assert!(office.portal.login.link_load(&first[0].2).await.unwrap().is_some(), "who asks again ends no link");
    office.age_link(Duration::from_secs(15 * 60)).await;
    assert_eq!(ask().await.len(), 1);
    assert!(office.portal.login.link_load(&first[0].2).await.unwrap().is_none());
}

#[tokio::test]
async fn who_can_not_be_logged_in_gets_no_mail() {
    let office = PostOffice::new().await;
    office.app.operate("operator-suspend-reseller", json!({"reseller_id": office.tenant.id})).await.unwrap();
    office.forget(&office.short_name(), "ben@acme.example").await;
    assert!(office.send().await.is_empty());
    office.app.operate("operator-resume-reseller", json!({"reseller_id": office.tenant.id})).await.unwrap();
    office.app.reseller_api("DELETE", office.customer).key(&office.tenant.key).send().await.expect(204);
    office.forget(&office.short_name(), "ben@acme.example").await;
    assert!(office.send().await.is_empty());
}

#[tokio::test]
async fn asking_counts_as_a_try() {
    let office = PostOffice::new().await;
    for _ in 0..5 {
        office.forget(&office.short_name(), "ben@acme.example").await;
    }
    let waits = office.portal.login.password_forgotten(&office.short_name(), "ben@acme.example", None).await;
    assert!(matches!(waits, Err(NotAdmitted::Wait(_))));
    assert!(matches!(office.portal.log_in(&office.short_name(), "ben@acme.example", PASSWORD).await, Err(LoginError::Wait(_))));
}

#[tokio::test]
async fn a_mail_that_was_made_is_the_one_that_is_sent_whatever_happens() {
    let office = PostOffice::new().await;
    office.forget(&office.short_name(), "ben@acme.example").await;
    let link = RefCell::new(None);
    let put_off = async |_: &MailId, mail: &Mail| {
        link.replace(mail.link().map(token_of));
        Sending::PutOff("no post today".to_owned())
    };
    office.sender.mail_send_due(Instant::now() + Duration::from_secs(60), put_off).await.unwrap();
    let mut row = office.app.rows("MAIL").await.remove(0);
    row.insert("due_at".into(), AttributeValue::N(Timestamp::now().milliseconds().to_string()));
    office.app.put_row(row).await;
    let sent = office.send().await;
    assert_eq!(Some(sent[0].2.clone()), link.into_inner());
}

#[tokio::test]
async fn where_no_mail_is_sent_nothing_is_asked_for() {
    let (app, tenant) = App::with_reseller().await;
    let portal = Portal::of(&app).await;
    portal.login.password_forgotten(&format!("reseller-{}", tenant.id), "ben@acme.example", None).await.unwrap();
    assert!(app.rows("MAIL").await.is_empty());
}

#[tokio::test]
async fn functions_post_and_send_mails_of_invitations_and_forgotten_passwords() {
    let office = PostOffice::new().await;
    let sender = email("no-reply@clientele.example", 254).unwrap().unwrap();
    let folder = std::env::temp_dir().join(format!("clientele-{}-forgotten", std::process::id()));
    office.app.set_mail(Some(MailSettings { sender, folder: Some(folder.clone()) }));
    let call = async |path: &str, body| {
        let request = office.app.request("POST", path).key(&office.tenant.key).json(&body);
        request.send().await.expect(201).result()
    };
    let users = format!("/api/v3/reseller/customer/{}/user/", office.customer);
    let made = call(&users, json!({"email": "eve@acme.example"})).await;
    call(&format!("{users}{}/invitation/", made["id"]), json!({})).await;
    let payload = json!({"reseller_id": office.tenant.id, "email": "ann@northwind.example"});
    office.app.operate("operator-invite-user", payload).await.unwrap();
    office.forget(&office.short_name(), "ben@acme.example").await;
    let round = office.app.operate("mail-send-due", json!({})).await.unwrap();
    assert_eq!(round["sent"], 4, "{round}");
    let letters = std::fs::read_dir(&folder).unwrap().count();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(letters, 4);
}
