//! The tab "Transcriptions", as people see it.

use serde_json::{Value, json};
use shared::domain::date::Date;
use shared::domain::timestamp::Timestamp;
use shared::domain::user::Role;

use crate::csv::{MOST_BYTES, escaped, rows};
use crate::harness::Answer;
use crate::harness::People;
use crate::harness::portal::Portal;
use crate::portal_export::download;
use crate::portal_usage::{Desk, table};

const TITLES: [&str; 12] = [
    "ID",
    "Name",
    "Status",
    "Language",
    "Duration",
    "Seconds",
    "Created",
    "Completed",
    "Last modified",
    "Token",
    "Type",
    "Error",
];

impl Desk {
    /// A transcription, registered by the reseller's key.
    async fn registered(&self, name: &str, language: &str) -> u64 {
        let path = format!("{}/transcription/", self.meter.customer);
        let new = json!({"name": name, "language": language});
        self.app().reseller_api("POST", path).key(&self.tenant().key).json(&new).send().await.expect(201).id()
    }

    async fn reported(&self, id: u64, report: Value) {
        let path = format!("{}/transcription/{id}/", self.meter.customer);
        self.app().reseller_api("PUT", path).key(&self.tenant().key).json(&report).send().await.expect(201);
    }

    /// One of each status, the newest last.
    async fn four(&self) -> [u64; 4] {
        let ids = [
            self.registered("Waiting", "nl").await,
            self.registered("Running", "de-de").await,
            self.registered("Made", "nl").await,
            self.registered("Broken", "fr").await,
        ];
        self.reported(ids[1], json!({"status": "processing"})).await;
        self.reported(ids[2], json!({"status": "completed", "duration_seconds": 3_723})).await;
        self.reported(ids[3], json!({"status": "failed", "error": "No <audio> & \"noise\""})).await;
        ids
    }

    async fn list(&self, query: &str) -> Answer {
        self.see(&format!("{}?tab=4{query}", self.path())).await
    }
}

/// The names of the rows on a page.
fn names(page: &Answer) -> Vec<String> {
    table(page).into_iter().map(|row| row[0].clone()).collect()
}

/// Where the link with this text leads.
#[track_caller]
fn link(page: &Answer, words: &str) -> String {
    let (before, _) = page.body.split_once(&format!(">{words}</a>")).unwrap_or_else(|| panic!("no link {words}: {page}"));
    let (_, tag) = before.rsplit_once("href=\"").unwrap();
    tag.split('"').next().unwrap().replace("&#38;", "&")
}

#[tokio::test]
async fn everybody_of_an_organization_sees_what_became_of_its_transcriptions() {
    let desk = Desk::open().await;
    let ids = desk.four().await;
    let viewed = format!("{}/view?tab=4", desk.path());
    for page in [desk.list("").await, desk.see(&viewed).await, desk.see_own("/organization?tab=4").await] {
        let page = page.expect(200);
        assert_eq!(names(&page), ["Broken", "Made", "Running", "Waiting"]);
        let made = &table(&page)[1];
        assert_eq!(made[1..4], ["Completed", "nl", "1:02:03"]);
        let today = Date::today().to_string();
        assert!(made[4].starts_with(&today) && made[5].starts_with(&today) && made[4].len() == 16, "{made:?}");
        assert_eq!(table(&page)[3][1..4], ["Queued", "nl", ""]);
        for (shape, word) in [("waiting", "Queued"), ("running", "Processing"), ("good", "Completed"), ("bad", "Failed")] {
            assert!(page.body.contains(&format!("<span class=\"status {shape}\">{word}</span>")), "{page}");
        }
        // Nobody deletes one here: programs do.
        page.shows("4 transcriptions").shows_no("/delete").shows_no("Delete").shows_no("rel=\"next\"");
    }
    for base in [desk.path(), format!("{}/view", desk.path())] {
        let page = desk.see(&format!("{base}?tab=4")).await;
        assert_eq!(link(&page, "<bdi>Made</bdi>"), format!("{base}/transcriptions/{}", ids[2]));
    }
}

