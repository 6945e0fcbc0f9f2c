//! The pages of people: those of a customer, and the reseller's own.

use serde_json::{Value, json};
use shared::domain::mail::MailSettings;
use shared::domain::user::Role;
use shared::domain::validation::text;

use crate::harness::portal::PASSWORD;
use crate::harness::{Answer, ORIGIN, Office, encoded};

/// The people of an organization, as somebody manages them.
struct Desk<'a> {
    office: &'a Office,
    role: Role,
    /// The address of the list.
    list: String,
    /// What the addresses of one of them begin with.
    base: String,
    /// The path of the API to the same people.
    api: String,
}

impl<'a> Desk<'a> {
    /// The customer's people, as somebody of this role finds them.
    fn of(office: &'a Office, role: Role) -> Self {
        let base = office.base(role);
        let api = format!("/api/v3/reseller/customer/{}/user/", office.customer);
        Self { office, role, list: format!("{base}?tab=3"), base: format!("{base}/users"), api }
    }

    /// The reseller's own people.
    fn own(office: &'a Office) -> Self {
        let base = "/reseller/users".to_owned();
        Self { office, role: Role::Reseller, list: base.clone(), base, api: "/api/v3/reseller/user/".to_owned() }
    }

    async fn look(&self, rest: &str) -> Answer {
        self.office.look(self.role, &format!("{}{rest}", self.base)).await
    }

    async fn list(&self, query: &str) -> Answer {
        let sign = if self.list.contains('?') { "&" } else { "?" };
        self.office.look(self.role, &format!("{}{sign}{query}", self.list)).await
    }

    async fn send(&self, rest: &str, fields: &[(&str, &str)]) -> Answer {
        self.office.send(self.role, &format!("{}{rest}", self.base), fields).await
    }

    /// What the API says about these people.
    async fn api(&self, method: &str, rest: &str, body: Value) -> Answer {
        let request = self.office.app.request(method, &format!("{}{rest}", self.api)).key(&self.office.tenant.key);
        if body.is_null() { request.send().await } else { request.json(&body).send().await }
    }

    /// Invites somebody through the API. Returns the id.
    async fn invited(&self, email: &str, first_name: &str) -> u64 {
        self.api("POST", "", json!({"email": email, "first_name": first_name})).await.expect(201).id()
    }

    async fn on_record(&self, id: u64) -> Value {
        self.api("GET", &id.to_string(), Value::Null).await.expect(200).result()
    }

    /// The notice of the page to which an answer leads.
    async fn arrives(&self, answer: Answer, notice: &str) {
        let address = answer.leads_to();
        assert!(address.starts_with(&self.list), "{address}");
        self.office.look(self.role, &address).await.expect(200).shows(&format!("role=\"status\">{notice}"));
    }
}

/// The token of the link that a page shows.
fn link(page: &Answer) -> String {
    let begin = format!("{ORIGIN}/invitation/");
    let at = page.body.find(&begin).unwrap_or_else(|| panic!("no link: {page}")) + begin.len();
    page.body[at..].split('<').next().unwrap().to_owned()
}

