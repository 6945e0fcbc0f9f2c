//! The brand in the profile of a reseller's own people: the colour and the logo.

use serde_json::json;
use shared::domain::color::{Color, Theme};
use shared::domain::hash::sha256_hex;
use shared::domain::user::Role;

use crate::harness::pages::{form_with_file, media_type};
use crate::harness::routes::workspace;
use crate::harness::{Answer, Firm};

/// The colour of pages before one was picked.
const NONE: &str = "#2f55a4";

fn drawing(color: &str) -> Vec<u8> {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 4 1\"><rect width=\"4\" height=\"1\" fill=\"{color}\"/></svg>"
    )
    .into_bytes()
}

async fn pick(firm: &Firm, shown: &str, typed: &str) -> Answer {
    firm.submit("/profile/brand", &[("shown_color", shown), ("color", typed), ("picked", shown)]).await
}

/// Sends an image in the place of the logo that a page has shown.
async fn upload(firm: &Firm, shown: &str, image: &[u8]) -> Answer {
    upload_as(firm, &firm.ann.cookie, shown, image).await
}

async fn upload_as(firm: &Firm, session: &str, shown: &str, image: &[u8]) -> Answer {
    let body = form_with_file(&[("shown_logo", shown)], "logo", image);
    firm.app.page("POST", "/profile/logo", session).header("content-type", &media_type()).body(body).send().await
}

async fn brand(firm: &Firm) -> serde_json::Value {
    firm.app.request("GET", "/api/v3/reseller/branding/").key(&firm.tenant.key).send().await.expect(200).result()
}

/// The address of the logo in the navigation.
fn logo_in(page: &Answer) -> Option<String> {
    let (_, behind) = page.body.split_once("<img class=\"logo\" src=\"")?;
    behind.split('"').next().map(str::to_owned)
}

#[tokio::test]
async fn only_people_of_a_reseller_with_customers_of_its_own_find_a_brand() {
    let firm = Firm::new().await;
    let page = firm.look("/profile").await.expect(200).shows("<h2 id=\"details\">Organization Details</h2>");
    page.shows("<h3>Brand</h3>").shows("Northwind").shows("type=\"color\"").shows("accept=\"image/*\"");
    firm.look("/profile/brand").await.expect(200).shows("<h1>Organization Details</h1>").shows("<h2>Brand</h2>");
    firm.look("/profile/logo").await.expect(200).shows("<h2>Brand</h2>");
    let mut others = vec![(firm, true)];
    for role in [Role::Customer, Role::Contributor] {
        others.push((Firm::of_platform(role).await, false));
    }
    for (firm, has_brand) in &others {
        let sessions = [Some(&firm.ben.cookie), Some(&firm.ann.cookie).filter(|_| !has_brand)];
        for session in sessions.into_iter().flatten() {
            let page = firm.app.look_at(session, "/profile").await.expect(200);
            page.shows_no("Organization Details").shows_no("/profile/brand").shows_no("/profile/logo");
            for path in ["/profile/brand", "/profile/logo", "/profile/logo/delete"] {
                firm.app.look_at(session, path).await.expect(404);
            }
            let rows = firm.app.all_rows().await;
            firm.app.submit(session, "/profile/brand", &[("color", "#123456")]).await.expect(404);
            firm.app.submit(session, "/profile/logo/delete", &[]).await.expect(404);
            upload_as(firm, session, "", &drawing("red")).await.expect(404);
            assert_eq!(firm.app.all_rows().await, rows);
        }
    }
}

#[tokio::test]
async fn a_colour_is_that_of_everybodys_pages_once_it_is_saved() {
    let firm = Firm::new().await;
    let page = firm.look("/profile").await.expect(200);
    assert_eq!(page.hidden("shown_color"), NONE);
    let rows = firm.app.all_rows().await;
    assert_eq!(pick(&firm, NONE, NONE).await.leads_to(), "/profile?done=color");
    assert_eq!(firm.app.all_rows().await, rows, "nothing was picked");

    firm.app.wire.take_calls();
    assert_eq!(pick(&firm, NONE, " #FFFF00 ").await.leads_to(), "/profile?done=color");
    assert_eq!(firm.app.wire.take_rounds(), [1, 1]);
    assert_eq!(brand(&firm).await["color"], "#ffff00");
    assert_eq!(firm.newest(1).await, [json!(["branding.updated", ["color"]])]);
    let page = firm.look("/profile?done=color").await.expect(200).shows("The brand color was saved.");
    assert_eq!(page.hidden("shown_color"), "#ffff00");
    for session in [&firm.ann.cookie, &firm.ben.cookie] {
        let page = firm.app.look_at(session, "/profile").await.expect(200);
        let style = page.body.split('"').find(|part| part.starts_with("/assets/brand-ffff00-")).unwrap().to_owned();
        let style = firm.app.request("GET", &style).send().await.expect(200);
        let style = style.shows("--brand:#ffff00").shows("--on-brand:#000000").shows("--brand-text-dark:#ffff00");
        style.shows("--brand-text:var(--brand-text-light)").shows_no("--brand-text-light:#ffff00");
    }
    // The same form again finds what it wants.
    let rows = firm.app.all_rows().await;
    assert_eq!(pick(&firm, NONE, "#ffff00").await.leads_to(), "/profile?done=color");
    assert_eq!(firm.app.all_rows().await, rows);
    // Without script the fields may differ.
    let fields = [("shown_color", "#ffff00"), ("color", "#ffff00"), ("picked", "#00ff00")];
    firm.submit("/profile/brand", &fields).await.expect(303);
    assert_eq!(brand(&firm).await["color"], "#00ff00");
    let fields = [("shown_color", "#00ff00"), ("color", "#0000ff"), ("picked", "#ff00ff")];
    firm.submit("/profile/brand", &fields).await.expect(303);
    assert_eq!(brand(&firm).await["color"], "#0000ff");
}