#[tokio::test]
async fn people_of_a_regular_organization_look_at_their_transcriptions() {
    let people = People::of_platform().await;
    let (app, tenant, customer) = (&people.app, &people.tenant, people.customer);
    let new = json!({"name": "Theirs", "language": "nl"});
    let path = format!("{customer}/transcription/");
    let id = app.reseller_api("POST", path).key(&tenant.key).json(&new).send().await.expect(201).id();
    let portal = Portal::of(app).await;
    for (role, email) in [(Role::Customer, "carl@regular.example"), (Role::Contributor, "cora@regular.example")] {
        let session = portal.somebody(app, tenant, Some(customer), role, email).await.cookie;
        assert_eq!(names(&app.look_at(&session, "/organization?tab=4").await.expect(200)), ["Theirs"]);
        app.look_at(&session, &format!("/organization/transcriptions/{id}")).await.expect(200).shows("Theirs");
        assert_eq!(rows(&app.look_at(&session, "/organization/transcriptions/export").await, &TITLES).len(), 1);
        for deed in ["delete", "edit"] {
            app.look_at(&session, &format!("/organization/transcriptions/{id}/{deed}")).await.expect(404);
            app.submit(&session, &format!("/organization/transcriptions/{id}/{deed}"), &[]).await.expect(404);
        }
        app.submit(&session, &format!("/organization/transcriptions/{id}"), &[]).await.expect(404);
    }
}

#[tokio::test]
async fn filters_narrow_the_list_and_stay_in_its_addresses() {
    let desk = Desk::open().await;
    desk.four().await;
    let today = Date::today();
    for (query, expected) in [
        ("&status=queued".to_owned(), vec!["Waiting"]),
        ("&language=NL".to_owned(), vec!["Made", "Waiting"]),
        ("&status=completed&language=nl".to_owned(), vec!["Made"]),
        (format!("&from={today}&to={today}"), vec!["Broken", "Made", "Running", "Waiting"]),
        ("&status=&language=&from=&to=".to_owned(), vec!["Broken", "Made", "Running", "Waiting"]),
    ] {
        assert_eq!(names(&desk.list(&query).await.expect(200)), expected, "{query}");
        let csv = desk.see(&format!("{}/transcriptions/export?{query}", desk.path())).await;
        assert_eq!(rows(&csv, &TITLES).iter().map(|row| row[1].clone()).collect::<Vec<_>>(), expected, "{query}");
    }
    let page = desk.list("&status=completed&language=nl").await.expect(200).shows("<option value=\"completed\" selected>");
    let page = page.shows("name=\"language\" value=\"nl\"").shows("1 transcription").shows("?tab=4\">Clear</a>");
    assert_eq!(link(&page, "Export CSV"), format!("{}/transcriptions/export?status=completed&language=nl", desk.path()));
    let detail = desk.see(&link(&page, "<bdi>Made</bdi>")).await.expect(200);
    assert_eq!(link(&detail, "Transcriptions of <bdi>Acme</bdi>"), format!("{}?tab=4&status=completed&language=nl", desk.path()));
    desk.list("&status=failed&language=nl").await.expect(200).shows("No transcription matches.").shows("Show all");
    desk.list(&format!("&to={}", today.plus_days(-1))).await.expect(200).shows("No transcription matches.");
}

