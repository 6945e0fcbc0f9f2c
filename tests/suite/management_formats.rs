//! JSON, XML and forms in requests, JSON and XML in answers, and bodies that must not be read.

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::domain::validation::is_usable;

use crate::harness::{Answer, ManagementClient};

/// The attributes of the element in an answer.
fn attributes(answer: &Answer) -> Vec<(String, String)> {
    let document = roxmltree::Document::parse(&answer.body).unwrap_or_else(|error| panic!("{error}\n{answer}"));
    let root = document.root_element();
    root.attributes().map(|attribute| (attribute.name().to_owned(), attribute.value().to_owned())).collect()
}

#[tokio::test]
async fn a_whole_life_in_xml() {
    let client = ManagementClient::start().await;
    let account = client.tenant.account_id;
    let call =
        |method: &str, rest: &str, body: &str| client.request(method, rest).header("accept", "application/xml").xml(body).send();
    let body =
        format!(r#"<customer accountId="{account}" firstName="Ann" lastName="L &amp; &quot;Lee&quot; &lt;3" code="A-1"/>"#);
    let created = call("PUT", "", &body).await.expect(201);
    assert_eq!(created.header("content-type"), Some("application/xml; charset=utf-8"), "{created}");
    let date = attributes(&created)[3].1.clone();
    let expected = format!(
        "<customer id=\"1\" code=\"A-1\" accountId=\"{account}\" createDate=\"{date}\" firstName=\"Ann\" \
         lastName=\"L &amp; &quot;Lee&quot; &lt;3\"/>"
    );
    assert_eq!(created.body, expected);
    assert_eq!(call("GET", "/1", "").await.expect(200).body, expected);
    assert_eq!(call("GET", "", "").await.expect(200).body, format!("<customers>{expected}</customers>"));
    assert_eq!(call("GET", "?lastName=x", "").await.expect(200).body, "<customers/>");
    // What was shown can be sent back unchanged.
    assert_eq!(call("POST", "/1", &expected).await.expect(200).body, expected);
    let elements = "<Customer><city>Den <!-- c -->Haag</city><phone><![CDATA[070]]></phone><other><x/></other></Customer>";
    let modified = call("POST", "/1", elements).await.expect(200);
    let shown = attributes(&modified);
    assert_eq!(shown[6..], [("phone".to_owned(), "070".to_owned()), ("city".to_owned(), "Den Haag".to_owned())]);
    let cleared = call("POST", "/1", r#"<customer phone=""><city/></customer>"#).await.expect(200);
    assert_eq!(cleared.body, expected);
}

#[tokio::test]
async fn all_formats_say_the_same() {
    let client = ManagementClient::start().await;
    let account = client.tenant.account_id;
    let bodies = [
        ("application/json", format!(r#"{{"accountId": {account}, "firstName": "Ann", "lastName": "Ü+&"}}"#)),
        (
            "Application/JSON; charset=UTF-8",
            format!(r#"{{"object": {{"accountId": {account}, "firstName": "Ann", "lastName": "Ü+&"}}}}"#),
        ),
        ("", format!(r#"{{"accountId": "{account}", "firstName": "Ann", "lastName": "Ü+&"}}"#)),
        ("application/xml", format!(r#"<customer accountId="{account}" firstName="Ann" lastName="&#220;+&amp;"/>"#)),
        (
            "text/xml; charset=utf-8",
            format!(
                "<Customer><accountId>{account}</accountId><firstName>Ann</firstName><lastName>Ü+&amp;</lastName></Customer>"
            ),
        ),
        (
            "application/x-www-form-urlencoded",
            format!("accountId={account}&firstName=Ann&lastName=%C3%9C%2B%26&unknown=1&unknown=2"),
        ),
    ];
    for (media_type, body) in bodies {
        let request = client.request("PUT", "").header("content-type", media_type).body(body);
        let shown = request.send().await.expect(201).json();
        assert_eq!((&shown["firstName"], &shown["lastName"]), (&json!("Ann"), &json!("Ü+&")), "{media_type}");
        let id = shown["id"].as_u64().unwrap();
        let modified = client.request("POST", &format!("/{id}")).form("city=Den+Haag").send().await.expect(200).json();
        assert_eq!(modified["city"], "Den Haag");
    }
}

#[tokio::test]
async fn other_formats_are_refused() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({})).await;
    for media_type in ["text/plain", "multipart/form-data; boundary=x", "application/soap+xml", "application/jsonx", "json"] {
        for (method, rest) in [("PUT", String::new()), ("POST", format!("/{id}"))] {
            client.request(method, &rest).header("content-type", media_type).body("{}").send().await.expect_failure(415, "U02");
        }
    }
    for accept in ["text/html", "application/json;q=0", "image/*, application/pdf"] {
        for (method, rest) in
            [("PUT", String::new()), ("POST", format!("/{id}")), ("GET", String::new()), ("GET", format!("/{id}"))]
        {
            let request = client.request(method, &rest).header("accept", accept).json(&client.with_required(&json!({})));
            request.send().await.expect_failure(406, "U03");
        }
    }
    assert_eq!(client.app.audit(&client.tenant).await.len(), 1, "nothing was created");
}

#[tokio::test]
async fn errors_have_the_format_that_was_asked_for() {
    let client = ManagementClient::start().await;
    let stranger = client.app.request("GET", "/api/v01/customers/1").header("accept", "text/xml").send().await.expect(401);
    assert_eq!(stranger.header("content-type"), Some("text/xml; charset=utf-8"), "{stranger}");
    assert_eq!(attributes(&stranger)[0], ("failureCode".to_owned(), "L01".to_owned()));
    let nobody = client.request("GET", "/1").header("accept", "application/json;q=0.1, application/xml").send().await.expect(404);
    assert_eq!(nobody.body, r#"<response failureCode="V05" failureMessage="There is no such customer."/>"#);
    // The part of a request that an error repeats is short, and a text that XML can carry.
    for (media_type, body) in [
        ("application/x-www-form-urlencoded", b"\x01\x02<a>&\"\x00=%zz".to_vec()),
        ("application/x-www-form-urlencoded", [&b"x".repeat(100_000)[..], b"%zz"].concat()),
        ("application/xml", b"<customer\x00>".to_vec()),
        ("application/xml", format!("<{}", "x".repeat(100_000)).into_bytes()),
        ("application/json", b"{\"\x01".to_vec()),
    ] {
        let request = client.request("PUT", "").header("accept", "application/xml").header("content-type", media_type);
        let answer = request.body(body).send().await.expect(400);
        assert_eq!(attributes(&answer)[0].1, "F02", "{answer}");
        assert!(answer.body.len() < 300, "{answer}");
    }
    let faulty =
        client.request("PUT", "").header("accept", "application/xml").json(&json!({"email": "x"})).send().await.expect(400);
    let shown = attributes(&faulty);
    assert_eq!((shown[0].1.as_str(), shown[2].clone()), ("F01", ("field".to_owned(), "email".to_owned())));
}

#[tokio::test]
async fn bodies_that_can_not_be_read_are_refused_and_write_nothing() {
    let client = ManagementClient::start().await;
    let id = client.created(&json!({})).await;
    let rows = client.app.all_rows().await;
    let deep_xml = |levels: usize| format!("<customer>{}{}</customer>", "<x>".repeat(levels), "</x>".repeat(levels));
    let bomb = r#"<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><customer firstName="&b;"/>"#;
    let external = r#"<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><customer><firstName>&x;</firstName></customer>"#;
    let latin = b"<customer firstName='\xe9'/>".to_vec();
    let utf16: Vec<u8> = "\u{feff}<customer/>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let large = format!("<customer firstName='{}'/>", "x".repeat(256 * 1024));
    let of_xml: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"<customer".to_vec(),
        b"<customer/><customer/>".to_vec(),
        b"<customer firstName='a' firstName='b'/>".to_vec(),
        b"<customer firstName='&nbsp;'/>".to_vec(),
        b"<customer firstName='&#0;'/>".to_vec(),
        b"<customer firstName='&#xD800;'/>".to_vec(),
        b"<customer firstName='\x01'/>".to_vec(),
        b"<other/>".to_vec(),
        b"<?xml version='1.0' encoding='ISO-8859-1'?><customer/>".to_vec(),
        br#"{"firstName": "A"}"#.to_vec(),
        deep_xml(40_000).into_bytes(),
        deep_xml(32).into_bytes(),
        bomb.as_bytes().to_vec(),
        external.as_bytes().to_vec(),
        latin,
        utf16,
        large.into_bytes(),
    ];
    let of_json: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".to_vec(),
        b"[]".to_vec(),
        b"null".to_vec(),
        br#"{"firstName": "\ud800"}"#.to_vec(),
        b"{\"firstName\": \"\xe9\"}".to_vec(),
        br#"{"other": "\u0000"}"#.to_vec(),
        br#"{"object": 1}"#.to_vec(),
        br#"{"object": [{}]}"#.to_vec(),
        br#"{"object": {"other": "\u0000"}}"#.to_vec(),
        br#"{"object": {}, "firstName": "\u0000"}"#.to_vec(),
        "[".repeat(200_000).into_bytes(),
        format!(r#"{{"x": {}1{}}}"#, "[".repeat(32), "]".repeat(32)).into_bytes(),
        format!(r#"{{"firstName": "{}"}}"#, "x".repeat(256 * 1024)).into_bytes(),
    ];
    let of_form: Vec<Vec<u8>> = vec![
        b"firstName=%".to_vec(),
        b"firstName=%zz".to_vec(),
        b"firstName=%ff".to_vec(),
        b"x=%00".to_vec(),
        vec![b'a'; 256 * 1024 + 1],
    ];
    for (media_type, bodies) in
        [("application/xml", of_xml), ("application/json", of_json), ("application/x-www-form-urlencoded", of_form)]
    {
        for body in bodies {
            for (method, rest) in [("PUT", String::new()), ("POST", format!("/{id}")), ("POST", "/999".to_owned())] {
                let request = client.request(method, &rest).header("content-type", media_type).body(body.clone());
                request.send().await.expect_failure(400, "F02");
            }
        }
    }
    for (media_type, body) in [
        ("application/json", r#"{"firstName": "\u0000"}"#),
        ("application/json", r#"{"object": {"firstName": "\u0000"}}"#),
        ("application/xml", r#"<customer firstName="a"><firstName>b</firstName></customer>"#),
        ("application/xml", "<customer><firstName>a</firstName><firstName>b</firstName></customer>"),
        ("application/xml", "<customer><firstName><b/></firstName></customer>"),
        ("application/x-www-form-urlencoded", "firstName=a&firstName=a"),
    ] {
        for (method, rest) in [("PUT", String::new()), ("POST", format!("/{id}"))] {
            let request = client.request(method, &rest).header("content-type", media_type).body(body);
            request.send().await.expect_failure_of(400, "F01", "firstName");
        }
    }
    // Also in read-only fields, whose values a create ignores.
    for body in [r#"{"id": "\u0000"}"#, r#"{"id": ["\u0000"]}"#, r#"{"id": {"\u0001": 1}}"#] {
        for (method, rest) in [("PUT", String::new()), ("POST", format!("/{id}")), ("POST", "/999".to_owned())] {
            let request = client.request(method, &rest).header("content-type", "application/json").body(body);
            request.send().await.expect_failure_of(400, "F01", "id");
        }
    }
    assert_eq!(client.app.all_rows().await, rows);
}

#[test]
fn any_text_comes_back_as_it_was_sent_in_every_format() {
    let usable = any::<char>().prop_filter("usable", |character| is_usable(*character));
    let texts = prop::collection::vec(
        prop_oneof![usable, prop::sample::select(vec!['<', '>', '&', '"', '\'', '\t', '\n', '\r', '%', '+', '='])],
        1..40,
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime.block_on(ManagementClient::start());
    let id = runtime.block_on(client.created(&json!({})));
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) }, |(characters in texts)| {
        let sent: String = characters.into_iter().collect();
        let expected = sent.trim();
        prop_assume!(!expected.is_empty());
        runtime.block_on(async {
            let shown = client.modify(id, &json!({"organizationName": sent})).await.expect(200);
            assert_eq!(shown.json()["organizationName"], expected, "{shown}");
            let in_xml = client.request("GET", &format!("/{id}")).header("accept", "text/xml").send().await.expect(200);
            let value = attributes(&in_xml).into_iter().find(|(name, _)| name == "organizationName").unwrap().1;
            assert_eq!(value, expected, "{in_xml}");
            let row = client.app.customer_row(&client.tenant, id).await.unwrap();
            for written_back in [
                client.request("POST", &format!("/{id}")).xml(&in_xml.body),
                client.request("POST", &format!("/{id}")).form(&format!("organizationName={}", crate::harness::encoded(&sent))),
            ] {
                written_back.send().await.expect(200);
            }
            assert_eq!(client.app.customer_row(&client.tenant, id).await.unwrap(), row);
        });
    });
}

#[tokio::test]
async fn a_body_may_come_as_text_or_as_base64() {
    let client = ManagementClient::start().await;
    use base64::Engine;
    let xml = format!("<customer accountId='{}' firstName='Zoë' lastName='Lee'/>", client.tenant.account_id);
    let encoded = base64::engine::general_purpose::STANDARD.encode(&xml);
    let user = base64::engine::general_purpose::STANDARD.encode(&client.user);
    for (body, is_base64) in [(xml.as_str(), false), (encoded.as_str(), true)] {
        let event = json!({
            "version": "2.0", "rawPath": "/api/v01/customers", "body": body, "isBase64Encoded": is_base64,
            "headers": {"authorization": format!("Basic {user}"), "CONTENT-TYPE": "application/xml"},
        });
        let answer = client.app.invoke("management-create-customer", event).await.expect(201);
        assert_eq!(answer.json()["firstName"], Value::from("Zoë"), "{answer}");
    }
}
