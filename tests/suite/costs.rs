//! What operations consume, compared with the table in `infra/README.md` that says what a million of each costs.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use shared::domain::user::Role;

use crate::harness::portal::{PASSWORD, Portal};
use crate::harness::routes::workspace;
use crate::harness::{App, ManagementClient};

/// The prices of a million units or calls, in dollars, as the text below the table states them.
const READ_UNITS: f64 = 0.125;
const WRITE_UNITS: f64 = 0.625;
const ALL_ELSE: f64 = 1.00 + 0.20 + 0.08 + 0.43;

/// The units in the table: reads and writes of each operation. The dollars in the table must follow from them.
fn stated() -> BTreeMap<String, (f64, f64)> {
    let readme = std::fs::read_to_string(workspace().join("infra/README.md")).unwrap();
    let (_, behind) = readme.split_once("| operation | read units | write units |").unwrap();
    let rows = behind.lines().skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (reads, writes): (f64, f64) = (cells[2].parse().unwrap(), cells[3].parse().unwrap());
        let dollars = |cell: usize| cells[cell].trim_start_matches('$').parse::<f64>().unwrap();
        let of_units = reads * READ_UNITS + writes * WRITE_UNITS;
        assert!((dollars(4) - of_units).abs() < 0.011 && (dollars(5) - of_units - ALL_ELSE).abs() < 0.011, "{row}");
        (cells[1].to_owned(), (reads, writes))
    })
    .collect()
}

#[test]
fn a_million_of_the_usual_mix_costs_what_both_pages_say() {
    let stated = stated();
    let dollars = |operation: &str| {
        let (reads, writes) = stated[operation];
        reads * READ_UNITS + writes * WRITE_UNITS + ALL_ELSE
    };
    let reads = 0.3 * dollars("read a customer") + 0.3 * dollars("list ten customers");
    let changes = 0.1 * dollars("create a customer") + 0.1 * dollars("change a customer");
    let mix = format!("{:.2}", reads + changes + 0.2 * dollars("check a licence"));
    let page = |path: &str| std::fs::read_to_string(workspace().join(path)).unwrap();
    let rows = page("infra/README.md");
    let row = rows.lines().find(|line| line.starts_with("| one million: 60 % reads and lists,")).unwrap();
    assert_eq!(row.rsplit('|').nth(1).map(str::trim), Some(mix.as_str()), "{row}");
    assert!(page("README.md").contains(&format!("[{mix} dollars](infra/README.md#what-it-costs)")), "{mix}");
}

/// The units that the engine counted since the last time.
fn consumed(app: &App) -> (f64, f64) {
    let calls = app.wire.take_calls();
    let of = |is_read: bool| {
        let calls = calls.iter().filter(|call| matches!(call.operation.as_str(), "BatchGetItem" | "Query") == is_read);
        calls.map(|call| call.capacity_units()).sum()
    };
    (of(true), of(false))
}

