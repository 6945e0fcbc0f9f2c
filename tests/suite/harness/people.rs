//! The people of a reseller and of its customers, as the reseller's key manages them.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};

use super::{Answer, App, RequestBuilder, Tenant};

/// What Argon2 makes of a password has this form. It is the hash of none.
const PASSWORD: &str = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A reseller with a customer.
pub struct People {
    pub app: App,
    pub tenant: Tenant,
    pub customer: u64,
}

/// The people of one organization.
pub struct Group<'a> {
    people: &'a People,
    /// The customer; 0 for the reseller itself.
    organization: u64,
    base: String,
}

impl People {
    pub async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let customer = app.create(&tenant, "Acme").await;
        app.wire.take_calls();
        Self { app, tenant, customer }
    }

    /// The platform's own reseller, with a regular organization.
    pub async fn of_platform() -> Self {
        let app = App::start().await;
        let made = app.operate("operator-provision-reseller", json!({"name": "Clientele", "platform": true})).await.unwrap();
        let number = |member: &str| made[member].as_u64().unwrap();
        let key = made["key"]["token"].as_str().unwrap().to_owned();
        let tenant = Tenant { id: number("reseller_id"), account_id: number("account_id"), key };
        let organization = json!({"name": "Regular", "email": "office@regular.example"});
        let customer = app.operate("operator-provision-organization", organization).await.unwrap()["id"].as_u64().unwrap();
        Self { app, tenant, customer }
    }

    /// The people of this customer of the reseller.
    pub fn of(&self, customer: u64) -> Group<'_> {
        Group { people: self, organization: customer, base: format!("/api/v3/reseller/customer/{customer}/user/") }
    }

    /// The people of the customer that there is from the beginning.
    pub fn customers(&self) -> Group<'_> {
        self.of(self.customer)
    }

    /// The reseller's own people.
    pub fn own(&self) -> Group<'_> {
        Group { people: self, organization: 0, base: "/api/v3/reseller/user/".to_owned() }
    }

    /// A token of the customer, which may read and write.
    pub async fn token(&self) -> String {
        let payload = json!({
            "reseller_id": self.tenant.id, "kind": "customer", "permissions": ["read", "write"], "label": "own",
            "customer_id": self.customer,
        });
        let issued = self.app.operate("operator-issue-key", payload).await.unwrap();
        issued["token"].as_str().unwrap().to_owned()
    }

    pub async fn delete_customer(&self, customer: u64) {
        self.app.reseller_api("DELETE", customer).key(&self.tenant.key).send().await.expect(204);
    }

    pub async fn activate_customer(&self, is_active: bool) {
        let body = json!({"name": "Acme", "email": "office@acme.example", "is_active": is_active});
        self.app.reseller_api("PUT", self.customer).key(&self.tenant.key).json(&body).send().await.expect(201);
    }

    /// The newest entries of the activity, as action, customer, object and fields.
    pub async fn activity(&self, count: usize) -> Vec<Value> {
        let listed = self.app.request("GET", &format!("/api/v3/reseller/activity/?limit={count}")).key(&self.tenant.key);
        let entries = listed.send().await.expect(200).result();
        let shown = |entry: &Value| json!([entry["action"], entry["customer"], entry["object"]["id"], entry["fields"]]);
        entries.as_array().unwrap().iter().map(shown).collect()
    }

    pub async fn erase(&self) -> Value {
        self.app.operate("operator-erase-deleted", json!({})).await.unwrap()
    }

    pub async fn audit(&self) {
        self.app.audit(&self.tenant).await;
    }
}

