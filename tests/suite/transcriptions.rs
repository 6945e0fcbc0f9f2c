//! The transcriptions of a customer, through the reseller's door and through the customer's own.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};
use shared::domain::date::Date;
use shared::domain::timestamp::Timestamp;

use crate::harness::records::{Row, number};
use crate::harness::{Answer, App, Call, Effect, RequestBuilder, Tenant, json_with};
use crate::usage::plan;

const OWN: &str = "/api/v3/transcription/";

/// The keys of a transcription, in their order.
pub const KEYS: [&str; 11] = [
    "id",
    "name",
    "language",
    "type",
    "token_name",
    "status",
    "duration_seconds",
    "error",
    "registration_date",
    "last_modified",
    "completed_at",
];

/// One customer with a token, as its reseller and the customer itself see it.
struct Studio {
    app: App,
    tenant: Tenant,
    customer: u64,
    /// The customer's token, named `Phone`.
    own: String,
}

impl Studio {
    async fn new() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let customer = app.create(&tenant, "Acme").await;
        let own = token(&app, &tenant, customer, "Phone", "realtime").await;
        app.wire.take_calls();
        Self { app, tenant, customer, own }
    }

    fn path(&self) -> String {
        format!("/api/v3/reseller/customer/{}/transcription/", self.customer)
    }

    /// A call at the reseller's door.
    fn call(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        self.app.request(method, &format!("{}{rest}", self.path())).key(&self.tenant.key)
    }

    /// A call at the customer's own door.
    fn own_call(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        self.app.request(method, &format!("{OWN}{rest}")).key(&self.own)
    }

    async fn registered(&self, name: &str) -> u64 {
        self.call("POST", "").json(&new(name)).send().await.expect(201).id()
    }

    async fn put(&self, id: u64, body: Value) -> Answer {
        self.call("PUT", id).json(&body).send().await
    }

    async fn get(&self, id: u64) -> Value {
        self.call("GET", id).send().await.expect(200).result()
    }

    /// All pages of a list, each read by the link of the one before.
    async fn pages(&self, query: &str) -> Vec<Answer> {
        let mut pages = vec![self.call("GET", query).send().await.expect(200)];
        while let Some(next) = pages.last().and_then(Answer::next) {
            pages.push(self.app.request("GET", &next).key(&self.tenant.key).send().await.expect(200));
        }
        pages
    }

    async fn walked(&self, query: &str) -> Vec<u64> {
        self.pages(query).await.iter().flat_map(Answer::ids).collect()
    }

    async fn total(&self, query: &str) -> Value {
        self.call("GET", query).send().await.expect(200).json()["total_results"].clone()
    }

    async fn header(&self) -> Row {
        self.app.row(&format!("HEADERS#{}", self.tenant.id), &format!("CUSTOMER#{:016}", self.customer)).await.unwrap()
    }

    /// The row of a transcription that was registered today.
    async fn row(&self, id: u64) -> Row {
        let partition = format!("TRANSCRIPTIONS#{}#{}#{}", self.tenant.id, self.customer, Date::today().month());
        self.app.row(&partition, &format!("{id:016}")).await.unwrap()
    }

    /// The transactions since the last time.
    fn transactions(&self) -> Vec<Call> {
        self.app.wire.take_calls().into_iter().filter(|call| call.operation == "TransactWriteItems").collect()
    }
}

async fn token(app: &App, tenant: &Tenant, customer: u64, name: &str, kind: &str) -> String {
    let made = app.reseller_api("POST", format!("{customer}/token/")).key(&tenant.key);
    let made = made.json(&json!({"name": name, "type": kind})).send().await.expect(201).result();
    made["key"].as_str().unwrap().to_owned()
}

fn new(name: &str) -> Value {
    json!({"name": name, "language": "nl-NL"})
}

fn completed(seconds: u64) -> Value {
    json!({"status": "completed", "duration_seconds": seconds})
}

fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The partitions that a transaction writes, without their numbers.
fn kinds(call: &Call) -> Vec<String> {
    call.permissions().iter().map(|permission| permission.split_once(": ").unwrap().1.to_owned()).collect()
}

