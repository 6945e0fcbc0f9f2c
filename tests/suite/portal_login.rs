//! How people get into the portal and out of it, by pages.

use serde_json::json;
use shared::domain::mail::MailSettings;
use shared::domain::user::Role;
use shared::domain::validation::text;

use crate::harness::ORIGIN;
use crate::harness::pages::{ANN, BOB, House, form};
use crate::harness::portal::{PASSWORD, Portal};

#[tokio::test]
async fn a_login_begins_a_session_and_leads_to_where_the_person_starts() {
    let house = House::open().await;
    let page = house.app.look_at("", "/login/Northwind").await.expect(200);
    page.shows("action=\"/login/northwind\"").shows_no("f-reseller").shows_no("role=\"alert\"");
    house.app.look_at("", "/login").await.expect(200).shows("f-reseller");
    for (path, email, start) in
        [("/login/northwind", ANN, "/reseller/dashboard"), ("/login", "BOB@acme.example", "/organization")]
    {
        let answer = house.log_in(path, &[("reseller", "NorthWind "), ("email", email), ("password", PASSWORD)]).await;
        let session = answer.cookie("__Host-session").unwrap();
        assert_eq!(answer.cookie("__Host-reseller").as_deref(), Some("northwind"));
        let set = answer.headers.iter().find(|(_, value)| value.starts_with("__Host-session=")).unwrap().1.clone();
        assert!(set.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=604800"), "{set}");
        assert_eq!(answer.leads_to(), start);
        assert_eq!(house.app.look_at(&session, "/").await.leads_to(), start);
    }
}

#[tokio::test]
async fn what_does_not_belong_together_is_answered_alike() {
    let house = House::open().await;
    let mut pages = Vec::new();
    for (path, email, password) in [
        ("/login/northwind", ANN, "Wrong horse 42"),
        ("/login/northwind", "nobody@northwind.example", PASSWORD),
        ("/login/nobodys", ANN, PASSWORD),
    ] {
        let answer = house.log_in(path, &[("email", email), ("password", password)]).await.expect(422);
        assert_eq!(answer.cookie("__Host-session"), None);
        let text = answer.shows("the password or the reseller is wrong").body.replace(path, "").replace(email, "");
        pages.push((text, answer_headers(&house, path).await));
    }
    assert!(pages.windows(2).all(|pair| pair[0] == pair[1]));
}

async fn answer_headers(house: &House, path: &str) -> Vec<(String, String)> {
    house.app.look_at("", path).await.expect(200).headers
}

#[tokio::test]
async fn who_has_to_wait_is_told_how_long() {
    let house = House::open().await;
    let fields = [("email", ANN), ("password", "Wrong horse 42")];
    let mut answer = house.log_in("/login/northwind", &fields).await;
    for _ in 0..20 {
        if answer.status == 429 {
            break;
        }
        answer = house.log_in("/login/northwind", &fields).await;
    }
    let answer = answer.expect(429).shows("Try again in 1 second.");
    assert_eq!(answer.header("retry-after"), Some("1"));
}

#[tokio::test]
async fn another_sites_page_can_send_no_form() {
    let house = House::open().await;
    let fields = form(&[("email", ANN), ("password", PASSWORD)]);
    for path in ["/login/northwind", "/login", "/forgotten", "/invitation/x", "/logout", "/reseller/new", "/reseller/delete"] {
        for site in ["cross-site", "same-site"] {
            let request = house.app.request("POST", path).header("cookie", &format!("__Host-session={}", house.reseller));
            let answer = request.header("sec-fetch-site", site).form(&fields).send().await.expect(403);
            assert_eq!(answer.cookie("__Host-session"), None, "{path}");
        }
        let request = house.app.request("POST", path).header("cookie", &format!("__Host-session={}", house.reseller));
        request.header("origin", "https://evil.example").form(&fields).send().await.expect(403);
    }
    let old_browser = house.app.request("POST", "/login/northwind").header("origin", ORIGIN);
    old_browser.form(&fields).send().await.expect(303);
    house.app.look_at(&house.reseller, "/reseller").await.expect(200);
}

#[tokio::test]
async fn without_a_session_pages_lead_to_the_login_and_back() {
    let house = House::open().await;
    for session in ["", "0000000000000000000000000000000000000000000", &format!("{}x", house.reseller)] {
        let answer = house.app.look_at(session, "/reseller?search=a%26b").await;
        assert_eq!(answer.cookie("__Host-session").as_deref(), Some(""));
        assert_eq!(answer.leads_to(), "/login?next=%2Freseller%3Fsearch%3Da%2526b");
    }
    let page = house.app.look_at("", "/login?next=%2Freseller%3Fsearch%3Da%2526b").await.expect(200);
    let next = page.hidden("next");
    assert_eq!(next, "/reseller?search=a%26b");
    let fields = [("reseller", "northwind"), ("email", ANN), ("password", PASSWORD), ("next", &next)];
    assert_eq!(house.log_in("/login", &fields).await.leads_to(), next);
    for elsewhere in ["//evil.example/", "https://evil.example/", "/\\evil.example"] {
        let fields = [("email", ANN), ("password", PASSWORD), ("next", elsewhere)];
        assert_eq!(house.log_in("/login/northwind", &fields).await.leads_to(), "/reseller/dashboard");
        let page = house.app.look_at("", &format!("/login?next={elsewhere}")).await.expect(200);
        page.shows_no("evil");
    }
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_of_a_form_loses_nothing_that_was_typed() {
    let house = House::open().await;
    house.app.submit(&house.reseller, "/logout", &[]).await.expect(303);
    let typed = [("form_key", "k"), ("name", "Bolt & <Sons>"), ("email", "x"), ("password", "Secret words 1")];
    let answer = house.app.submit(&house.reseller, "/reseller/new", &typed).await.expect(401).shows("f-password");
    let (next, kept) = (answer.hidden("next"), answer.hidden("kept").replace("&#38;", "&"));
    assert_eq!(next, "/reseller/new");
    assert_eq!(kept, "form_key=k&name=Bolt%20%26%20%3CSons%3E&email=x");
    let fields = [("reseller", "northwind"), ("email", ANN), ("password", PASSWORD), ("next", &next), ("kept", &kept)];
    let answer = house.log_in("/login", &fields).await.expect(200).shows("action=\"/reseller/new\"");
    let answer = answer.shows("<dt>Name</dt><dd><bdi>Bolt &#38; &#60;Sons&#62;</bdi></dd>").shows_no("<bdi>k</bdi>");
    assert_eq!(answer.hidden("name"), "Bolt &#38; &#60;Sons&#62;");
    let session = answer.cookie("__Host-session").unwrap();
    house.app.submit(&session, "/reseller/new", &typed).await.expect(422).shows("Bolt &#38; &#60;Sons&#62;");
}

#[tokio::test]
async fn who_was_about_to_delete_is_asked_again_after_a_session_has_ended() {
    let house = House::open().await;
    house.app.submit(&house.reseller, "/logout", &[]).await.expect(303);
    let one = house.customer.to_string();
    let token = format!("/reseller/{one}/tokens/0123456789ab/delete");
    for (path, fields, asks_at) in [
        ("/reseller/delete", vec![("id", "7"), ("id", one.as_str())], format!("/reseller/delete?id=7&id={one}")),
        ("/reseller/delete?search=A%26c&rows=50", vec![("id", &one)], format!("/reseller/delete?search=A%26c&rows=50&id={one}")),
        (&token, vec![("form_key", "k")], token.clone()),
    ] {
        let answer = house.app.submit(&house.reseller, path, &fields).await.expect(401).shows_no("name=\"kept\"");
        let next = answer.hidden("next").replace("&#38;", "&");
        assert_eq!(next, asks_at);
        let fields = [("reseller", "northwind"), ("email", ANN), ("password", PASSWORD), ("next", &next)];
        assert_eq!(house.log_in("/login", &fields).await.leads_to(), asks_at);
    }
    house.app.reseller_api("GET", house.customer).key(&house.tenant.key).send().await.expect(200);
}

#[tokio::test]
async fn a_logout_ends_the_session_everywhere() {
    let house = House::open().await;
    let answer = house.app.submit(&house.reseller, "/logout", &[]).await;
    assert_eq!(answer.cookie("__Host-session").as_deref(), Some(""));
    assert_eq!(answer.leads_to(), "/login");
    house.app.look_at(&house.reseller, "/reseller").await.expect(303);
    house.app.look_at(&house.resellee, "/organization?tab=2").await.expect(200);
}

#[tokio::test]
async fn a_link_sets_a_password_once() {
    let house = House::open().await;
    let portal = Portal::of(&house.app).await;
    let (_, link) = portal.invite(&house.app, &house.tenant, Some(house.customer), Role::Resellee, "new@acme.example").await;
    let path = format!("/invitation/{link}");
    for _ in 0..2 {
        let page = house.app.look_at("", &path).await.expect(200).shows("new@acme.example").shows("Acme");
        assert_eq!(page.header("referrer-policy"), Some("no-referrer"));
    }
    let wrong = house.app.submit("", &path, &[("password", "short")]).await.expect(422);
    wrong.shows("must have at least 12 characters").shows("must contain a digit").shows_no("value=\"short\"");
    let answer = house.app.submit("", &path, &[("password", "Another horse 7")]).await;
    let session = answer.cookie("__Host-session").unwrap();
    assert_eq!(answer.leads_to(), "/organization");
    house.app.look_at(&session, "/organization?tab=2").await.expect(200).shows("Acme");
    for link in [path.as_str(), "/invitation/x"] {
        house.app.look_at("", link).await.expect(404).shows("can’t be used");
        house.app.submit("", link, &[("password", "Another horse 7")]).await.expect(404);
    }
}

#[tokio::test]
async fn who_has_forgotten_a_password_is_told_the_same_as_everybody() {
    let house = House::open().await;
    house.app.look_at("", "/forgotten").await.expect(200).shows("Ask somebody").shows_no("<form");
    let sender = text("no-reply@example.com", 254).unwrap().unwrap();
    house.app.set_mail(Some(MailSettings { sender, folder: None }));
    house.app.look_at("", "/forgotten").await.expect(200).shows("<form");
    let mut pages = Vec::new();
    for email in [ANN, "nobody@northwind.example"] {
        let fields = [("reseller", "northwind"), ("email", email)];
        pages.push(house.app.submit("", "/forgotten", &fields).await.expect(200).shows("role=\"status\"").body);
    }
    assert_eq!(pages[0], pages[1]);
}

#[tokio::test]
async fn an_organization_that_lets_nobody_in_says_so_to_its_own_people() {
    let house = House::open().await;
    let inactive = json!({"name": "Acme", "email": "customer@example.com", "is_active": false});
    house.app.reseller_api("PUT", house.customer).key(&house.tenant.key).json(&inactive).send().await.expect(201);
    house.app.look_at(&house.resellee, "/organization").await.expect(403).shows("inactive").shows("action=\"/logout\"");
    let left = house.app.submit(&house.resellee, "/logout", &[]).await;
    assert_eq!(left.cookie("__Host-session").as_deref(), Some(""));
    assert_eq!(left.leads_to(), "/login");
    let fields = [("email", BOB), ("password", PASSWORD)];
    house.log_in("/login/northwind", &fields).await.expect(403).shows("inactive");
    house.app.operate("operator-suspend-reseller", json!({"reseller_id": house.tenant.id})).await.unwrap();
    house.app.look_at(&house.reseller, "/reseller").await.expect(403).shows("suspended");
    house.app.submit(&house.reseller, "/logout", &[]).await.expect(303);
    house.app.operate("operator-resume-reseller", json!({"reseller_id": house.tenant.id})).await.unwrap();
    house.app.look_at(&house.resellee, "/organization").await.expect(303);
    assert_eq!(house.app.look_at(&house.reseller, "/reseller").await.expect(303).leads_to(), "/login?next=%2Freseller");
    // A session that has ended already needs no login to be left.
    let left = house.app.submit(&house.reseller, "/logout", &[]).await;
    assert_eq!(left.cookie("__Host-session").as_deref(), Some(""));
    assert_eq!(left.leads_to(), "/login");
    assert_eq!(house.app.submit("", "/logout", &[]).await.leads_to(), "/login");
}

#[tokio::test]
async fn a_browser_that_was_there_before_is_led_to_the_login_of_its_reseller() {
    let house = House::open().await;
    let looked = async |cookies: &str| house.app.request("GET", "/reseller?search=a").header("cookie", cookies).send().await;
    let login = looked("__Host-reseller=northwind").await.leads_to();
    assert_eq!(login, "/login/northwind?next=%2Freseller%3Fsearch%3Da");
    let page = house.app.look_at("", &login).await.expect(200).shows("href=\"/login?next=%2Freseller%3Fsearch%3Da\"");
    page.shows_no("f-reseller");
    for odd in ["", "//elsewhere.example", "a/b", "%2e%2e"] {
        assert_eq!(looked(&format!("__Host-reseller={odd}")).await.leads_to(), "/login?next=%2Freseller%3Fsearch%3Da", "{odd}");
    }
    let cookies = format!("__Host-session={}; __Host-reseller=northwind", house.reseller);
    let left = house.app.page("POST", "/logout", "").header("cookie", &cookies).send().await;
    assert_eq!(left.leads_to(), "/login/northwind");
}

#[tokio::test]
async fn every_page_has_the_headers_that_keep_it_safe() {
    let house = House::open().await;
    for (session, path) in [
        ("", "/login"),
        ("", "/login/northwind"),
        ("", "/forgotten"),
        ("", "/invitation/x"),
        ("", "/reseller"),
        (house.reseller.as_str(), "/reseller"),
        (&house.reseller, "/reseller/new"),
        (&house.resellee, "/reseller"),
        (&house.resellee, "/organization"),
    ] {
        let answer = house.app.look_at(session, path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{answer}");
        assert!(!policy.contains("unsafe") && !policy.contains("data:"), "{policy}");
        for (name, value) in [
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("strict-transport-security", "max-age=31536000"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        let embedded = ["<style", " style=", " onclick=", "<script>", "javascript:"];
        assert!(!embedded.iter().any(|text| answer.body.contains(text)) && !answer.body.contains("://"), "{answer}");
    }
}

#[tokio::test]
async fn the_files_of_a_page_are_there_and_can_be_kept() {
    let house = House::open().await;
    let page = house.app.look_at("", "/login").await.expect(200).body;
    let files: Vec<&str> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert_eq!(files.len(), 4);
    for file in files {
        let answer = house.app.request("GET", file).send().await.expect(200);
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
    house.app.request("GET", "/assets/style.css").send().await.expect(404);
}