/// The addresses that a list shows, in its order.
fn emails(page: &Answer) -> Vec<String> {
    let cells = page.body.split("</td><td class=\"name\"><bdi data-told>").skip(1);
    cells.map(|cell| cell.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn everybody_sees_the_people_and_only_those_who_manage_them_can_change_them() {
    for office in [Office::open().await, Office::of_platform().await] {
        let managed = Desk::of(&office, Role::Reseller);
        let id = managed.invited("ann@acme.example", "Ann").await;
        let view = format!("/reseller/{}/view?tab=3", office.customer);
        office.look(Role::Reseller, &view).await.expect(200).shows("ann@acme.example").shows_no("/users/");
        for role in office.roles() {
            let desk = Desk::of(&office, role);
            let page = desk.list("").await.expect(200).shows("ann@acme.example").shows("<bdi>Ann</bdi>");
            let page = page.shows("<span class=\"status waiting\">Invited</span>").shows("<td>Never</td>");
            assert_eq!(page.body.matches("<span class=\"tag\">You</span>").count(), 1, "{page}");
            let may = role == Role::Contributor;
            assert_eq!(page.body.contains("Invite user") && page.body.contains(&format!("/users/{id}/delete")), may, "{page}");
            let rows = office.app.all_rows_but_counters().await;
            for rest in ["/new".to_owned(), format!("/{id}"), format!("/{id}/invitation"), format!("/{id}/delete")] {
                desk.look(&rest).await.expect(if may { 200 } else { 404 });
                if !may {
                    let fields = [("email", "x@acme.example"), ("first_name", "X"), ("is_active", "false")];
                    desk.send(&rest, &fields).await.expect(404);
                }
            }
            assert_eq!(office.app.all_rows_but_counters().await, rows);
            for rest in ["", "/new", &format!("/{id}")] {
                office.look(role, &format!("/reseller/users{rest}")).await.expect(404);
                office.look(role, &format!("/reseller/{}/users{rest}", office.customer)).await.expect(404);
            }
            office.look(role, &format!("/reseller/{}?tab=3", office.customer)).await.expect(404);
            office.send(role, "/reseller/users/new", &[("email", "x@acme.example")]).await.expect(404);
        }
        let own = Desk::own(&office).list("").await.expect(200);
        own.shows("reseller@example.com").shows("<span class=\"tag\">You</span>").shows("aria-current=\"true\">Users</a>");
        // A reseller's own people have no organization of their own here.
        office.look(Role::Reseller, "/organization?tab=3").await.expect(404);
    }
}

#[tokio::test]
async fn who_is_invited_gets_a_link_that_is_shown_once() {
    let office = Office::of_platform().await;
    for desk in [Desk::of(&office, Role::Reseller), Desk::of(&office, Role::Contributor), Desk::own(&office)] {
        let email = format!("Ann+{:?}{}@acme.example", desk.role, desk.base.len());
        let form = desk.look("/new").await.expect(200);
        let key = form.hidden("form_key");
        let mut fields = vec![("form_key", key.as_str()), ("email", &email), ("first_name", " Ann "), ("last_name", "Rivers")];
        if form.body.contains("name=\"role\"") {
            fields.push(("role", "CONTRIBUTOR"));
        }
        let page = desk.send("/new", &fields).await.expect(200).shows("<bdi>Ann Rivers</bdi> was invited");
        let page = page.shows("shown this once").shows("pass it on to").shows("once, for 7 days: until <time>20");
        let again = desk.send("/new", &fields).await.expect(200);
        assert_eq!(page.body, again.body, "the same form, and the same link");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let link = link(&page);
        office.app.look_at("", &format!("/invitation/{link}")).await.expect(200).shows(&encoded_html(&email));
        let list = desk.list("sort=registration_date&direction=desc").await.expect(200).shows_no(&link);
        assert_eq!(emails(&list).iter().filter(|shown| **shown == encoded_html(&email)).count(), 1, "{list}");
        list.shows(if fields.len() > 4 { "<td>Contributor</td>" } else { "<td>Reseller</td>" });
        let other = [("email", "other@acme.example")].into_iter().chain(fields.into_iter().filter(|(name, _)| *name != "email"));
        desk.send("/new", &other.collect::<Vec<_>>()).await.expect(422).shows("sent already, with other values");
    }
    office.audit().await;
}

/// A text as a page has it.
fn encoded_html(text: &str) -> String {
    let signs = [('&', "&#38;"), ('<', "&#60;"), ('>', "&#62;"), ('"', "&#34;"), ('\'', "&#39;")];
    signs.iter().fold(text.to_owned(), |text, (sign, encoded)| text.replace(*sign, encoded))
}

#[tokio::test]
async fn who_invites_is_told_whether_a_mail_brings_the_link() {
    let office = Office::open().await;
    let desk = Desk::of(&office, Role::Reseller);
    desk.look("/new").await.expect(200).shows_no("We mail it");
    let sender = text("no-reply@example.com", 254).unwrap().unwrap();
    office.app.set_mail(Some(MailSettings { sender, folder: None }));
    desk.look("/new").await.expect(200).shows("We mail it");
    let page = desk.send("/new", &[("email", "ann@acme.example")]).await.expect(200);
    page.shows("A mail with it is on its way to <bdi>ann@acme.example</bdi>").shows_no("pass it on");
    let id = desk.api("GET", "?filter=email=ann@acme.example", Value::Null).await.ids()[0];
    desk.look(&format!("/{id}/invitation")).await.expect(200).shows("We mail it to");
    desk.send(&format!("/{id}/invitation"), &[]).await.expect(200).shows("A mail with it is on its way");
}

#[tokio::test]
async fn what_is_wrong_in_an_invitation_is_told_all_at_once_and_what_was_typed_stays() {
    let office = Office::of_platform().await;
    let desk = Desk::of(&office, Role::Contributor);
    let rows = office.app.all_rows_but_counters().await;
    let long = "é".repeat(126);
    let wrong = [("email", "<nobody>"), ("first_name", "Ann"), ("last_name", &long), ("role", "RESELLER")];
    let page = desk.send("/new", &wrong).await.expect(422);
    let page = page.shows("href=\"#f-email\">Email address must be an e-mail address").shows("value=\"&#60;nobody&#62;\"");
    let page = page.shows("id=\"e-last_name\">Last name must have at most 125 characters.").shows(&long).shows("value=\"Ann\"");
    let page = page.shows("Role must be CUSTOMER or CONTRIBUTOR in this organization");
    assert_eq!(page.body.matches("aria-invalid").count(), 2, "{page}");
    desk.send("/new", &[]).await.expect(422).shows("Email address is required").shows("aria-invalid=\"true\" type=\"email\"");
    desk.send("/new", &[("email", "RESELLER@example.com")])
        .await
        .expect(422)
        .shows("Email address is the address of another user");
    assert_eq!(office.app.all_rows_but_counters().await, rows);

    // One role is no choice.
    let office = Office::open().await;
    for desk in [Desk::of(&office, Role::Reseller), Desk::own(&office)] {
        desk.look("/new").await.expect(200).shows_no("name=\"role\"");
        desk.send("/new", &[("email", "x@y.example"), ("role", "CUSTOMER")]).await.expect(422).shows("Role must be RESELLE");
    }
}

#[tokio::test]
async fn an_organization_has_a_thousand_users_at_most_on_pages_of_a_hundred() {
    let people = crate::harness::People::new().await;
    let portal = crate::harness::portal::Portal::of(&people.app).await;
    let ann = portal.somebody(&people.app, &people.tenant, None, Role::Reseller, "ann@northwind.example").await.cookie;
    let model = people.customers().invited("model@acme.example").await["id"].clone();
    people.customers().fill(&model, 999).await;
    let base = format!("/reseller/{}", people.customer);
    let invite = async |email: &str| people.app.submit(&ann, &format!("{base}/users/new"), &[("email", email)]).await;
    invite("last@acme.example").await.expect(200);
    invite("more@acme.example").await.expect(422).shows("1000 users, which is the most: delete one first");

    let mut seen = Vec::new();
    let mut address = format!("{base}?tab=3&rows=100&sort=email&direction=desc");
    loop {
        let page = people.app.look_at(&ann, &address).await.expect(200);
        seen.extend(emails(&page));
        assert_eq!(seen.len() % 100, 0, "{page}");
        let next = page.body.split("rel=\"next\" href=\"").nth(1).map(str::to_owned);
        let Some(next) = next else { break };
        let page = page.shows(&format!("{}–{} of 1,000 users", seen.len() - 99, seen.len()));
        assert_eq!(page.body.contains("rel=\"prev\""), seen.len() > 100, "{page}");
        address = next.split('"').next().unwrap().replace("&#38;", "&");
        assert!(address.contains(&format!("offset={}", seen.len())), "{address}");
    }
    assert_eq!(seen.len(), 1_000);
    assert!(seen.windows(2).all(|pair| pair[0] > pair[1]), "sorted by the address, each once");
    let beyond = people.app.look_at(&ann, &format!("{base}?tab=3&offset=5000")).await.expect(200);
    beyond.shows("No user matches").shows("Show all users");
    people.audit().await;
}

#[tokio::test]
async fn a_list_is_searched_sorted_and_says_what_it_does_not_know() {
    let office = Office::open().await;
    for desk in [Desk::of(&office, Role::Reseller), Desk::of(&office, Role::Resellee), Desk::own(&office)] {
        let managed = if desk.list.contains("tab") { Desk::of(&office, Role::Reseller) } else { Desk::own(&office) };
        let domain = format!("{:?}{}.example", desk.role, desk.list.len()).to_lowercase().replace('?', "");
        for (name, first) in [("b", "Zoë"), ("a", "anna"), ("c", "Émile")] {
            managed.invited(&format!("{name}@{domain}"), first).await;
        }
        let found = async |query: &str| -> Vec<String> {
            let page = desk.list(query).await.expect(200);
            emails(&page).into_iter().filter_map(|email| Some(email.strip_suffix(&format!("@{domain}"))?.to_owned())).collect()
        };
        assert_eq!(found("").await, ["a", "b", "c"], "by name, without case");
        assert_eq!(found("direction=desc").await, ["c", "b", "a"]);
        assert_eq!(found("sort=email").await, ["a", "b", "c"]);
        assert_eq!(found("sort=registration_date").await, ["b", "a", "c"]);
        assert_eq!(found(&format!("search={}", encoded("ZOË"))).await, ["b"]);
        assert_eq!(
            found(&format!("search={}", encoded(&format!("{domain} ann")))).await,
            ["a"],
            "every word, in name or address"
        );
        assert_eq!(found(&format!("search={}", encoded("%_*"))).await, [""; 0]);
        for sort in ["role", "status", "last_login"] {
            assert_eq!(found(&format!("sort={sort}")).await.len(), 3);
        }
        let page = desk.list("sort=email&direction=desc").await.expect(200);
        page.shows("<th scope=\"col\" aria-sort=\"descending\"><a href").shows("sort=registration_date\">Registered");
        let none = desk.list("search=%22%3E%3Cscript%3E").await.expect(200);
        none.shows("No user matches").shows("value=\"&#34;&#62;&#60;script&#62;\"").shows_no("<script>");
        let odd = desk.list("sort=age&rows=7&direction=up&offset=-1").await;
        assert_eq!(odd.status, if desk.list.contains("tab") { 200 } else { 400 });
        odd.shows("Sort must be one of name, email").shows("Rows must be one of 25, 50").shows("Direction must be one of asc");
    }
}

#[tokio::test]
async fn hostile_names_come_out_as_text() {
    let office = Office::open().await;
    let desk = Desk::of(&office, Role::Reseller);
    for (place, name) in ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' {{7*7}}", "\u{202e}שלום", "&amp;"]
        .into_iter()
        .enumerate()
    {
        let email = format!("{place}'<b>&@é.example");
        let page = desk.send("/new", &[("email", &email), ("first_name", name)]).await.expect(200);
        let id = desk.api("GET", &format!("?filter=email={}", encoded(&email)), Value::Null).await.ids()[0];
        let (shown, address) = (encoded_html(name), encoded_html(&email));
        for page in [
            page,
            desk.list("").await,
            desk.look(&format!("/{id}")).await,
            desk.look(&format!("/{id}/delete")).await,
            desk.look(&format!("/{id}/invitation")).await,
            Desk::of(&office, Role::Resellee).list("").await,
        ] {
            let page = page.expect(200).shows(&format!("<bdi>{shown}</bdi>")).shows_no("<img src=x").shows_no("<script>alert");
            assert!(page.body.contains(&address) || page.body.contains("A new link for"), "{page}");
        }
    }
}

#[tokio::test]
async fn somebody_is_edited_and_what_is_wrong_stands_beside_its_field() {
    let office = Office::of_platform().await;
    for desk in [Desk::of(&office, Role::Reseller), Desk::of(&office, Role::Contributor)] {
        let id = desk.invited(&format!("{:?}@acme.example", desk.role), "Ann").await;
        let path = format!("/{id}");
        let form = desk.look(&path).await.expect(200).shows("value=\"Ann\"").shows(">Invited</option>");
        let form = form.shows("name=\"role\" value=\"CUSTOMER\" checked");
        let key = form.hidden("form_key");
        let fields = [
            ("form_key", key.as_str()),
            ("shown_first_name", "Ann"),
            ("shown_last_name", ""),
            ("shown_role", "CUSTOMER"),
            ("shown_is_active", "true"),
            ("first_name", "Anna"),
            ("last_name", " Rivers"),
            ("role", "CONTRIBUTOR"),
            ("is_active", "false"),
        ];
        for _ in 0..2 {
            desk.arrives(desk.send(&path, &fields).await, "The user was saved.").await;
        }
        let saved = desk.on_record(id).await;
        let shown = ["first_name", "last_name", "role", "status"].map(|field| saved[field].as_str().unwrap());
        assert_eq!(shown, ["Anna", "Rivers", "CONTRIBUTOR", "inactive"]);
        desk.list("").await.expect(200).shows("<span class=\"status bad\">Inactive</span>");

        let long = "x".repeat(126);
        let wrong = [("first_name", long.as_str()), ("last_name", "R"), ("role", "OWNER"), ("is_active", "perhaps")];
        let page = desk.send(&path, &wrong).await.expect(422).shows(&long).shows("Role must be CUSTOMER or CONTRIBUTOR");
        page.shows("id=\"e-first_name\">First name must have at most 125")
            .shows("id=\"e-is_active\">Status must be true or false");
        assert_eq!(desk.on_record(id).await, saved);
        // What is not sent stays.
        desk.send(&path, &[("last_name", "")]).await.expect(303);
        assert_eq!(desk.on_record(id).await["first_name"], "Anna");
        assert_eq!(desk.on_record(id).await["last_name"], Value::Null);
    }
    office.audit().await;
}

#[tokio::test]
async fn what_two_people_edit_at_once_is_merged_or_shown_side_by_side() {
    let office = Office::of_platform().await;
    let desk = Desk::of(&office, Role::Contributor);
    let id = desk.invited("ann@acme.example", "Ann").await;
    let path = format!("/{id}");
    let shown = [("shown_first_name", "Ann"), ("shown_last_name", ""), ("shown_role", "CUSTOMER"), ("shown_is_active", "true")];
    let theirs = json!({"first_name": "Theirs <b>", "last_name": null, "role": "CONTRIBUTOR", "is_active": true});
    desk.api("PUT", &id.to_string(), theirs).await.expect(201);

    let mine = |first: &'static str, last: &'static str| {
        let typed = [("first_name", first), ("last_name", last), ("role", "CUSTOMER"), ("is_active", "true")];
        shown.into_iter().chain(typed).collect::<Vec<_>>()
    };
    desk.send(&path, &mine("Ann", "Rivers")).await.expect(303);
    let merged = desk.on_record(id).await;
    let fields = ["first_name", "last_name", "role"].map(|field| merged[field].as_str().unwrap());
    assert_eq!(fields, ["Theirs <b>", "Rivers", "CONTRIBUTOR"], "what one of them left alone stays as the other made it");

    let page = desk.send(&path, &mine("Mine", "Rivers")).await.expect(409);
    let page = page.shows("Somebody else has changed this meanwhile").shows("<bdi>Theirs &#60;b&#62;</bdi>");
    let page = page.shows("name=\"first_name\" value=\"Mine\"");
    // What was left alone stands there as the other made it, so that saving does not undo it.
    let page = page.shows("name=\"role\" value=\"CONTRIBUTOR\" checked").shows_no("value=\"CUSTOMER\" checked");
    assert_eq!(desk.on_record(id).await, merged);
    assert_eq!(page.hidden("shown_first_name"), "Theirs &#60;b&#62;");
    let again = [("shown_first_name", "Theirs <b>"), ("first_name", "Mine")];
    desk.send(&path, &again).await.expect(303);
    assert_eq!(desk.on_record(id).await["first_name"], "Mine");
}

#[tokio::test]
async fn a_change_that_others_were_faster_with_is_merged_with_theirs() {
    let office = Office::open().await;
    let desk = Desk::of(&office, Role::Reseller);
    let id = desk.invited("ann@acme.example", "Ann").await;
    let path = format!("/{id}");
    let all = ["One", "Two", "Three"].map(|last| {
        let fields = [("shown_first_name", "Ann"), ("first_name", "Ann"), ("shown_last_name", ""), ("last_name", last)];
        let (desk, path) = (&desk, &path);
        async move { desk.send(path, &fields).await.status }
    });
    let mut statuses = futures_util::future::join_all(all).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409, 409], "the first is saved, and the others see it");
    office.audit().await;
}

