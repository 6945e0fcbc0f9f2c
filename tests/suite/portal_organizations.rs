//! The organizations of a reseller in the portal: the list, new ones, deleting, their details, and their tokens.

use serde_json::json;
use shared::domain::user::Role;

use crate::harness::pages::House;
use crate::harness::portal::Portal;

/// The ids of the rows of a list, in their order.
fn rows(body: &str) -> Vec<u64> {
    let ids = body.split("name=\"id\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    ids.map(|id| id.parse().unwrap()).collect()
}

/// The address of the link with this relation to the page.
fn link(body: &str, relation: &str) -> Option<String> {
    let rest = body.split_once(&format!("rel=\"{relation}\" href=\""))?.1;
    Some(rest.split('"').next().unwrap().replace("&#38;", "&"))
}

#[tokio::test]
async fn the_list_has_its_columns_in_this_order() {
    let house = House::open().await;
    let page = house.app.look_at(&house.reseller, "/reseller").await.expect(200);
    let head = page.body.split_once("<thead>").unwrap().1.split_once("</thead>").unwrap().0;
    let titles: Vec<&str> =
        head.split("</a></th>").filter_map(|column| column.rsplit_once('>')).map(|(_, title)| title).collect();
    assert_eq!(&titles[..6], ["ID", "Name", "Email", "Phone", "Status", "Registration Date"]);
    page.shows("New Organization").shows("1 organization<");
}

#[tokio::test]
async fn a_new_organization_is_marked_in_the_list() {
    let house = House::open().await;
    let page = house.app.look_at(&house.reseller, "/reseller/new").await.expect(200);
    let key = page.hidden("form_key");
    let typed =
        [("form_key", key.as_str()), ("name", "Zenith"), ("email", "office@zenith.example"), ("phone", "+31 20 123 4567")];
    let list = house.app.submit(&house.reseller, "/reseller/new", &typed).await.leads_to();
    let again = house.app.submit(&house.reseller, "/reseller/new", &typed).await.leads_to();
    assert_eq!(list, again);
    let page = house.app.look_at(&house.reseller, &list).await.expect(200).shows("<tr class=\"new\">").shows("was created");
    assert_eq!(rows(&page.body).len(), 2);
    let first = page.body.split_once("<tr class=\"new\">").unwrap().1.split_once("</tr>").unwrap().0;
    for text in ["Zenith", "office@zenith.example", "+31 20 123 4567", ">Active<"] {
        assert!(first.contains(text), "{first}");
    }
}

#[tokio::test]
async fn every_rule_is_told_beside_its_field_at_once_and_what_was_typed_is_kept() {
    let house = House::open().await;
    let typed = [("form_key", "k"), ("name", " "), ("email", "not <an> address"), ("phone", "12")];
    let page = house.app.submit(&house.reseller, "/reseller/new", &typed).await.expect(422);
    let page = page.shows("Name is required.").shows("value=\"not &#60;an&#62; address\"").shows("value=\"12\"");
    for field in ["name", "email", "phone"] {
        assert!(
            page.body.contains(&format!("id=\"e-{field}\"")) && page.body.contains(&format!("href=\"#f-{field}\"")),
            "{page}"
        );
    }
    assert_ne!(page.hidden("form_key"), "k");
    let page = house.app.look_at(&house.reseller, "/reseller").await.expect(200);
    assert_eq!(rows(&page.body), [house.customer]);
}

#[tokio::test]
async fn what_others_called_themselves_is_text_and_nothing_else() {
    let house = House::open().await;
    let name = "\"><script>alert(1)</script>' &amp; \u{202e}evil";
    let id = house.app.create(&house.tenant, name).await;
    for path in [
        "/reseller".to_owned(),
        format!("/reseller/delete?id={id}"),
        format!("/reseller/{id}?tab=2"),
        format!("/reseller/{id}/view?tab=2"),
        format!("/reseller/{id}/tokens/new"),
        "/reseller?search=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E".to_owned(),
    ] {
        let page = house.app.look_at(&house.reseller, &path).await.expect(200).shows_no("<script>");
        page.shows("&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;");
    }
}

#[tokio::test]
async fn the_list_is_searched_filtered_sorted_and_paged_by_its_address() {
    let house = House::open().await;
    let model = house.app.create(&house.tenant, "Model").await;
    let mut ids = house.app.fill(&house.tenant, model, "filled", 60).await;
    ids.extend([house.customer, model]);
    ids.sort_unstable();
    let mut seen = Vec::new();
    let mut next = Some("/reseller?rows=25".to_owned());
    let mut addresses = Vec::new();
    while let Some(address) = next {
        let page = house.app.look_at(&house.reseller, &address).await.expect(200);
        page.clone().shows("of 62 organizations");
        seen.push(rows(&page.body));
        next = link(&page.body, "next");
        addresses.push((address, link(&page.body, "prev")));
    }
    assert_eq!(seen.concat(), ids);
    assert_eq!(seen.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 12]);
    // The page before has no cursor, and is the same page.
    let back = addresses[2].1.clone().unwrap();
    let page = house.app.look_at(&house.reseller, &back).await.expect(200);
    assert_eq!(rows(&page.body), seen[1]);
    assert_eq!(addresses[0].1, None);

    let page = house.app.look_at(&house.reseller, "/reseller?sort=name&direction=desc&rows=100").await.expect(200);
    let last = *rows(&page.body).last().unwrap();
    assert_eq!(last, house.customer);
    page.shows("aria-sort=\"descending\"");
    let page = house.app.look_at(&house.reseller, "/reseller?search=acme").await.expect(200).shows("value=\"acme\"");
    assert_eq!(rows(&page.body), [house.customer]);
    house.app.look_at(&house.reseller, "/reseller?status=inactive").await.expect(200).shows("No organization matches");
    let page = house.app.look_at(&house.reseller, "/reseller?status=odd&rows=7").await.expect(400);
    page.shows("Status must be one of active, inactive.").shows("Rows must be one of 25, 50, 75, 100.");
    let elsewhere = house.app.look_at(&house.reseller, "/reseller?offset=1000").await.expect(200);
    assert!(rows(&elsewhere.body).is_empty());
}

