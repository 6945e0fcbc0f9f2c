//! The deployment's secret: what it did not issue reaches no database, what it issued stays valid across rotations, and what
//! happens before the secret exists and while it can't be read.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use shared::domain::credential::{Subject, UserLabel};
use shared::domain::customer::CustomerId;
use shared::domain::licence::{LicenceId, LicenceKey};
use shared::domain::reseller::ResellerId;
use shared::domain::secret::SecretVersion;
use shared::domain::timestamp::Timestamp;
use shared::domain::token::NewToken;

use crate::harness::{Answer, App, Effect, Tenant};

const MINUTE: Duration = Duration::from_secs(60);

/// Makes this much time pass for the functions that hold a copy of the secret.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

/// A kind of token, with one call of its API.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Reseller,
    Customer,
    Licensing,
    ServiceUser,
    Licence,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Reseller, Self::Customer, Self::Licensing, Self::ServiceUser, Self::Licence];

    /// A token of this kind, made under this version of a secret.
    fn made(self, version: &SecretVersion, reseller: u64) -> String {
        let reseller = ResellerId::new(reseller).unwrap();
        let customer = CustomerId::new(1).unwrap();
        let subject = match self {
            Self::Reseller => Subject::Reseller,
            Self::Customer => Subject::Customer(customer),
            Self::Licensing => Subject::Licensing,
            Self::ServiceUser => Subject::ServiceUser(UserLabel::parse("billing").unwrap()),
            Self::Licence => {
                let key = LicenceKey::generate(version, reseller, LicenceId::new(customer, 1).unwrap()).unwrap();
                return key.reveal().to_owned();
            }
        };
        NewToken::generate(version, reseller, &subject).unwrap().reveal().to_owned()
    }

    /// Reads as much as this kind of token may read: a whole list, or the check of a licence.
    async fn call(self, app: &App, token: &str) -> Answer {
        match self {
            Self::Reseller | Self::Customer => app.reseller_api("GET", "?limit=1000").key(token).send().await,
            Self::Licensing => app.request("GET", "/api/customers").token(token).send().await,
            Self::ServiceUser => app.request("GET", "/api/v01/customers?limit=1000").user(token).send().await,
            Self::Licence => app.request("GET", &format!("/api/license/check?key={token}&host=a.example.com")).send().await,
        }
    }

    /// The status for a token that is not on record.
    fn refusal(self) -> u16 {
        if matches!(self, Self::Licence) { 403 } else { 401 }
    }
}

/// A token of each kind, all on record, for a customer with a licence.
async fn issued(app: &App, tenant: &Tenant) -> Vec<(Kind, String)> {
    let customer = app.create(tenant, "Acme").await;
    let licensing = app.licensing_token(tenant, &["read", "write"]).await;
    let user = app.service_user(tenant, &["read"], None).await;
    let payload = json!({
        "reseller_id": tenant.id, "kind": "customer", "permissions": ["read"], "label": "x", "customer_id": customer,
    });
    let of_customer = app.operate("operator-issue-key", payload).await.unwrap()["token"].as_str().unwrap().to_owned();
    let form = format!("customer_id={customer}&product=p&host=a.example.com");
    let licence = app.request("POST", "/api/license").token(&licensing).form(&form).send().await.expect(201).json();
    app.wire.take_calls();
    vec![
        (Kind::Reseller, tenant.key.clone()),
        (Kind::Customer, of_customer),
        (Kind::Licensing, licensing),
        (Kind::ServiceUser, user),
        (Kind::Licence, licence["key"].as_str().unwrap().to_owned()),
    ]
}

/// The status for a token that is on record.
fn success(kind: Kind) -> u16 {
    if matches!(kind, Kind::Customer) { 403 } else { 200 }
}

