//! A reseller with a customer, and somebody of each role who is logged in: what pages are looked at with.

use serde_json::{Value, json};
use shared::domain::customer::CustomerId;
use shared::domain::user::{Organization, Role};

use super::portal::{Portal, SomebodyIn};
use super::{Answer, App, RequestBuilder, Tenant};

pub struct Office {
    pub app: App,
    pub tenant: Tenant,
    pub customer: u64,
    pub portal: Portal,
    people: Vec<(Role, SomebodyIn)>,
}

impl Office {
    /// Of a reseller with an organization that it made.
    pub async fn open() -> Self {
        Self::of(json!({"name": "Northwind", "short_name": "northwind"})).await
    }

    /// Of the platform's own reseller with a regular organization.
    pub async fn of_platform() -> Self {
        Self::of(json!({"name": "Clientele", "short_name": "clientele", "platform": true})).await
    }

    async fn of(reseller: Value) -> Self {
        let app = App::start().await;
        let made = app.operate("operator-provision-reseller", reseller.clone()).await.unwrap();
        let tenant = Tenant {
            id: made["reseller_id"].as_u64().unwrap(),
            account_id: made["account_id"].as_u64().unwrap(),
            key: made["key"]["token"].as_str().unwrap().to_owned(),
        };
        let customer = app.create(&tenant, "Acme").await;
        let portal = Portal::of(&app).await;
        let organization = Organization::of(CustomerId::new(customer));
        let roles = organization.roles(reseller["platform"] == true).iter().map(|role| (*role, Some(customer)));
        let mut people = Vec::new();
        for (role, of) in [(Role::Reseller, None)].into_iter().chain(roles) {
            let email = format!("{}@example.com", role.name().to_lowercase());
            people.push((role, portal.somebody(&app, &tenant, of, role, &email).await));
        }
        Self { app, tenant, customer, portal, people }
    }

    /// The roles of the people of the customer.
    pub fn roles(&self) -> Vec<Role> {
        self.people.iter().map(|(role, _)| *role).filter(|role| *role != Role::Reseller).collect()
    }

    /// Who has this role.
    pub fn who(&self, role: Role) -> &SomebodyIn {
        &self.people.iter().find(|(other, _)| *other == role).unwrap().1
    }

    /// The path at which somebody of this role finds the customer.
    pub fn base(&self, role: Role) -> String {
        if role == Role::Reseller { format!("/reseller/{}", self.customer) } else { "/organization".to_owned() }
    }

    /// A page, as somebody of this role sees it.
    pub async fn look(&self, role: Role, path: &str) -> Answer {
        self.app.look_at(&self.who(role).cookie, path).await
    }

    /// A form that somebody of this role sends.
    pub async fn send(&self, role: Role, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.app.submit(&self.who(role).cookie, path, fields).await
    }

    /// A call of the reseller's API about the customer.
    pub fn call(&self, method: &str, rest: &str) -> RequestBuilder<'_> {
        self.app.reseller_api(method, format!("{}/{rest}", self.customer)).key(&self.tenant.key)
    }

    pub async fn audit(&self) {
        self.app.audit(&self.tenant).await;
    }
}
