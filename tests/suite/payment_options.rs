//! The payment options of customers: by what they pay, and what must never be stored.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::records::number;
use crate::harness::{Answer, CUSTOMERS, Effect, ManagementClient, RequestBuilder, json_with};

/// A customer whose payment options a service user writes.
struct Payer {
    client: ManagementClient,
    customer: u64,
}

impl Payer {
    async fn new() -> Self {
        let client = ManagementClient::start().await;
        let customer = client.created(&json!({"code": "A-1"})).await;
        client.app.wire.take_calls();
        Self { client, customer }
    }

    fn call(&self, method: &str, rest: impl std::fmt::Display) -> RequestBuilder<'_> {
        self.client.request(method, &format!("/{}/payment-options{rest}", self.customer))
    }

    async fn put(&self, more: Value) -> Answer {
        self.call("PUT", "").json(&json_with(card(), &more)).send().await
    }

    async fn created(&self, more: Value) -> Value {
        self.put(more).await.expect(201).json()
    }

    async fn post(&self, id: &Value, body: Value) -> Answer {
        self.call("POST", format!("/{id}")).json(&body).send().await
    }

    async fn load(&self, id: &Value) -> Value {
        self.call("GET", format!("/{id}")).send().await.expect(200).json()
    }

    async fn listed(&self) -> Vec<Value> {
        self.call("GET", "").send().await.expect(200).json().as_array().unwrap().clone()
    }

    async fn primary_ones(&self) -> Vec<Value> {
        self.listed().await.into_iter().filter(|one| one["isPrimary"] == true).map(|one| one["id"].clone()).collect()
    }

    async fn audit(&self) {
        self.client.app.audit(&self.client.tenant).await;
    }
}

/// The fields that a new payment option needs.
fn card() -> Value {
    json!({"type": "card", "token": "tok_SECRETreference"})
}

const ALL: &str = r#"{"type": "card", "code": "Main", "holderName": " Ann Rivers ", "brand": "Visa", "lastFour": "0042",
    "expirationDate": "2099-12", "token": "tok_SECRETreference"}"#;

#[tokio::test]
async fn a_payment_option_is_created_loaded_modified_and_found_and_its_reference_is_never_shown() {
    let payer = Payer::new().await;
    let created = payer.call("PUT", "").header("content-type", "application/json").body(ALL).send().await.expect(201);
    let date = created.json()["createDate"].as_str().unwrap().to_owned();
    assert!(date.len() == 19 && date.as_bytes()[10] == b' ', "{created}");
    let expected = format!(
        "{{\"id\":1,\"code\":\"Main\",\"type\":\"card\",\"holderName\":\"Ann Rivers\",\"brand\":\"Visa\",\"lastFour\":\"0042\",\
         \"expirationDate\":\"2099-12\",\"isPrimary\":true,\"createDate\":\"{date}\"}}"
    );
    assert_eq!(created.body, expected);
    assert_eq!(payer.call("GET", "/1").send().await.expect(200).body, expected);
    let found = payer.call("GET", "").send().await.expect(200);
    assert_eq!((found.body.as_str(), found.header("x-total-count")), (format!("[{expected}]").as_str(), Some("1")));
    let rows = payer.client.app.all_rows().await;
    assert_eq!(rows.iter().filter(|row| row.contains("tok_SECRETreference")).count(), 1);

    let change = json!({"type": "bank", "holderName": null, "brand": "", "lastFour": "4711", "token": "tok_OTHERreference"});
    let modified = payer.post(&json!(1), change).await.expect(200).json();
    let shown = json!({
        "id": 1, "code": "Main", "type": "bank", "lastFour": "4711", "expirationDate": "2099-12", "isPrimary": true,
        "createDate": date,
    });
    assert_eq!(modified, shown);
    assert_eq!(payer.load(&json!(1)).await, shown);
    let rows = payer.client.app.all_rows().await;
    let with = |text: &str| rows.iter().filter(|row| row.contains(text)).count();
    assert_eq!((with("tok_SECRETreference"), with("tok_OTHERreference")), (0, 1));
    // What was shown can be sent back.
    assert_eq!(payer.post(&json!(1), shown.clone()).await.expect(200).json(), shown);
    assert_eq!(payer.client.app.all_rows().await, rows, "what changes nothing writes nothing");
    payer.audit().await;
}

