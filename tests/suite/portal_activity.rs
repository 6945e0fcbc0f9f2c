//! Who did what, as a page.

use serde_json::json;
use shared::domain::user::Role;

use crate::harness::{Answer, Firm};

const PATH: &str = "/reseller/activity";

/// The rows of a page, each as its cells.
fn rows(page: &Answer) -> Vec<Vec<String>> {
    let body = page.body.split_once("<tbody>").map(|(_, body)| body).unwrap_or_default();
    let rows = body.split("<tr>").skip(1).map(|row| {
        let cells = row.split("<td").skip(1).map(|cell| {
            let content = cell.split_once('>').unwrap().1;
            content.split("</td>").next().unwrap().to_owned()
        });
        cells.collect()
    });
    rows.collect()
}

/// The address to which a link with this text leads.
fn link(page: &Answer, text: &str) -> Option<String> {
    let before = page.body.split(&format!("\">{text}</a>")).next().filter(|before| before.len() < page.body.len())?;
    Some(before.rsplit("href=\"").next().unwrap().replace("&#38;", "&"))
}

#[tokio::test]
async fn only_a_resellers_own_people_see_it() {
    let firm = Firm::new().await;
    firm.look(PATH).await.expect(200).shows("<h1>Activity</h1>").shows("aria-current=\"true\">Activity");
    firm.app.look_at(&firm.ben.cookie, PATH).await.expect(404);
    firm.app.look_at("", &format!("{PATH}?organization=1")).await.expect(303);
    for role in [Role::Customer, Role::Contributor] {
        let firm = Firm::of_platform(role).await;
        firm.app.look_at(&firm.ben.cookie, PATH).await.expect(404);
        firm.look(PATH).await.expect(200);
    }
}

#[tokio::test]
async fn each_line_says_who_did_what_to_what_and_when() {
    let firm = Firm::new().await;
    firm.submit("/profile/names", &[("first_name", "<script>Ann"), ("last_name", "\u{5d0}")]).await.expect(303);
    let made = firm.submit("/reseller/new", &[("name", "Bolt \"&\" <Sons>"), ("email", "office@bolt.example")]).await;
    let id = made.leads_to().rsplit('=').next().unwrap().to_owned();
    let token = [("name", "Line"), ("type", "batch"), ("valid_years", "1")];
    firm.submit(&format!("/reseller/{id}/tokens/new"), &token).await.expect(200);
    let user = firm.api("POST", &format!("/api/v3/reseller/customer/{id}/user/"), json!({"email": "cid@bolt.example"})).await;
    let user = user.expect(201).id();
    firm.submit("/profile/brand", &[("color", "#123456")]).await.expect(303);
    let gone = firm.app.create(&firm.tenant, "Gone").await;
    firm.submit("/reseller/delete", &[("id", &gone.to_string())]).await.expect(303);

    firm.app.wire.take_calls();
    let page = firm.look(PATH).await.expect(200).shows_no("<script>Ann").shows_no("<Sons>");
    // The session, the entries, who made them, and the names of what they are about; in the last minute of a month one more.
    let rounds = firm.app.wire.take_rounds();
    assert!((4..=5).contains(&rounds.len()), "{rounds:?}");
    let shown = rows(&page);
    let ann = "<bdi>&#60;script&#62;Ann \u{5d0}</bdi>";
    let bolt = format!("<a href=\"/reseller/{id}\"><bdi>Bolt &#34;&#38;&#34; &#60;Sons&#62;</bdi></a>");
    let of_bolt = |tab: u8, text: &str| format!("<a href=\"/reseller/{id}?tab={tab}\"><bdi>{text}</bdi></a>");
    let expected = [
        (ann, format!("deleted the organization <bdi>{gone}</bdi>"), gone.to_string(), String::new()),
        ("", format!("created the organization <bdi>{gone}</bdi>"), gone.to_string(), "name, email address".to_owned()),
        (ann, "changed <a href=\"/profile\"><bdi>the brand</bdi></a>".to_owned(), String::new(), "color".to_owned()),
        (
            "",
            format!("invited the user {}", of_bolt(3, "cid@bolt.example")),
            bolt.clone(),
            "email address, role, status".to_owned(),
        ),
        (ann, "created the token <a href".to_owned(), bolt.clone(), "name, token type, valid until".to_owned()),
        (ann, format!("created the organization {bolt}"), bolt, "name, email address".to_owned()),
        (
            ann,
            format!("changed the user <a href=\"/reseller/users\">{ann}</a>"),
            String::new(),
            "first name, last name".to_owned(),
        ),
    ];
    for (row, (who, what, organization, fields)) in shown.iter().zip(expected) {
        let is_time = row[0].starts_with("<time datetime=\"20") && row[0].ends_with(" UTC</time>");
        assert!(is_time && row[1].starts_with(&what), "{what}: {row:?}");
        assert!(row[2].starts_with(who) && row[3].contains(&organization), "{who}, {organization}: {row:?}");
        assert!(row[4].starts_with(&fields), "{fields}: {row:?}");
    }
    let program = &shown[1][2];
    assert!(program.contains("API key "), "{program}");
    assert!(shown.iter().any(|row| row[2] == "<bdi>Platform operator</bdi>"), "{page}");
    assert!(shown.last().unwrap()[1].contains("the key") || shown.last().unwrap()[1].contains("set this reseller up"));

    // Who is gone is still told.
    firm.api("DELETE", &format!("/api/v3/reseller/customer/{id}/user/{user}/"), json!(null)).await.expect(204);
    let shown = rows(&firm.look(PATH).await);
    assert!(
        shown[0][1] == format!("deleted the user <bdi>{user}</bdi>")
            && shown[4][1] == format!("invited the user <bdi>{user}</bdi>"),
        "{shown:?}"
    );
}