#[tokio::test]
async fn what_is_no_colour_is_told_beside_the_field_and_kept() {
    let firm = Firm::new().await;
    let rows = firm.app.all_rows().await;
    for typed in ["", "red", "#12345", "#1234567", "#12345g", "\"><script>"] {
        let page = pick(&firm, NONE, typed).await.expect(422).shows("Brand color must be # and six hexadecimal digits.");
        let page = page.shows("href=\"#f-color\"").shows("aria-invalid=\"true\"").shows_no("<script>");
        assert_eq!(page.hidden("shown_color"), NONE);
        let kept = typed.replace('"', "&#34;").replace('>', "&#62;").replace('<', "&#60;");
        page.shows(&format!("name=\"color\" value=\"{kept}\""));
    }
    firm.submit("/profile/brand", &[]).await.expect(422);
    assert_eq!(firm.app.all_rows().await, rows);
}

#[tokio::test]
async fn nobodys_colour_is_replaced_unseen() {
    let firm = Firm::new().await;
    pick(&firm, NONE, "#00ff00").await.expect(303);
    let page = pick(&firm, NONE, "#ff0000").await.expect(409).shows("Somebody else has picked #00ff00 meanwhile");
    assert_eq!(brand(&firm).await["color"], "#00ff00");
    let page = page.shows("name=\"color\" value=\"#ff0000\"").shows("role=\"alert\"");
    assert_eq!(pick(&firm, &page.hidden("shown_color"), "#ff0000").await.leads_to(), "/profile?done=color");
    assert_eq!(brand(&firm).await["color"], "#ff0000");
    // A logo that was uploaded meanwhile is no conflict, and stays.
    upload(&firm, "", &drawing("red")).await.expect(303);
    let logo = brand(&firm).await["logo_url"].clone();
    pick(&firm, "#ff0000", "#0000ff").await.expect(303);
    assert_eq!(brand(&firm).await, json!({"color": "#0000ff", "logo_url": logo}));
}

#[tokio::test]
async fn of_changes_at_the_same_moment_none_is_lost() {
    let firm = Firm::new().await;
    let image = drawing("red");
    let (color, logo) = tokio::join!(pick(&firm, NONE, "#123456"), upload(&firm, "", &image));
    assert_eq!((color.status, logo.status), (303, 303));
    let saved = brand(&firm).await;
    assert!(saved["color"] == "#123456" && saved["logo_url"].is_string(), "{saved}");
    let picks = ["#111111", "#222222", "#333333", "#444444"];
    let answers = futures_util::future::join_all(picks.map(|typed| pick(&firm, "#123456", typed))).await;
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    let mut sorted = statuses.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, [303, 409, 409, 409]);
    let winner = statuses.iter().position(|status| *status == 303).unwrap();
    assert_eq!(brand(&firm).await["color"], picks[winner]);
    firm.app.audit(&firm.tenant).await;
}

