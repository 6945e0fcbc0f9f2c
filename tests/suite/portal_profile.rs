//! The profile: what people do for themselves.

use serde_json::json;
use shared::domain::hash::sha256_hex;
use shared::domain::user::Role;

use crate::harness::portal::PASSWORD;
use crate::harness::{Answer, Firm};

const ANN: &str = "ann@northwind.example";

/// The name of the session with this cookie in addresses.
fn session_id(cookie: &str) -> String {
    sha256_hex(cookie)[..12].to_owned()
}

async fn log_in(firm: &Firm, browser: &str) -> String {
    let fields = crate::harness::pages::form(&[("email", ANN), ("password", PASSWORD)]);
    let request = firm.app.page("POST", "/login/northwind", "").header("user-agent", browser).form(&fields);
    request.send().await.cookie("__Host-session").unwrap()
}

async fn names(firm: &Firm, first: &str, last: &str) -> Answer {
    firm.submit("/profile/names", &[("first_name", first), ("last_name", last)]).await
}

#[tokio::test]
async fn everybody_has_a_profile_and_one_round_of_calls_reads_it() {
    let firm = Firm::new().await;
    for (somebody, email) in [(&firm.ann, ANN), (&firm.ben, "ben@acme.example")] {
        firm.app.wire.take_calls();
        let page = firm.app.look_at(&somebody.cookie, "/profile").await.expect(200).shows(email).shows("This session");
        assert_eq!(firm.app.wire.take_rounds(), [2]);
        page.shows("action=\"/profile/names\"").shows("action=\"/profile/password\"").shows_no("End all others");
    }
    for role in [Role::Customer, Role::Contributor] {
        let firm = Firm::of_platform(role).await;
        firm.app.look_at(&firm.ben.cookie, "/profile").await.expect(200).shows("ben@acme.example");
        firm.app.submit(&firm.ben.cookie, "/profile/names", &[("first_name", "Ben"), ("last_name", "")]).await.expect(303);
        firm.app.look_at(&firm.ben.cookie, "/profile").await.expect(200).shows("value=\"Ben\"");
    }
    for path in ["/profile/x", "/profile/names/x", "/profile/logo/x", "/profile/sessions/0/x"] {
        firm.look(path).await.expect(404);
    }
    for path in ["/profile", "/profile/x", "/profile/names/x"] {
        firm.submit(path, &[]).await.expect(404);
    }
    firm.app.look_at("", "/profile").await.expect(303);
    firm.app.submit("", "/profile/names", &[("first_name", "x")]).await.expect(401);
}

#[tokio::test]
async fn a_person_names_itself_and_nothing_else_changes() {
    let firm = Firm::new().await;
    firm.app.wire.take_calls();
    assert_eq!(names(&firm, " <script>Ann ", "\u{5d0}\u{5d1}\"'&").await.leads_to(), "/profile?done=names");
    assert_eq!(firm.app.wire.take_rounds(), [1, 1]);
    let page = firm.look("/profile?done=names").await.expect(200).shows("Your name was saved.").shows_no("<script>Ann");
    page.shows("value=\"&#60;script&#62;Ann\"").shows("<bdi>&#60;script&#62;Ann \u{5d0}\u{5d1}&#34;&#39;&#38;</bdi>");
    let user = firm.app.request("GET", &format!("/api/v3/reseller/user/{}/", firm.ann.id)).key(&firm.tenant.key).send().await;
    let user = user.expect(200).result();
    assert_eq!((&user["role"], &user["is_active"], &user["email"]), (&json!("RESELLER"), &json!(true), &json!(ANN)));
    assert_eq!(firm.newest(1).await, [json!(["user.updated", ["first_name", "last_name"]])]);
    // The same form again changes nothing.
    let rows = firm.app.all_rows().await;
    assert_eq!(names(&firm, "<script>Ann", "\u{5d0}\u{5d1}\"'&").await.leads_to(), "/profile?done=names");
    assert_eq!(firm.app.all_rows().await, rows);
    names(&firm, "", "Rivers").await.expect(303);
    firm.look("/profile").await.shows("<bdi>Rivers</bdi>").shows("id=\"f-first_name\" name=\"first_name\" value=\"\"");
    assert_eq!(firm.newest(1).await, [json!(["user.updated", ["first_name", "last_name"]])]);
    firm.app.audit(&firm.tenant).await;
}