#[tokio::test]
async fn given_a_forged_token_of_any_kind_then_no_operation_calls_the_database() {
    let (app, tenant) = App::with_reseller().await;
    app.create(&tenant, "Acme").await;
    let ours = app.secret_version().await;
    let forger = SecretVersion::generate(ours.number(), Timestamp::now()).unwrap();
    let forged = |kind: Kind| kind.made(&forger, tenant.id);
    for kind in Kind::ALL {
        // Starts the functions that the test calls.
        kind.call(&app, &forged(kind)).await;
    }
    app.wire.take_calls();
    for kind in Kind::ALL {
        for _ in 0..20 {
            let answer = kind.call(&app, &forged(kind)).await;
            assert_eq!(answer.status, kind.refusal(), "{kind:?} {answer}");
        }
    }
    let (reseller_key, licensing) = (forged(Kind::Reseller), forged(Kind::Licensing));
    let user = format!("Basic {}", STANDARD.encode(forged(Kind::ServiceUser)));
    for (method, path) in
        [("POST", ""), ("GET", "1/"), ("PUT", "1/"), ("DELETE", "1/"), ("GET", "?cursor=x"), ("GET", "?limit=0")]
    {
        app.reseller_api(method, path).key(&reseller_key).json(&json!({})).send().await.expect_error(401, "INVALID_API_KEY");
    }
    for (method, path) in [
        ("POST", "/api/customer"),
        ("GET", "/api/customer/1"),
        ("PUT", "/api/customer/1"),
        ("DELETE", "/api/customer/1"),
        ("GET", "/api/customers"),
        ("POST", "/api/license"),
        ("GET", "/api/license/1000001"),
        ("DELETE", "/api/license/1000001"),
        ("GET", "/api/licenses"),
    ] {
        app.request(method, path).token(&licensing).form("x=%").send().await.expect_licensing_error(401, "UNAUTHORIZED");
    }
    for (method, path) in [("PUT", ""), ("GET", ""), ("GET", "/1"), ("GET", "/*A-1"), ("POST", "/1"), ("GET", "?limit=x")] {
        let request = app.request(method, &format!("/api/v01/customers{path}")).header("authorization", &user);
        request.json(&json!([])).send().await.expect_failure(401, "L01");
    }
    assert_eq!(app.wire.take_operations(), Vec::<String>::new());
}

#[tokio::test]
async fn given_a_token_that_looks_issued_and_is_not_on_record_then_it_is_refused_after_one_read() {
    let (app, tenant) = App::with_reseller().await;
    for (kind, _) in issued(&app, &tenant).await {
        let token = kind.made(&app.secret_version().await, tenant.id);
        assert_eq!(kind.call(&app, &token).await.status, kind.refusal(), "{kind:?}");
    }
}

#[tokio::test]
async fn given_a_deployment_without_a_secret_then_every_token_is_refused_until_the_first_reseller_is_provisioned() {
    let app = App::start().await;
    let stranger = SecretVersion::generate(1, Timestamp::now()).unwrap();
    for kind in Kind::ALL {
        app.wire.take_calls();
        assert_eq!(kind.call(&app, &kind.made(&stranger, 1)).await.status, kind.refusal(), "{kind:?}");
        // A reseller may have been provisioned a moment ago.
        assert_eq!(app.wire.take_operations(), ["BatchGetItem"], "{kind:?}");
        assert_eq!(kind.call(&app, "nonsense").await.status, kind.refusal(), "{kind:?}");
        assert!(app.wire.take_calls().is_empty(), "{kind:?}");
    }
    let tenant = app.reseller("Northwind Resale").await;
    for (kind, token) in issued(&app, &tenant).await {
        assert_eq!(kind.call(&app, &token).await.status, success(kind), "{kind:?}");
    }
}

#[tokio::test]
async fn given_many_first_resellers_at_once_then_they_share_one_secret() {
    let app = App::start().await;
    let made = futures_util::future::join_all((0..10).map(|number| {
        let payload = json!({"name": format!("Reseller {number}")});
        app.operate("operator-provision-reseller", payload)
    }));
    for made in made.await {
        let key = made.unwrap()["key"]["token"].as_str().unwrap().to_owned();
        app.reseller_api("GET", "").key(&key).send().await.expect(200);
    }
    assert_eq!(app.secret().await.versions().len(), 1);
}

#[tokio::test]
async fn given_a_secret_that_can_not_be_read_then_503_until_it_can() {
    let (app, tenant) = App::with_reseller().await;
    let issued = issued(&app, &tenant).await;
    let forger = SecretVersion::generate(1, Timestamp::now()).unwrap();
    app.restart();
    app.wire.fail("BatchGetItem", usize::MAX, |_| Effect::Break);
    // A failed start is not final: the request meets the failure.
    app.fail_starts(true);
    for (kind, token) in &issued {
        for token in [token, &kind.made(&forger, tenant.id)] {
            let answer = kind.call(&app, token).await;
            assert_eq!((answer.status, answer.header("retry-after")), (503, Some("1")), "{kind:?} {answer}");
        }
        assert_eq!(kind.call(&app, "nonsense").await.status, kind.refusal(), "{kind:?}");
    }
    app.wire.mend();
    for (kind, token) in &issued {
        assert_eq!(kind.call(&app, token).await.status, success(*kind), "{kind:?}");
    }
}

