//! The brand of a reseller: its colour, and its logo, which everybody reads.

use serde_json::{Value, json};
use shared::domain::quota::Quotas;

use crate::harness::{Answer, App, Effect, Keys, Tenant};

const BRAND: &str = "/api/v3/reseller/branding/";
const LOGO: &str = "/api/v3/reseller/branding/logo/";

/// A drawing in this colour.
fn drawing(color: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 4 1\"><rect width=\"4\" height=\"1\" fill=\"{color}\"/></svg>"
    )
}

async fn get(app: &App, tenant: &Tenant) -> Answer {
    app.request("GET", BRAND).key(&tenant.key).send().await.expect(200)
}

async fn put_color(app: &App, tenant: &Tenant, body: Value) -> Answer {
    app.request("PUT", BRAND).key(&tenant.key).json(&body).send().await
}

async fn put_logo(app: &App, tenant: &Tenant, image: impl Into<Vec<u8>>) -> Answer {
    app.request("PUT", LOGO).key(&tenant.key).header("content-type", "image/png").body(image).send().await
}

fn logo_url(answer: &Answer) -> String {
    answer.result()["logo_url"].as_str().unwrap_or_else(|| panic!("no logo\n{answer}")).to_owned()
}

/// The entries of the activity about the brand, the newest first: what was done, and which fields changed.
async fn entries(app: &App, tenant: &Tenant) -> Vec<Value> {
    let activity = app.request("GET", "/api/v3/reseller/activity/?limit=100").key(&tenant.key).send().await.expect(200).result();
    let of_brand = activity.as_array().unwrap().iter().filter(|entry| entry["object"]["kind"] == "branding");
    of_brand.map(|entry| json!([entry["action"], entry["fields"], entry["customer"], entry["object"]["id"]])).collect()
}

#[tokio::test]
async fn a_reseller_picks_a_colour() {
    let (app, tenant) = App::with_reseller().await;
    let before = get(&app, &tenant).await;
    assert_eq!(before.json(), json!({"result": {"color": null, "logo_url": null}, "count": 1, "total_results": 1}));
    let put = put_color(&app, &tenant, json!({"color": " #1A73e8 ", "other": 1})).await.expect(201);
    assert_eq!(put.result(), json!({"color": "#1a73e8", "logo_url": null}));
    let shown = get(&app, &tenant).await;
    assert_eq!((shown.body.as_str(), shown.header("etag")), (put.body.as_str(), put.header("etag")));
    assert_ne!(before.header("etag"), put.header("etag"));
    for path in [BRAND, BRAND.trim_end_matches('/')] {
        let tag = put.header("etag").unwrap();
        app.request("GET", path).key(&tenant.key).header("if-none-match", tag).send().await.expect(304);
    }
    // The same colour again changes nothing.
    let rows = app.all_rows().await;
    assert_eq!(put_color(&app, &tenant, json!({"color": "#1a73E8"})).await.expect(201).body, put.body);
    assert_eq!(app.all_rows().await, rows);
    assert_eq!(entries(&app, &tenant).await, [json!(["branding.updated", ["color"], null, tenant.id])]);
}

#[tokio::test]
async fn a_colour_is_six_digits_and_has_to_be_there() {
    let (app, tenant) = App::with_reseller().await;
    let rows = app.all_rows().await;
    for body in [
        json!({}),
        json!({"color": null}),
        json!({"color": ""}),
        json!({"color": "1a73e8"}),
        json!({"color": "#1a7"}),
        json!({"color": "#1a73e8ff"}),
        json!({"color": "#1a73eg"}),
        json!({"color": "blue"}),
        json!({"color": 0x1a73e8}),
        json!({"color": ["#1a73e8"]}),
    ] {
        put_color(&app, &tenant, body).await.expect_faults(&["color"]);
    }
    app.request("PUT", BRAND).key(&tenant.key).body("{").send().await.expect_error(400, "MALFORMED_JSON");
    assert_eq!(app.all_rows().await, rows);
}