#[tokio::test]
async fn who_is_deleted_is_gone_and_the_form_can_be_sent_twice() {
    let office = Office::of_platform().await;
    for desk in [Desk::of(&office, Role::Reseller), Desk::of(&office, Role::Contributor), Desk::own(&office)] {
        let id = desk.invited("ann@acme.example", "Ann").await;
        let path = format!("/{id}/delete");
        desk.look(&path).await.expect(200).shows("Delete <bdi>Ann</bdi>?").shows("ann@acme.example").shows_no("This is you");
        for _ in 0..2 {
            desk.arrives(desk.send(&path, &[]).await, "The user was deleted.").await;
        }
        for rest in [&path, &format!("/{id}"), &format!("/{id}/invitation")] {
            desk.look(rest).await.expect(404);
        }
        desk.send(&format!("/{id}"), &[("first_name", "x")]).await.expect(404);
        desk.send(&format!("/{id}/invitation"), &[]).await.expect(404);
        for rest in ["/0", "/x", "/99999999999999999999", "/new/delete", "/1/nothing"] {
            desk.look(rest).await.expect(404);
        }
    }
    office.audit().await;
}

#[tokio::test]
async fn a_new_link_ends_the_older_one_and_who_is_inactive_gets_none() {
    let office = Office::open().await;
    for desk in [Desk::of(&office, Role::Reseller), Desk::own(&office)] {
        let first = link(&desk.send("/new", &[("email", "ann@acme.example"), ("first_name", "Ann")]).await.expect(200));
        let id = desk.api("GET", "?filter=email=ann@acme.example", Value::Null).await.ids()[0];
        let path = format!("/{id}/invitation");
        let key = desk.look(&path).await.expect(200).shows_no("The password stays").hidden("form_key");
        let page = desk.send(&path, &[("form_key", &key)]).await.expect(200).shows("A new link for <bdi>Ann</bdi>");
        assert_eq!(desk.send(&path, &[("form_key", &key)]).await.expect(200).body, page.body);
        office.app.look_at("", &format!("/invitation/{first}")).await.expect(404);
        let second = format!("/invitation/{}", link(&page));
        office.app.submit("", &second, &[("password", PASSWORD)]).await.expect(303);
        desk.look(&path).await.expect(200).shows("The password stays until the new link is used");

        desk.list("").await.expect(200).shows(&format!("/{id}/invitation\""));
        desk.send(&format!("/{id}"), &[("first_name", "Ann"), ("is_active", "false")]).await.expect(303);
        desk.list("").await.expect(200).shows_no(&format!("/{id}/invitation\""));
        desk.look(&format!("/{id}")).await.expect(200).shows_no("/invitation\"");
        let told = "<bdi>Ann</bdi> is an inactive user, who gets no link: activate the user first.";
        desk.look(&path).await.expect(200).shows(told).shows_no("form_key");
        desk.send(&path, &[]).await.expect(422).shows(told).shows_no("/invitation/0");
        desk.send(&format!("/{id}/delete"), &[]).await.expect(303);
    }
    office.audit().await;
}

