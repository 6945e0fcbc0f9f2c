//! Requests that clients should not send. Each is refused in the API's own form, never with a panic or a 5xx, and writes nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use shared::lambda::request::MAXIMUM_BODY;

use crate::harness::records::words;
use crate::harness::{Answer, App, Tenant};

/// A customer to write to, in a table that a refused call must not change.
struct Target {
    app: App,
    tenant: Tenant,
    id: u64,
    before: Vec<String>,
}

impl Target {
    async fn prepare() -> Self {
        let (app, tenant) = App::with_reseller().await;
        let id = app.create_with(&tenant, valid()).await;
        let before = app.all_rows().await;
        Self { app, tenant, id, before }
    }

    /// Sends the body as a create and as an update.
    async fn send(&self, body: impl Into<Vec<u8>>, content_type: Option<&str>) -> [Answer; 2] {
        let body = body.into();
        let mut answers = Vec::new();
        for (method, path) in [("POST", String::new()), ("PUT", format!("{}/", self.id))] {
            let mut request = self.app.reseller_api(method, path).key(&self.tenant.key).body(body.clone());
            if let Some(content_type) = content_type {
                request = request.header("content-type", content_type);
            }
            answers.push(request.send().await);
        }
        answers.try_into().unwrap()
    }

    async fn send_json(&self, body: impl Into<Vec<u8>>) -> [Answer; 2] {
        self.send(body, Some("application/json")).await
    }

    /// Checks that both are refused as malformed JSON, in every form in which the body can be sent.
    async fn refuses_as_malformed(&self, body: impl Into<Vec<u8>>) {
        let body = body.into();
        for content_type in [Some("application/json"), None] {
            for answer in self.send(body.clone(), content_type).await {
                answer.expect_error(400, "MALFORMED_JSON");
            }
        }
    }

    /// Checks that both are refused for exactly these fields.
    async fn refuses_fields(&self, body: &Value, fields: &[&str]) {
        for answer in self.send_json(body.to_string()).await {
            answer.expect_faults(fields);
        }
    }

    async fn accepts(&self, body: impl Into<Vec<u8>>) -> [Answer; 2] {
        self.send_json(body).await.map(|answer| answer.expect(201))
    }

    async fn get(&self, id: &str) -> Answer {
        self.app.reseller_api("GET", format!("{id}/")).key(&self.tenant.key).send().await
    }

    /// Checks that nothing was written, and not even an id was used.
    async fn is_unchanged(&self) {
        assert!(self.app.all_rows().await == self.before, "a refused call wrote something");
    }
}

fn valid() -> Value {
    json!({"name": "Acme", "email": "acme@example.com", "phone": "+31 012 345678"})
}

