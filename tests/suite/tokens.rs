//! A customer's tokens, through the reseller's door and through the customer's own.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::{Answer, App, Effect, RequestBuilder, Tenant};

/// One customer and its tokens, as its reseller sees them.
struct Owner {
    app: App,
    tenant: Tenant,
    customer: u64,
}

impl Owner {
    async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let customer = app.create(&tenant, "Acme").await;
        app.wire.take_calls();
        Self { app, tenant, customer }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v3/reseller/customer/{}/token/{rest}", self.customer)
    }

    fn call(&self, method: &str, rest: &str) -> RequestBuilder<'_> {
        self.app.request(method, &self.path(rest)).key(&self.tenant.key)
    }

    fn post(&self, body: &Value) -> RequestBuilder<'_> {
        self.call("POST", "").json(body)
    }

    async fn made(&self, name: impl Into<String>) -> Value {
        self.post(&json!({"name": name.into(), "type": "batch"})).send().await.expect(201).result()
    }

    async fn list(&self, query: &str) -> Answer {
        self.call("GET", query).send().await.expect(200)
    }

    async fn names(&self, query: &str) -> Vec<String> {
        let listed = self.list(query).await.result();
        listed.as_array().unwrap().iter().map(|token| token["name"].as_str().unwrap().to_owned()).collect()
    }

    /// What a token gets at its own door.
    async fn own(&self, key: &str) -> Answer {
        self.app.request("GET", "/api/v3/customer/").key(key).send().await
    }

    async fn activate(&self, is_active: bool) {
        let body = json!({"name": "Acme", "email": "office@acme.example", "is_active": is_active});
        self.app.reseller_api("PUT", self.customer).key(&self.tenant.key).json(&body).send().await.expect(201);
        self.app.wire.take_calls();
    }

    async fn operate(&self, function: &str, payload: Value) -> Result<Value, (String, String)> {
        let mut sent = json!({"reseller_id": self.tenant.id});
        sent.as_object_mut().unwrap().extend(payload.as_object().unwrap().clone());
        self.app.operate(function, sent).await
    }

    async fn issued(&self, label: &str) -> Value {
        let payload = json!({"kind": "customer", "permissions": ["read"], "label": label, "customer_id": self.customer});
        self.operate("operator-issue-key", payload).await.unwrap()
    }
}

fn text<'a>(of: &'a Value, member: &str) -> &'a str {
    of[member].as_str().unwrap()
}

#[tokio::test]
async fn a_token_is_shown_once_and_opens_its_customers_own_door() {
    let owner = Owner::new().await;
    let answer = owner.post(&json!({"name": " Call centre ", "type": "realtime", "valid_years": 2})).send().await.expect(201);
    let made = answer.result();
    let key = text(&made, "key");
    assert!(key.starts_with("sk_customer_") && key.ends_with(text(&made, "last_four")));
    assert_eq!((text(&made, "name"), text(&made, "type"), text(&made, "status")), ("Call centre", "realtime", "active"));
    assert_eq!(text(&made, "id").len(), 12);
    let (from, until) = (text(&made, "created_at"), text(&made, "valid_until"));
    assert_eq!((until[..4].parse::<u32>().unwrap(), &until[10..]), (from[..4].parse::<u32>().unwrap() + 2, &from[10..]));
    assert_eq!(answer.json()["total_results"], 1);

    let own = owner.own(key).await.expect(200);
    assert_eq!(own.result(), owner.app.reseller_api("GET", owner.customer).key(&owner.tenant.key).send().await.result());
    let unchanged = owner.app.request("GET", "/api/v3/customer").key(key).header("if-none-match", own.header("etag").unwrap());
    unchanged.send().await.expect(304);

    let mut shown = made.clone();
    shown.as_object_mut().unwrap().remove("key");
    for (path, key) in [(owner.path(""), &owner.tenant.key[..]), ("/api/v3/token/".into(), key), ("/api/v3/tokens".into(), key)] {
        let listed = owner.app.request("GET", &path).key(key).send().await.expect(200);
        assert_eq!(listed.json(), json!({"result": [shown], "count": 1, "total_results": 1}), "{path}");
    }
}