#[tokio::test]
async fn given_an_old_copy_and_a_secret_that_can_not_be_read_then_strangers_are_refused_and_cost_one_read_in_five_seconds() {
    let (app, tenant) = App::with_reseller().await;
    app.list(&tenant, "").await;
    pass(6 * MINUTE).await;
    let refusal = json!({"__type": "com.amazonaws.dynamodb.v20120810#AccessDeniedException", "message": "no"});
    app.wire.fail("BatchGetItem", usize::MAX, move |_| Effect::Answer(400, refusal.clone()));
    app.wire.take_calls();
    for _ in 0..20 {
        let forged = Kind::Reseller.made(&SecretVersion::generate(1, Timestamp::now()).unwrap(), tenant.id);
        app.reseller_api("GET", "").key(&forged).send().await.expect_error(401, "INVALID_API_KEY");
    }
    assert_eq!(app.wire.take_calls().len(), 1);
    app.reseller_api("GET", "").key(&tenant.key).send().await.expect(500);
    pass(Duration::from_secs(6)).await;
    app.wire.mend();
    app.wire.take_calls();
    app.list(&tenant, "").await;
    let forged = Kind::Reseller.made(&SecretVersion::generate(1, Timestamp::now()).unwrap(), tenant.id);
    app.reseller_api("GET", "").key(&forged).send().await.expect_error(401, "INVALID_API_KEY");
    let calls = app.wire.take_calls();
    assert_eq!(calls.iter().filter(|call| call.request.to_string().contains("SECRET")).count(), 1, "with the credential");
}

#[tokio::test]
async fn given_a_dropped_version_and_an_idle_function_then_its_cursors_have_ended() {
    let (app, tenant) = App::with_reseller().await;
    for name in ["one", "two"] {
        app.create(&tenant, name).await;
    }
    let next = app.list(&tenant, "limit=1").await.next().unwrap();
    app.operate("operator-rotate-secret", json!({})).await.unwrap();
    app.set_issues_from(2, Timestamp::now()).await;
    let issue = json!({"reseller_id": tenant.id, "kind": "reseller", "permissions": ["read"], "label": "x"});
    let newer = app.operate("operator-issue-key", issue).await.unwrap()["token"].as_str().unwrap().to_owned();
    app.restart();
    app.list(&tenant, "").await;
    app.operate("operator-drop-secret", json!({"version": 1})).await.unwrap();
    pass(6 * MINUTE).await;
    app.request("GET", &next).key(&newer).send().await.expect_faults(&["cursor"]);
}

#[tokio::test]
async fn given_a_rotation_then_old_tokens_go_on_and_new_ones_are_issued_after_ten_minutes() {
    let (app, tenant) = App::with_reseller().await;
    let old = issued(&app, &tenant).await;
    let rotated = app.operate("operator-rotate-secret", json!({})).await.unwrap();
    assert_eq!((&rotated["version"], rotated["versions"].as_array().unwrap().len()), (&json!(2), 2), "{rotated}");
    for (kind, token) in &old {
        assert_eq!(kind.call(&app, token).await.status, success(*kind), "{kind:?}");
    }
    // Until every function knows the new version, tokens are issued under the old one.
    let issue = json!({"reseller_id": tenant.id, "kind": "reseller", "permissions": ["read"], "label": "x"});
    let issued = app.operate("operator-issue-key", issue.clone()).await.unwrap();
    app.reseller_api("GET", "").key(issued["token"].as_str().unwrap()).send().await.expect(200);
    assert_eq!(version_of(&issued), 1);
    let secret = app.secret().await;
    let [first, second] = secret.versions() else { panic!("{secret:?}") };
    let wait = second.issues_from().minus(10 * MINUTE);
    assert!(wait >= first.issues_from() && wait <= Timestamp::now(), "{secret:?}");

    // As if ten minutes had passed.
    app.set_issues_from(2, Timestamp::now()).await;
    let issued = app.operate("operator-issue-key", issue).await.unwrap();
    assert_eq!(version_of(&issued), 2);
}

/// The version of the secret under which a reseller's key was issued.
fn version_of(issued: &Value) -> u64 {
    let token = issued["token"].as_str().unwrap();
    let digits = &token["sk_reseller_".len() + 5..][..2];
    assert!(digits.starts_with('0'), "{token}");
    digits.parse().unwrap()
}

#[tokio::test]
async fn given_a_token_of_a_new_version_then_an_old_copy_is_read_anew_once_and_a_young_one_is_not() {
    let (app, tenant) = App::with_reseller().await;
    let old = issued(&app, &tenant).await;
    for (kind, token) in &old {
        kind.call(&app, token).await;
    }
    app.operate("operator-rotate-secret", json!({})).await.unwrap();
    let second = app.secret().await.version(2).unwrap().clone();
    app.wire.take_calls();
    for (kind, _) in &old {
        let token = kind.made(&second, tenant.id);
        assert_eq!(kind.call(&app, &token).await.status, kind.refusal(), "{kind:?}");
    }
    assert!(app.wire.take_calls().is_empty(), "a copy of less than five minutes decides");

    pass(6 * MINUTE).await;
    for (kind, _) in old.iter().filter(|(kind, _)| !matches!(kind, Kind::Customer)) {
        let token = kind.made(&second, tenant.id);
        assert_eq!(kind.call(&app, &token).await.status, kind.refusal(), "{kind:?}");
        let read = app.wire.take_calls();
        assert!(read[0].request.to_string().contains("SECRET") && read.len() >= 2, "{kind:?} {read:?}");
        kind.call(&app, &token).await;
        let read = app.wire.take_calls();
        assert!(read.iter().all(|call| !call.request.to_string().contains("SECRET")), "{kind:?} {read:?}");
    }
}