#[tokio::test]
async fn everybody_reads_a_logo_at_an_address_that_changes_with_it() {
    let (app, tenant) = App::with_reseller().await;
    let first = put_logo(&app, &tenant, drawing("red")).await.expect(201);
    let url = logo_url(&first);
    assert_eq!(first.result()["color"], Value::Null);
    let image = app.request("GET", &url).send().await.expect(200);
    assert_eq!(url, format!("/branding/{}/{}.png", tenant.id, shared::domain::hash::sha256_hex(image.bytes())));
    assert!(image.bytes().starts_with(b"\x89PNG\r\n\x1a\n") && image.bytes().len() <= 64 * 1024);
    for (name, value) in [
        ("content-type", "image/png"),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(image.header(name), Some(value), "{image}");
    }

    // The same image is the same logo, whatever it was sent as.
    let rows = app.all_rows().await;
    let again = app.request("PUT", LOGO.trim_end_matches('/')).key(&tenant.key).body(image.bytes()).send().await.expect(201);
    assert_eq!((again.body, app.all_rows().await), (first.body.clone(), rows));

    put_color(&app, &tenant, json!({"color": "#0000ff"})).await.expect(201);
    let second = put_logo(&app, &tenant, drawing("blue")).await.expect(201);
    assert_eq!(second.result()["color"], "#0000ff");
    assert_ne!(logo_url(&second), url);
    app.request("GET", &url).send().await.expect_error(404, "NOT_FOUND");
    app.request("GET", &logo_url(&second)).send().await.expect(200);

    assert_eq!(app.request("DELETE", LOGO).key(&tenant.key).send().await.expect(204).body, "");
    app.request("GET", &logo_url(&second)).send().await.expect_error(404, "NOT_FOUND");
    assert_eq!(get(&app, &tenant).await.result(), json!({"color": "#0000ff", "logo_url": null}));
    app.request("DELETE", LOGO).key(&tenant.key).send().await.expect_error(404, "NOT_FOUND");
    let changed = |field: &str| json!(["branding.updated", [field], null, tenant.id]);
    assert_eq!(entries(&app, &tenant).await, ["logo", "logo", "color", "logo"].map(changed));
    let images = app.all_rows().await.into_iter().filter(|row| row.contains("LOGO#")).count();
    assert_eq!(images, 0, "no image is left behind");
    // What was deleted can come back.
    assert_eq!(logo_url(&put_logo(&app, &tenant, drawing("red")).await.expect(201)), url);
    app.request("GET", &url).send().await.expect(200);
}

#[tokio::test]
async fn what_is_no_image_is_refused_with_what_would_be_one() {
    let (app, tenant) = App::with_reseller().await;
    let logo = logo_url(&put_logo(&app, &tenant, drawing("red")).await.expect(201));
    let rows = app.all_rows().await;
    let large = [drawing("red").into_bytes(), vec![b' '; 2 * 1024 * 1024]].concat();
    for image in [
        Vec::new(),
        b"<html></html>".to_vec(),
        b"\x89PNG\r\n\x1a\n".to_vec(),
        vec![0xff; 300_000],
        drawing("red").replace("<rect", "<script/><rect").into_bytes(),
        drawing("red").replace("fill", "onload").into_bytes(),
        large.clone(),
    ] {
        put_logo(&app, &tenant, image).await.expect_faults(&["logo"]);
    }
    let told = put_logo(&app, &tenant, "GIF90a").await.expect_faults(&["logo"]).json();
    for format in ["PNG", "JPEG", "GIF", "WebP", "BMP", "ICO", "TIFF", "SVG"] {
        assert!(told["details"]["logo"].as_str().unwrap().contains(format), "{told}");
    }
    assert_eq!(app.all_rows().await, rows);
    app.request("GET", &logo).send().await.expect(200);
    // 2 MB are taken here, and 256 KiB elsewhere.
    put_logo(&app, &tenant, &large[..2 * 1024 * 1024]).await.expect(201);
    put_logo(&app, &tenant, &large[..2 * 1024 * 1024 + 1]).await.expect_faults(&["logo"]);
}