#[tokio::test]
async fn each_field_has_its_own_message_and_all_are_told_at_once() {
    let owner = Owner::new().await;
    let details = async |body: Value| owner.post(&body).send().await.expect(400).json()["details"].clone();
    assert_eq!(details(json!({})).await, json!({"name": "is required", "type": "is required"}));
    assert_eq!(
        details(json!({"name": "a".repeat(101), "type": "stream", "valid_years": 3})).await,
        json!({
            "name": "must have at most 100 characters", "type": "must be batch or realtime", "valid_years": "must be 1, 2 or 5",
        })
    );
    assert_eq!(details(json!({"name": 1, "type": []})).await, json!({"name": "must be a text", "type": "must be a text"}));
    for years in [json!(0), json!(-1), json!(1.5), json!("1"), json!(true), json!(257), json!([1])] {
        let refused = details(json!({"name": "a", "type": "batch", "valid_years": years})).await;
        assert_eq!(refused, json!({"valid_years": "must be 1, 2 or 5"}), "{years}");
    }
    let odd = details(json!({"name": "a\u{1}b", "type": "batch"})).await;
    assert_eq!(odd, json!({"name": "must not contain control characters other than tab and line breaks"}));
    assert_eq!(owner.post(&json!([])).send().await.expect(400).json()["error_code"], "MALFORMED_JSON");
    for (body, years) in [(json!({"valid_years": null}), 1), (json!({"valid_years": 5}), 5)] {
        let mut body = body;
        body["name"] = format!("é{}", "x".repeat(90 + years)).into();
        body["type"] = "batch".into();
        let made = owner.post(&body).send().await.expect(201).result();
        let year = |member: &str| text(&made, member)[..4].parse::<usize>().unwrap();
        assert_eq!(year("valid_until") - year("created_at"), years);
    }
    assert_eq!(owner.list("").await.json()["count"], 2);
}

#[tokio::test]
async fn a_name_is_one_tokens_alone_until_that_is_deleted() {
    let owner = Owner::new().await;
    let first = owner.made("Nightly").await;
    let taken = owner.post(&json!({"name": "NIGHTLY", "type": "batch"})).send().await.expect(400);
    assert_eq!(taken.json()["details"], json!({"name": "is the name of another token of this customer"}));
    let other = owner.app.create(&owner.tenant, "Other").await;
    let of_other = owner.app.reseller_api("POST", format!("{other}/token/")).key(&owner.tenant.key);
    of_other.json(&json!({"name": "Nightly", "type": "batch"})).send().await.expect(201);
    owner.call("DELETE", text(&first, "id")).send().await.expect(204);
    owner.made("nightly").await;
}

#[tokio::test]
async fn a_deleted_token_is_refused_and_listed_no_more() {
    let owner = Owner::new().await;
    let (kept, ended) = (owner.made("kept").await, owner.made("ended").await);
    let id = text(&ended, "id");
    assert_eq!(owner.call("DELETE", id).send().await.expect(204).body, "");
    let refused = owner.own(text(&ended, "key")).await.expect(401);
    assert_eq!(refused.json()["error_code"], "KEY_REVOKED");
    owner.own(text(&kept, "key")).await.expect(200);
    assert_eq!(owner.names("").await, ["kept"]);
    let again = owner.call("DELETE", id).send().await.expect(404);
    assert_eq!(again.json()["message"], "There is no token with this id.");
    owner.call("DELETE", "0123456789ab").send().await.expect(404);
    for odd in ["0123456789AB", "1", "0123456789abc", "0123456789a%20", "..%2f..%2fkeys"] {
        let refused = owner.call("DELETE", odd).send().await.expect(400);
        assert_eq!(refused.json()["details"], json!({"token_id": "must be twelve hexadecimal digits in lower case"}), "{odd}");
    }
    // It stays on record, for reports.
    let sort = format!("DELETED#{:016}#{id}", owner.customer);
    let row = owner.app.row(&format!("TOKENS#{}", owner.tenant.id), &sort).await.unwrap();
    assert_eq!(row["name"].as_s().unwrap(), "ended");
}