#[tokio::test]
async fn an_empty_list_says_what_to_do_next() {
    let house = House::open().await;
    let empty = house.app.reseller("Empty").await;
    let portal = Portal::of(&house.app).await;
    let session = portal.somebody(&house.app, &empty, None, Role::Reseller, "ann@empty.example").await.cookie;
    house.app.look_at(&session, "/reseller").await.expect(200).shows("Create the first one").shows_no("Acme");
}

#[tokio::test]
async fn what_is_selected_is_deleted_after_a_question() {
    let house = House::open().await;
    let others = [house.app.create(&house.tenant, "Beta").await, house.app.create(&house.tenant, "Gamma").await];
    let stranger = house.app.reseller("Stranger").await;
    let theirs = house.app.create(&stranger, "Theirs").await;
    let address = format!("/reseller/delete?id={}&id={}&id={theirs}&id=x", others[0], others[1]);
    let page = house.app.look_at(&house.reseller, &address).await.expect(200);
    page.shows("Beta").shows("Gamma").shows_no("Theirs").shows("these 2 organizations");
    house.app.look_at(&house.reseller, "/reseller/delete").await.expect(200).shows("Nothing is selected");
    let ids = [others[0], others[1], theirs].map(|id| id.to_string());
    let fields: Vec<(&str, &str)> = ids.iter().map(|id| ("id", id.as_str())).collect();
    let list = house.app.submit(&house.reseller, "/reseller/delete", &fields).await.leads_to();
    assert_eq!(list, "/reseller?deleted=2");
    house.app.look_at(&house.reseller, &list).await.expect(200).shows("2 organizations were deleted.");
    let list = house.app.submit(&house.reseller, "/reseller/delete", &fields).await.leads_to();
    house.app.look_at(&house.reseller, &list).await.expect(200).shows("They were deleted already.");
    house.app.look_at(&house.reseller, &format!("/reseller/{}", others[0])).await.expect(404);
    house.app.reseller_api("GET", theirs).key(&stranger.key).send().await.expect(200);
}

#[tokio::test]
async fn the_list_is_as_it_was_after_a_deletion() {
    let house = House::open().await;
    let gone = house.app.create(&house.tenant, "Q&A <1>").await;
    house.app.create(&house.tenant, "Q&A <2>").await;
    let narrowed = "search=Q%26A%20%3C&sort=name&direction=desc&rows=50";
    let list = house.app.look_at(&house.reseller, &format!("/reseller?{narrowed}")).await.expect(200);
    assert_eq!(list.hidden("search"), "Q&#38;A &#60;");
    assert_eq!([list.hidden("direction"), list.hidden("rows")], ["desc", "50"]);
    let asked = format!("/reseller/delete?{narrowed}");
    let question = house.app.look_at(&house.reseller, &format!("{asked}&id={gone}")).await.expect(200);
    let escaped = narrowed.replace('&', "&#38;");
    question.shows(&format!("action=\"/reseller/delete?{escaped}\"")).shows(&format!("<a href=\"/reseller?{escaped}\">Keep"));
    let list = house.app.submit(&house.reseller, &asked, &[("id", &gone.to_string())]).await.leads_to();
    assert_eq!(list, format!("/reseller?{narrowed}&deleted=1"));
    let list = house.app.look_at(&house.reseller, &list).await.expect(200);
    list.shows("1 organization was deleted.").shows("Q&#38;A &#60;2&#62;").shows_no("Acme");
}