#[tokio::test]
async fn each_format_is_read_and_shown() {
    let payer = Payer::new().await;
    let xml = |method: &str, rest: &str, body: &str| {
        payer.call(method, rest.to_owned()).header("accept", "application/xml").xml(body).send()
    };
    assert_eq!(xml("GET", "", "").await.expect(200).body, "<paymentOptions/>");
    let body = r#"<paymentOption type="card" token="tok_X" holderName="L &amp; Lee" lastFour="0001"/>"#;
    let created = xml("PUT", "", body).await.expect(201);
    let date = created.body.split("createDate=").nth(1).unwrap().to_owned();
    let expected = format!(
        r#"<paymentOption id="1" code="1" type="card" holderName="L &amp; Lee" lastFour="0001" isPrimary="true" createDate={date}"#
    );
    assert_eq!(created.body, expected);
    assert_eq!(xml("GET", "", "").await.expect(200).body, format!("<paymentOptions>{expected}</paymentOptions>"));
    let elements = "<PaymentOption><type>other</type><token>tok_Y</token><isPrimary>true</isPrimary></PaymentOption>";
    xml("PUT", "", elements).await.expect(201);
    assert_eq!(payer.primary_ones().await, [2]);
    let wrapped = json!({"object": {"type": "bank", "token": "tok_Z"}});
    assert_eq!(payer.call("PUT", "").json(&wrapped).send().await.expect(201).json()["type"], "bank");
    payer.call("PUT", "").form("type=card&token=tok_W&lastFour=1234").send().await.expect(201);
    assert_eq!(payer.call("POST", "/1").form("isPrimary=true").send().await.expect(200).json()["isPrimary"], true);
    for (body, code, status) in [("<customer type='card' token='t'/>", "F02", 400), ("<paymentOption type='card'/>", "V01", 422)]
    {
        payer.call("PUT", "").xml(body).send().await.expect_failure(status, code);
    }
    payer.call("PUT", "").header("content-type", "text/plain").body("x").send().await.expect_failure(415, "U02");
    payer.call("GET", "").header("accept", "text/html").send().await.expect_failure(406, "U03");
    payer.audit().await;
}

#[tokio::test]
async fn every_field_is_checked() {
    let payer = Payer::new().await;
    let id = payer.created(json!({})).await["id"].clone();
    let rows = payer.client.app.all_rows().await;
    for (field, value) in [
        ("type", json!("cash")),
        ("type", json!("Card")),
        ("type", json!(1)),
        ("holderName", json!("x".repeat(101))),
        ("brand", json!("x".repeat(31))),
        ("token", json!("x".repeat(256))),
        ("code", json!("x".repeat(61))),
        ("lastFour", json!("123")),
        ("lastFour", json!("12345")),
        ("lastFour", json!("12a4")),
        ("lastFour", json!(1234)),
        ("expirationDate", json!("2099-13")),
        ("expirationDate", json!("12/99")),
        ("expirationDate", json!("2099-12-01")),
        ("isPrimary", json!("yes")),
        ("isPrimary", json!(1)),
        ("holderName", json!("a\u{0}")),
    ] {
        let sent = json!({field: value});
        payer.put(sent.clone()).await.expect_failure_of(400, "F01", field);
        payer.post(&id, sent.clone()).await.expect_failure_of(400, "F01", field);
        payer.post(&json!(999), sent).await.expect_failure_of(400, "F01", field);
    }
    let missing = payer.call("PUT", "").json(&json!({"type": ""})).send().await.expect_failure_of(422, "V01", "type");
    assert_eq!(missing.json()["failureMessage"], "type is required; token is required.", "{missing}");
    for empty in [json!(null), json!("")] {
        for field in ["type", "token", "isPrimary"] {
            payer.post(&id, json!({field: empty})).await.expect_failure_of(422, "V01", field);
        }
    }
    for (field, value) in
        [("id", json!(9)), ("code", json!("x")), ("createDate", json!("2001-01-01 00:00:00")), ("code", json!(""))]
    {
        payer.post(&id, json!({field: value, "brand": "x"})).await.expect_failure_of(422, "V04", field);
    }
    assert_eq!(payer.client.app.all_rows().await, rows);
    let longest =
        json!({"holderName": "😀".repeat(100), "brand": "b".repeat(30), "token": "t".repeat(255), "code": "c".repeat(60)});
    payer.created(longest).await;
    // Read-only fields and unknown ones are ignored by a create.
    payer.created(json!({"id": 9, "createDate": "x", "unknown": {"deep": [1]}})).await;
}