#[tokio::test]
async fn each_door_takes_its_own_callers_and_leads_to_its_own_customer() {
    let owner = Owner::new().await;
    let stranger = owner.app.reseller("Other").await;
    let theirs = owner.app.create(&stranger, "Theirs").await;
    let sibling = owner.app.create(&owner.tenant, "Sibling").await;
    let token = owner.made("mine").await;
    let (key, id) = (text(&token, "key"), text(&token, "id"));
    let code = async |method: &str, path: &str, key: &str, status: u16| {
        let body = json!({"name": "x", "type": "batch"});
        let answer = owner.app.request(method, path).key(key).json(&body).send().await.expect(status);
        answer.json()["error_code"].as_str().unwrap_or_default().to_owned()
    };
    // A customer's token at the reseller's door, even for its own customer.
    for path in [owner.path(""), format!("/api/v3/reseller/customer/{sibling}/token/")] {
        assert_eq!(code("GET", &path, key, 403).await, "FORBIDDEN");
        assert_eq!(code("POST", &path, key, 403).await, "FORBIDDEN");
    }
    assert_eq!(code("DELETE", &owner.path(id), key, 403).await, "FORBIDDEN");
    // A reseller's key at the customer's door, and what no token may do there.
    assert_eq!(code("GET", "/api/v3/customer/", &owner.tenant.key, 403).await, "FORBIDDEN");
    for name in ["token", "tokens"] {
        let (all, one) = (format!("/api/v3/{name}/"), format!("/api/v3/{name}/{id}/"));
        assert_eq!(code("GET", &all, &owner.tenant.key, 403).await, "FORBIDDEN");
        for key in [key, &owner.tenant.key] {
            assert_eq!(code("POST", &all, key, 403).await, "FORBIDDEN");
            assert_eq!(code("DELETE", &one, key, 403).await, "FORBIDDEN");
        }
    }
    // What is another's does not exist.
    for customer in [theirs, 9_999_999, u64::MAX] {
        let all = format!("/api/v3/reseller/customer/{customer}/token/");
        for (method, path) in [("GET", &all), ("POST", &all), ("DELETE", &format!("{all}{id}/"))] {
            assert_eq!(code(method, path, &owner.tenant.key, 404).await, "NOT_FOUND", "{method} {path}");
        }
    }
    assert_eq!(
        code("DELETE", &format!("/api/v3/reseller/customer/{sibling}/token/{id}/"), &owner.tenant.key, 404).await,
        "NOT_FOUND"
    );
    assert_eq!(code("GET", "/api/v3/reseller/customer/x/token/", &owner.tenant.key, 400).await, "VALIDATION_ERROR");
    assert_eq!(code("GET", "/api/v3/reseller/customer/x/token/", "sk_reseller_x", 401).await, "INVALID_API_KEY");
    assert_eq!(owner.names("").await, ["mine"]);
    // The permission counts at both doors.
    let keys = owner.app.keys(&owner.tenant).await;
    assert_eq!(code("POST", &owner.path(""), &keys.read_only, 403).await, "FORBIDDEN");
    assert_eq!(code("GET", &owner.path(""), &keys.write_only, 403).await, "FORBIDDEN");
}

#[tokio::test]
async fn an_inactive_customers_tokens_are_refused_at_once_and_its_reseller_goes_on() {
    let owner = Owner::new().await;
    let token = owner.made("mine").await;
    let key = text(&token, "key");
    owner.activate(false).await;
    for path in ["/api/v3/customer/".to_owned(), "/api/v3/token/".to_owned(), owner.path("")] {
        owner.app.wire.take_calls();
        let refused = owner.app.request("GET", &path).key(key).send().await.expect(403);
        assert_eq!(refused.json()["error_code"], "ORGANIZATION_INACTIVE", "{path}");
        assert_eq!(owner.app.wire.take_rounds().len(), 1, "{path}");
    }
    let issued = owner.issued("another").await;
    assert_eq!(owner.own(text(&issued, "token")).await.expect(403).json()["error_code"], "ORGANIZATION_INACTIVE");
    let more = owner.made("more").await;
    owner.call("DELETE", text(&more, "id")).send().await.expect(204);
    // What ended before it was inactive is told first.
    assert_eq!(owner.own(text(&more, "key")).await.expect(401).json()["error_code"], "KEY_REVOKED");
    owner.activate(true).await;
    owner.own(key).await.expect(200);
}