#[tokio::test]
async fn one_organizations_entries_have_an_address() {
    let firm = Firm::new().await;
    let other = firm.app.create(&firm.tenant, "Other").await;
    let all = firm.look(PATH).await.expect(200);
    let only = format!("{PATH}?organization={other}");
    let all = all.shows(&format!("href=\"{only}\">Only this<span class=\"unseen\">: Other</span>"));
    let page =
        firm.look(&only).await.expect(200).shows("Only what concerns <bdi>Other</bdi>").shows(&format!("value=\"{other}\""));
    assert_eq!(rows(&page).len(), 1, "{page}");
    assert!(rows(&all).len() > 1 && link(&page, "Clear").as_deref() == Some(PATH));
    // Another reseller's organization, and one that there is not, have done nothing here.
    let stranger = firm.app.reseller("Harbour Telecom").await;
    let theirs = firm.app.create(&stranger, "Theirs").await;
    for id in [theirs, 4_711, 9_999_999_999_999_999] {
        let page =
            firm.look(&format!("{PATH}?organization={id}")).await.expect(200).shows("nothing more on record").shows_no("Theirs");
        assert_eq!(link(&page, "Show all activity").as_deref(), Some(PATH));
    }
    for odd in ["x", "-1", "1.5", "<script>", "99999999999999999999"] {
        let page = firm
            .look(&format!("{PATH}?organization={odd}"))
            .await
            .expect(400)
            .shows("Organization must be the ID of an organization.");
        assert_eq!(rows(&page).len(), rows(&all).len());
        page.shows_no("<script>");
    }
}

#[tokio::test]
async fn pages_meet_every_entry_once() {
    let firm = Firm::new().await;
    for name in 0..60 {
        firm.submit("/profile/names", &[("first_name", &format!("Ann {name}")), ("last_name", "")]).await.expect(303);
    }
    let whole = firm.newest(200).await.len();
    let first = firm.look(PATH).await.expect(200);
    assert_eq!((rows(&first).len(), link(&first, "Newest")), (50, None));
    let older = link(&first, "Older").unwrap();
    for _ in 0..2 {
        let second = firm.look(&older).await.expect(200);
        assert_eq!((rows(&second).len(), link(&second, "Older")), (whole - 50, None));
        assert_eq!(link(&second, "Newest").as_deref(), Some(PATH));
    }
    // A cursor of another list, or of none, leads to the newest.
    let cursor = older.split_once("cursor=").unwrap().1;
    for address in [format!("{PATH}?cursor=x"), format!("{PATH}?cursor={cursor}x")] {
        assert_eq!(rows(&firm.look(&address).await.expect(200)), rows(&first), "{address}");
    }
    let of_one = firm.look(&format!("{PATH}?organization={}&cursor={cursor}", firm.customer)).await.expect(200);
    assert_eq!(link(&of_one, "Newest"), None);
}