#[tokio::test]
async fn a_change_can_depend_on_a_revision_and_be_repeated() {
    let (app, tenant) = App::with_reseller().await;
    let tag = get(&app, &tenant).await.header("etag").unwrap().to_owned();
    let put = |tag: String, color: &'static str| {
        let request = app.request("PUT", BRAND).key(&tenant.key).header("if-match", &tag);
        async move { request.json(&json!({"color": color})).send().await }
    };
    let first = put(tag.clone(), "#111111").await.expect(201);
    put(tag.clone(), "#222222").await.expect_error(412, "PRECONDITION_FAILED");
    let logo = |method: &str, tag: &str| app.request(method, LOGO).key(&tenant.key).header("if-match", tag).body(drawing("red"));
    logo("PUT", &tag).send().await.expect_error(412, "PRECONDITION_FAILED");
    let second = logo("PUT", first.header("etag").unwrap()).send().await.expect(201);
    logo("DELETE", &tag).send().await.expect_error(412, "PRECONDITION_FAILED");
    logo("PUT", "x").send().await.expect_faults(&["If-Match"]);

    // A large image is recognized too.
    let image = [drawing("blue").into_bytes(), vec![b' '; 1024 * 1024]].concat();
    let keyed = |image: Vec<u8>| app.request("PUT", LOGO).key(&tenant.key).header("Idempotency-Key", "a").body(image).send();
    let third = keyed(image.clone()).await.expect(201);
    put_logo(&app, &tenant, drawing("green")).await.expect(201);
    let rows = app.all_rows().await;
    assert_eq!(keyed(image.clone()).await.expect(201).body, third.body);
    keyed(image[1..].to_vec()).await.expect_error(422, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(app.all_rows().await, rows);
    assert_ne!(logo_url(&second), logo_url(&third));
    let picked = || {
        let request = app.request("PUT", BRAND).key(&tenant.key).header("Idempotency-Key", "c");
        request.json(&json!({"color": "#333333"})).send()
    };
    assert_eq!(picked().await.expect(201).body, picked().await.expect(201).body);
    let delete = || app.request("DELETE", LOGO).key(&tenant.key).header("Idempotency-Key", "b").send();
    delete().await.expect(204);
    delete().await.expect(204);
}

#[tokio::test]
async fn of_simultaneous_changes_none_is_lost_and_no_image_is_left_behind() {
    let (app, tenant) = App::with_reseller().await;
    let (app, tenant) = (&app, &tenant);
    let logos = (0..4).map(|number| put_logo(app, tenant, drawing(&format!("#00000{number}"))));
    let colors = (0..4).map(|number| put_color(app, tenant, json!({"color": format!("#11111{number}")})));
    let (logos, colors) = futures_util::join!(futures_util::future::join_all(logos), futures_util::future::join_all(colors));
    logos.into_iter().chain(colors).for_each(|answer| _ = answer.expect(201));
    let brand = get(app, tenant).await;
    assert!(brand.result()["color"].is_string(), "{brand}");
    app.request("GET", &logo_url(&brand)).send().await.expect(200);
    assert_eq!(app.all_rows().await.into_iter().filter(|row| row.contains("LOGO#")).count(), 1);
    assert_eq!(entries(app, tenant).await.len(), 8);
}

#[tokio::test]
async fn only_a_reseller_has_a_brand_and_only_its_own_key_sees_and_changes_it() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let url = logo_url(&put_logo(&app, &tenant, drawing("red")).await.expect(201));
    let Keys { read_only, write_only, customer, expired, revoked } = app.keys(&tenant).await;
    let made = app.operate("operator-provision-reseller", json!({"name": "Clientele", "platform": true})).await.unwrap();
    let platform = made["key"]["token"].as_str().unwrap();
    let rows = app.all_rows().await;
    for (method, path) in [("GET", BRAND), ("PUT", BRAND), ("PUT", LOGO), ("DELETE", LOGO)] {
        let send = async |key: &str| app.request(method, path).key(key).body("{}").send().await;
        send("").await.expect_error(401, "MISSING_API_KEY");
        send(&expired).await.expect_error(401, "INVALID_API_KEY");
        send(&revoked).await.expect_error(401, "KEY_REVOKED");
        send(if method == "GET" { &write_only } else { &read_only }).await.expect_error(403, "FORBIDDEN");
        send(&customer).await.expect_error(403, "FORBIDDEN");
        // Its customers are regular organizations, which have no brand.
        send(platform).await.expect_error(403, "FORBIDDEN");
    }
    assert_eq!(app.all_rows().await, rows);
    assert_eq!(get(&app, &other).await.result(), json!({"color": null, "logo_url": null}));
    app.request("DELETE", LOGO).key(&other.key).send().await.expect_error(404, "NOT_FOUND");
    // The image of one reseller is not that of another.
    let elsewhere = url.replace(&format!("/{}/", tenant.id), &format!("/{}/", other.id));
    app.request("GET", &elsewhere).send().await.expect_error(404, "NOT_FOUND");
    let same = logo_url(&put_logo(&app, &other, drawing("red")).await.expect(201));
    assert_eq!(same, elsewhere);
    app.request("DELETE", LOGO).key(&other.key).send().await.expect(204);
    app.request("GET", &url).send().await.expect(200);
}