#[tokio::test]
async fn a_key_that_an_operator_issues_is_a_token_and_its_revocation_a_delete() {
    let owner = Owner::new().await;
    let first = owner.issued("nightly").await;
    let second = owner.issued("Nightly").await;
    let appended = format!("Nightly {}", text(&second, "key_id"));
    assert_eq!(owner.names("?sort=created_at").await, ["nightly", &appended]);
    let shown = owner.list("?sort=created_at").await.result()[0].clone();
    assert_eq!((&shown["id"], &shown["type"], &shown["valid_until"]), (&first["key_id"], &json!("batch"), &json!(null)));
    owner.post(&json!({"name": "NIGHTLY", "type": "batch"})).send().await.expect(400);

    let rotated = owner.operate("operator-rotate-key", json!({"key_id": first["key_id"]})).await.unwrap();
    assert_eq!(owner.names("?sort=created_at").await, ["nightly", &appended, &format!("nightly {}", text(&rotated, "key_id"))]);
    // The successor is of the same type, and the old token ends when it was said.
    let made = owner.post(&json!({"name": "live", "type": "realtime", "valid_years": 5})).send().await.expect(201).result();
    let end = "2030-01-02T03:04:05.000Z";
    let payload = json!({"key_id": made["id"], "old_valid_until": end});
    let successor = owner.operate("operator-rotate-key", payload).await.unwrap();
    let listed = owner.list("?limit=100").await.result();
    let shown = |id: &Value| listed.as_array().unwrap().iter().find(|token| token["id"] == *id).unwrap().clone();
    assert_eq!(shown(&made["id"])["valid_until"], end);
    let successor = shown(&successor["key_id"]);
    assert_eq!((&successor["type"], &successor["valid_until"]), (&json!("realtime"), &made["valid_until"]));
    for id in [&made["id"], &successor["id"]] {
        owner.call("DELETE", id.as_str().unwrap()).send().await.expect(204);
    }
    let revoke = async |key: &Value| owner.operate("operator-revoke-key", json!({"key_id": key["key_id"]})).await.unwrap();
    let revoked = revoke(&first).await;
    assert_eq!(revoke(&first).await, revoked);
    assert_eq!(owner.names("").await.len(), 2);
    owner.call("DELETE", text(&first, "key_id")).send().await.expect(404);
    owner.made("nightly").await;

    // A token of the reseller's making is a key that an operator can revoke.
    let made = owner.made("other").await;
    owner.operate("operator-revoke-key", json!({"key_id": made["id"]})).await.unwrap();
    assert_eq!(owner.own(text(&made, "key")).await.expect(401).json()["error_code"], "KEY_REVOKED");
    owner.operate("operator-revoke-keys", json!({})).await.unwrap();
    let key = owner.operate("operator-issue-key", json!({"kind": "reseller", "permissions": ["read"], "label": "new"})).await;
    let listed = owner.app.request("GET", &owner.path("")).key(text(&key.unwrap(), "token")).send().await.expect(200);
    assert_eq!(listed.json()["total_results"], 0);
}

#[tokio::test]
async fn a_customer_has_at_most_a_hundred_tokens() {
    let owner = Owner::new().await;
    for names in (0..99).collect::<Vec<_>>().chunks(9) {
        join_all(names.iter().map(|name| owner.made(format!("token {name}")))).await;
    }
    // Of many that come for the last place, one gets it.
    let races = (0..6).map(|racer| async move { json!({"name": format!("racer {racer}"), "type": "batch"}) });
    let bodies = join_all(races).await;
    let answers = join_all(bodies.iter().map(|body| owner.post(body).send())).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400, 400, 400, 400, 400]);
    let refused = owner.post(&json!({"name": "more", "type": "batch"})).send().await.expect(400);
    let full = "is a customer with 100 tokens, which is the most: delete one first";
    assert_eq!(refused.json()["details"], json!({"id": full}));
    let listed = owner.list("?limit=1").await.result()[0]["name"].as_str().unwrap().to_uppercase();
    let refused = owner.post(&json!({"name": listed, "type": "batch"})).send().await.expect(400);
    assert_eq!(refused.json()["details"], json!({"id": full, "name": "is the name of another token of this customer"}));
    let payload = json!({"kind": "customer", "permissions": ["read"], "label": "more", "customer_id": owner.customer});
    assert_eq!(owner.operate("operator-issue-key", payload.clone()).await.unwrap_err().0, "CONFLICT");
    let listed = owner.list("?limit=1000").await;
    assert_eq!(listed.json()["count"], 100);
    let id = listed.result()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(owner.operate("operator-rotate-key", json!({"key_id": id})).await.unwrap_err().0, "CONFLICT");
    owner.call("DELETE", &id).send().await.expect(204);
    owner.operate("operator-issue-key", payload).await.unwrap();
}