#[tokio::test]
async fn what_is_not_there_is_told_among_the_pages_that_a_person_sees() {
    let house = House::open().await;
    let nothing = "There is nothing at this address, or it was deleted meanwhile.";
    for path in ["/reseller/999999", "/reseller/nothing/like/it", "/organization"] {
        house.app.look_at(&house.reseller, path).await.expect(404).shows(nothing).shows("href=\"/reseller/dashboard\"");
    }
    for path in ["/reseller", "/reseller/999999", "/organization/nothing/like"] {
        let page = house.app.look_at(&house.resellee, path).await.expect(404);
        page.shows(nothing).shows("href=\"/organization\"").shows_no("href=\"/reseller");
    }
    // A form for what somebody else has just deleted.
    let typed = [("name", "Acme Ltd"), ("email", "office@acme.example")];
    let answer = house.app.submit(&house.reseller, "/reseller/999999", &typed).await.expect(404);
    answer.shows(nothing).shows("href=\"/reseller/dashboard\"");
    house.app.look_at("", "/reseller/999999").await.expect(303);
}

#[tokio::test]
async fn details_are_saved_and_a_change_by_others_in_between_is_kept() {
    let house = House::open().await;
    let path = format!("/reseller/{}", house.customer);
    let page = house.app.look_at(&house.reseller, &format!("{path}?tab=2")).await.expect(200);
    let shown = ["shown_name", "shown_email", "shown_phone", "shown_is_active"].map(|field| (field, page.hidden(field)));
    let send = async |changes: &[(&str, &str)]| {
        let mut fields =
            vec![("tab", "2"), ("name", "Acme"), ("email", "customer@example.com"), ("phone", ""), ("is_active", "true")];
        for (name, value) in changes {
            fields.iter_mut().find(|(field, _)| field == name).unwrap().1 = value;
        }
        fields.extend(shown.iter().map(|(field, value)| (*field, value.as_str())));
        house.app.submit(&house.reseller, &path, &fields).await
    };
    assert_eq!(send(&[("phone", "+31 20 123 4567")]).await.leads_to(), format!("{path}?tab=2&saved=1"));
    house.app.look_at(&house.reseller, &format!("{path}?tab=2&saved=1")).await.expect(200).shows("Saved.");
    // Another field of the same page, which still shows no phone: the phone stays.
    send(&[("name", "Acme Ltd")]).await.expect(303);
    let now =
        house.app.reseller_api("GET", house.customer).key(&house.tenant.key).send().await.expect(200).json()["result"].clone();
    assert_eq!((&now["name"], &now["phone"]), (&json!("Acme Ltd"), &json!("+31 20 123 4567")));
    // The same field: both are shown, and nothing was saved.
    let conflict = send(&[("name", "Acme Inc")]).await.expect(409).shows("value=\"Acme Inc\"").shows("<bdi>Acme Ltd</bdi></dd>");
    assert_eq!(conflict.hidden("shown_name"), "Acme Ltd");
    let fields = [
        ("name", "Acme Inc"),
        ("shown_name", "Acme Ltd"),
        ("email", "x"),
        ("shown_email", "customer@example.com"),
        ("is_active", "false"),
    ];
    house.app.submit(&house.reseller, &path, &fields).await.expect(422).shows("id=\"e-email\"").shows("value=\"Acme Inc\"");
    let fields = [("name", "Acme Inc"), ("shown_name", "Acme Ltd"), ("is_active", "false"), ("shown_is_active", "true")];
    house.app.submit(&house.reseller, &path, &fields).await.expect(303);
    let now =
        house.app.reseller_api("GET", house.customer).key(&house.tenant.key).send().await.expect(200).json()["result"].clone();
    assert_eq!((&now["name"], &now["is_active"], &now["phone"]), (&json!("Acme Inc"), &json!(false), &json!("+31 20 123 4567")));
}