#[tokio::test]
async fn no_operation_consumes_more_than_its_price_is_computed_with() {
    let client = ManagementClient::start().await;
    let app = &client.app;
    let key = &client.tenant.key;
    let token = app.licensing_token(&client.tenant, &["read", "write"]).await;
    let mut counted = BTreeMap::new();
    let mut count = |operation: &str| counted.insert(operation.to_owned(), consumed(app));
    let body = |name: &str, is_active: bool| json!({"name": name, "email": "office@example.com", "is_active": is_active});
    let mut id = 0;
    for _ in 0..12 {
        app.wire.take_calls();
        id = app.create_with(&client.tenant, body("Example Company Inc.", true)).await;
    }
    count("create a customer");
    let request = app.reseller_api("POST", "").key(key).header("Idempotency-Key", "0b1f7d5e-6a52-4f0a-9f0e-4f6f3f6a1c11");
    request.json(&body("Example Company Inc.", true)).send().await.expect(201);
    count("create a customer, with an idempotency key");
    app.reseller_api("GET", id).key(key).send().await.expect(200);
    count("read a customer");
    app.list(&client.tenant, "sort=name").await;
    count("list ten customers");
    app.reseller_api("PUT", id).key(key).json(&body("Renamed", false)).send().await.expect(201);
    count("change a customer");
    client.request("GET", "?email=office@example.com&limit=10").send().await.expect(200);
    count("find ten customers by their address");

    let options = format!("/{id}/payment-options");
    for number in 0..2 {
        app.wire.take_calls();
        let option = json!({"type": "card", "brand": "Visa", "lastFour": "4242", "token": format!("tok_{number:028}")});
        client.request("PUT", &options).json(&option).send().await.expect(201);
    }
    count("create a payment option");
    client.request("GET", &options).send().await.expect(200);
    count("find two payment options");

    let tokens = format!("{id}/token/");
    let mut token_id = String::new();
    for name in 0..10 {
        app.wire.take_calls();
        let sent = json!({"name": format!("Token number {name}"), "type": "batch"});
        let made = app.reseller_api("POST", &tokens).key(key).json(&sent).send().await.expect(201).result();
        token_id = made["id"].as_str().unwrap().to_owned();
    }
    count("make a token");
    app.reseller_api("GET", &tokens).key(key).send().await.expect(200);
    count("list ten tokens");
    let portal = Portal::of(app).await;
    let session = portal.somebody(app, &client.tenant, None, Role::Reseller, "ann@northwind.example").await.cookie;
    let login = format!("/login/reseller-{}", client.tenant.id);
    app.look_at("", &login).await.expect(200);
    count("page: the login of a reseller");
    app.submit("", &login, &[("email", "ann@northwind.example"), ("password", PASSWORD)]).await.expect(303);
    count("page: log in");
    app.look_at(&session, "/reseller?sort=name").await.expect(200).shows("13 organizations");
    count("page: a list of a dozen organizations");
    app.look_at(&session, &format!("/reseller/{id}?tab=2")).await.expect(200).shows("Token number 9");
    count("page: an organization with ten tokens");
    let new =
        [("form_key", "0b1f7d5e-6a52-4f0a-9f0e-4f6f3f6a1c12"), ("name", "Example Company Inc."), ("email", "office@example.com")];
    app.submit(&session, "/reseller/new", &new).await.expect(303);
    count("page: create an organization");
    app.reseller_api("DELETE", format!("{tokens}{token_id}")).key(key).send().await.expect(204);
    count("delete a token");

    let brand = "/api/v3/reseller/branding/";
    let mut logo = String::new();
    for color in ["#1a73e8", "#e8731a"] {
        app.wire.take_calls();
        app.request("PUT", brand).key(key).json(&json!({"color": color})).send().await.expect(201);
    }
    count("pick a brand's colour");
    for color in ["red", "blue"] {
        app.wire.take_calls();
        let image = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 4 1'><rect width='4' height='1' fill='{color}'/></svg>"
        );
        let put = app.request("PUT", &format!("{brand}logo/")).key(key).body(image).send().await.expect(201);
        logo = put.result()["logo_url"].as_str().unwrap().to_owned();
    }
    count("replace a logo of 1,400 bytes");
    app.request("GET", &logo).send().await.expect(200);
    count("show a logo of 1,400 bytes");

    let plan = json!({
        "sku": "voice", "description": "100 hours of speech", "payment_model": "payg", "billing_channel": "Azure",
        "billing_cycle": "month", "unit_price": "0.75", "currency": "EUR",
    });
    app.operate("operator-define-plan", plan).await.unwrap();
    // A customer that has had subscriptions costs more to delete.
    let buyer = app.create(&client.tenant, "Buyer").await;
    let subscriptions = format!("{buyer}/subscription/");
    let mut sold = 0;
    for _ in 0..2 {
        app.wire.take_calls();
        let sale = app.reseller_api("POST", &subscriptions).key(key).json(&json!({"sku": "voice"})).send().await;
        sold = sale.expect(201).id();
    }
    count("sell a subscription");
    app.reseller_api("GET", &subscriptions).key(key).send().await.expect(200);
    count("list two subscriptions");
    app.reseller_api("DELETE", format!("{subscriptions}{sold}")).key(key).send().await.expect(204);
    count("end a subscription");

    let usage = format!("{buyer}/usage");
    let record = async |events: Vec<Value>| {
        let request = app.reseller_api("POST", &usage).key(key).json(&json!({"events": events}));
        assert!(request.send().await.expect(201).result().as_array().unwrap().iter().all(|told| told["status"] == "recorded"));
    };
    let event = |number: usize| json!({"id": format!("job-{number:036}"), "units": 3_600, "language": "en-gb"});
    record(vec![event(0)]).await;
    app.wire.take_calls();
    record(vec![event(1)]).await;
    count("record an event");
    record((2..102).map(event).collect()).await;
    count("record a hundred events");
    app.reseller_api("GET", &usage).key(key).send().await.expect(200);
    count("report what a customer owes");

    let transcriptions = format!("{buyer}/transcription/");
    let mut registered = 0;
    for number in 0..10 {
        app.wire.take_calls();
        let sent = json!({"name": format!("Call {number:036}"), "language": "en-gb"});
        registered = app.reseller_api("POST", &transcriptions).key(key).json(&sent).send().await.expect(201).id();
    }
    count("register a transcription");
    let one = format!("{transcriptions}{registered}");
    app.reseller_api("GET", &one).key(key).send().await.expect(200);
    count("read a transcription");
    let report = json!({"status": "completed", "duration_seconds": 3_600});
    app.reseller_api("PUT", &one).key(key).json(&report).send().await.expect(201);
    count("complete a transcription");
    app.reseller_api("GET", &transcriptions).key(key).send().await.expect(200);
    count("list ten transcriptions");
    app.reseller_api("DELETE", &one).key(key).send().await.expect(204);
    count("delete a transcription");

    let users = format!("{buyer}/user/");
    let mut invited = 0;
    for number in 0..10 {
        app.wire.take_calls();
        let sent = json!({"email": format!("person-{number}@example.com"), "first_name": "Ann", "last_name": "Rivers"});
        invited = app.reseller_api("POST", &users).key(key).json(&sent).send().await.expect(201).id();
    }
    count("invite a user");
    let one = format!("{users}{invited}");
    app.reseller_api("GET", &one).key(key).send().await.expect(200);
    count("read a user");
    app.reseller_api("GET", &users).key(key).send().await.expect(200);
    count("list ten users");
    app.reseller_api("PUT", &one).key(key).json(&json!({"first_name": "Anna"})).send().await.expect(201);
    count("change a user");
    app.reseller_api("POST", format!("{one}/invitation/")).key(key).send().await.expect(201);
    count("make another link");
    app.reseller_api("DELETE", &one).key(key).send().await.expect(204);
    count("delete a user");

    let form = format!("customer_id={id}&product=script&host=server.example.com");
    let issued = app.request("POST", "/api/license").token(&token).form(&form).send().await.expect(201).json();
    count("issue a licence");
    let check = format!("/api/license/check?key={}&host=server.example.com", issued["key"].as_str().unwrap());
    app.request("GET", &check).send().await.expect(200);
    count("check a licence");
    app.request("DELETE", &format!("/api/license/{}", issued["license_id"])).token(&token).send().await.expect(410);
    count("revoke a licence");
    app.reseller_api("DELETE", id).key(key).send().await.expect(204);
    count("delete a customer");
    let activity = app.request("GET", "/api/v3/reseller/activity/").key(key).send().await.expect(200);
    assert_eq!(activity.json()["count"], 10);
    count("list ten entries of the activity");

    app.request("GET", "/api/v3/reseller/dashboard/").key(key).send().await.expect(200);
    count("read the dashboard");

    let stated = stated();
    assert_eq!(counted.keys().collect::<Vec<_>>(), stated.keys().collect::<Vec<_>>());
    for (operation, (reads, writes)) in counted {
        let (most_reads, most_writes) = stated[&operation];
        assert!(reads <= most_reads && writes <= most_writes, "{operation}: {reads} reads and {writes} writes");
        // Engines count differently. The table states the units of the engine that counts more. DynamoDB Local counts no rows that are not
        // there, so that the embedded engine alone tells whether a price is too high.
        let tells_too_high = std::env::var("CLIENTELE_TEST_ENDPOINT").is_err();
        assert!(!tells_too_high || reads + 2.0 >= most_reads, "{operation}: only {reads} reads");
        assert!(!tells_too_high || writes * 2.0 >= most_writes, "{operation}: only {writes} writes");
    }
}