#[tokio::test]
async fn a_customer_with_payment_options_has_exactly_one_primary_one() {
    let payer = Payer::new().await;
    let first = payer.created(json!({"isPrimary": false})).await;
    assert_eq!(first["isPrimary"], true, "the first one becomes it");
    let second = payer.created(json!({})).await;
    assert_eq!(second["isPrimary"], false);
    let third = payer.created(json!({"isPrimary": true})).await;
    assert_eq!(payer.primary_ones().await, [third["id"].clone()]);

    payer.post(&third["id"], json!({"isPrimary": false})).await.expect_failure_of(422, "V10", "isPrimary");
    payer.post(&second["id"], json!({"isPrimary": false})).await.expect(200);
    assert_eq!(payer.post(&second["id"], json!({"isPrimary": true})).await.expect(200).json()["isPrimary"], true);
    assert_eq!(payer.primary_ones().await, [second["id"].clone()]);
    let (partition, sort) = (format!("HEADERS#{}", payer.client.tenant.id), format!("CUSTOMER#{:016}", payer.customer));
    let header = payer.client.app.row(&partition, &sort).await.unwrap();
    assert_eq!(number(&header, "primary_payment_option"), second["id"]);
    payer.audit().await;

    // Whoever is last is the primary one, and never two of them.
    let ids = [&first["id"], &second["id"], &third["id"]];
    let answers = join_all((0..12).map(|turn| payer.post(ids[turn % 3], json!({"isPrimary": true})))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    assert_eq!(payer.primary_ones().await.len(), 1);
    payer.audit().await;
}

#[tokio::test]
async fn tags_change_with_what_is_shown_and_protect_from_overwriting() {
    let payer = Payer::new().await;
    let first = payer.put(json!({})).await.expect(201);
    let tag = first.header("etag").unwrap().to_owned();
    payer.call("GET", "/1").header("if-none-match", &tag).send().await.expect(304);
    payer.created(json!({"isPrimary": true})).await;
    // The first one is shown differently now, although nobody wrote it.
    let shown = payer.call("GET", "/1").header("if-none-match", &tag).send().await.expect(200);
    assert_eq!(shown.json()["isPrimary"], false);
    let stale = payer.call("POST", "/1").header("if-match", &tag).json(&json!({"brand": "x"}));
    let stale = stale.send().await.expect_failure(412, "V06");
    assert_eq!(stale.json()["failureMessage"], "The payment option has changed since you read it. Read it again.");
    let current = shown.header("etag").unwrap();
    payer.call("POST", "/1").header("if-match", current).json(&json!({"brand": "x"})).send().await.expect(200);
    payer.call("POST", "/1").header("if-match", "x").json(&json!({})).send().await.expect_failure_of(400, "F01", "If-Match");
}

#[tokio::test]
async fn twenty_are_the_most() {
    let payer = Payer::new().await;
    join_all((0..19).map(|_| payer.put(json!({})))).await.into_iter().for_each(|answer| {
        answer.expect(201);
    });
    let answers = join_all((0..4).map(|_| payer.put(json!({})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let rows = payer.client.app.all_rows().await;
    let refused = payer.put(json!({})).await.expect_failure(422, "V09");
    assert_eq!(refused.json()["failureMessage"], "The customer has 20 payment options, which is the most.", "{refused}");
    assert_eq!(payer.client.app.all_rows().await, rows, "not even a number is taken");
    assert_eq!(payer.primary_ones().await.len(), 1);
    let ids: Vec<u64> = payer.listed().await.iter().map(|one| one["id"].as_u64().unwrap()).collect();
    assert!(ids.is_sorted() && ids.len() == 20);
    let page = payer.call("GET", "?offset=18&limit=5").send().await.expect(200);
    assert_eq!((page.json().as_array().unwrap().len(), page.header("x-total-count")), (2, Some("20")), "{page}");
    assert_eq!(payer.call("GET", "?limit=0").send().await.expect(200).body, "[]");
    for query in ["limit=1001", "limit=x", "offset=-1", "limit=1&limit=1"] {
        let field = query.split('=').next().unwrap();
        payer.call("GET", format!("?{query}")).send().await.expect_failure_of(400, "F01", field);
    }
    payer.audit().await;
}

#[tokio::test]
async fn codes_are_unique_within_the_customer_and_name_what_has_them() {
    let payer = Payer::new().await;
    let plain = payer.created(json!({})).await["id"].clone();
    assert_eq!(payer.load(&plain).await["code"], plain.to_string());
    let coded = payer.created(json!({"code": "Ref-Ä"})).await["id"].clone();
    let rows = payer.client.app.all_rows_but_counters().await;
    for code in ["ref-ä", "REF-A\u{308}", "1", "007", "１２"] {
        payer.put(json!({"code": code})).await.expect_failure_of(422, "V03", "code");
    }
    assert_eq!(payer.client.app.all_rows_but_counters().await, rows);
    for path in ["*Ref-%C3%84", "%2Aref-%C3%A4"] {
        assert_eq!(payer.call("GET", format!("/{path}")).send().await.expect(200).json()["id"], coded);
        payer.call("POST", format!("/{path}")).json(&json!({"brand": "x"})).send().await.expect(200);
    }
    // The customer can be named by its code too.
    for (path, id) in [("/*a-1/payment-options/*ref-%C3%A4", &coded), (&format!("/*A-1/payment-options/*{plain}"), &plain)] {
        assert_eq!(payer.client.request("GET", path).send().await.expect(200).json()["id"], *id, "{path}");
    }
    assert_eq!(payer.client.request("GET", "/*A-1/payment-options").send().await.expect(200).json().as_array().unwrap().len(), 2);
    payer.client.request("PUT", "/*A-1/payment-options").json(&card()).send().await.expect(201);
    for path in [
        format!("/*{coded}"),
        format!("/*0{plain}"),
        "/*".to_owned(),
        "/*unknown".to_owned(),
        "/*99999999999999999999".to_owned(),
    ] {
        payer.call("GET", &path).send().await.expect_failure(404, "V05");
        payer.call("POST", &path).json(&json!({})).send().await.expect_failure(404, "V05");
    }
    for path in ["/*nobody/payment-options", "/99/payment-options", "/99/payment-options/1", "/*nobody/payment-options/*Ref"] {
        let answer = payer.client.request("GET", path).send().await.expect_failure(404, "V05");
        assert_eq!(answer.json()["failureMessage"], "There is no such customer.", "{answer}");
    }
    payer.call("GET", "/x").send().await.expect_failure_of(400, "F01", "payment_option_id");
    payer.client.request("GET", "/x/payment-options").send().await.expect_failure_of(400, "F01", "id");
    // Another customer has codes of its own.
    let other = payer.client.created(&json!({})).await;
    let place = format!("/{other}/payment-options");
    payer.client.request("PUT", &place).json(&json_with(card(), &json!({"code": "Ref-Ä"}))).send().await.expect(201);
    payer.client.request("GET", &format!("{place}/{coded}")).send().await.expect_failure(404, "V05");
    let answers = join_all((0..8).map(|_| payer.put(json!({"code": "only"})))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    payer.audit().await;
}

/// A number that passes the check of Luhn, and is nobody's.
const NUMBER: &str = "4111111111111111";

#[tokio::test]
async fn numbers_of_cards_are_refused_wherever_they_stand_and_reach_no_row() {
    let payer = Payer::new().await;
    let id = payer.created(json!({})).await["id"].clone();
    let rows = payer.client.app.all_rows().await;
    for written in [
        NUMBER,
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111.1111/1111 - 1111",
        "4111\u{a0}\u{a0}1111\u{202f}1111\u{a0}1111",
        "Ann 4111 1111 1111 1111 12/99",
        "378282246310005",
        "501800000009",
        "6304000000000000000",
    ] {
        for field in ["holderName", "brand", "token", "code", "lastFour", "expirationDate", "type", "createDate"] {
            payer.put(json!({field: written})).await.expect_failure_of(403, "L04", field);
            payer.post(&id, json!({field: written})).await.expect_failure_of(403, "L04", field);
        }
        let hidden = json!({"note": {"deep": ["x", written]}});
        assert_eq!(payer.put(hidden).await.expect_failure(403, "L04").json().get("field"), None);
    }
    let bare: Value = serde_json::from_str(NUMBER).unwrap();
    payer.put(json!({"brand": bare})).await.expect_failure_of(403, "L04", "brand");
    payer.post(&json!(999), json!({"brand": bare})).await.expect_failure_of(403, "L04", "brand");
    let json = |body: String| payer.call("PUT", "").header("content-type", "application/json").body(body).send();
    for body in [
        format!(r#"{{"brand": "{NUMBER}", "brand": "Visa", "type": "card", "token": "t"}}"#),
        format!(r#"{{"object": {{"type": "card", "token": "{NUMBER}"}}}}"#),
        r#"{"brand": "\u0034111\u00a01111 1111 1111"}"#.to_owned(),
        r#"{"brand": 4.111111111111111e15}"#.to_owned(),
    ] {
        json(body).await.expect_failure(403, "L04");
    }
    for body in [
        format!("<paymentOption type='card' token='{NUMBER}'/>"),
        format!("<paymentOption type='card'><token>{NUMBER}</token></paymentOption>"),
        "<paymentOption><brand>4111<!-- - -->1111<![CDATA[1111]]>&#49;111</brand></paymentOption>".to_owned(),
        format!("<paymentOption><x y='{NUMBER}'/></paymentOption>"),
        "<paymentOption><x>4111 <b>1111</b> 1111 1111</x></paymentOption>".to_owned(),
        format!("<paymentOption>{NUMBER}</paymentOption>"),
    ] {
        payer.call("PUT", "").xml(&body).send().await.expect_failure(403, "L04");
    }
    for body in ["type=card&token=4111+1111+1111+1111", "type=card&token=t&unknown=4111%C2%A01111-1111-1111"] {
        payer.call("PUT", "").form(body).send().await.expect_failure(403, "L04");
    }
    // With a key that makes it safe to repeat, nothing is kept either.
    let keyed = payer.call("PUT", "").header("Idempotency-Key", "k-1").json(&json_with(card(), &json!({"brand": NUMBER})));
    keyed.send().await.expect_failure(403, "L04");
    assert_eq!(payer.client.app.all_rows().await, rows);

    // Ids may be such numbers, and so may more digits than a card has.
    payer.created(json!({"id": bare, "holderName": "41111111111111111111", "token": "4111111111111112"})).await;
    payer.client.created(&json!({"code": format!("A{NUMBER}"), "phone": "411111111111116"})).await;
}

#[tokio::test]
async fn hostile_bodies_are_refused_in_bounded_time_and_write_nothing() {
    let payer = Payer::new().await;
    payer.created(json!({})).await;
    let rows = payer.client.app.all_rows().await;
    let nested = |levels: usize| format!("{{\"x\": {}{}}}", "[".repeat(levels), "]".repeat(levels));
    let (json, xml, form) = ("application/json", "application/xml", "application/x-www-form-urlencoded");
    for (media_type, body, code) in [
        (json, b"\"\xff\"".to_vec(), "F02"),
        (json, b"[]".to_vec(), "F02"),
        (json, nested(40).into_bytes(), "F02"),
        (json, nested(100_000).into_bytes(), "F02"),
        (json, br#"{"object": 1}"#.to_vec(), "F02"),
        (json, br#"{"note": "\u0000"}"#.to_vec(), "F02"),
        (json, format!("{{\"note\": \"{}\"}}", "x".repeat(256 * 1024)).into_bytes(), "F02"),
        (xml, b"<!DOCTYPE x [<!ENTITY e '4111'>]><paymentOption brand='&e;'/>".to_vec(), "F02"),
        (xml, format!("{}{}", "<paymentOption>".repeat(33), "</paymentOption>".repeat(33)).into_bytes(), "F02"),
        (xml, b"<paymentOption><brand><b/></brand></paymentOption>".to_vec(), "F01"),
        (xml, b"<paymentOption brand='a'><brand>b</brand></paymentOption>".to_vec(), "F01"),
        (form, b"type=%zz".to_vec(), "F02"),
        (form, b"type=card&type=card".to_vec(), "F01"),
        // As many groups of digits as a body has room for, none of which are a card number.
        (json, format!("{{\"brand\": \"{}\"}}", "1 ".repeat(130_000)).into_bytes(), "F01"),
    ] {
        for (method, rest) in [("PUT", ""), ("POST", "/1")] {
            let request = payer.call(method, rest).header("content-type", media_type).body(body.clone());
            request.send().await.expect_failure(400, code);
        }
    }
    assert_eq!(payer.client.app.all_rows().await, rows);
}

#[tokio::test]
async fn users_see_only_the_customers_of_their_accounts_and_readers_do_not_write() {
    let payer = Payer::new().await;
    payer.created(json!({"code": "Main"})).await;
    let app = &payer.client.app;
    let account = app.account(&payer.client.tenant).await;
    let limited = app.service_user(&payer.client.tenant, &["read", "write"], Some(&[account])).await;
    let reader = app.service_user(&payer.client.tenant, &["read"], None).await;
    let stranger = app.reseller("Harbour Telecom").await;
    let stranger = app.service_user(&stranger, &["read", "write"], None).await;
    let rows = app.all_rows().await;
    let all = format!("{CUSTOMERS}/{}/payment-options", payer.customer);
    let by_code = format!("{CUSTOMERS}/*A-1/payment-options/*Main");
    for user in [&limited, &stranger] {
        for (method, path) in [("GET", &all), ("PUT", &all), ("GET", &by_code), ("POST", &by_code)] {
            app.request(method, path).user(user).json(&card()).send().await.expect_failure(404, "V05");
        }
        for method in ["GET", "POST"] {
            app.request(method, &format!("{all}/1")).user(user).json(&json!({})).send().await.expect_failure(404, "V05");
        }
    }
    app.request("PUT", &all).user(&reader).json(&card()).send().await.expect_failure(403, "L02");
    app.request("POST", &by_code).user(&reader).json(&json!({})).send().await.expect_failure(403, "L02");
    app.request("GET", &all).user(&reader).send().await.expect(200);
    app.request("GET", &by_code).user(&reader).send().await.expect(200);
    app.request("GET", &all).send().await.expect_failure(401, "L01");
    assert_eq!(app.all_rows().await, rows);
    for (method, rest, action) in [("GET", "", "create"), ("PUT", "", "find"), ("GET", "/1", "modify"), ("POST", "/1", "load")] {
        payer.call(method, format!("{rest}?action={action}")).json(&card()).send().await.expect_failure(405, "U01");
    }
    payer.call("GET", "?action=find").send().await.expect(200);
}

#[tokio::test]
async fn every_change_is_in_the_activity_and_is_made_once() {
    let payer = Payer::new().await;
    let app = &payer.client.app;
    let keyed = |body: Value| payer.call("PUT", "").header("Idempotency-Key", "once").json(&body).send();
    let first = keyed(card()).await.expect(201);
    assert_eq!(keyed(card()).await.expect(201).body, first.body);
    keyed(json!({"type": "bank", "token": "t"})).await.expect_failure(422, "V07");
    assert_eq!(payer.listed().await.len(), 1);
    payer.created(json!({"code": "B-2", "brand": "Visa"})).await;
    let keyed = |body: Value| payer.call("POST", "/2").header("Idempotency-Key", "again").json(&body).send();
    let moved = keyed(json!({"isPrimary": true, "lastFour": "0001"})).await.expect(200);
    assert_eq!(keyed(json!({"isPrimary": true, "lastFour": "0001"})).await.expect(200).body, moved.body);
    payer.post(&json!(2), json!({})).await.expect(200);
    let query = format!("/api/v3/reseller/activity/?customer={}", payer.customer);
    let entries = app.request("GET", &query).key(&payer.client.tenant.key).send().await.expect(200).result();
    let told: Vec<Value> =
        entries.as_array().unwrap().iter().map(|entry| json!([entry["action"], entry["object"], entry["fields"]])).collect();
    assert_eq!(
        told[..3],
        [
            json!(["payment_option.updated", {"kind": "payment_option", "id": 2}, ["last_four", "is_primary"]]),
            json!(["payment_option.created", {"kind": "payment_option", "id": 2}, ["code", "payment_type", "brand", "token"]]),
            json!(["payment_option.created", {"kind": "payment_option", "id": 1}, ["payment_type", "token", "is_primary"]]),
        ]
    );
}

#[tokio::test]
async fn a_deleted_customer_has_none_and_they_are_erased() {
    let payer = Payer::new().await;
    let app = &payer.client.app;
    for more in [json!({"code": "A"}), json!({}), json!({"code": "C"})] {
        payer.created(more).await;
    }
    let other = payer.client.created(&json!({})).await;
    let of_other = format!("/{other}/payment-options");
    let kept = payer.client.request("PUT", &of_other).json(&json_with(card(), &json!({"code": "A"}))).send().await.expect(201);
    app.reseller_api("DELETE", payer.customer).key(&payer.client.tenant.key).send().await.expect(204);
    for (method, rest) in [("GET", ""), ("PUT", ""), ("GET", "/1"), ("POST", "/1"), ("GET", "/*A")] {
        payer.call(method, rest).json(&card()).send().await.expect_failure(404, "V05");
    }
    app.audit(&payer.client.tenant).await;
    // It fails once, and goes on where it was.
    app.wire.script(|call| match call.operation.as_str() {
        "TransactWriteItems" => Effect::Answer(400, json!({"__type": "ThrottlingException"})),
        _ => Effect::Pass,
    });
    assert_eq!(app.operate("operator-erase-deleted", json!({})).await.unwrap_err().0, "SERVICE_UNAVAILABLE");
    app.wire.mend();
    assert_eq!(app.operate("operator-erase-deleted", json!({})).await.unwrap(), json!({"erased": 1, "has_more": false}));
    let rows = app.all_rows().await;
    let left = rows.iter().filter(|row| row.contains("PAYMENTOPTION") && !row.contains("\"COUNTERS\"")).count();
    assert_eq!(left, 2, "the payment option of the other customer, and its code");
    let shown = payer.client.request("GET", &format!("{of_other}/*A")).send().await.expect(200);
    assert_eq!(shown.body, kept.body);
    app.audit(&payer.client.tenant).await;
}

#[tokio::test]
async fn a_read_takes_one_round_a_change_two_and_a_create_three() {
    let payer = Payer::new().await;
    payer.created(json!({"code": "Main"})).await;
    let rounds = async |request: RequestBuilder<'_>| {
        payer.client.app.wire.take_calls();
        assert!(request.send().await.status < 300);
        payer.client.app.wire.take_rounds()
    };
    assert_eq!(rounds(payer.call("GET", "/1")).await, [1]);
    assert_eq!(rounds(payer.call("GET", "")).await, [2]);
    assert_eq!(rounds(payer.call("PUT", "").json(&card())).await, [1, 1, 1]);
    assert_eq!(rounds(payer.call("POST", "/1").json(&json!({"brand": "x"}))).await, [1, 1]);
    assert_eq!(rounds(payer.call("POST", "/2").json(&json!({"isPrimary": true}))).await, [1, 1]);
    assert_eq!(rounds(payer.call("POST", "/2").json(&json!({}))).await, [1]);
    // A code takes one call more.
    assert_eq!(rounds(payer.call("GET", "/*Main")).await, [1, 1]);
    assert_eq!(rounds(payer.client.request("GET", "/*A-1/payment-options/*Main")).await, [1, 1, 1]);
}