#[tokio::test]
async fn who_deactivates_or_deletes_oneself_is_led_to_the_login() {
    let office = Office::of_platform().await;
    let reseller = office.portal.somebody(&office.app, &office.tenant, None, Role::Reseller, "second@example.com").await;
    let desks = [(Desk::of(&office, Role::Contributor), Role::Contributor), (Desk::own(&office), Role::Reseller)];
    for (desk, role) in desks {
        let id = office.who(role).id;
        desk.look(&format!("/{id}")).await.expect(200).shows("This is you: you are logged out at once.");
        desk.look(&format!("/{id}/delete")).await.expect(200).shows("This is you: you are logged out at once.");
        let leads = desk.send(&format!("/{id}"), &[("first_name", "Me"), ("is_active", "false")]).await.leads_to();
        let answer = desk.office.look(role, &leads).await;
        assert_eq!(answer.cookie("__Host-session").as_deref(), Some(""));
        let login = answer.leads_to();
        assert!(login.starts_with("/login?next="), "{login}");
        office.app.look_at("", &login).await.expect(200).shows("Log in to go on.").shows("f-password");
    }
    let own = format!("/reseller/users/{}/delete", reseller.id);
    office.app.submit(&reseller.cookie, &own, &[]).await.expect(422).shows("this is the last one");
    let third = office.portal.somebody(&office.app, &office.tenant, None, Role::Reseller, "third@example.com").await;
    let leads = office.app.submit(&reseller.cookie, &own, &[]).await.leads_to();
    assert!(office.app.look_at(&reseller.cookie, &leads).await.leads_to().starts_with("/login?next=%2Freseller%2Fusers"));
    office.app.look_at(&third.cookie, &leads).await.expect(200).shows_no("second@example.com");
    office.audit().await;
}

