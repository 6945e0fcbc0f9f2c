//! Random lives of customers with tokens, subscriptions, payment options and users, several calls at a time. Whatever happens, the rows
//! agree in the end, no answer is a server error, and what is deleted is reachable through no door.

use std::cell::RefCell;

use futures_util::stream::{self, StreamExt};
use proptest::prelude::*;
use proptest::test_runner::{TestCaseResult, TestRunner};
use serde_json::{Value, json};
use shared::domain::date::Date;

use crate::harness::{Answer, App, CUSTOMERS, Tenant};

/// How many calls run at the same time.
const AT_ONCE: usize = 4;

#[derive(Clone, Debug)]
enum Call {
    MakeToken { of: usize, name: u8 },
    DeleteToken { of: usize, which: usize },
    IssueKey { of: usize, name: u8 },
    RotateKey { which: usize },
    RevokeKey { which: usize },
    DefinePlan { sku: u8, price: u8 },
    RetirePlan { sku: u8 },
    Sell { of: usize, sku: u8, start: i64, renew: bool },
    Change { of: usize, which: usize, renew: Option<bool>, end: Option<i64> },
    End { of: usize, which: usize },
    SellWithCode { of: usize, sku: u8, start: i64, code: u8 },
    AddPaymentOption { of: usize, code: Option<u8>, is_primary: bool },
    ChangePaymentOption { of: usize, which: u64, brand: u8, is_primary: bool },
    Invite { of: usize, name: u8 },
    ChangeUser { of: usize, which: u64, is_active: bool },
    MakeLink { of: usize, which: u64 },
    DeleteUser { of: usize, which: u64 },
    DeleteCustomer { of: usize },
    Activate { of: usize, is_active: bool },
}

fn calls() -> impl Strategy<Value = Vec<Call>> {
    let (of, which) = (0..3_usize, 0..6_usize);
    let call = prop_oneof![
        4 => (of.clone(), 0..4_u8).prop_map(|(of, name)| Call::MakeToken { of, name }),
        3 => (of.clone(), which.clone()).prop_map(|(of, which)| Call::DeleteToken { of, which }),
        2 => (of.clone(), 0..4_u8).prop_map(|(of, name)| Call::IssueKey { of, name }),
        1 => which.clone().prop_map(|which| Call::RotateKey { which }),
        2 => which.clone().prop_map(|which| Call::RevokeKey { which }),
        2 => (0..3_u8, 1..9_u8).prop_map(|(sku, price)| Call::DefinePlan { sku, price }),
        1 => (0..3_u8).prop_map(|sku| Call::RetirePlan { sku }),
        5 => (of.clone(), 0..3_u8, -400..400_i64, any::<bool>()).prop_map(|(of, sku, start, renew)| Call::Sell { of, sku, start, renew }),
        4 => (of.clone(), which.clone(), any::<Option<bool>>(), proptest::option::of(-2..400_i64))
            .prop_map(|(of, which, renew, end)| Call::Change { of, which, renew, end }),
        2 => (of.clone(), which).prop_map(|(of, which)| Call::End { of, which }),
        3 => (of.clone(), 0..3_u8, -3..3_i64, 0..4_u8)
            .prop_map(|(of, sku, start, code)| Call::SellWithCode { of, sku, start, code }),
        4 => (of.clone(), proptest::option::of(0..4_u8), any::<bool>())
            .prop_map(|(of, code, is_primary)| Call::AddPaymentOption { of, code, is_primary }),
        4 => (of.clone(), 1..9_u64, 0..3_u8, any::<bool>())
            .prop_map(|(of, which, brand, is_primary)| Call::ChangePaymentOption { of, which, brand, is_primary }),
        5 => (0..4_usize, 0..5_u8).prop_map(|(of, name)| Call::Invite { of, name }),
        2 => (0..4_usize, 1..9_u64, any::<bool>()).prop_map(|(of, which, is_active)| Call::ChangeUser { of, which, is_active }),
        1 => (0..4_usize, 1..9_u64).prop_map(|(of, which)| Call::MakeLink { of, which }),
        3 => (0..4_usize, 1..9_u64).prop_map(|(of, which)| Call::DeleteUser { of, which }),
        1 => of.clone().prop_map(|of| Call::DeleteCustomer { of }),
        1 => (of, any::<bool>()).prop_map(|(of, is_active)| Call::Activate { of, is_active }),
    ];
    proptest::collection::vec(call, 20..60)
}

/// A reseller with three customers, and what was made for them.
struct World {
    app: App,
    tenant: Tenant,
    /// A service user.
    user: String,
    customers: Vec<u64>,
    /// The customer, the id and the text of each token.
    tokens: RefCell<Vec<(u64, String, String)>>,
    subscriptions: RefCell<Vec<(u64, u64, Value)>>,
}