#[tokio::test]
async fn each_call_makes_as_many_calls_as_the_design_says() {
    let (app, tenant) = App::with_reseller().await;
    let rounds = async |method: &str, path: &str, body: &str| {
        app.wire.take_calls();
        let answer = app.request(method, path).key(&tenant.key).body(body).send().await;
        (answer.status, app.wire.take_rounds())
    };
    assert_eq!(rounds("GET", BRAND, "").await, (200, vec![1]));
    assert_eq!(rounds("PUT", BRAND, "{\"color\": \"#1a73e8\"}").await, (201, vec![1, 1]));
    assert_eq!(rounds("PUT", BRAND, "{\"color\": \"#1a73e8\"}").await, (201, vec![1]));
    assert_eq!(rounds("PUT", BRAND, "{}").await, (400, vec![1]));
    assert_eq!(rounds("PUT", LOGO, &drawing("red")).await, (201, vec![1, 1]));
    assert_eq!(rounds("PUT", LOGO, "no image").await, (400, vec![1]));
    let url = logo_url(&get(&app, &tenant).await);
    assert_eq!(rounds("GET", &url, "").await, (200, vec![1]));
    assert_eq!(rounds("DELETE", LOGO, "").await, (204, vec![1, 1]));
    assert_eq!(rounds("DELETE", LOGO, "").await, (404, vec![1]));
    assert_eq!(rounds("GET", &url, "").await, (404, vec![1]));
    let hash = "0".repeat(64);
    for file in
        ["x.png".to_owned(), hash.clone(), format!("{hash}.svg"), format!("{}.png", "A".repeat(64)), format!("{hash}.png/x")]
    {
        assert_eq!(rounds("GET", &format!("/branding/{}/{file}", tenant.id), "").await, (404, vec![]), "{file}");
    }
    for reseller in ["0", "01", "+1", "x", "-1", "16777216", "%20"] {
        assert_eq!(rounds("GET", &format!("/branding/{reseller}/{hash}.png"), "").await, (404, vec![]), "{reseller}");
    }
}

#[tokio::test]
async fn who_reads_logos_pays_for_them_by_its_source_address() {
    let (app, tenant) = App::with_reseller().await;
    let url = logo_url(&put_logo(&app, &tenant, drawing("red")).await.expect(201));
    app.set_quotas(Quotas { source_units: Some(100), ..Quotas::default() });
    let read = async |source: &str| app.request("GET", &url).source(source).send().await;
    let mut refusal = None;
    for _ in 0..500 {
        let answer = read("2001:db8:1:2::1").await;
        if answer.status == 429 {
            refusal = Some(answer);
            break;
        }
        answer.expect(200);
    }
    let refusal = refusal.expect("the source is refused at some time").expect_error(429, "RATE_LIMITED");
    assert_eq!(refusal.header("ratelimit-policy"), Some("\"source\";q=100;qu=\"units\";w=60"));
    // Addresses that are none cost nothing, and other sources and the reseller go on.
    app.request("GET", "/branding/1/x.png").source("2001:db8:1:2::1").send().await.expect_error(404, "NOT_FOUND");
    read("192.0.2.9").await.expect(200);
    get(&app, &tenant).await;
}

#[tokio::test]
async fn a_change_whose_answer_was_lost_is_made_once_and_a_table_that_takes_nothing_changes_nothing() {
    let (app, tenant) = App::with_reseller().await;
    let url = logo_url(&put_logo(&app, &tenant, drawing("red")).await.expect(201));
    app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    let blue = logo_url(&put_logo(&app, &tenant, drawing("blue")).await.expect(201));
    app.wire.mend();
    assert_eq!(entries(&app, &tenant).await.len(), 2);
    app.request("GET", &url).send().await.expect_error(404, "NOT_FOUND");
    app.request("GET", &blue).send().await.expect(200);

    let rows = app.all_rows().await;
    app.wire.fail("TransactWriteItems", 99, |_| Effect::Answer(400, json!({"__type": "ThrottlingException"})));
    put_logo(&app, &tenant, drawing("green")).await.expect_error(503, "SERVICE_UNAVAILABLE");
    put_color(&app, &tenant, json!({"color": "#1a73e8"})).await.expect_error(503, "SERVICE_UNAVAILABLE");
    app.wire.mend();
    assert_eq!(app.all_rows().await, rows);
}