#[tokio::test]
async fn the_last_active_person_of_a_reseller_stays() {
    let office = Office::open().await;
    let desk = Desk::own(&office);
    let id = office.who(Role::Reseller).id;
    // Who is only invited does not count.
    desk.invited("bob@northwind.example", "Bob").await;
    let told = "must leave the reseller an active user, and this is the last one";
    let page = desk.send(&format!("/{id}"), &[("first_name", "Me"), ("is_active", "false")]).await.expect(422);
    page.shows(&format!("id=\"e-is_active\">Status {told}.")).shows("value=\"Me\"").shows("aria-invalid=\"true\"");
    desk.send(&format!("/{id}/delete"), &[])
        .await
        .expect(422)
        .shows(&format!("The deletion {told}."))
        .shows_no("<button class=\"danger\"");
    desk.list("").await.expect(200).shows("reseller@example.com");
    office.audit().await;
}

#[tokio::test]
async fn nobody_reaches_the_people_of_others() {
    let office = Office::of_platform().await;
    let other = office.app.create(&office.tenant, "Other").await;
    let stranger =
        office.portal.somebody(&office.app, &office.tenant, Some(other), Role::Contributor, "stranger@example.com").await;
    let tenant = office.app.reseller("Next door").await;
    let away = office.portal.somebody(&office.app, &tenant, None, Role::Reseller, "next@door.example").await;
    let id = Desk::of(&office, Role::Reseller).invited("ann@acme.example", "Ann").await;
    let rows = office.app.all_rows_but_counters().await;
    let acme = office.customer;
    for (cookie, base) in [
        (&stranger.cookie, "/organization/users".to_owned()),
        (&stranger.cookie, format!("/reseller/{acme}/users")),
        (&away.cookie, format!("/reseller/{acme}/users")),
        (&away.cookie, "/reseller/users".to_owned()),
        (&office.who(Role::Reseller).cookie, "/reseller/users".to_owned()),
        (&office.who(Role::Reseller).cookie, format!("/reseller/{other}/users")),
        (&office.who(Role::Reseller).cookie, "/reseller/99999/users".to_owned()),
        (&office.who(Role::Reseller).cookie, "/reseller/x/users".to_owned()),
    ] {
        for rest in ["", "/invitation"] {
            let path = format!("{base}/{id}{rest}");
            office.app.look_at(cookie, &path).await.expect(404);
            office.app.submit(cookie, &path, &[("first_name", "x")]).await.expect(404);
        }
        office.app.look_at(cookie, &format!("{base}/{id}/delete")).await.expect(404);
        // Who is not there is as good as deleted, and who is not allowed here is told nothing.
        let status = office.app.submit(cookie, &format!("{base}/{id}/delete"), &[]).await.status;
        assert!(matches!(status, 303 | 404), "{base}");
    }
    for path in [format!("/reseller/{acme}?tab=3"), format!("/reseller/{acme}/view?tab=3")] {
        office.app.look_at(&away.cookie, &path).await.expect(404);
        office.app.look_at(&stranger.cookie, &path).await.expect(404);
    }
    office.app.look_at(&away.cookie, "/reseller/users").await.expect(200).shows_no("reseller@example.com");
    let view = format!("/reseller/{acme}/view/users/{id}");
    office.look(Role::Reseller, &view).await.expect(404);
    assert_eq!(office.app.all_rows_but_counters().await, rows);
}