#[tokio::test]
async fn a_token_is_shown_once_and_the_same_form_shows_the_same() {
    let house = House::open().await;
    let base = format!("/reseller/{}", house.customer);
    let new = format!("{base}/tokens/new");
    let key = house.app.look_at(&house.reseller, &new).await.expect(200).hidden("form_key");
    let typed = [("form_key", key.as_str()), ("name", "Billing & more"), ("type", "realtime"), ("valid_years", "5")];
    let made = house.app.submit(&house.reseller, &new, &typed).await.expect(200);
    let text = |body: &str| body.split_once("tabindex=\"0\">").unwrap().1.split_once('<').unwrap().0.to_owned();
    let token = text(&made.body);
    house.app.request("GET", "/api/v3/customer").key(&token).send().await.expect(200);
    assert_eq!(text(&house.app.submit(&house.reseller, &new, &typed).await.expect(200).body), token);
    let tab = house.app.look_at(&house.reseller, &format!("{base}?tab=2")).await.expect(200);
    tab.clone().shows("Billing &#38; more").shows("Realtime").shows_no(&token);
    let wrong = [("form_key", "other"), ("name", "billing & MORE"), ("type", "realtime"), ("valid_years", "5")];
    house.app.submit(&house.reseller, &new, &wrong).await.expect(422).shows("Name is the name of another token");
    let wrong = [("form_key", "another"), ("type", "odd"), ("valid_years", "3")];
    let page = house.app.submit(&house.reseller, &new, &wrong).await.expect(422);
    page.shows("Name is required").shows("Type must be batch or realtime").shows("Validity must be 1, 2 or 5");

    let delete = tab.body.split_once("/delete\"").unwrap().0.rsplit_once("href=\"").unwrap().1.to_owned() + "/delete";
    house.app.look_at(&house.reseller, &delete).await.expect(200).shows("Billing &#38; more");
    for _ in 0..2 {
        let list = house.app.submit(&house.reseller, &delete, &[]).await.leads_to();
        assert_eq!(list, format!("{base}?tab=2&deleted=1"));
    }
    house.app.request("GET", "/api/v3/customer").key(&token).send().await.expect_error(401, "KEY_REVOKED");
    house.app.look_at(&house.reseller, &delete).await.expect(404);
}

#[tokio::test]
async fn a_resellee_finds_its_own_organization_and_no_page_of_the_reseller() {
    let house = House::open().await;
    let other = house.app.create(&house.tenant, "Beta").await;
    let page =
        house.app.look_at(&house.resellee, "/organization?tab=2").await.expect(200).shows("Acme").shows_no("View as customer");
    page.shows_no(">Save<").shows_no("/reseller").shows("New token");
    for (method, path) in crate::harness::routes::table()
        .into_iter()
        .filter(|route| route.function.starts_with("portal-") && route.path.starts_with("/reseller"))
        .map(|route| (route.method, route.path))
    {
        for id in [house.customer, other] {
            let path = path.replace("{id}", &id.to_string()).replace("{kind}", "tokens").replace("{item}", "new");
            let path = path.replace("{deed}", "delete");
            let request = house.app.page(&method, &path, &house.resellee);
            let answer = if method == "POST" { request.form("name=Evil&id=1").send().await } else { request.send().await };
            answer.expect(404);
        }
    }
    for path in ["/organization", "/organization/tokens/new"] {
        house.app.look_at(&house.reseller, path).await.expect(404);
    }
    let renamed = [("name", "Evil"), ("shown_name", "Acme")];
    house.app.submit(&house.resellee, "/organization", &renamed).await.expect(404);
    house.app.look_at(&house.resellee, "/organization").await.expect(200).shows("Acme").shows_no("Evil");
}

#[tokio::test]
async fn another_resellers_organization_is_not_there() {
    let house = House::open().await;
    let stranger = house.app.reseller("Stranger").await;
    let theirs = house.app.create(&stranger, "Theirs").await;
    for path in ["", "?tab=2", "/view", "/tokens/new", "/tokens/0123456789ab/delete"] {
        let answer = house.app.look_at(&house.reseller, &format!("/reseller/{theirs}{path}")).await.expect(404);
        let never = house.app.look_at(&house.reseller, &format!("/reseller/{}{path}", theirs + 1_000)).await.expect(404);
        assert_eq!(answer.body, never.body);
    }
    for path in ["", "/tokens/new", "/tokens/0123456789ab/delete"] {
        let fields = [("name", "Evil"), ("type", "batch"), ("valid_years", "1")];
        house.app.submit(&house.reseller, &format!("/reseller/{theirs}{path}"), &fields).await.expect(404);
    }
}

#[tokio::test]
async fn a_reseller_sees_an_organization_as_its_people_do() {
    let house = House::open().await;
    let page = house.app.look_at(&house.reseller, &format!("/reseller/{}/view?tab=2", house.customer)).await.expect(200);
    page.shows("what the people of this organization see").shows_no("New token").shows_no(">Save<");
}