#[tokio::test]
async fn given_a_stranger_who_guesses_for_hours_then_the_secret_is_read_once_in_five_minutes_and_nothing_else() {
    let (app, tenant) = App::with_reseller().await;
    app.list(&tenant, "").await;
    app.wire.take_calls();
    for _ in 0..3 {
        pass(6 * MINUTE).await;
        for _ in 0..50 {
            let forged = Kind::Reseller.made(&SecretVersion::generate(1, Timestamp::now()).unwrap(), tenant.id);
            app.reseller_api("GET", "?limit=1000").key(&forged).send().await.expect_error(401, "INVALID_API_KEY");
        }
        let calls = app.wire.take_calls();
        assert_eq!(calls.len(), 1, "{calls:?}");
        let keys = calls[0].request["RequestItems"]["test"]["Keys"].as_array().cloned();
        assert_eq!(keys.unwrap_or_default().len(), usize::from(!calls[0].request["RequestItems"]["test"].is_null()), "{calls:?}");
    }
}

#[tokio::test]
async fn given_a_dropped_version_then_its_tokens_its_licence_keys_and_its_cursors_end_within_five_minutes() {
    let (app, tenant) = App::with_reseller().await;
    let old = issued(&app, &tenant).await;
    app.create(&tenant, "Second").await;
    let next = app.list(&tenant, "limit=1").await.next().unwrap();
    app.operate("operator-rotate-secret", json!({})).await.unwrap();
    let (code, message) = app.operate("operator-drop-secret", json!({"version": 1})).await.unwrap_err();
    assert!(code == "CONFLICT" && message.contains("still needed"), "{message}");
    app.set_issues_from(2, Timestamp::now()).await;
    let issue = json!({"reseller_id": tenant.id, "kind": "reseller", "permissions": ["read"], "label": "x"});
    let newer = app.operate("operator-issue-key", issue).await.unwrap()["token"].as_str().unwrap().to_owned();
    pass(6 * MINUTE).await;
    app.reseller_api("GET", "").key(&newer).send().await.expect(200);
    app.request("GET", &next).key(&newer).send().await.expect(200);

    let left = app.operate("operator-drop-secret", json!({"version": 1})).await.unwrap();
    assert_eq!(left["versions"].as_array().unwrap().len(), 1, "{left}");
    pass(6 * MINUTE).await;
    for (kind, token) in &old {
        let answer = kind.call(&app, token).await;
        assert_eq!(answer.status, kind.refusal(), "{kind:?} {answer}");
    }
    app.reseller_api("GET", "").key(&newer).send().await.expect(200);
    app.request("GET", &next).key(&newer).send().await.expect_faults(&["cursor"]);
    let (code, _) = app.operate("operator-drop-secret", json!({"version": 1})).await.unwrap_err();
    assert_eq!(code, "NOT_FOUND");
    let (code, _) = app.operate("operator-drop-secret", json!({"version": 2})).await.unwrap_err();
    assert_eq!(code, "CONFLICT");
}

#[tokio::test]
async fn given_a_busy_function_then_its_copy_is_renewed_by_the_read_that_it_makes_anyway() {
    let (app, tenant) = App::with_reseller().await;
    let id = app.create(&tenant, "Acme").await;
    let get = async || app.reseller_api("GET", id).key(&tenant.key).send().await.expect(200);
    get().await;
    for _ in 0..2 {
        pass(6 * MINUTE).await;
        app.wire.take_calls();
        get().await;
        let calls = app.wire.take_calls();
        assert!(calls.len() == 1 && calls[0].request.to_string().contains("SECRET"), "{calls:?}");
        get().await;
        let calls = app.wire.take_calls();
        assert!(calls.len() == 1 && !calls[0].request.to_string().contains("SECRET"), "{calls:?}");
    }
}

#[tokio::test]
async fn rotations_at_once_lose_no_version_and_write_no_secret_to_their_answers() {
    let (app, _) = App::with_reseller().await;
    let rotated = futures_util::future::join_all((0..5).map(|_| app.operate("operator-rotate-secret", json!({})))).await;
    let secret = app.secret().await;
    assert_eq!(secret.versions().iter().map(SecretVersion::number).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6]);
    let stored = serde_json::to_value(secret.versions()).unwrap();
    for version in stored.as_array().unwrap() {
        let bytes = version["bytes"].as_str().unwrap();
        assert!(rotated.iter().all(|one| !one.as_ref().unwrap().to_string().contains(bytes)));
    }
}