/// A valid body with one more field, whose value is this JSON text.
fn with(field: &str, value: &str) -> String {
    format!(r#"{{"name":"Acme","email":"acme@example.com","{field}":{value}}}"#)
}

/// A valid body with another value in this field.
fn with_value(field: &str, value: Value) -> Value {
    let mut body = valid();
    body[field] = value;
    body
}

#[tokio::test]
async fn given_a_body_at_the_limit_then_it_is_read_and_a_byte_more_is_refused() {
    let target = Target::prepare().await;
    let of_bytes = |bytes: usize, filling: &str| {
        let mut body = with("padding", "\"\"");
        let room = bytes - body.len();
        let padding = format!("{}{}", filling.repeat(room / filling.len()), "x".repeat(room % filling.len()));
        body.insert_str(body.len() - 2, &padding);
        assert_eq!(body.len(), bytes);
        body
    };
    for content_type in [Some("application/json"), None, Some("application/octet-stream")] {
        for filling in ["x", "é", "😀"] {
            for bytes in [MAXIMUM_BODY + 1, MAXIMUM_BODY + 2, MAXIMUM_BODY + 3, MAXIMUM_BODY * 4] {
                for answer in target.send(of_bytes(bytes, filling), content_type).await {
                    let answer = answer.expect_error(400, "VALIDATION_ERROR");
                    assert!(answer.json()["message"].as_str().unwrap().contains("262144"), "{answer}");
                }
            }
        }
    }
    target.is_unchanged().await;
    for content_type in [Some("application/json"), None] {
        for bytes in [MAXIMUM_BODY - 1, MAXIMUM_BODY] {
            for answer in target.send(of_bytes(bytes, "😀"), content_type).await {
                answer.expect(201);
            }
        }
    }
}

#[tokio::test]
async fn given_a_body_that_is_declared_as_base64_and_is_not_then_400() {
    let target = Target::prepare().await;
    let event = |body: &str| {
        json!({
            "version": "2.0",
            "headers": {"x-zoom-s2t-key": target.tenant.key, "content-type": "application/json"},
            "pathParameters": {"id": target.id.to_string()},
            "body": body,
            "isBase64Encoded": true,
        })
    };
    let encoded = STANDARD.encode(valid().to_string());
    for body in ["{}", "not base64!", "e30", "e30==", "e3 0=", &encoded[1..], &format!("{encoded}\n"), "====", "ｅ３０＝"] {
        for function in ["reseller-create-customer", "reseller-update-customer"] {
            target.app.invoke(function, event(body)).await.expect_error(400, "MALFORMED_JSON");
        }
    }
    target.is_unchanged().await;
    for function in ["reseller-create-customer", "reseller-update-customer"] {
        target.app.invoke(function, event(&encoded)).await.expect(201);
    }
}

#[tokio::test]
async fn given_bytes_that_are_not_utf8_then_400() {
    let target = Target::prepare().await;
    for bytes in [
        &b"\xff"[..],
        b"\xc3",
        b"\xc3\x28",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xed\xa0\xbd\xed\xb8\x80",
        b"\xf4\x90\x80\x80",
        b"\xf0\x9f\x98",
        b"\x80",
    ] {
        for (before, behind) in [
            (&br#"{"name":"A"#[..], &br#"","email":"a@example.com"}"#[..]),
            (br#"{"name":"Acme","email":"a"#, br#"@example.com"}"#),
            (br#"{"name":"Acme","email":"a@example.com","x":""#, br#""}"#),
            (br#"{"name":"Acme","email":"a@example.com",""#, br#"":1}"#),
            (b"", br#"{"name":"Acme","email":"a@example.com"}"#),
        ] {
            target.refuses_as_malformed([before, bytes, behind].concat()).await;
        }
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_lone_surrogates_then_400_and_a_pair_is_a_character() {
    let target = Target::prepare().await;
    for lone in [r"\ud800", r"\udbff", r"\udc00", r"\udfff", r"\ud83d\ud83d", r"\ude00\ud83d", r"\ud83dx", r"\ud83d\n", r"\uD83D"]
    {
        target.refuses_as_malformed(format!(r#"{{"name":"A{lone}","email":"a@example.com"}}"#)).await;
        target.refuses_as_malformed(format!(r#"{{"name":"A","email":"a{lone}@example.com"}}"#)).await;
        target.refuses_as_malformed(with("x", &format!("\"{lone}\""))).await;
        target.refuses_as_malformed(with(lone, "1")).await;
    }
    target.is_unchanged().await;
    for answer in target.accepts(r#"{"name":"A \ud83d\ude00","email":"a@example.com"}"#).await {
        assert_eq!(answer.result()["name"], "A 😀", "{answer}");
    }
}

#[tokio::test]
async fn given_characters_that_xml_can_not_carry_then_400_wherever_they_stand() {
    let target = Target::prepare().await;
    let unusable = (0..0x20_u32).filter(|code| ![0x9, 0xa, 0xd].contains(code)).chain([0xfffe, 0xffff]);
    for code in unusable {
        let character = char::from_u32(code).unwrap();
        target.refuses_fields(&with_value("name", json!(format!("A{character}b"))), &["name"]).await;
        target.refuses_fields(&with_value("name", json!(format!("Acme{character}"))), &["name"]).await;
        target.refuses_fields(&with_value("email", json!(format!("a{character}@example.com"))), &["email"]).await;
        target.refuses_fields(&with_value("phone", json!(format!("+1234567{character}"))), &["phone"]).await;
        target.refuses_as_malformed(with_value("note", json!(format!("{character}"))).to_string()).await;
        target.refuses_as_malformed(with_value("note", json!([{"deep": ["down", format!("{character}")]}])).to_string()).await;
        target.refuses_as_malformed(with_value("note", json!({format!("{character}"): 1})).to_string()).await;
        target.refuses_as_malformed(with_value(&format!("no{character}te"), json!(1)).to_string()).await;
        if code < 0x20 {
            target.refuses_as_malformed(format!("{{\"name\":\"A{character}b\",\"email\":\"a@example.com\"}}")).await;
        } else {
            for answer in target.send_json(format!("{{\"name\":\"A{character}b\",\"email\":\"a@example.com\"}}")).await {
                answer.expect_faults(&["name"]);
            }
        }
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_unusual_characters_that_xml_can_carry_then_they_come_back_as_they_were_sent() {
    let target = Target::prepare().await;
    for inner in [
        "\t",
        "\n",
        "\r\n",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{fffd}",
        "\u{feff}",
        "\u{202e}",
        "\u{e000}",
        "\u{10ffff}",
        "\u{1fffe}",
    ] {
        let name = format!("A{inner}b");
        for answer in target.accepts(with_value("name", json!(name)).to_string()).await {
            assert_eq!(answer.result()["name"], name.as_str(), "{answer}");
            assert_eq!(target.get(&answer.id().to_string()).await.expect(200).result(), answer.result());
        }
    }
    target.app.audit(&target.tenant).await;
}

/// Arrays, objects or both alternately, this many levels deep.
fn nested(levels: usize, of: &str) -> String {
    let is_array = |level: usize| of == "arrays" || of == "both" && level.is_multiple_of(2);
    let open: String = (0..levels).map(|level| if is_array(level) { "[" } else { "{\"x\":" }).collect();
    let close: String = (0..levels).rev().map(|level| if is_array(level) { "]" } else { "}" }).collect();
    format!("{open}0{close}")
}

#[tokio::test]
async fn given_a_body_of_32_levels_then_it_is_read_and_of_more_refused() {
    let target = Target::prepare().await;
    for of in ["arrays", "objects", "both"] {
        // The root is a level too.
        for levels in [32, 33, 100, 126, 127, 128, 129, 1_000, 10_000] {
            target.refuses_as_malformed(with("x", &nested(levels, of))).await;
            target.refuses_as_malformed(with("name", &nested(levels, of))).await;
        }
        target.refuses_as_malformed(nested(40_000, of)).await;
    }
    target.refuses_as_malformed(nested(100_000, "arrays")).await;
    target.refuses_as_malformed("[".repeat(MAXIMUM_BODY)).await;
    target.refuses_as_malformed("{\"x\":".repeat(40_000)).await;
    target.refuses_as_malformed(with("x", &"[".repeat(100_000))).await;
    target.is_unchanged().await;
    for of in ["arrays", "objects", "both"] {
        for levels in [1, 30, 31] {
            target.accepts(with("x", &nested(levels, of))).await;
        }
    }
}

#[tokio::test]
async fn given_a_body_that_is_no_object_then_400() {
    let target = Target::prepare().await;
    for body in ["", " ", "\n\t\r ", "[]", "[{}]", "\"name\"", "\"{}\"", "1", "-0.5", "true", "false", "null", "{}{}", "[", "{"] {
        target.refuses_as_malformed(body).await;
    }
    target.refuses_as_malformed(json!([valid()]).to_string()).await;
    target.refuses_as_malformed(json!(valid().to_string()).to_string()).await;
    target.refuses_fields(&json!({}), &["name", "email"]).await;
    for (method, path) in [("POST", String::new()), ("PUT", format!("{}/", target.id))] {
        let request = target.app.reseller_api(method, path).key(&target.tenant.key);
        request.send().await.expect_error(400, "MALFORMED_JSON");
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_something_that_is_almost_json_then_400() {
    let target = Target::prepare().await;
    let body = valid().to_string();
    for behind in ["x", ",", "}", "{}", "\0", "null", "// done", "\u{feff}"] {
        target.refuses_as_malformed(format!("{body}{behind}")).await;
    }
    for before in ["\u{feff}", "x", ",", ")]}',\n", "\u{a0}", "\u{b}"] {
        target.refuses_as_malformed(format!("{before}{body}")).await;
    }
    for end in 1..body.len() {
        if body.is_char_boundary(end) && end % 7 == 0 {
            target.refuses_as_malformed(&body[..end]).await;
        }
    }
    let utf16 = |order: fn(u16) -> [u8; 2]| body.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    target.refuses_as_malformed(utf16(u16::to_le_bytes)).await;
    target.refuses_as_malformed(utf16(u16::to_be_bytes)).await;
    target.refuses_as_malformed(body.replace('"', "'")).await;
    target.refuses_as_malformed(body.replace('}', ",}")).await;
    target.refuses_as_malformed(body.replace(':', "=")).await;
    target.refuses_as_malformed(r#"{name:"Acme","email":"a@example.com"}"#).await;
    target.refuses_as_malformed("name=Acme&email=a%40example.com").await;
    target.refuses_as_malformed("<customer name=\"Acme\"/>").await;
    for value in [
        "NaN",
        "Infinity",
        "-Infinity",
        "undefined",
        "01",
        "+1",
        ".5",
        "1.",
        "0x10",
        "1e",
        "True",
        "nil",
        r#""\x41""#,
        r#""\u12""#,
    ] {
        target.refuses_as_malformed(with("x", value)).await;
    }
    target.is_unchanged().await;
    for body in [format!(" \r\n\t{body}\n "), serde_json::to_string_pretty(&valid()).unwrap(), body.replace('/', r"\/")] {
        target.accepts(body).await;
    }
}

#[tokio::test]
async fn given_numbers_too_large_to_be_read_then_400_and_others_are_ignored() {
    let target = Target::prepare().await;
    for value in ["1e400", "-1e400", "1e99999999999999999999", &"9".repeat(400)] {
        target.refuses_as_malformed(with("x", value)).await;
        target.refuses_as_malformed(with("name", value)).await;
    }
    for value in ["1e308", "-1", "99999999999999999999999999", "1e-400", "0.1", &format!("0.{}", "1".repeat(10_000))] {
        target.refuses_fields(&serde_json::from_str(&with("name", value)).unwrap(), &["name"]).await;
        target.refuses_fields(&serde_json::from_str(&with("is_active", value)).unwrap(), &["is_active"]).await;
    }
    target.is_unchanged().await;
    for value in ["1e308", "99999999999999999999999999", "1e-400", "-0"] {
        target.accepts(with("x", value)).await;
    }
}

#[tokio::test]
async fn given_a_key_twice_then_the_last_one_counts() {
    let target = Target::prepare().await;
    for answer in target.send_json(r#"{"name":"Acme","email":"a@example.com","name":"","name":null}"#).await {
        answer.expect_faults(&["name"]);
    }
    target.is_unchanged().await;
    for answer in target.accepts(r#"{"name":7,"name":"First","email":"a@example.com","name":"Last"}"#).await {
        assert_eq!(answer.result()["name"], "Last", "{answer}");
    }
}

#[tokio::test]
async fn given_values_of_another_type_then_400_with_every_faulty_field() {
    let target = Target::prepare().await;
    for field in ["name", "email", "phone"] {
        for value in [json!(1), json!(1.5), json!(true), json!(false), json!([]), json!(["Acme"]), json!({}), json!({"a": "b"})] {
            target.refuses_fields(&with_value(field, value), &[field]).await;
        }
    }
    for value in [json!("true"), json!("false"), json!(""), json!(1), json!(0), json!([]), json!([true]), json!({})] {
        target.refuses_fields(&with_value("is_active", value), &["is_active"]).await;
    }
    let all = json!({"is_active": 1, "phone": 1, "email": 1, "name": 1});
    target.refuses_fields(&all, &["name", "email", "phone", "is_active"]).await;
    let all = json!({"name": "", "email": "nobody", "phone": "12", "is_active": "yes", "note": 1});
    target.refuses_fields(&all, &["name", "email", "phone", "is_active"]).await;
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_fields_of_others_then_they_are_ignored() {
    let target = Target::prepare().await;
    let mut body = valid();
    for (field, value) in [
        ("id", json!(4_711)),
        ("registration_date", json!("1999-01-01T00:00:00.000Z")),
        ("last_modified", json!(17)),
        ("revision", json!(99)),
        ("code", json!("A-1")),
        ("account_id", json!(1)),
        ("organization", json!("Other")),
        ("first_name", json!("Other")),
        ("holds_email", json!(true)),
        ("reseller_id", json!(2)),
        ("PK", json!("RESELLER#2")),
        ("SK", json!("CUSTOMER#0000000000000001")),
        ("by_name", json!("other")),
        ("Name", json!("Other")),
        ("__proto__", json!({"name": "Other"})),
        ("", json!("")),
    ] {
        body[field] = value;
    }
    for answer in target.accepts(body.to_string()).await {
        let mut shown = answer.result();
        for (field, value) in valid().as_object().unwrap() {
            assert_eq!(shown[field].take(), *value, "{answer}");
        }
        assert_ne!(shown["id"], 4_711, "{answer}");
    }
    for row in target.app.audit(&target.tenant).await.values() {
        assert_eq!(words(row, "code"), None);
        assert_eq!(words(row, "first_name"), None);
        assert_eq!(row["holds_email"].as_bool(), Ok(&false));
    }
}

#[tokio::test]
async fn given_names_at_their_limits_in_characters_of_every_width() {
    let target = Target::prepare().await;
    for name in ["", " ", "\t\n", "\u{a0}\u{3000}\u{2003}"] {
        target.refuses_fields(&with_value("name", json!(name)), &["name"]).await;
    }
    target.refuses_fields(&with_value("name", Value::Null), &["name"]).await;
    for character in ["a", "é", "字", "😀", "\u{fdfa}", "ß", "\u{301}"] {
        target.refuses_fields(&with_value("name", json!(character.repeat(256))), &["name"]).await;
    }
    target.is_unchanged().await;
    for character in ["a", "é", "字", "😀", "\u{fdfa}", "ß", "\u{301}"] {
        for count in [1, 255] {
            let name = character.repeat(count);
            for answer in target.accepts(with_value("name", json!(format!(" {name}\u{a0}\n"))).to_string()).await {
                assert_eq!(answer.result()["name"], name.as_str(), "{answer}");
                assert_eq!(target.get(&answer.id().to_string()).await.result(), answer.result());
            }
        }
    }
    target.app.audit(&target.tenant).await;
    for direction in ["asc", "desc"] {
        let listed = target.app.list(&target.tenant, &format!("sort=name&limit=1000&direction={direction}")).await;
        assert_eq!(listed.json()["count"], 15, "{listed}");
    }
}

#[tokio::test]
async fn given_addresses_and_phone_numbers_at_their_limits() {
    let target = Target::prepare().await;
    let long = |characters: usize, of: &str| format!("{}@b.co", of.repeat(characters - 5));
    for email in [
        "acme".to_owned(),
        "@example.com".to_owned(),
        "a@".to_owned(),
        "a@example".to_owned(),
        "a@@example.com".to_owned(),
        "a@b@example.com".to_owned(),
        "a b@example.com".to_owned(),
        "a@exa mple.com".to_owned(),
        "a@example..com".to_owned(),
        "a@.com".to_owned(),
        "a@example.".to_owned(),
        "a\u{a0}b@example.com".to_owned(),
        "a\u{7f}@example.com".to_owned(),
        "a@example.com\nbcc: b@example.com".to_owned(),
        long(255, "a"),
        long(255, "é"),
        long(100_000, "a"),
    ] {
        target.refuses_fields(&with_value("email", json!(email)), &["email"]).await;
    }
    for phone in [
        "123456789",
        "+123456",
        "+1234567890123456",
        "+",
        "+-1234567",
        "+1234567-",
        "+12345x67",
        "++1234567",
        "+1234567 ext 5",
        "+１２３４５６７８",
        "+1\t234567",
        "+1          2          3     4567",
        "00311234567",
    ] {
        target.refuses_fields(&with_value("phone", json!(phone)), &["phone"]).await;
    }
    target.refuses_fields(&with_value("phone", json!("+1234567".repeat(10_000))), &["phone"]).await;
    target.is_unchanged().await;
    for email in [long(254, "a"), long(254, "é"), long(254, "😀"), "a@b.c".to_owned(), "jørgen@例え.テスト".to_owned()] {
        for answer in target.accepts(with_value("email", json!(format!(" {email} "))).to_string()).await {
            assert_eq!(answer.result()["email"], email.as_str(), "{answer}");
        }
    }
    for phone in ["+1234567", "+123456789012345", "+31 012 345678", "+1          2          3    4567", "+31 (0)20-123.45.67"] {
        for answer in target.accepts(with_value("phone", json!(format!(" {phone}\n"))).to_string()).await {
            assert_eq!(answer.result()["phone"], phone, "{answer}");
        }
    }
    for nothing in [json!(null), json!(""), json!("  ")] {
        for answer in target.accepts(with_value("phone", nothing).to_string()).await {
            assert_eq!(answer.result()["phone"], Value::Null, "{answer}");
        }
    }
    target.app.audit(&target.tenant).await;
}

#[tokio::test]
async fn given_any_content_type_or_none_with_a_well_formed_body_then_it_is_accepted() {
    let target = Target::prepare().await;
    for content_type in [
        None,
        Some(""),
        Some("application/json"),
        Some("APPLICATION/JSON"),
        Some("application/json; charset=utf-8"),
        Some("application/json;charset=\"utf-16\""),
        Some("application/problem+json"),
        Some("text/plain"),
        Some("text/html; charset=iso-8859-1"),
        Some("application/x-www-form-urlencoded"),
        Some("multipart/form-data; boundary=x"),
        Some("application/octet-stream"),
        Some("nonsense"),
        Some("ünïcode/\u{1}"),
        Some(";;;,"),
    ] {
        for answer in target.send(with_value("name", json!("Ünïcode")).to_string(), content_type).await {
            assert_eq!(answer.clone().expect(201).result()["name"], "Ünïcode", "{answer}");
            assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
        }
        for answer in target.send("name=Acme", content_type).await {
            answer.expect_error(400, "MALFORMED_JSON");
        }
    }
}

#[tokio::test]
async fn given_a_get_or_a_delete_with_a_body_then_it_does_not_matter() {
    let target = Target::prepare().await;
    let requests =
        [("GET", String::new(), 200), ("GET", format!("{}/", target.id), 200), ("DELETE", format!("{}/", target.id), 204)];
    for (method, path, status) in requests {
        let request = target.app.reseller_api(method, path).key(&target.tenant.key).body(b"\xff{not json".to_vec());
        request.send().await.expect(status);
    }
}

/// Texts that are no integers of ASCII digits.
const NO_IDS: [&str; 34] = [
    "abc",
    "-1",
    "+1",
    "1.0",
    "1,0",
    "1e0",
    "0x1",
    "0b1",
    "1_000",
    "１",
    "%EF%BC%91",
    "٣",
    "²",
    "one",
    "true",
    "null",
    "NaN",
    "[1]",
    "{id}",
    "%20",
    "%201",
    "1%20",
    "1%0A",
    "%09",
    "%00",
    "1%00",
    "%zz",
    "%",
    "%3",
    "%ff",
    "%2531",
    "1%2F",
    "..%2F1",
    "1%3B1",
];

#[tokio::test]
async fn given_an_id_that_is_no_integer_then_400_that_names_it() {
    let target = Target::prepare().await;
    let body = valid();
    for id in NO_IDS.into_iter().map(str::to_owned).chain([" 1".to_owned(), "1 ".to_owned(), "a".repeat(10_000), "-".repeat(400)])
    {
        for method in ["GET", "PUT", "DELETE"] {
            for slash in ["/", ""] {
                let request = target.app.reseller_api(method, format!("{id}{slash}")).key(&target.tenant.key).json(&body);
                request.send().await.expect_faults(&["id"]);
            }
            let nobody = target.app.reseller_api(method, format!("{id}/")).json(&body);
            nobody.send().await.expect_error(401, "MISSING_API_KEY");
        }
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_an_id_that_names_nobody_then_404_however_large_it_is() {
    let target = Target::prepare().await;
    for id in [
        "0",
        "00",
        "2",
        "0002",
        "999999999999999",
        "9999999999999999",
        "10000000000000000",
        "18446744073709551615",
        "18446744073709551616",
        "18446744073709551617",
        "%30",
        &"9".repeat(400),
        &"0".repeat(400),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            let request = target.app.reseller_api(method, format!("{id}/")).key(&target.tenant.key).json(&valid());
            request.send().await.expect_error(404, "NOT_FOUND");
        }
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_an_id_with_leading_zeros_or_encoded_digits_then_it_is_the_same_customer() {
    let target = Target::prepare().await;
    let expected = target.get("1").await.expect(200).body;
    for id in ["01", "0000000000000001", "00000000000000001", &format!("{}1", "0".repeat(400)), "%31", "%30%31", "0%31"] {
        assert_eq!(target.get(id).await.expect(200).body, expected, "{id}");
    }
}

#[tokio::test]
async fn given_an_event_without_its_parts_then_it_is_answered_in_the_form_of_the_api() {
    let target = Target::prepare().await;
    let key = json!({"x-zoom-s2t-key": target.tenant.key});
    for (function, status) in [
        ("reseller-create-customer", 400),
        ("reseller-get-customer", 400),
        ("reseller-list-customers", 200),
        ("reseller-update-customer", 400),
        ("reseller-delete-customer", 400),
    ] {
        for parameters in [Value::Null, json!({}), json!({"id": ""})] {
            let event = json!({"headers": key, "pathParameters": parameters});
            target.app.invoke(function, event).await.expect(status);
        }
        for event in [json!({}), json!({"headers": null}), json!({"headers": {}, "body": null, "rawPath": null})] {
            target.app.invoke(function, event).await.expect_error(401, "MISSING_API_KEY");
        }
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_a_path_that_goes_on_behind_the_route_then_404_in_the_form_of_the_api() {
    let target = Target::prepare().await;
    for function in [
        "reseller-create-customer",
        "reseller-get-customer",
        "reseller-list-customers",
        "reseller-update-customer",
        "reseller-delete-customer",
    ] {
        for behind in ["x", "x/y", "/", "..", "1", "%2e%2e", " "] {
            let event = json!({
                "rawPath": format!("/api/v3/reseller/customer/{}/{behind}", target.id),
                "headers": {"x-zoom-s2t-key": target.tenant.key},
                "pathParameters": {"id": target.id.to_string(), "proxy": behind},
                "body": valid().to_string(),
            });
            target.app.wire.take_calls();
            target.app.invoke(function, event).await.expect_error(404, "NOT_FOUND");
            assert_eq!(target.app.wire.take_calls().len(), 0);
        }
    }
    for path in ["1/x", "1//", "/1/", "//", "../customer/", "1/../1/"] {
        for method in ["GET", "PUT", "DELETE", "POST"] {
            target.app.reseller_api(method, path).key(&target.tenant.key).json(&valid()).send().await.expect(404);
        }
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_the_header_of_the_key_in_any_case_then_it_is_found() {
    let target = Target::prepare().await;
    for name in ["x-zoom-s2t-key", "X-Zoom-S2T-Key", "X-ZOOM-S2T-KEY", "x-Zoom-s2T-keY"] {
        target.app.reseller_api("GET", "1/").header(name, &target.tenant.key).send().await.expect(200);
        let event = json!({"headers": {name: target.tenant.key}, "pathParameters": {"id": "1"}});
        target.app.invoke("reseller-get-customer", event).await.expect(200);
    }
    for name in ["x-zoom-s2t-keys", "x_zoom_s2t_key", "authorization", "x-api-key", " x-zoom-s2t-key"] {
        target.app.reseller_api("GET", "1/").header(name, &target.tenant.key).send().await.expect_error(401, "MISSING_API_KEY");
    }
}

#[tokio::test]
async fn given_strange_header_values_then_they_are_refused_or_do_not_matter() {
    let target = Target::prepare().await;
    let key = &target.tenant.key;
    target.app.wire.take_calls();
    for strange in [
        "ключ".to_owned(),
        "\u{0}".to_owned(),
        "😀".repeat(100),
        "x".repeat(100_000),
        format!("sk_reseller_{}", "0".repeat(100_000)),
        format!("sk_reseller_{}", "é".repeat(33)),
        format!("{key}\u{a0}"),
        format!("{key}\n"),
        format!("{key},{key}"),
        format!("Bearer {key}"),
        format!("\"{key}\""),
        key.replace("sk_reseller_", "SK_RESELLER_"),
        key.replace("sk_reseller_", "sk_customer_"),
        key.chars().rev().collect(),
        "sk_reseller_".to_owned(),
        "sk_reseller_zzzzz".to_owned(),
        "null".to_owned(),
    ] {
        target.app.reseller_api("GET", "1/").key(&strange).send().await.expect_error(401, "INVALID_API_KEY");
    }
    assert_eq!(target.app.wire.take_calls().len(), 0, "none of them is looked up");
    for padded in [format!(" {key}"), format!("{key} \t")] {
        target.app.reseller_api("GET", "1/").key(&padded).send().await.expect(200);
    }
    for (name, value) in [
        ("user-agent", "ünïcödé \u{1}".to_owned()),
        ("cookie", "x".repeat(100_000)),
        ("accept", "application/xml".to_owned()),
        ("content-length", "-1".to_owned()),
        ("x-forwarded-for", "\u{0}".to_owned()),
        ("if-match", "\"strange".to_owned()),
        ("x-amzn-trace-id", "Root=\u{ffff}".to_owned()),
    ] {
        target.app.reseller_api("GET", "1/").key(key).header(name, &value).send().await.expect(200);
    }
}

#[tokio::test]
async fn given_a_strange_host_then_no_link_carries_it() {
    let target = Target::prepare().await;
    target.app.create(&target.tenant, "Another").await;
    for host in
        ["evil\r\nx-injected: 1", "a>; rel=\"next\", <b", "ünïcode.example", "user@example.com", "a/b", "", " ", "a?b", "\u{0}"]
    {
        let event = json!({
            "rawPath": "/api/v3/reseller/customer/",
            "rawQueryString": "limit=1",
            "headers": {"x-zoom-s2t-key": target.tenant.key, "host": host, "x-forwarded-proto": "javascript"},
        });
        let answer = target.app.invoke("reseller-list-customers", event).await.expect(200);
        let link = answer.header("link").unwrap_or_else(|| panic!("no link {answer}"));
        assert!(link.starts_with("</api/v3/reseller/customer/?limit=1&cursor="), "{answer}");
        assert!(link.ends_with(">; rel=\"next\"") && link.matches('>').count() == 1, "{answer}");
    }
}

#[tokio::test]
async fn given_as_many_unusable_fields_as_fit_then_the_answer_is_short() {
    let target = Target::prepare().await;
    let fields = (0..MAXIMUM_BODY / 20).map(|number| format!("\"{number:06}\u{fffe}\":0"));
    let body = format!("{{{}}}", fields.collect::<Vec<_>>().join(","));
    for answer in target.send_json(body).await {
        let answer = answer.expect_error(400, "MALFORMED_JSON");
        assert!(answer.body.len() < 1024, "{answer}");
    }
    target.is_unchanged().await;
}

#[tokio::test]
async fn given_mistyped_keys_then_no_operation_calls_the_database() {
    let target = Target::prepare().await;
    let (app, key) = (&target.app, target.tenant.key.as_str());
    app.wire.take_calls();
    let mut mistyped: Vec<String> = Vec::new();
    for place in 0..key.len() {
        let typed = key.as_bytes()[place];
        // A neighbouring key, the other case, two characters swapped, one too few, one too many.
        let other = if typed == b'a' { 'b' } else { 'a' };
        mistyped.push(format!("{}{other}{}", &key[..place], &key[place + 1..]));
        let case = if typed.is_ascii_lowercase() { typed.to_ascii_uppercase() } else { typed.to_ascii_lowercase() };
        mistyped.push(format!("{}{}{}", &key[..place], char::from(case), &key[place + 1..]));
        mistyped.push(format!("{}{}", &key[..place], &key[place + 1..]));
        mistyped.push(format!("{}{}{}", &key[..place], char::from(typed), &key[place..]));
        if place > 0 {
            mistyped.push(format!("{}{}{}{}", &key[..place - 1], &key[place..=place], &key[place - 1..place], &key[place + 1..]));
        }
    }
    mistyped.retain(|mistyped| mistyped != key);
    for (place, mistyped) in mistyped.iter().enumerate() {
        let (method, rest) = [("POST", ""), ("GET", ""), ("GET", "1/"), ("PUT", "1/"), ("DELETE", "1/")][place % 5];
        app.reseller_api(method, rest).key(mistyped).json(&valid()).send().await.expect_error(401, "INVALID_API_KEY");
    }
    assert_eq!(app.wire.take_calls().len(), 0);
    target.is_unchanged().await;
}

/// Tests a property with one target.
fn for_all<T: std::fmt::Debug>(cases: u32, input: impl Strategy<Value = T>, property: impl AsyncFn(&Target, T)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let target = runtime.block_on(Target::prepare());
    let configuration = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(configuration, |(input in input)| {
        runtime.block_on(property(&target, input));
    });
    runtime.block_on(assert_all_valid(&target));
}

/// Checks that everything on record is allowed by the contract, with code that the product does not share.
async fn assert_all_valid(target: &Target) {
    let is_text = |text: &str, most: usize| {
        let is_char = |c: char| matches!(u32::from(c), 0x9 | 0xa | 0xd | 0x20..=0xd7ff | 0xe000..=0xfffd | 0x10000..=0x10ffff);
        !text.is_empty() && text.trim() == text && text.chars().count() <= most && text.chars().all(is_char)
    };
    for row in target.app.audit(&target.tenant).await.values() {
        assert!(is_text(words(row, "organization").unwrap(), 255), "{row:?}");
        let email = words(row, "email").unwrap();
        let (local, domain) = email.split_once('@').unwrap();
        assert!(is_text(email, 254) && !local.is_empty() && domain.contains('.') && !domain.contains('@'), "{row:?}");
        assert!(!email.contains(char::is_whitespace) && !email.contains(char::is_control), "{row:?}");
        if let Some(phone) = words(row, "phone") {
            let digits = phone.bytes().filter(u8::is_ascii_digit).count();
            assert!(phone.starts_with('+') && phone.len() <= 32 && (7..=15).contains(&digits), "{row:?}");
        }
    }
}

#[test]
fn no_invented_key_is_ever_looked_up() {
    let invented = prop_oneof![
        "sk_(reseller|customer)_[0-9A-Za-z]{33}",
        "sk_(reseller|customer)_0000[1-9][0-9A-Za-z]{28}",
        "sk_customer_0000[1-9]00000000[1-9][0-9A-Za-z]{28}",
        "[0-9a-f]{32}",
        "\\PC{1,60}",
    ];
    for_all(256, (invented, 0..5_usize), async |target, (key, operation)| {
        let (method, rest) = [("POST", ""), ("GET", ""), ("GET", "1/"), ("PUT", "1/"), ("DELETE", "1/")][operation];
        target.app.wire.take_calls();
        let answer = target.app.reseller_api(method, rest).key(&key).json(&valid()).send().await;
        let code = if key.trim_matches([' ', '\t']).is_empty() { "MISSING_API_KEY" } else { "INVALID_API_KEY" };
        answer.expect_error(401, code);
        assert_eq!(target.app.wire.take_calls().len(), 0, "{key}");
    });
}

/// Checks that this is an answer that POST and PUT may give to a body of any content.
fn assert_answered(answer: &Answer) {
    match answer.status {
        201 => assert_eq!(answer.json()["count"], 1, "{answer}"),
        _ => drop(answer.clone().expect_error(400, answer.json()["error_code"].as_str().unwrap())),
    }
}

#[test]
fn random_bytes_are_never_answered_by_a_5xx() {
    let bytes = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..300),
        any::<String>().prop_map(String::into_bytes),
        "[\\[\\]{}:,\"0-9a-z\\\\ ]{0,60}".prop_map(String::into_bytes),
        // A valid body with one byte changed, added or removed.
        (any::<prop::sample::Index>(), any::<u8>(), 0..3_u8).prop_map(|(place, byte, how)| {
            let mut body = valid().to_string().into_bytes();
            let place = place.index(body.len());
            match how {
                0 => body[place] = byte,
                1 => body.insert(place, byte),
                _ => drop(body.remove(place)),
            }
            body
        }),
    ];
    for_all(96, bytes, async |target, bytes| {
        for content_type in [Some("application/json"), None] {
            for answer in target.send(bytes.clone(), content_type).await {
                assert_answered(&answer);
            }
        }
    });
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop::sample::select(vec![
            "",
            " ",
            "Acme",
            "a@example.com",
            "+31 012 345678",
            "a@b",
            "+1",
            "\u{0}",
            "\u{fffe}",
            "ﷺ",
            "true"
        ])
        .prop_map(Value::from),
        "[ -~]{0,300}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|fields| Value::Object(Map::from_iter(fields))),
        ]
    })
}

#[test]
fn random_json_is_never_answered_by_a_5xx_and_nothing_invalid_is_stored() {
    let key = prop_oneof![
        8 => prop::sample::select(vec!["name", "email", "phone", "is_active"]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let object = prop::collection::vec((key, any_json()), 0..6).prop_map(|fields| Value::Object(Map::from_iter(fields))).boxed();
    // A valid body with some fields replaced: often enough it is valid and stored.
    let almost = object.clone().prop_map(|fields| {
        let mut body = valid();
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone().into_iter().take(1));
        body
    });
    let body = prop_oneof![any_json(), object, almost];
    for_all(96, body, async |target, body| {
        for answer in target.send_json(body.to_string()).await {
            assert_answered(&answer);
            if answer.status == 201 {
                assert_eq!(target.get(&answer.id().to_string()).await.expect(200).result(), answer.result(), "{answer}");
            }
        }
    });
}

#[test]
fn random_ids_are_never_answered_by_a_5xx() {
    let id = prop_oneof![any::<String>(), "[0-9]{1,30}", "[0-9%a-fA-F+. -]{1,12}", "0{0,20}1"];
    for_all(128, id, async |target, id| {
        let event = json!({"headers": {"x-zoom-s2t-key": target.tenant.key}, "pathParameters": {"id": id}});
        let answer = target.app.invoke("reseller-get-customer", event).await;
        match answer.status {
            200 => assert_eq!(answer.id(), target.id, "{answer}"),
            404 => drop(answer.clone().expect_error(404, "NOT_FOUND")),
            _ => drop(answer.clone().expect_faults(&["id"])),
        }
        let is_number = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
        assert!(!is_number || answer.status != 400, "{answer}");
        let segment = id.replace(['/', '?', '#'], "");
        let answer = target.get(&segment).await;
        assert!(matches!(answer.status, 200 | 400 | 404), "{answer}");
    });
}