#[tokio::test]
async fn of_many_that_want_one_name_one_gets_it() {
    let owner = Owner::new().await;
    let body = json!({"name": "mine", "type": "batch"});
    let answers = join_all((0..8).map(|_| owner.post(&body).send())).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!((made, answers.iter().filter(|answer| answer.status == 400).count()), (1, 7));
    assert_eq!(owner.names("").await, ["mine"]);
}

#[tokio::test]
async fn tokens_end_with_their_customer() {
    let owner = Owner::new().await;
    let (token, issued) = (owner.made("mine").await, owner.issued("theirs").await);
    owner.app.reseller_api("DELETE", owner.customer).key(&owner.tenant.key).send().await.expect(204);
    for key in [text(&token, "key"), text(&issued, "token")] {
        assert_eq!(owner.own(key).await.expect(401).json()["error_code"], "INVALID_API_KEY");
    }
    owner.call("GET", "").send().await.expect(404);
    owner.post(&json!({"name": "more", "type": "batch"})).send().await.expect(404);
    owner.call("DELETE", text(&token, "id")).send().await.expect(404);
    for key in [&token["id"], &issued["key_id"]] {
        let revoked = owner.operate("operator-revoke-key", json!({"key_id": key})).await.unwrap();
        assert!(revoked["revoked_at"].is_string());
    }
}

#[tokio::test]
async fn a_repeated_request_makes_one_token_and_tells_its_text_again() {
    let owner = Owner::new().await;
    let body = json!({"name": "mine", "type": "batch"});
    let send = async || owner.post(&body).header("idempotency-key", "a").send().await;
    let (first, second) = (send().await.expect(201), send().await.expect(201));
    assert_eq!((&first.body, &first.headers), (&second.body, &second.headers));
    let id = text(&first.result(), "id").to_owned();
    let tag = first.header("etag").unwrap().to_owned();
    let delete = |tag: &str| owner.call("DELETE", &id).header("if-match", tag).header("idempotency-key", "b");
    delete("\"other\"").send().await.expect(412);
    delete(&tag).send().await.expect(204);
    delete(&tag).send().await.expect(204);
    owner.call("DELETE", &id).send().await.expect(404);
    assert_eq!(owner.list("").await.json()["count"], 0);
}

#[tokio::test]
async fn a_list_is_sorted_by_any_key_and_cut_into_pages() {
    let owner = Owner::new().await;
    for name in ["Carl", "anna", "Ben"] {
        owner.made(name).await;
    }
    assert_eq!(owner.names("?sort=name").await, ["anna", "Ben", "Carl"]);
    assert_eq!(owner.names("?sort=name&direction=desc").await, ["Carl", "Ben", "anna"]);
    assert_eq!(owner.names("?sort=created_at").await, ["Carl", "anna", "Ben"]);
    for key in ["id", "name", "type", "last_four", "status", "created_at", "valid_until"] {
        for direction in ["asc", "desc"] {
            assert_eq!(owner.names(&format!("?sort={key}&direction={direction}")).await.len(), 3);
        }
    }
    let first = owner.list("?sort=name&limit=2").await;
    assert_eq!((&first.json()["count"], &first.json()["total_results"]), (&json!(2), &json!(3)));
    let link = first.header("link").unwrap();
    assert!(link.contains("limit=2") && link.contains("sort=name") && link.contains("offset=2"), "{link}");
    let next = owner.list("?limit=2&sort=name&offset=2").await;
    assert_eq!((next.result()[0]["name"].as_str(), next.header("link")), (Some("Carl"), None));
    assert_eq!(owner.names("?offset=18446744073709551615").await, [""; 0]);
    let refused = owner.call("GET", "?limit=0&offset=x&sort=key&direction=up&filter=name%3Da&cursor=x").send().await.expect(400);
    assert_eq!(
        refused.json()["details"],
        json!({
            "limit": "must be an integer from 1 to 1000",
            "offset": "must be an integer from 0",
            "sort": "must be one of id, name, type, last_four, status, created_at, valid_until",
            "direction": "must be asc or desc",
            "filter": "is not there for this list",
            "cursor": "is not there for this list: it has offset",
        })
    );
    assert_eq!(
        owner.call("GET", "?limit=1&limit=2").send().await.expect(400).json()["details"],
        json!({"limit": "may be given once only"})
    );
}