impl World {
    async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let user = app.service_user(&tenant, &["read", "write"], None).await;
        let mut customers = Vec::new();
        for name in ["A", "B", "C"] {
            customers.push(app.create(&tenant, name).await);
        }
        Self { app, tenant, user, customers, tokens: RefCell::default(), subscriptions: RefCell::default() }
    }

    async fn send(&self, method: &str, rest: String, body: Value) -> Answer {
        let answer = self.app.reseller_api(method, rest).key(&self.tenant.key).json(&body).send().await;
        assert!(answer.status < 500, "{answer}");
        answer
    }

    async fn manage(&self, method: &str, rest: String, body: Value) -> Answer {
        let answer = self.app.request(method, &format!("{CUSTOMERS}/{rest}")).user(&self.user).json(&body).send().await;
        assert!(answer.status < 500, "{answer}");
        answer
    }

    /// A call about the users of a customer, or about the reseller's own behind the last one.
    async fn user(&self, method: &str, of: usize, rest: String, body: Value) {
        let organization = self.customers.get(of).map_or_else(String::new, |customer| format!("customer/{customer}/"));
        let request = self.app.request(method, &format!("/api/v3/reseller/{organization}user/{rest}")).key(&self.tenant.key);
        let answer = request.json(&body).send().await;
        assert!(answer.status < 500, "{answer}");
    }

    async fn operate(&self, function: &str, mut payload: Value) -> Option<Value> {
        payload["reseller_id"] = self.tenant.id.into();
        match self.app.operate(function, payload).await {
            Ok(answer) => Some(answer),
            Err((code, message)) => {
                assert!(["NOT_FOUND", "CONFLICT"].contains(&code.as_str()), "{function}: {code} {message}");
                None
            }
        }
    }

    fn token(&self, which: usize) -> (u64, String) {
        let tokens = self.tokens.borrow();
        tokens.iter().cycle().nth(which).map_or((0, "0123456789ab".to_owned()), |(of, id, _)| (*of, id.clone()))
    }

    fn note(&self, of: u64, id: &Value, key: &Value) {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        self.tokens.borrow_mut().push((of, text(id), text(key)));
    }

    fn subscription(&self, of: usize, which: usize) -> String {
        let (sold, customer) = (self.subscriptions.borrow(), self.customers[of]);
        let id = sold.iter().filter(|(owner, ..)| *owner == customer).cycle().nth(which).map_or(0, |(_, id, _)| *id);
        format!("{customer}/subscription/{id}")
    }

    async fn make(&self, call: &Call) {
        let customer = |of: usize| self.customers[of];
        match *call {
            Call::MakeToken { of, name } => {
                let body = json!({"name": format!("token {name}"), "type": "batch"});
                let answer = self.send("POST", format!("{}/token/", customer(of)), body).await;
                if answer.status == 201 {
                    let made = answer.result();
                    self.note(customer(of), &made["id"], &made["key"]);
                }
            }
            Call::DeleteToken { of, which } => {
                let (_, id) = self.token(which);
                self.send("DELETE", format!("{}/token/{id}", customer(of)), json!({})).await;
            }
            Call::IssueKey { of, name } => {
                let label = format!("TOKEN {name}");
                let payload = json!({"kind": "customer", "permissions": ["read"], "label": label, "customer_id": customer(of)});
                if let Some(issued) = self.operate("operator-issue-key", payload).await {
                    self.note(customer(of), &issued["key_id"], &issued["token"]);
                }
            }
            Call::RotateKey { which } => {
                let (of, id) = self.token(which);
                if let Some(issued) = self.operate("operator-rotate-key", json!({"key_id": id})).await {
                    self.note(of, &issued["key_id"], &issued["token"]);
                }
            }
            Call::RevokeKey { which } => _ = self.operate("operator-revoke-key", json!({"key_id": self.token(which).1})).await,
            Call::DefinePlan { sku, price } => {
                let plan = json!({
                    "sku": format!("plan-{sku}"), "description": "A plan", "payment_model": "bundle", "billing_channel": "Azure",
                    "billing_cycle": "month", "price": price, "included_units": 1, "unit_price": "1", "currency": "EUR",
                });
                self.app.operate("operator-define-plan", plan).await.unwrap();
            }
            Call::RetirePlan { sku } => {
                _ = self.app.operate("operator-retire-plan", json!({"sku": format!("plan-{sku}")})).await;
            }
            Call::Sell { of, sku, start, renew } => {
                let start = Date::today().plus_days(start).to_string();
                let body = json!({"sku": format!("plan-{sku}"), "subscription_start": start, "auto_renew": renew});
                let answer = self.send("POST", format!("{}/subscription/", customer(of)), body).await;
                if answer.status == 201 {
                    let sold = answer.result();
                    self.subscriptions.borrow_mut().push((customer(of), sold["id"].as_u64().unwrap(), sold["price"].clone()));
                }
            }
            Call::Change { of, which, renew, end } => {
                let end = end.map(|end| Date::today().plus_days(end).to_string());
                self.send("PUT", self.subscription(of, which), json!({"auto_renew": renew, "subscription_end": end})).await;
            }
            Call::End { of, which } => _ = self.send("DELETE", self.subscription(of, which), json!({})).await,
            Call::SellWithCode { of, sku, start, code } => {
                let start = Date::today().plus_days(start).to_string();
                let body = json!({"sku": format!("plan-{sku}"), "startDate": start, "code": format!("S-{code}")});
                let answer = self.manage("PUT", format!("{}/subscriptions", customer(of)), body).await;
                if answer.status == 201 {
                    let sold = answer.json();
                    self.subscriptions.borrow_mut().push((customer(of), sold["id"].as_u64().unwrap(), sold["amount"].clone()));
                }
            }
            Call::AddPaymentOption { of, code, is_primary } => {
                let code = code.map(|code| format!("P-{code}"));
                let body = json!({"type": "other", "token": "tok", "code": code, "isPrimary": is_primary});
                self.manage("PUT", format!("{}/payment-options", customer(of)), body).await;
            }
            Call::ChangePaymentOption { of, which, brand, is_primary } => {
                let body = json!({"brand": format!("Brand {brand}"), "isPrimary": is_primary});
                self.manage("POST", format!("{}/payment-options/{which}", customer(of)), body).await;
            }
            Call::Invite { of, name } => {
                self.user("POST", of, String::new(), json!({"email": format!("person-{name}@example.com")})).await;
            }
            Call::ChangeUser { of, which, is_active } => {
                self.user("PUT", of, which.to_string(), json!({"is_active": is_active})).await;
            }
            Call::MakeLink { of, which } => self.user("POST", of, format!("{which}/invitation/"), json!({})).await,
            Call::DeleteUser { of, which } => self.user("DELETE", of, which.to_string(), json!({})).await,
            Call::DeleteCustomer { of } => _ = self.send("DELETE", customer(of).to_string(), json!({})).await,
            Call::Activate { of, is_active } => {
                let body = json!({"name": "A", "email": "a@example.com", "is_active": is_active});
                self.send("PUT", customer(of).to_string(), body).await;
            }
        }
    }

    /// Checks that each token opens its door exactly if it is listed and its customer active, and that what was sold has the price
    /// that it was sold for.
    async fn check(&self) -> TestCaseResult {
        let rows = self.app.audit(&self.tenant).await;
        let tokens = self.tokens.borrow().clone();
        for (of, id, key) in &tokens {
            let listed = self.app.reseller_api("GET", format!("{of}/token/?limit=100")).key(&self.tenant.key).send().await;
            let is_listed = listed.status == 200 && listed.result().to_string().contains(id.as_str());
            let is_active = rows.get(of).is_some_and(|row| *row["is_active"].as_bool().unwrap());
            let status = self.app.request("GET", "/api/v3/customer/").key(key).send().await.status;
            let expected = match (is_listed, is_active) {
                (false, _) => 401,
                (true, false) => 403,
                (true, true) => 200,
            };
            prop_assert_eq!(status, expected, "token {} of {}", id, of);
        }
        let subscriptions = self.subscriptions.borrow().clone();
        for (of, id, price) in &subscriptions {
            let answer = self.app.reseller_api("GET", format!("{of}/subscription/{id}")).key(&self.tenant.key).send().await;
            if answer.status == 200 {
                prop_assert_eq!(&answer.result()["price"], price);
            }
            prop_assert!(answer.status == 200 || answer.status == 404);
        }
        Ok(())
    }
}

#[test]
fn whatever_is_called_at_once_the_rows_agree_and_what_is_deleted_is_out_of_reach() {
    let sequences = std::env::var("CLIENTELE_LAW_SEQUENCES").map_or(2_000, |wanted| wanted.parse::<u32>().unwrap()) / 100;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let configuration =
        ProptestConfig { cases: sequences, failure_persistence: None, max_shrink_iters: 0, ..ProptestConfig::default() };
    let lived = |calls: Vec<Call>| {
        runtime.block_on(async {
            let world = World::new().await;
            stream::iter(&calls).for_each_concurrent(AT_ONCE, |call| world.make(call)).await;
            world.check().await
        })
    };
    TestRunner::new(configuration).run(&calls(), lived).unwrap();
}