#[tokio::test]
async fn a_logo_is_in_everybodys_navigation_until_it_is_replaced_or_deleted() {
    let firm = Firm::new().await;
    assert_eq!(logo_in(&firm.look("/profile").await), None);
    firm.app.wire.take_calls();
    assert_eq!(upload(&firm, "", &drawing("red")).await.leads_to(), "/profile?done=logo");
    assert_eq!(firm.app.wire.take_rounds(), [1, 1]);
    assert_eq!(firm.newest(1).await, [json!(["branding.updated", ["logo"]])]);
    let first = logo_in(&firm.look("/profile?done=logo").await.shows("The logo was saved.")).unwrap();
    assert_eq!(logo_in(&firm.app.look_at(&firm.ben.cookie, "/organization?tab=2").await), Some(first.clone()));
    assert_eq!(logo_in(&firm.app.look_at("", "/login/northwind").await), Some(first.clone()));
    firm.app.request("GET", &first).send().await.expect(200);
    let rows = firm.app.all_rows().await;
    assert_eq!(upload(&firm, "", &drawing("red")).await.leads_to(), "/profile?done=logo");
    assert_eq!(firm.app.all_rows().await, rows, "the same form again");

    let shown = firm.look("/profile").await.shows("Replace logo").hidden("shown_logo");
    upload(&firm, &shown, &drawing("blue")).await.expect(303);
    let second = logo_in(&firm.look("/profile").await).unwrap();
    assert_ne!(second, first);
    firm.app.request("GET", &first).send().await.expect(404);

    // Whose page showed the first one neither replaces nor deletes the second one unseen.
    let page = upload(&firm, &shown, &drawing("green")).await.expect(409).shows("Somebody else has changed the logo meanwhile");
    assert_eq!(logo_in(&page).as_ref(), Some(&second));
    let page = firm.submit("/profile/logo/delete", &[("shown_logo", &shown)]).await.expect(409).shows("Nothing was deleted yet");
    assert_eq!(brand(&firm).await["logo_url"], second.as_str());
    let now = page.hidden("shown_logo");
    let page = firm.look("/profile/logo/delete").await.expect(200).shows("Delete the logo?").shows(">Keep<");
    assert_eq!(page.hidden("shown_logo"), now);
    for _ in 0..2 {
        assert_eq!(firm.submit("/profile/logo/delete", &[("shown_logo", &now)]).await.leads_to(), "/profile?done=no_logo");
        assert_eq!(brand(&firm).await["logo_url"], json!(null));
    }
    firm.look("/profile/logo/delete").await.expect(404);
    assert_eq!(logo_in(&firm.look("/profile?done=no_logo").await.shows("The logo was deleted.")), None);
    upload(&firm, "", &drawing("red")).await.expect(303);
    assert_eq!(logo_in(&firm.look("/profile").await), Some(first));
    firm.app.audit(&firm.tenant).await;
}

#[tokio::test]
async fn what_is_no_logo_is_told_beside_the_field() {
    let firm = Firm::new().await;
    upload(&firm, "", &drawing("red")).await.expect(303);
    let rows = firm.app.all_rows().await;
    let large = vec![0; 2 * 1024 * 1024 + 1];
    let larger = vec![0; 3 * 1024 * 1024];
    for (image, fault) in [
        (b"".as_slice(), "Logo is required."),
        (b"GIF89a", "Logo is damaged;"),
        (b"\0\xff no image", "Logo is in no known image format;"),
        (
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>",
            "Logo is an SVG with the element script, which is not taken;",
        ),
        (&large, "Logo must have at most 2097152 bytes."),
        (&larger, "Logo must have at most 2097152 bytes."),
    ] {
        let page = upload(&firm, "", image).await.expect(422).shows(fault).shows("href=\"#f-logo\"").shows("e-logo");
        page.shows("name=\"logo\" type=\"file\"").shows("Organization Details");
    }
    let page = firm.app.page("POST", "/profile/logo", &firm.ann.cookie);
    page.header("content-type", &media_type()).body(form_with_file(&[], "other", b"x")).send().await.expect(422);
    for (kind, body) in [
        ("application/x-www-form-urlencoded", "logo=x".as_bytes().to_vec()),
        ("image/svg+xml", drawing("red")),
        (media_type().as_str(), drawing("red")),
        ("", Vec::new()),
    ] {
        let page = firm.app.page("POST", "/profile/logo", &firm.ann.cookie);
        page.header("content-type", kind).body(body).send().await.expect(400).shows("be read");
    }
    assert_eq!(firm.app.all_rows().await, rows);
    // A form that no page made says nothing of what was shown.
    let body = form_with_file(&[], "logo", &drawing("blue"));
    let page = firm.app.page("POST", "/profile/logo", &firm.ann.cookie);
    page.header("content-type", &media_type()).body(body).send().await.expect(303);
}

#[tokio::test]
async fn another_sites_page_and_nobody_can_send_a_logo() {
    let firm = Firm::new().await;
    let rows = firm.app.all_rows().await;
    let body = form_with_file(&[("shown_logo", "")], "logo", &drawing("red"));
    for site in ["cross-site", "same-site"] {
        let request = firm.app.request("POST", "/profile/logo").header("cookie", &format!("__Host-session={}", firm.ann.cookie));
        let request = request.header("sec-fetch-site", site).header("content-type", &media_type());
        request.body(body.clone()).send().await.expect(403).shows("not sent from a page of this portal");
    }
    let login = upload_as(&firm, "", "", &drawing("red")).await.expect(401).shows_no("name=\"kept\"");
    assert_eq!(login.hidden("next"), "/profile/logo");
    assert_eq!(firm.app.all_rows().await, rows);
}

/// What script makes of colours is held against the same file by `tests/script`.
#[test]
fn the_colours_that_script_is_held_against_are_the_servers() {
    let grid = || (0..=255).step_by(5);
    let line = |red: u8| {
        let colors = grid().flat_map(|green| grid().map(move |blue| Color::new(red, green, blue)));
        let made = colors.map(|color| {
            let (light, dark) = (color.as_text(Theme::Light), color.as_text(Theme::Dark));
            format!("{color} {} {light} {dark}\n", color.text_on())
        });
        format!("{red} {}\n", sha256_hex(made.collect::<String>()))
    };
    let written: String = grid().map(line).collect();
    let path = workspace().join("tests/script/colors.txt");
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        std::fs::write(&path, &written).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), written);
}