#[tokio::test]
async fn every_call_takes_the_stated_round_trips() {
    let owner = Owner::new().await;
    owner.app.start_functions().await;
    owner.app.wire.take_calls();
    let token = owner.made("mine").await;
    assert_eq!(owner.app.wire.take_rounds(), [1, 1]);
    owner.list("").await;
    assert_eq!(owner.app.wire.take_rounds(), [2]);
    owner.own(text(&token, "key")).await.expect(200);
    assert_eq!(owner.app.wire.take_rounds(), [1]);
    owner.call("DELETE", text(&token, "id")).send().await.expect(204);
    assert_eq!(owner.app.wire.take_rounds(), [1, 1]);
}

#[tokio::test]
async fn who_made_and_who_deleted_a_token_is_on_record() {
    let owner = Owner::new().await;
    let token = owner.made("mine").await;
    owner.call("DELETE", text(&token, "id")).send().await.expect(204);
    let activity = owner.app.request("GET", "/api/v3/reseller/activity/?limit=2").key(&owner.tenant.key).send().await.expect(200);
    let entries = activity.result();
    let shown = |entry: &Value| json!([entry["action"], entry["customer"], entry["object"], entry["fields"]]);
    let object = json!({"kind": "token", "id": token["id"]});
    assert_eq!(shown(&entries[0]), json!(["token.deleted", owner.customer, object, []]));
    assert_eq!(shown(&entries[1]), json!(["token.created", owner.customer, object, ["name", "token_type", "valid_until"]]));
}

#[tokio::test]
async fn of_many_that_delete_one_token_one_does() {
    let owner = Owner::new().await;
    let id = text(&owner.made("mine").await, "id").to_owned();
    let answers = join_all((0..8).map(|_| owner.call("DELETE", &id).send())).await;
    let with = |status: u16| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((with(204), with(404)), (1, 7));
    owner.made("mine").await;
    assert_eq!(owner.list("").await.json()["total_results"], 1);
}

#[tokio::test]
async fn what_a_deleted_customer_left_is_erased_and_nothing_else() {
    let owner = Owner::new().await;
    for name in 0..35 {
        owner.made(format!("Ms Rivers {name}")).await;
    }
    for name in ["Mr Lee", "mr lee"] {
        let ended = owner.made(name).await;
        owner.call("DELETE", text(&ended, "id")).send().await.expect(204);
    }
    let issued = owner.issued("Dr Who").await;
    let other = owner.app.create(&owner.tenant, "Other").await;
    let of_other = owner.app.reseller_api("POST", format!("{other}/token/")).key(&owner.tenant.key);
    let kept = of_other.json(&json!({"name": "Kept", "type": "batch"})).send().await.expect(201).result();
    let erase = async || owner.app.operate("operator-erase-deleted", json!({})).await;
    assert_eq!(erase().await.unwrap(), json!({"erased": 0, "has_more": false}));

    owner.app.reseller_api("DELETE", owner.customer).key(&owner.tenant.key).send().await.expect(204);
    // It fails in the middle, and goes on where it was.
    let mut left = 2;
    owner.app.wire.script(move |call| {
        left -= usize::from(call.operation == "TransactWriteItems" && left > 0);
        if left == 0 && call.operation == "TransactWriteItems" {
            Effect::Answer(400, json!({"__type": "ThrottlingException"}))
        } else {
            Effect::Pass
        }
    });
    assert_eq!(erase().await.unwrap_err().0, "SERVICE_UNAVAILABLE");
    owner.app.wire.mend();
    assert_eq!(erase().await.unwrap(), json!({"erased": 1, "has_more": false}));
    assert_eq!(erase().await.unwrap(), json!({"erased": 0, "has_more": false}));
    let rows = owner.app.all_rows().await;
    let of_people =
        |row: &&String| ["Rivers", "Lee", "lee", "Who", text(&issued, "key_id")].iter().any(|name| row.contains(name));
    let named: Vec<&String> = rows.iter().filter(of_people).filter(|row| !row.contains("ACTIVITY#")).collect();
    assert_eq!(named, [""; 0]);
    owner.own(text(&kept, "key")).await.expect(200);
    assert_eq!(owner.own(text(&issued, "token")).await.expect(401).json()["error_code"], "INVALID_API_KEY");
    owner.app.audit(&owner.tenant).await;
    assert_eq!(owner.app.operate("operator-erase-deleted", json!({"all": true})).await.unwrap_err().0, "VALIDATION_ERROR");
}
