//! Pages and forms, as a browser asks for them and sends them.

use serde_json::json;
use shared::domain::user::Role;

use super::portal::Portal;
use super::{Answer, App, RequestBuilder, Tenant, encoded};

/// The address of the reseller's person, and that of the customer's.
pub const ANN: &str = "ann@northwind.example";
pub const BOB: &str = "bob@acme.example";

/// A product with a reseller that people find as `northwind`, with one person of its own and one of a customer, and its sessions.
pub struct House {
    pub app: App,
    pub tenant: Tenant,
    /// The customer whose people the second person belongs to.
    pub customer: u64,
    /// The session of a person of the reseller.
    pub reseller: String,
    /// The session of a person of the customer.
    pub resellee: String,
}

impl House {
    pub async fn open() -> Self {
        let app = App::start().await;
        let made =
            app.operate("operator-provision-reseller", json!({"name": "Northwind", "short_name": "northwind"})).await.unwrap();
        let tenant = Tenant {
            id: made["reseller_id"].as_u64().unwrap(),
            account_id: made["account_id"].as_u64().unwrap(),
            key: made["key"]["token"].as_str().unwrap().to_owned(),
        };
        let customer = app.create(&tenant, "Acme").await;
        let portal = Portal::of(&app).await;
        let reseller = portal.somebody(&app, &tenant, None, Role::Reseller, ANN).await.cookie;
        let resellee = portal.somebody(&app, &tenant, Some(customer), Role::Resellee, BOB).await.cookie;
        Self { app, tenant, customer, reseller, resellee }
    }

    /// Sends the form of a login.
    pub async fn log_in(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.app.submit("", path, fields).await
    }
}

impl App {
    /// A request of a browser in this session.
    pub fn page(&self, method: &str, path: &str, session: &str) -> RequestBuilder<'_> {
        let request = self.request(method, path).header("sec-fetch-site", "same-origin");
        if session.is_empty() { request } else { request.header("cookie", &format!("__Host-session={session}")) }
    }

    /// A page, as a browser in this session sees it.
    pub async fn look_at(&self, session: &str, path: &str) -> Answer {
        self.page("GET", path, session).send().await
    }

    /// A form with these fields, sent by a browser in this session.
    pub async fn submit(&self, session: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.page("POST", path, session).form(&form(fields)).send().await
    }
}

/// The boundary between the fields of [`form_with_file`].
const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

/// The media type of [`form_with_file`].
pub fn media_type() -> String {
    format!("multipart/form-data; boundary={BOUNDARY}")
}

/// These fields and a file as a browser sends them.
pub fn form_with_file(fields: &[(&str, &str)], name: &str, file: &[u8]) -> Vec<u8> {
    let field = |(name, value): &(&str, &str)| {
        format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let mut body: String = fields.iter().map(field).collect();
    body += &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a.png\"\r\n");
    let body = body + "Content-Type: image/png\r\n\r\n";
    [body.as_bytes(), file, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// These fields as a browser sends them.
pub fn form(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect::<Vec<_>>().join("&")
}

impl Answer {
    /// Where the answer, which must be a redirect, leads.
    #[track_caller]
    pub fn leads_to(self) -> String {
        self.expect(303).header("location").unwrap().to_owned()
    }

    /// The value of the hidden field with this name.
    #[track_caller]
    pub fn hidden(&self, name: &str) -> String {
        let begin = format!("name=\"{name}\" value=\"");
        let at = self.body.find(&begin).unwrap_or_else(|| panic!("no field {name}: {self}")) + begin.len();
        self.body[at..].split('"').next().unwrap().to_owned()
    }

    /// The value of a cookie that it sets; `None` when it sets no such cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        let set = self.headers.iter().filter(|(header, _)| header == "set-cookie").filter_map(|(_, value)| value.split_once('='));
        set.filter(|(set, _)| *set == name).map(|(_, value)| value.split(';').next().unwrap().to_owned()).next()
    }

    /// The same answer, in which this text must stand.
    #[track_caller]
    pub fn shows(self, text: &str) -> Self {
        assert!(self.body.contains(text), "{text:?} is not in {self}");
        self
    }

    /// The same answer, in which this text must not stand.
    #[track_caller]
    pub fn shows_no(self, text: &str) -> Self {
        assert!(!self.body.contains(text), "{text:?} is in {self}");
        self
    }
}