#[tokio::test]
async fn what_can_not_be_has_a_message_at_its_field_and_narrows_nothing() {
    let desk = Desk::open().await;
    desk.four().await;
    for (query, field, message) in [
        ("&status=done", "status", "Status must be queued, processing, completed or failed."),
        ("&language=nl_NL%22%3E", "language", "Language must be a language such as fr-fr"),
        ("&from=2026-02-30", "from", "From must be a date"),
        ("&from=2026-02-02&to=2026-02-01", "to", "To must not be before the first day."),
    ] {
        let page = desk.list(query).await.expect(400).shows(&format!("id=\"e-{field}\">{message}"));
        assert_eq!(names(&page), ["Broken", "Made", "Running", "Waiting"], "{query}");
        let csv = desk.see(&format!("{}/transcriptions/export?{}", desk.path(), &query[1..])).await;
        let list = csv.leads_to();
        assert_eq!(list, format!("{}?tab=4{query}", desk.path()));
        desk.see(&list).await.expect(400);
    }
}

#[tokio::test]
async fn a_page_shows_everything_that_is_on_record() {
    let desk = Desk::open().await;
    let [_, _, made, broken] = desk.four().await;
    let detail = async |id: u64| desk.see_own(&format!("/organization/transcriptions/{id}")).await.expect(200);
    let page = detail(made).await.shows("<bdi>Made</bdi></h1>").shows("1:02:03").shows("Completed</span>").shows("The reseller");
    page.shows(&format!("<dt>ID</dt><dd>{made}</dd>")).shows("href=\"/organization?tab=4\"").shows_no("<dt>Error</dt>");
    let page = detail(broken).await.shows("<dt>Error</dt><dd><bdi>No &#60;audio&#62; &#38; &#34;noise&#34;</bdi></dd>");
    page.shows_no("<dt>Duration</dt>").shows_no("<dt>Completed</dt>").shows_no("<audio>");
    let by_token = desk.app().request("POST", "/api/v3/transcription/").key(&desk.meter.token);
    let evil = "</bdi><script>=1\u{202e}";
    let id = by_token.json(&json!({"name": evil, "language": "nl"})).send().await.expect(201).id();
    let page = detail(id).await.shows("<bdi>&#60;/bdi&#62;&#60;script&#62;=1\u{202e}</bdi></h1>").shows("<bdi>Batch jobs</bdi>");
    page.shows("<dt>Type</dt><dd>Batch</dd>").shows_no("<script>");
    desk.see_own("/organization?tab=4").await.expect(200).shows("&#60;script&#62;").shows_no("<script>");
    // Those of others, and what can't be, are not there.
    let sibling = desk.app().create(desk.tenant(), "Sibling").await;
    for path in [
        format!("/reseller/{sibling}/transcriptions/{made}"),
        format!("{}/transcriptions/1", desk.path()),
        format!("{}/transcriptions/x", desk.path()),
        format!("{}/transcriptions/99999999999999999999", desk.path()),
        format!("{}/transcriptions/{made}/delete", desk.path()),
    ] {
        desk.see(&path).await.expect(404);
    }
    desk.see_own(&format!("{}/transcriptions/{made}", desk.path())).await.expect(404);
}

#[tokio::test]
async fn an_empty_list_says_what_to_do() {
    let desk = Desk::open().await;
    let page = desk.see_own("/organization?tab=4").await.expect(200).shows("There is no transcription yet.");
    assert_eq!(link(&page, "Tokens"), "/organization?tab=2");
    assert_eq!(rows(&desk.see_own("/organization/transcriptions/export").await, &TITLES).len(), 0);
}