impl Group<'_> {
    pub fn call(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        self.people.app.request(method, &format!("{}{rest}", self.base)).key(&self.people.tenant.key)
    }

    pub async fn post(&self, body: Value) -> Answer {
        self.call("POST", "").json(&body).send().await
    }

    /// Invites somebody with this address.
    pub async fn invited(&self, email: &str) -> Value {
        self.post(json!({"email": email})).await.expect(201).result()
    }

    pub async fn put(&self, id: &Value, body: Value) -> Answer {
        self.call("PUT", id).json(&body).send().await
    }

    pub async fn get(&self, id: &Value) -> Answer {
        self.call("GET", id).send().await
    }

    pub async fn delete(&self, id: &Value) -> Answer {
        self.call("DELETE", id).send().await
    }

    /// Asks for a new link.
    pub async fn link(&self, id: &Value) -> Answer {
        self.call("POST", format!("{id}/invitation/")).send().await
    }

    pub async fn list(&self, query: &str) -> Answer {
        self.call("GET", query).send().await.expect(200)
    }

    /// The addresses of a list.
    pub async fn addresses(&self, query: &str) -> Vec<String> {
        let listed = self.list(query).await.result();
        listed.as_array().unwrap().iter().map(|user| user["email"].as_str().unwrap().to_owned()).collect()
    }

    /// Where a user stands in the table.
    pub fn place(&self, id: &Value) -> (String, String) {
        let sort = format!("USER#{:016}#{:016}", self.organization, id.as_u64().unwrap());
        (format!("USERS#{}", self.people.tenant.id), sort)
    }

    /// Gives a user a password, straight in the table, as if a link had been used.
    pub async fn give_password(&self, id: &Value) {
        let (app, of) = (&self.people.app, self.people.tenant.id);
        let (partition, sort) = self.place(id);
        let update = |partition: String, sort: String| {
            let text = |text: String| AttributeValue::S(text);
            app.raw_client().update_item().table_name(app.store.table_name()).key("PK", text(partition)).key("SK", text(sort))
        };
        let password = update(partition, sort).update_expression("SET password = :password");
        password.expression_attribute_values(":password", AttributeValue::S(PASSWORD.to_owned())).send().await.unwrap();
        if self.organization == 0 {
            let count = update(format!("HEADERS#{of}"), format!("CUSTOMER#{:016}", 0)).update_expression("ADD active_users :one");
            count.expression_attribute_values(":one", AttributeValue::N("1".to_owned())).send().await.unwrap();
        }
    }

    /// Puts copies of a user into the table, straight, until the organization has this many users.
    pub async fn fill(&self, model: &Value, until: u64) {
        let (app, of) = (&self.people.app, self.people.tenant.id);
        let (partition, sort) = self.place(model);
        let model: HashMap<String, AttributeValue> = app.row(&partition, &sort).await.unwrap().into_iter().collect();
        let there = self.list("?limit=1").await.json()["total_results"].as_u64().unwrap();
        let text = |text: String| AttributeValue::S(text);
        let number = |number: u64| AttributeValue::N(number.to_string());
        // Numbers that the counter will not give.
        let ids: Vec<u64> = (there..until).map(|place| 1_000_000_000 + self.organization * 10_000 + place).collect();
        for ids in ids.chunks(12) {
            let rows = ids.iter().flat_map(|id| {
                let email = format!("filled-{id}@acme.example");
                let mut user = model.clone();
                user.extend([
                    ("SK".to_owned(), text(self.place(&json!(id)).1)),
                    ("id".to_owned(), number(*id)),
                    ("email".to_owned(), text(email.clone())),
                ]);
                let address = HashMap::from([
                    ("PK".to_owned(), text(format!("RESERVATIONS#{of}"))),
                    ("SK".to_owned(), text(format!("PERSON#{}", shared::domain::hash::sha256_hex(&email)))),
                    ("user_id".to_owned(), number(*id)),
                    ("customer".to_owned(), model["customer"].clone()),
                ]);
                [user, address]
            });
            app.put_rows(rows).await;
        }
        let mut sums = vec![(format!("HEADERS#{of}"), format!("CUSTOMER#{:016}", self.organization))];
        if self.organization > 0 {
            sums.push((format!("COUNTS#{of}"), format!("USERS#{}", self.organization % 16)));
        }
        for (partition, sort) in sums {
            let update = app.raw_client().update_item().table_name(app.store.table_name()).update_expression("ADD #users :more");
            let update = update.key("PK", text(partition)).key("SK", text(sort)).expression_attribute_names("#users", "users");
            update.expression_attribute_values(":more", number(until - there)).send().await.unwrap();
        }
    }
}