#[tokio::test]
async fn a_transcription_is_registered_reported_on_and_deleted_at_both_doors() {
    let studio = Studio::new().await;
    let of_reseller = studio.call("POST", "").json(&new(" Board meeting ")).send().await.expect(201);
    let shown = of_reseller.result();
    assert_eq!(shown.as_object().unwrap().keys().collect::<Vec<_>>(), KEYS);
    assert_eq!(of_reseller.json()["count"], 1);
    let expected = json!({
        "id": shown["id"], "name": "Board meeting", "language": "nl-nl", "type": null, "token_name": null, "status": "queued",
        "duration_seconds": null, "error": null, "registration_date": shown["last_modified"],
        "last_modified": shown["last_modified"], "completed_at": null,
    });
    assert_eq!(shown, expected);

    let of_customer = studio.own_call("POST", "").json(&new("Call")).send().await.expect(201).result();
    assert_eq!((&of_customer["type"], &of_customer["token_name"]), (&json!("realtime"), &json!("Phone")));
    assert!(of_customer["id"].as_u64() > shown["id"].as_u64());

    // Each door reports on what was registered at the other, and both see the same.
    for (id, is_own) in [(&shown["id"], true), (&of_customer["id"], false)] {
        let send = async |method: &str, body: Value| {
            let call = if is_own { studio.own_call(method, id) } else { studio.call(method, id) };
            call.json(&body).send().await
        };
        let before = send("GET", Value::Null).await.expect(200).result();
        let begun = send("PUT", json!({"status": "processing"})).await.expect(201).result();
        assert_eq!((&begun["status"], &begun["completed_at"]), (&json!("processing"), &Value::Null));
        assert!(begun["last_modified"].as_str() > before["last_modified"].as_str());
        let done = send("PUT", completed(90)).await.expect(201);
        let end = done.result();
        let expected = json!({
            "status": "completed", "duration_seconds": 90, "completed_at": end["last_modified"],
            "last_modified": end["last_modified"],
        });
        assert_eq!(end, json_with(before.clone(), &expected));
        assert!(end["last_modified"].as_str() > begun["last_modified"].as_str());
        let (one, other) = (studio.call("GET", id).send().await.expect(200), studio.own_call("GET", id).send().await.expect(200));
        assert_eq!((&one.body, one.header("etag")), (&done.body, done.header("etag")));
        assert_eq!((one.body, one.headers), (other.body, other.headers));
        studio.app.audit(&studio.tenant).await;

        assert_eq!(send("DELETE", Value::Null).await.expect(204).body, "");
        for method in ["DELETE", "GET"] {
            send(method, Value::Null).await.expect_error(404, "NOT_FOUND");
        }
        send("PUT", completed(90)).await.expect_error(404, "NOT_FOUND");
    }
    assert_eq!(studio.total("").await, 0);
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn each_field_has_its_own_message_and_all_are_told_at_once() {
    let studio = Studio::new().await;
    let post = async |body: Value| studio.call("POST", "").json(&body).send().await;
    post(json!({})).await.expect_faults(&["name", "language"]);
    post(json!({"name": " ", "language": null})).await.expect_faults(&["name", "language"]);
    post(json!({"name": 7, "language": ["nl"]})).await.expect_faults(&["name", "language"]);
    post(json!({"name": "x".repeat(256), "language": "nl_NL"})).await.expect_faults(&["name", "language"]);
    post(json!({"name": "a\u{0}", "language": "x".repeat(36)})).await.expect_faults(&["name", "language"]);
    post(json!({"name": "é".repeat(255), "language": format!(" {} ", "x".repeat(35))})).await.expect(201);
    studio.call("POST", "").body("{").send().await.expect_error(400, "MALFORMED_JSON");

    let id = studio.registered("Call").await;
    let details = async |body: Value| studio.put(id, body).await.expect(400).json()["details"].clone();
    let number = "must be an integer from 0 to 10000000: whole seconds";
    assert_eq!(details(json!({})).await, json!({"status": "is required"}));
    for status in [json!("done"), json!("Completed"), json!(7), json!(["queued"])] {
        let answer = studio.put(id, json!({"status": status, "duration_seconds": -1, "error": 5})).await;
        answer.expect_faults(&["status", "duration_seconds", "error"]);
    }
    assert_eq!(details(json!({"status": "completed"})).await, json!({"duration_seconds": "is required for completed"}));
    for wrong in [json!(-1), json!(10_000_001), json!(1.5), json!("90"), json!(true), json!(1e30)] {
        let body = json!({"status": "completed", "duration_seconds": wrong});
        assert_eq!(details(body).await, json!({"duration_seconds": number}), "{wrong}");
    }
    for status in ["queued", "processing", "failed"] {
        let body = json!({"status": status, "duration_seconds": 5});
        assert_eq!(details(body).await, json!({"duration_seconds": "is for completed only"}));
    }
    for status in ["queued", "processing", "completed"] {
        let body = json!({"status": status, "error": "x", "duration_seconds": (status == "completed").then_some(5)});
        assert_eq!(details(body).await, json!({"error": "is for failed only"}));
    }
    let long = details(json!({"status": "failed", "error": "x".repeat(1_001)})).await;
    assert_eq!(long, json!({"error": "must have at most 1000 characters"}));
    studio.call("PUT", id).body("[]").send().await.expect_error(400, "MALFORMED_JSON");
    assert_eq!(studio.get(id).await["status"], "queued");

    let error = "é".repeat(1_000);
    let lost = studio.put(id, json!({"status": "failed", "error": error, "duration_seconds": null})).await.expect(201).result();
    assert_eq!((&lost["error"], &lost["completed_at"], &lost["duration_seconds"]), (&json!(error), &Value::Null, &Value::Null));
    // A body that an answer gave can be sent back.
    studio.put(id, lost.clone()).await.expect(201);
    let silent = studio.registered("Silent").await;
    let done = studio.put(silent, json!({"status": "completed", "duration_seconds": 10_000_000, "error": ""})).await.expect(201);
    studio.put(silent, done.result()).await.expect(201);
}

#[tokio::test]
async fn a_status_goes_on_only_and_a_final_one_stays() {
    let studio = Studio::new().await;
    let processing = json!({"status": "processing"});
    let failed = json!({"status": "failed", "error": "No speech"});
    let unchanged = async |id: u64, body: &Value| {
        let before = studio.call("GET", id).send().await.expect(200);
        studio.transactions();
        let after = studio.put(id, body.clone()).await.expect(201);
        assert_eq!((&after.body, after.header("etag")), (&before.body, before.header("etag")));
        assert_eq!(studio.transactions().len(), 0, "it writes nothing");
    };
    let refused = async |id: u64, body: Value, field: &str| {
        let before = studio.get(id).await;
        studio.put(id, body).await.expect_faults(&[field]);
        assert_eq!(studio.get(id).await, before);
    };
    for is_begun in [true, false] {
        let [done, lost] = [studio.registered("done").await, studio.registered("lost").await];
        for id in [done, lost] {
            unchanged(id, &json!({"status": "queued"})).await;
            if is_begun {
                studio.put(id, processing.clone()).await.expect(201);
                unchanged(id, &processing).await;
                refused(id, json!({"status": "queued"}), "status").await;
            }
        }
        studio.put(done, completed(0)).await.expect(201);
        unchanged(done, &completed(0)).await;
        refused(done, completed(1), "duration_seconds").await;
        for body in [json!({"status": "queued"}), processing.clone(), failed.clone()] {
            refused(done, body, "status").await;
        }
        studio.put(lost, failed.clone()).await.expect(201);
        for same in [failed.clone(), json!({"status": "failed"})] {
            unchanged(lost, &same).await;
        }
        refused(lost, json!({"status": "failed", "error": "Noise"}), "error").await;
        for body in [json!({"status": "queued"}), processing.clone(), completed(5)] {
            refused(lost, body, "status").await;
        }
    }
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn each_door_takes_its_own_callers_and_leads_to_its_own_customer() {
    let studio = Studio::new().await;
    let (app, tenant) = (&studio.app, &studio.tenant);
    let stranger = app.reseller("Other").await;
    let theirs = app.create(&stranger, "Theirs").await;
    let sibling = app.create(tenant, "Sibling").await;
    let siblings = token(app, tenant, sibling, "Phone", "batch").await;
    let id = studio.registered("Call").await;
    let before = app.all_rows().await;
    let check = async |base: &str, key: &str, id: &str, [all, one]: [(u16, &str); 2]| {
        for (method, body) in [("GET", json!({})), ("POST", new("x"))] {
            app.request(method, base).key(key).json(&body).send().await.expect_error(all.0, all.1);
        }
        for (method, body) in [("GET", json!({})), ("PUT", completed(5)), ("DELETE", json!({}))] {
            app.request(method, &format!("{base}{id}/")).key(key).json(&body).send().await.expect_error(one.0, one.1);
        }
    };
    let of = |customer: &dyn std::fmt::Display| format!("/api/v3/reseller/customer/{customer}/transcription/");
    let (text, forbidden, unknown) = (id.to_string(), (403, "FORBIDDEN"), (404, "NOT_FOUND"));
    check(&studio.path(), &studio.own, &text, [forbidden; 2]).await;
    check(&of(&sibling), &studio.own, &text, [forbidden; 2]).await;
    check(OWN, &tenant.key, &text, [forbidden; 2]).await;
    for customer in [theirs, 9_999_999, u64::MAX] {
        check(&of(&customer), &tenant.key, &text, [unknown; 2]).await;
    }
    check(&studio.path(), &stranger.key, &text, [unknown; 2]).await;
    check(&of(&"x"), &tenant.key, &text, [(400, "VALIDATION_ERROR"); 2]).await;
    check(OWN, "sk_customer_x", &text, [(401, "INVALID_API_KEY"); 2]).await;
    assert_eq!(app.all_rows().await, before, "nothing was written");
    // A transcription of another customer, or one that no transcription can be.
    let one = async |base: &str, key: &str, id: &str, (status, code): (u16, &str)| {
        for (method, body) in [("GET", json!({})), ("PUT", completed(5)), ("DELETE", json!({}))] {
            app.request(method, &format!("{base}{id}/")).key(key).json(&body).send().await.expect_error(status, code);
        }
    };
    one(&of(&sibling), &tenant.key, &text, unknown).await;
    one(OWN, &siblings, &text, unknown).await;
    for id in ["0", "1", "10000000000000000", "9999999999999999", "99999999999999999999999999"] {
        one(OWN, &studio.own, id, unknown).await;
        one(&studio.path(), &tenant.key, id, unknown).await;
    }
    for id in ["x", "-1", "1.0", "0x1", "%20", "1e3"] {
        one(OWN, &studio.own, id, (400, "VALIDATION_ERROR")).await;
    }
    let both = app.request("GET", &format!("{}x/", of(&"y"))).key(&tenant.key).send().await;
    both.expect_faults(&["id", "transcription_id"]);
    assert_eq!(studio.get(id).await["status"], "queued");
    assert_eq!(app.request("GET", OWN).key(&siblings).send().await.expect(200).ids(), [0; 0]);
    // The permission counts at both doors.
    let keys = app.keys(tenant).await;
    for (method, rest) in [("POST", String::new()), ("PUT", text.clone()), ("DELETE", text.clone())] {
        let call = app.request(method, &format!("{}{rest}", studio.path()));
        call.key(&keys.read_only).json(&completed(5)).send().await.expect_error(403, "FORBIDDEN");
    }
    for rest in ["", &text] {
        let call = app.request("GET", &format!("{}{rest}", studio.path())).key(&keys.write_only);
        call.send().await.expect_error(403, "FORBIDDEN");
    }
}

#[tokio::test]
async fn an_inactive_customer_is_locked_out_and_a_deleted_one_is_gone() {
    let studio = Studio::new().await;
    let id = studio.registered("Call").await;
    let body = json!({"name": "Acme", "email": "office@acme.example", "is_active": false});
    let customer = |method: &str| studio.app.reseller_api(method, studio.customer).key(&studio.tenant.key);
    customer("PUT").json(&body).send().await.expect(201);
    studio.own_call("POST", "").json(&new("x")).send().await.expect_error(403, "ORGANIZATION_INACTIVE");
    studio.own_call("GET", "").send().await.expect_error(403, "ORGANIZATION_INACTIVE");
    studio.put(id, json!({"status": "processing"})).await.expect(201);
    assert_eq!(studio.total("").await, 1);

    customer("DELETE").send().await.expect(204);
    studio.own_call("GET", id).send().await.expect_error(401, "INVALID_API_KEY");
    for (method, rest) in [("GET", ""), ("POST", ""), ("GET", "1"), ("PUT", "1"), ("DELETE", "1")] {
        let rest = rest.replace('1', &id.to_string());
        studio.call(method, rest).json(&json_with(new("x"), &completed(1))).send().await.expect_error(404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn a_list_is_walked_in_both_directions_over_months_with_exact_totals() {
    let studio = Studio::new().await;
    let model = studio.registered("Call").await;
    studio.call("DELETE", studio.registered("Gone").await).send().await.expect(204);
    let moments = [
        "2026-01-01T00:00:00.000Z",
        "2026-01-31T23:59:59.999Z",
        "2026-02-01T00:00:00.000Z",
        "2026-02-01T12:00:00.000Z",
        "2026-05-07T08:00:00.000Z",
        "2026-05-07T23:59:59.999Z",
        "2026-05-08T00:00:00.000Z",
    ];
    let old = studio.app.fill_transcriptions(&studio.tenant, studio.customer, model, &moments.map(moment)).await;
    let mut all = old.clone();
    all.push(model);
    let newest_first: Vec<u64> = all.iter().rev().copied().collect();
    for limit in [1, 2, 3, 7, 8, 9, 1000] {
        let pages = studio.pages(&format!("?limit={limit}")).await;
        assert_eq!(pages.iter().flat_map(Answer::ids).collect::<Vec<_>>(), newest_first, "{limit}");
        assert_eq!(pages.len(), 8_usize.div_ceil(limit), "{limit}: no empty page");
        assert!(pages.iter().all(|page| page.json()["total_results"] == 8 && page.header("vary") == Some("accept")));
        assert_eq!(studio.walked(&format!("?limit={limit}&direction=asc&sort=id")).await, all, "{limit}");
        assert_eq!(studio.walked(&format!("?limit={limit}&direction=desc")).await, newest_first, "{limit}");
    }
    assert_eq!(studio.call("GET", "").send().await.result()[7]["registration_date"], moments[0]);
    let ten = studio.own_call("GET", "").send().await.expect(200);
    assert_eq!((ten.ids(), ten.next()), (newest_first, None));

    // Days are inclusive, and either end may be open.
    for (query, ids) in [
        ("from=2026-01-31&to=2026-02-01", &old[1..4]),
        ("from=2026-05-07&to=2026-05-07", &old[4..6]),
        ("to=2026-01-30", &old[..1]),
        ("to=2026-01-31", &old[..2]),
        ("from=2026-05-08&to=2026-05-31", &old[6..]),
        ("from=2026-03-01&to=2026-04-30", &[]),
        ("to=2025-12-31", &[]),
        ("from=9999-12-31", &[]),
        ("from=0001-01-01&to=2026-02-28", &old[..4]),
    ] {
        assert_eq!(studio.total(&format!("?{query}")).await, ids.len(), "{query}");
        assert_eq!(studio.walked(&format!("?{query}&limit=2&direction=asc")).await, ids, "{query}");
        assert_eq!(studio.walked(&format!("?{query}&limit=2")).await, ids.iter().rev().copied().collect::<Vec<_>>(), "{query}");
    }
    let today = Date::today();
    assert_eq!(studio.walked(&format!("?from={today}&to={today}")).await, [model]);
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn filters_are_combined_and_walked_with_links() {
    let studio = Studio::new().await;
    let batch = token(&studio.app, &studio.tenant, studio.customer, "Straße", "batch").await;
    let mut ids = Vec::new();
    for place in 0..24_u64 {
        let language = ["nl", "fr-FR", "en"][place as usize % 3];
        let call = match place % 4 {
            0 => studio.app.request("POST", OWN).key(&batch),
            1 => studio.own_call("POST", ""),
            _ => studio.call("POST", ""),
        };
        let id = call.json(&json!({"name": format!("Call {place}"), "language": language})).send().await.expect(201).id();
        match place % 6 {
            1 => studio.put(id, json!({"status": "processing"})).await.expect(201).id(),
            2 | 3 => studio.put(id, completed(place)).await.expect(201).id(),
            4 => studio.put(id, json!({"status": "failed"})).await.expect(201).id(),
            _ => id,
        };
        ids.push(id);
    }
    let where_ = |admits: &dyn Fn(u64) -> bool| {
        (0..24).rev().filter(|place| admits(*place)).map(|place| ids[place as usize]).collect::<Vec<_>>()
    };
    for (query, expected) in [
        ("filter=status=queued", where_(&|place| matches!(place % 6, 0 | 5))),
        ("filter=status=processing", where_(&|place| place % 6 == 1)),
        ("filter=status=completed", where_(&|place| matches!(place % 6, 2 | 3))),
        ("filter=status=failed", where_(&|place| place % 6 == 4)),
        ("filter=language=FR-fr", where_(&|place| place % 3 == 1)),
        ("filter=token_name=phone", where_(&|place| place % 4 == 1)),
        ("filter=token_name=STRASSE", where_(&|place| place % 4 == 0)),
        ("filter=token_name=none", Vec::new()),
        ("filter=status=queued&filter=language=nl", where_(&|place| place % 6 == 0)),
        ("filter=status=queued&filter=status=failed", Vec::new()),
    ] {
        for limit in [1, 2, 10, 1000] {
            let pages = studio.pages(&format!("?{query}&limit={limit}")).await;
            assert_eq!(pages.iter().flat_map(Answer::ids).collect::<Vec<_>>(), expected, "{query} {limit}");
            assert!(pages.iter().all(|page| page.json()["total_results"].is_null()), "{query}");
            let ascending = studio.walked(&format!("?{query}&limit={limit}&direction=asc")).await;
            assert_eq!(ascending, expected.iter().rev().copied().collect::<Vec<_>>(), "{query} {limit}");
        }
    }
    // A name is the one that the token had; the transcription keeps it.
    let listed = studio.app.reseller_api("GET", format!("{}/token/", studio.customer)).key(&studio.tenant.key).send().await;
    for token in listed.result().as_array().unwrap() {
        let path = format!("{}/token/{}/", studio.customer, token["id"].as_str().unwrap());
        studio.app.reseller_api("DELETE", path).key(&studio.tenant.key).send().await.expect(204);
    }
    assert_eq!(studio.walked("?filter=token_name=phone").await.len(), 6);
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn each_parameter_has_its_own_message() {
    let studio = Studio::new().await;
    for id in ["one", "two"] {
        studio.registered(id).await;
    }
    let faults =
        async |query: &str, fields: &[&str]| _ = studio.call("GET", format!("?{query}")).send().await.expect_faults(fields);
    for (query, fields) in [
        ("limit=0", &["limit"][..]),
        ("limit=1001", &["limit"]),
        ("offset=0", &["offset"]),
        ("sort=name", &["sort"]),
        ("direction=down", &["direction"]),
        ("cursor=x", &["cursor"]),
        ("from=2026-02-30", &["from"]),
        ("from=", &["from"]),
        ("to=today", &["to"]),
        ("from=2026-02-02&to=2026-02-01", &["to"]),
        ("filter=name=x", &["filter"]),
        ("filter=status", &["filter"]),
        ("filter=status=done", &["filter"]),
        ("filter=language=n_l", &["filter"]),
        ("filter=token_name=", &["filter"]),
        ("limit=1&limit=2", &["limit"]),
        ("from=2026-01-01&from=2026-01-01", &["from"]),
        ("sort=id&sort=id", &["sort"]),
        ("limit=x&sort=x&offset=1&from=x&filter=x", &["limit", "sort", "offset", "from", "filter"]),
    ] {
        faults(query, fields).await;
    }
    studio.call("GET", "?unknown=1&unknown=2").send().await.expect(200);
    // A cursor is one of its list only.
    let next = studio.call("GET", "?limit=1").send().await.expect(200).next().unwrap();
    let cursor = next.split_once("cursor=").unwrap().1;
    studio.call("GET", format!("?limit=2&cursor={cursor}")).send().await.expect(200);
    studio.own_call("GET", format!("?cursor={cursor}")).send().await.expect(200);
    for other in ["direction=asc", "filter=status=queued", "from=2026-01-01", "to=9999-01-01"] {
        faults(&format!("{other}&cursor={cursor}"), &["cursor"]).await;
    }
    let sibling = studio.app.create(&studio.tenant, "Sibling").await;
    let path = format!("{sibling}/transcription/?cursor={cursor}");
    studio.app.reseller_api("GET", path).key(&studio.tenant.key).send().await.expect_faults(&["cursor"]);
}

#[tokio::test]
async fn a_page_reads_what_it_passes_over_and_no_more_than_a_thousand() {
    let studio = Studio::new().await;
    let model = studio.registered("Call").await;
    let first = moment("2026-03-01T00:00:00.000Z");
    let moments: Vec<Timestamp> = (0..1_500).map(|minute| first.plus(std::time::Duration::from_secs(60 * minute))).collect();
    let ids = studio.app.fill_transcriptions(&studio.tenant, studio.customer, model, &moments).await;
    studio.put(ids[5], json!({"status": "processing"})).await.expect(201);
    studio.app.wire.take_calls();
    let read = || -> u64 {
        let calls = studio.app.wire.take_calls().into_iter().filter(|call| call.operation == "Query");
        calls.map(|call| call.response["ScannedCount"].as_u64().unwrap()).sum()
    };
    // Days are counted in four rows each, which are read too.
    let page = studio.call("GET", "?limit=5").send().await.expect(200);
    assert_eq!(page.json()["total_results"], 1_501);
    let costs = read();
    assert!(costs <= 6 + 3 * 4, "{costs}");

    let short = studio.call("GET", "?filter=status=processing").send().await.expect(200);
    let rows_of_days = 2 * 4 + 1;
    assert_eq!((short.ids(), read()), (vec![], 1_001 + rows_of_days));
    let rest = studio.app.request("GET", &short.next().unwrap()).key(&studio.tenant.key).send().await.expect(200);
    assert_eq!((rest.ids(), rest.next()), (vec![ids[5]], None));
    // With few passed over, few are read.
    read();
    let near = studio.call("GET", "?filter=status=processing&direction=asc&limit=1&to=2026-03-01").send().await.expect(200);
    assert_eq!(near.ids(), [ids[5]]);
    assert!(studio.call("GET", "?filter=status=queued&limit=5").send().await.expect(200).next().is_some());
    let whole = studio.call("GET", "?limit=1000").send().await.expect(200);
    assert_eq!((whole.ids().len(), whole.ids()[0]), (1_000, model));
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn of_many_that_complete_one_transcription_one_counts() {
    let studio = Studio::new().await;
    let id = studio.registered("Call").await;
    let answers = join_all((0..8).map(|_| studio.put(id, completed(60)))).await;
    let shown: BTreeSet<String> = answers.into_iter().map(|answer| answer.expect(201).body).collect();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!(number(&studio.row(id).await, "revision"), 2);

    // Of different reports one is noted, and the others are told so.
    let other = studio.registered("Call").await;
    let answers = join_all((0..8).map(|seconds| studio.put(other, completed(seconds)))).await;
    let known = studio.get(other).await["duration_seconds"].clone();
    for (seconds, answer) in answers.into_iter().enumerate() {
        if known == seconds {
            answer.expect(201);
        } else {
            answer.expect_faults(&["duration_seconds"]);
        }
    }
    let deletes = join_all((0..4).map(|_| studio.call("DELETE", other).send())).await;
    let mut statuses: Vec<u16> = deletes.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 404, 404, 404]);
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn seconds_of_a_completed_one_are_usage_of_the_token_that_registered_it() {
    let studio = Studio::new().await;
    for sku in ["one", "two"] {
        studio.app.operate("operator-define-plan", plan(sku)).await.unwrap();
    }
    let sell = async |sku: &str| {
        let path = format!("{}/subscription/", studio.customer);
        let sale = studio.app.reseller_api("POST", path).key(&studio.tenant.key).json(&json!({"sku": sku}));
        sale.send().await.expect(201).id()
    };
    let used = async |query: &str| {
        let path = format!("{}/usage?{query}", studio.customer);
        studio.app.reseller_api("GET", path).key(&studio.tenant.key).send().await.expect(200).result()
    };
    let complete = async |is_own: bool, language: &str, seconds: u64| {
        let body = json!({"name": "Call", "language": language});
        let register = if is_own { studio.own_call("POST", "") } else { studio.call("POST", "") };
        let id = register.json(&body).send().await.expect(201).id();
        // Whoever reports, the units are those of the token that registered it.
        let report = if is_own { studio.call("PUT", id) } else { studio.own_call("PUT", id) };
        report.json(&completed(seconds)).send().await.expect(201);
        id
    };
    complete(true, "nl", 1).await;
    let first = sell("one").await;
    let id = complete(true, "nl", 10).await;
    complete(false, "fr-FR", 100).await;
    complete(true, "nl", 0).await;
    sell("two").await;
    complete(true, "nl", 1_000).await;
    let units = |items: &Value, key: &str| -> Vec<Value> {
        items.as_array().unwrap().iter().map(|item| json!([item[key], item["units_used"]])).collect()
    };
    let sorted = async |query: &str, key: &str| {
        let mut found = units(&used(query).await, key);
        found.sort_by_key(Value::to_string);
        found
    };
    assert_eq!(sorted("view=day", "x").await, [json!([null, 1_111])]);
    let by_token = [json!(["Phone", 1_011]), json!([null, 100])];
    assert_eq!(sorted("view=day&split_by=token", "token_name").await, by_token);
    assert_eq!(sorted("view=day&split_by=language", "language").await, [json!(["fr-fr", 100]), json!(["nl", 1_011])]);
    let by_subscription = [json!([first, 110]), json!([null, 1_001])];
    assert_eq!(sorted("view=day&split_by=subscription", "subscription_id").await, by_subscription);
    studio.app.audit(&studio.tenant).await;

    // It stays when the transcription goes, and the reseller can correct it.
    studio.call("DELETE", id).send().await.expect(204);
    let event = json!({"id": "fix", "units": -3, "corrects": format!("transcription-{id}")});
    let path = format!("{}/usage", studio.customer);
    let fix = studio.app.reseller_api("POST", path).key(&studio.tenant.key).json(&json!({"events": [event]}));
    assert_eq!(fix.send().await.expect(201).result()[0]["status"], "recorded");
    assert_eq!(sorted("view=day", "x").await, [json!([null, 1_108])]);
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn a_completion_and_its_usage_are_on_record_together_or_not_at_all() {
    let studio = Studio::new().await;
    let id = studio.registered("Call").await;
    studio.app.wire.take_calls();
    studio.app.wire.fail("TransactWriteItems", 99, |_| Effect::Answer(400, json!({"__type": "ThrottlingException"})));
    studio.put(id, completed(60)).await.expect_error(503, "SERVICE_UNAVAILABLE");
    studio.app.wire.mend();
    assert_eq!(studio.get(id).await["status"], "queued");
    studio.app.audit(&studio.tenant).await;
    studio.app.wire.take_calls();
    studio.put(id, completed(60)).await.expect(201);
    let transactions = studio.transactions();
    assert_eq!(transactions.len(), 1);
    assert_eq!(kinds(&transactions[0]), ["TRANSCRIPTIONS#*", "EVENTS#*", "USAGE#*", "USAGE#*", "USAGE#*"]);
    // The answer of a transaction that was carried out is lost: it still counts once.
    let other = studio.registered("Call").await;
    studio.app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    studio.put(other, completed(60)).await.expect(201);
    studio.app.wire.mend();
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn many_at_once_are_all_counted_and_touch_no_row_of_their_customer() {
    let studio = Studio::new().await;
    studio.registered("First").await;
    let header = studio.header().await;
    studio.app.wire.take_calls();
    let ids = join_all((0..120).map(|_| studio.registered("Call"))).await;
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 120);
    let transactions = studio.transactions();
    assert!(transactions.iter().all(|call| kinds(call) == ["TRANSCRIPTIONS#*", "TRANSCRIPTIONS#*"]));
    let shards: BTreeSet<String> = transactions
        .iter()
        .map(|call| call.request["TransactItems"][1]["Update"]["Key"]["SK"]["S"].as_str().unwrap().to_owned())
        .collect();
    assert!(shards.len() >= 4, "{shards:?}");
    assert_eq!(studio.total("").await, 121);
    assert_eq!(studio.header().await, header);
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn an_id_that_is_taken_or_a_count_that_is_busy_is_left_to_others() {
    let studio = Studio::new().await;
    studio.registered("First").await;
    for code in ["ConditionalCheckFailed", "TransactionConflict"] {
        studio.app.wire.take_calls();
        // The SDK repeats a conflict four times by itself.
        let times = if code == "TransactionConflict" { 4 } else { 1 };
        studio.app.wire.fail("TransactWriteItems", times, move |_| {
            let reasons = json!([{"Code": code}, {"Code": "None"}]);
            let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
            Effect::Answer(400, json!({"__type": kind, "CancellationReasons": reasons}))
        });
        let id = studio.registered("Call").await;
        studio.app.wire.mend();
        let ids: Vec<String> = studio
            .transactions()
            .iter()
            .map(|call| call.request["TransactItems"][0]["Put"]["Item"]["id"]["N"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids.len(), times + 1);
        assert_eq!(ids[times], id.to_string());
        assert!(ids[..times].iter().all(|tried| *tried == ids[0] && *tried != ids[times]), "{ids:?}");
    }
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn changes_are_safe_to_repeat_and_lose_no_other_change() {
    let studio = Studio::new().await;
    fn keyed<'a>(call: RequestBuilder<'a>, key: &str) -> RequestBuilder<'a> {
        call.header("idempotency-key", key)
    }
    let create = async || keyed(studio.own_call("POST", "").json(&new("Call")), "a").send().await.expect(201);
    let (first, again) = (create().await, create().await);
    assert_eq!(first.shown(), again.shown());
    assert_eq!(studio.total("").await, 1);
    let id = first.id();
    let put = |body: Value| studio.call("PUT", id).json(&body);
    let begun = put(json!({"status": "processing"})).header("if-match", first.header("etag").unwrap()).send().await.expect(201);
    put(completed(5)).header("if-match", first.header("etag").unwrap()).send().await.expect_error(412, "PRECONDITION_FAILED");
    put(json!({"status": "processing"})).header("if-match", "\"other\"").send().await.expect_error(412, "PRECONDITION_FAILED");
    let complete =
        async || keyed(put(completed(5)), "b").header("if-match", begun.header("etag").unwrap()).send().await.expect(201);
    let (done, again) = (complete().await, complete().await);
    assert_eq!(done.shown(), again.shown());
    keyed(put(completed(6)), "b").send().await.expect_error(422, "IDEMPOTENCY_KEY_REUSED");
    // One that changes nothing is kept too.
    let same = keyed(put(completed(5)), "c").send().await.expect(201);
    assert_eq!(same.body, done.body);
    let delete = |tag: &str| keyed(studio.call("DELETE", id), "d").header("if-match", tag);
    delete(begun.header("etag").unwrap()).send().await.expect_error(412, "PRECONDITION_FAILED");
    for _ in 0..2 {
        delete(done.header("etag").unwrap()).send().await.expect(204);
    }
    studio.call("DELETE", id).send().await.expect_error(404, "NOT_FOUND");
    assert_eq!(keyed(put(completed(5)), "c").send().await.expect(201).body, done.body);

    // The answer of a transaction that was carried out is lost.
    studio.app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    let lost = keyed(studio.call("POST", "").json(&new("Lost")), "e").send().await.expect(201);
    assert_eq!(studio.walked("").await, [lost.id()]);
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn a_customer_has_at_most_fifty_languages() {
    let studio = Studio::new().await;
    let post =
        async |language: String| studio.own_call("POST", "").json(&json!({"name": "x", "language": language})).send().await;
    for place in 0..48 {
        post(format!("l-{place}")).await.expect(201);
    }
    // Of two that come for the last places with one language each, both get one; of more, the others get none.
    let answers = join_all((48..54).map(|place| post(format!("l-{place}")))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.expect_faults(&["language"]);
    }
    post("x-51".to_owned()).await.expect_faults(&["language"]);
    studio.transactions();
    for known in ["l-0", "L-47"] {
        post(known.to_owned()).await.expect(201);
    }
    assert!(studio.transactions().iter().all(|call| !kinds(call).contains(&"HEADERS#*".to_owned())));
    assert_eq!(studio.header().await["languages"].as_ss().unwrap().len(), 50);
    assert_eq!(studio.total("").await, 52);
    studio.app.audit(&studio.tenant).await;
}

#[tokio::test]
async fn every_call_takes_the_stated_round_trips() {
    let studio = Studio::new().await;
    studio.app.start_functions().await;
    studio.app.wire.take_calls();
    let rounds = || studio.app.wire.take_rounds();
    let id = studio.own_call("POST", "").json(&new("Call")).send().await.expect(201).id();
    assert_eq!(rounds(), [1, 1]);
    studio.get(id).await;
    assert_eq!(rounds(), [1]);
    studio.put(id, json!({"status": "processing"})).await.expect(201);
    assert_eq!(rounds(), [1, 1]);
    studio.put(id, json!({"status": "processing"})).await.expect(201);
    assert_eq!(rounds(), [1]);
    studio.put(id, completed(5)).await.expect(201);
    assert_eq!(rounds(), [1, 1]);
    studio.call("GET", "").send().await.expect(200);
    assert_eq!(rounds(), [2, 1]);
    studio.call("GET", "?to=2026-01-01").send().await.expect(200);
    assert_eq!(rounds(), [2]);
    studio.call("DELETE", id).send().await.expect(204);
    assert_eq!(rounds(), [1, 1]);
}

#[tokio::test]
async fn they_are_their_own_record_and_not_in_the_activity() {
    let studio = Studio::new().await;
    let activity = async || {
        let path = format!("/api/v3/reseller/activity/?customer={}", studio.customer);
        studio.app.request("GET", &path).key(&studio.tenant.key).send().await.expect(200).result()
    };
    let before = activity().await;
    let id = studio.own_call("POST", "").json(&new("Call")).send().await.expect(201).id();
    studio.put(id, completed(5)).await.expect(201);
    let row = studio.row(id).await;
    let kind = |attribute: &str| row[attribute].as_m().unwrap()["key"].as_l().unwrap()[0].as_s().unwrap().clone();
    assert_eq!((kind("registered_by"), kind("modified_by")), ("customer".to_owned(), "reseller".to_owned()));
    studio.call("DELETE", id).send().await.expect(204);
    assert_eq!(activity().await, before);
}

#[tokio::test]
async fn what_a_deleted_customer_left_is_erased_month_by_month_and_nothing_else() {
    let studio = Studio::new().await;
    let model = studio.registered("Ms Rivers").await;
    let mut moments = vec![moment("2026-02-28T23:59:59.999Z"), moment("2026-03-01T00:00:00.000Z")];
    moments.extend((0..250).map(|second| moment("2026-04-30T12:00:00.000Z").plus(std::time::Duration::from_secs(second))));
    studio.app.fill_transcriptions(&studio.tenant, studio.customer, model, &moments).await;
    studio.call("DELETE", studio.registered("Ms Rivers").await).send().await.expect(204);
    let other = studio.app.create(&studio.tenant, "Other").await;
    let of_other = studio.app.reseller_api("POST", format!("{other}/transcription/")).key(&studio.tenant.key);
    of_other.json(&new("Kept")).send().await.expect(201);
    let erase = async || studio.app.operate("operator-erase-deleted", json!({})).await;
    assert_eq!(erase().await.unwrap(), json!({"erased": 0, "has_more": false}));

    studio.app.reseller_api("DELETE", studio.customer).key(&studio.tenant.key).send().await.expect(204);
    // It fails in the middle, and goes on where it was.
    let of_it = format!("TRANSCRIPTIONS#{}#{}", studio.tenant.id, studio.customer);
    let left = async || studio.app.all_rows().await.into_iter().filter(|row| row.contains(&of_it)).count();
    let all = left().await;
    let mut passing = 7;
    studio.app.wire.script(move |call| {
        passing -= usize::from(call.operation == "TransactWriteItems" && passing > 0);
        if passing == 0 && call.operation == "TransactWriteItems" {
            Effect::Answer(400, json!({"__type": "ThrottlingException"}))
        } else {
            Effect::Pass
        }
    });
    assert_eq!(erase().await.unwrap_err().0, "SERVICE_UNAVAILABLE");
    studio.app.wire.mend();
    assert!((1..all - 100).contains(&left().await), "{} of {all}", left().await);
    studio.app.wire.take_calls();
    assert_eq!(erase().await.unwrap(), json!({"erased": 1, "has_more": false}));
    let most = studio.transactions().iter().map(|call| call.request["TransactItems"].as_array().unwrap().len()).max();
    assert!(most <= Some(100), "{most:?}");
    assert_eq!(left().await, 0);
    assert_eq!(erase().await.unwrap(), json!({"erased": 0, "has_more": false}));
    let kept = studio.app.reseller_api("GET", format!("{other}/transcription/")).key(&studio.tenant.key).send().await;
    assert_eq!(kept.expect(200).json()["total_results"], 1);
    studio.app.audit(&studio.tenant).await;
}