#[tokio::test]
async fn names_that_break_a_rule_are_told_all_at_once_and_kept() {
    let firm = Firm::new().await;
    let rows = firm.app.all_rows().await;
    let (first, last) = ("é".repeat(200), "x".repeat(300));
    let page = names(&firm, &first, &last).await.expect(422).shows("role=\"alert\"").shows(&first).shows(&last);
    page.shows("href=\"#f-first_name\"")
        .shows("href=\"#f-last_name\"")
        .shows("id=\"e-last_name\"")
        .shows("aria-invalid=\"true\"");
    assert_eq!(firm.app.all_rows().await, rows);
    firm.look("/profile/names").await.expect(200).shows("action=\"/profile/names\"").shows_no("role=\"alert\"");
    // A form that is not whole clears what it lacks, as the API does.
    firm.submit("/profile/names", &[]).await.expect(303);
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_leads_back_to_the_form() {
    let firm = Firm::new().await;
    firm.submit("/logout", &[]).await.expect(303);
    let login = names(&firm, "Ann", "Rivers").await.expect(401);
    assert_eq!(
        (login.hidden("next"), login.hidden("kept")),
        ("/profile/names".into(), "first_name=Ann&#38;last_name=Rivers".into())
    );
    let typed = [("current_password", PASSWORD), ("new_password", "Another horse 7")];
    let login = firm.submit("/profile/password", &typed).await.expect(401).shows_no("horse");
    assert_eq!(login.hidden("next"), "/profile/password");
    let session = log_in(&firm, "Firefox").await;
    for path in ["/profile/names", "/profile/password"] {
        firm.app.look_at(&session, path).await.expect(200);
    }
    for path in ["/profile/sessions", "/profile/sessions/0123456789ab"] {
        assert_eq!(firm.app.look_at(&session, path).await.leads_to(), "/profile");
    }
}

async fn change(firm: &Firm, current: &str, new: &str) -> Answer {
    firm.submit("/profile/password", &[("current_password", current), ("new_password", new)]).await
}

#[tokio::test]
async fn a_person_changes_the_password_and_every_other_session_ends() {
    let firm = Firm::new().await;
    let elsewhere = log_in(&firm, "Firefox").await;
    let changed = change(&firm, PASSWORD, "Another horse 7").await;
    let session = changed.cookie("__Host-session").unwrap();
    assert_eq!(changed.leads_to(), "/profile?done=password");
    let page = firm.app.look_at(&session, "/profile?done=password").await.expect(200);
    page.shows("Your other sessions have ended").shows_no("End all others");
    firm.look("/profile").await.expect(303);
    firm.app.look_at(&elsewhere, "/profile").await.expect(303);
    let login =
        async |password: &str| firm.app.submit("", "/login/northwind", &[("email", ANN), ("password", password)]).await.status;
    assert_eq!((login(PASSWORD).await, login("Another horse 7").await), (422, 303));
    assert_eq!(firm.newest(1).await, [json!(["user.updated", ["password"]])]);
    let other = firm.app.submit(
        &firm.ben.cookie,
        "/profile/password",
        &[("current_password", PASSWORD), ("new_password", "Third horse 7")],
    );
    assert_eq!(other.await.leads_to(), "/profile?done=password");
}

#[tokio::test]
async fn what_is_wrong_with_a_password_is_told_at_once_and_never_shown_again() {
    let firm = Firm::new().await;
    let rows = firm.app.all_rows().await;
    let page = change(&firm, "", "short").await.expect(422).shows_no("short\"");
    let page = page
        .shows("Current password is required")
        .shows("must have at least 12 characters, must contain an upper-case letter, must contain a digit");
    page.shows("href=\"#f-current_password\"").shows("href=\"#f-new_password\"");
    change(&firm, PASSWORD, "Password1234")
        .await
        .expect(422)
        .shows("is one of the passwords that are guessed first")
        .shows_no(PASSWORD);
    firm.submit("/profile/password", &[]).await.expect(422);
    assert_eq!(firm.app.all_rows().await, rows, "a rule is looked at before a try is taken");
    let page = change(&firm, "Wrong horse 42", "Another horse 7").await.expect(422).shows("Current password is not right");
    page.shows_no("Wrong horse").shows_no("Another horse");
    firm.look("/profile").await.expect(200);
}

#[tokio::test]
async fn who_tries_too_many_passwords_is_told_how_long_to_wait() {
    let firm = Firm::new().await;
    let mut answer = change(&firm, "Wrong horse 42", "Another horse 7").await;
    for _ in 0..20 {
        if answer.status == 429 {
            break;
        }
        answer = change(&firm, "Wrong horse 42", "Another horse 7").await;
    }
    let answer = answer.expect(429).shows("Try again in 1 second.").shows("role=\"alert\"").shows("f-current_password");
    assert_eq!(answer.header("retry-after"), Some("1"));
    firm.look("/profile").await.expect(200);
}

#[tokio::test]
async fn a_person_sees_its_sessions_and_ends_them() {
    let firm = Firm::new().await;
    let firefox = log_in(&firm, "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0").await;
    let odd = log_in(&firm, "<script>\"odd\"").await;
    let page = firm
        .look("/profile")
        .await
        .expect(200)
        .shows("Firefox on Linux")
        .shows("&#60;script&#62;&#34;odd&#34;")
        .shows("End all others");
    assert_eq!(page.body.matches("This session").count(), 1);
    let own = session_id(&firm.ann.cookie);
    let page = page.shows_no(&format!("/profile/sessions/{own}")).shows_no("<script>\"odd");
    let address = format!("/profile/sessions/{}", session_id(&firefox));
    let page = page.shows(&format!("action=\"{address}\""));
    page.shows_no(&firefox);

    // Another's session is none of one's own.
    let foreign = firm.app.submit(&firm.ben.cookie, &address, &[]).await;
    assert_eq!(foreign.leads_to(), "/profile?done=session");
    firm.app.look_at(&firefox, "/profile").await.expect(200);

    for _ in 0..2 {
        assert_eq!(firm.submit(&address, &[]).await.leads_to(), "/profile?done=session");
        firm.app.look_at(&firefox, "/profile").await.expect(303);
    }
    firm.app.look_at(&odd, "/profile").await.expect(200);
    firm.look("/profile?done=session").await.shows("role=\"status\"").shows("The session has ended.").shows_no("Firefox on");
    for id in ["0123456789ab", "x", "%2F"] {
        assert_eq!(firm.submit(&format!("/profile/sessions/{id}"), &[]).await.leads_to(), "/profile?done=session");
    }
    for _ in 0..2 {
        assert_eq!(firm.submit("/profile/sessions", &[]).await.leads_to(), "/profile?done=sessions");
    }
    firm.app.look_at(&odd, "/profile").await.expect(303);
    firm.look("/profile?done=sessions").await.expect(200).shows_no("End all others").shows_no("odd");
    firm.look("/profile?done=<script>").await.expect(200).shows_no("role=\"status\"");
}

#[tokio::test]
async fn every_function_of_the_pages_notes_that_a_session_is_used() {
    let firm = Firm::new().await;
    let noted = || firm.app.wire.take_operations().contains(&"TransactWriteItems".to_owned());
    firm.age().await;
    firm.look("/profile").await.expect(200);
    assert!(noted());
    firm.look("/profile").await.expect(200);
    assert!(!noted(), "once an hour");
    firm.age().await;
    firm.submit("/profile/brand", &[("color", "red")]).await.expect(422);
    assert!(noted());
    firm.age().await;
    let body = crate::harness::pages::form_with_file(&[], "logo", b"no image");
    let request = firm.app.page("POST", "/profile/logo", &firm.ann.cookie).body(body);
    request.header("content-type", &crate::harness::pages::media_type()).send().await.expect(422);
    assert!(noted());
}