#[tokio::test]
async fn pages_of_people_take_the_stated_round_trips() {
    let office = Office::open().await;
    for desk in [Desk::of(&office, Role::Reseller), Desk::own(&office)] {
        let id = desk.invited("ann@acme.example", "Ann").await;
        let rounds = |answer: Answer, status: u16| {
            answer.expect(status);
            office.app.wire.take_rounds()
        };
        office.app.wire.take_calls();
        assert_eq!(rounds(desk.list("search=a&sort=email").await, 200), [2]);
        for rest in ["/new".to_owned(), format!("/{id}"), format!("/{id}/invitation"), format!("/{id}/delete")] {
            assert_eq!(rounds(desk.look(&rest).await, 200), [1], "{rest}");
        }
        assert_eq!(rounds(desk.send("/new", &[]).await, 422), [1]);
        assert_eq!(rounds(desk.send("/new", &[("email", "bob@acme.example")]).await, 200), [1, 1, 1]);
        assert_eq!(rounds(desk.send(&format!("/{id}"), &[("first_name", "x")]).await, 303), [1, 1]);
        assert_eq!(rounds(desk.send(&format!("/{id}"), &[("first_name", "x")]).await, 303), [1], "nothing to change");
        assert_eq!(rounds(desk.send(&format!("/{id}/invitation"), &[]).await, 200), [1, 1]);
        assert_eq!(rounds(desk.send(&format!("/{id}/delete"), &[]).await, 303), [1, 1]);
        assert_eq!(rounds(desk.send(&format!("/{id}/delete"), &[]).await, 303), [1]);
        let bob = desk.api("GET", "?filter=email=bob@acme.example", Value::Null).await.ids()[0];
        desk.api("DELETE", &bob.to_string(), Value::Null).await.expect(204);
    }
}

#[tokio::test]
async fn an_organization_that_vanished_has_no_people_any_more() {
    let office = Office::open().await;
    let desk = Desk::of(&office, Role::Reseller);
    let id = desk.invited("ann@acme.example", "Ann").await;
    office.app.reseller_api("DELETE", office.customer).key(&office.tenant.key).send().await.expect(204);
    desk.list("").await.expect(404);
    for rest in ["/new".to_owned(), format!("/{id}"), format!("/{id}/invitation"), format!("/{id}/delete")] {
        desk.look(&rest).await.expect(404);
        desk.send(&rest, &[("email", "x@acme.example")]).await.expect(404);
    }
    // Its people are logged out.
    assert!(office.look(Role::Resellee, "/organization?tab=3").await.leads_to().starts_with("/login?next="));
}