#[tokio::test]
async fn a_long_list_has_pages_of_fifty_and_a_file_with_all() {
    let desk = Desk::open().await;
    let model = desk.registered("Model", "nl").await;
    let begin: Timestamp = "2026-01-31T23:59:00.000Z".parse().unwrap();
    let moments: Vec<Timestamp> = (0..120).map(|minute| begin.plus(std::time::Duration::from_secs(60 * minute))).collect();
    let ids = desk.app().fill_transcriptions(desk.tenant(), desk.meter.customer, model, &moments).await;
    let mut pages = vec![desk.list("").await.expect(200).shows("121 transcriptions").shows_no("First page")];
    while pages.last().unwrap().body.contains("rel=\"next\"") {
        let next = link(pages.last().unwrap(), "Next");
        pages.push(desk.see(&next).await.expect(200).shows("121 transcriptions"));
    }
    assert_eq!(pages.iter().map(|page| table(page).len()).collect::<Vec<_>>(), [50, 50, 21]);
    assert_eq!(link(&pages[2], "First page"), format!("{}?tab=4", desk.path()));
    let created: Vec<String> = pages.iter().flat_map(table).map(|row| row[4].clone()).collect();
    assert!(created.windows(2).all(|pair| pair[0] > pair[1]), "the newest first, one each minute");
    // The page of a transcription leads back to the page that it was on.
    let detail = desk.see(&link(&pages[1], "<bdi>Model</bdi>")).await.expect(200);
    let back = desk.see(&link(&detail, "Transcriptions of <bdi>Acme</bdi>")).await.expect(200);
    assert_eq!(table(&back), table(&pages[1]));
    let csv = desk.see(&format!("{}/transcriptions/export", desk.path())).await;
    let written: Vec<u64> = rows(&csv, &TITLES).iter().map(|row| row[0].parse().unwrap()).collect();
    let mut expected: Vec<u64> = ids.into_iter().chain([model]).collect();
    expected.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!(written, expected);
    // A cursor of another list begins at the first page; so does what is none.
    let next = link(&pages[0], "Next");
    for odd in [format!("{next}&language=nl"), next.replace("cursor=", "cursor=x")] {
        assert_eq!(table(&desk.see(&odd).await.expect(200)), table(&pages[0]));
    }
    // What was looked through without a match is told, and goes on.
    let found =
        desk.list("&from=2026-02-01&language=nl").await.expect(200).shows("50 transcriptions on this page").shows("rel=\"next\"");
    assert!(link(&found, "Next").contains("language=nl&from=2026-02-01&cursor="));
}

#[tokio::test]
async fn a_list_in_several_files_loses_and_repeats_nothing() {
    let desk = Desk::open().await;
    let name = "é\"".repeat(120);
    let model = desk.registered(&name, "nl").await;
    desk.reported(model, json!({"status": "failed", "error": "\"\n".repeat(490)})).await;
    let begin: Timestamp = "2026-03-01T00:00:00.000Z".parse().unwrap();
    let moments: Vec<Timestamp> = (0..2_500).map(|second| begin.plus(std::time::Duration::from_secs(second))).collect();
    let ids = desk.app().fill_transcriptions(desk.tenant(), desk.meter.customer, model, &moments).await;
    let parts = download(&desk, &format!("{}/transcriptions/export", desk.path())).await;
    assert!(parts.len() > 1);
    let name = format!("attachment; filename=\"transcriptions-{}-{}-part-1", desk.meter.customer, Date::today());
    assert!(parts[0].header("content-disposition").unwrap().starts_with(&name));
    let mut written = Vec::new();
    for csv in &parts {
        assert!(escaped(csv) <= MOST_BYTES);
        written.extend(rows(csv, &TITLES).iter().map(|row| row[0].parse::<u64>().unwrap()));
    }
    let mut expected: Vec<u64> = ids.into_iter().chain([model]).collect();
    expected.sort_unstable_by(|one, other| other.cmp(one));
    assert_eq!((written.len(), written == expected), (expected.len(), true));
}

#[tokio::test]
async fn pages_make_as_few_round_trips_as_they_can() {
    let desk = Desk::open().await;
    let [id, ..] = desk.four().await;
    desk.see(&desk.path()).await;
    for (path, expected) in [
        (format!("{}?tab=4", desk.path()), vec![2, 1]),
        (format!("{}/transcriptions/{id}", desk.path()), vec![1]),
        (format!("{}/transcriptions/export", desk.path()), vec![2, 1]),
    ] {
        desk.app().wire.take_calls();
        desk.see(&path).await.expect(200);
        assert_eq!(desk.app().wire.take_rounds(), expected, "{path}");
    }
}
