//! The list of the reseller API: its parameters and their limits, pages and the links between them, and exact totals.
//! `list_order` tests the order of the customers.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use shared::domain::credential::Subject;

use crate::harness::{Answer, App, Tenant, encoded};

const KEYS: [&str; 7] = ["id", "name", "email", "phone", "is_active", "registration_date", "last_modified"];

const BOTH_FORMS: [&str; 2] = ["/api/v3/reseller/customer/", "/api/v3/reseller/customer"];

/// Customers with different names that are alike otherwise, except that every third is not active.
async fn create_many(app: &App, tenant: &Tenant, count: usize) -> Vec<u64> {
    let mut ids = Vec::new();
    for number in 0..count {
        let body =
            json!({"name": format!("Customer {number:03}"), "email": "customer@example.com", "is_active": number % 3 != 2});
        ids.push(app.create_with(tenant, body).await);
    }
    ids
}

async fn send(app: &App, path: &str, query: &str, key: &str) -> Answer {
    app.request("GET", &format!("{path}?{query}")).key(key).send().await
}

#[tokio::test]
async fn given_no_parameters_the_first_ten_come_in_the_order_of_their_ids() {
    let (app, tenant) = App::with_reseller().await;
    let ids = create_many(&app, &tenant, 12).await;
    let plain = app.list(&tenant, "").await.expect_list(&ids[..10], 12);
    assert!(plain.next().is_some(), "{plain}");
    assert_eq!(plain.result()[0].as_object().unwrap().keys().collect::<Vec<_>>(), KEYS);
    let spelled_out = "limit=10&offset=0&sort=id&direction=asc";
    for path in BOTH_FORMS {
        for query in ["", spelled_out, "&&limit=10&", "lim%69t=10&%73ort=%69d"] {
            let answer = send(&app, path, query, &tenant.key).await;
            assert_eq!(answer.body, plain.body, "{answer}");
        }
        app.request("GET", path).key(&tenant.key).send().await.expect_list(&ids[..10], 12);
    }
}

#[tokio::test]
async fn given_no_customers_every_list_is_empty_and_has_no_more_behind_it() {
    let (app, tenant) = App::with_reseller().await;
    for key in KEYS {
        for rest in ["", "&direction=desc", "&filter=is_active=true", "&filter=name=acme", "&offset=3", "&filter=id=1"] {
            let answer = app.list(&tenant, &format!("sort={key}{rest}")).await.expect_list(&[], 0);
            assert_eq!(answer.header("link"), None, "{answer}");
        }
    }
}

#[tokio::test]
async fn an_offset_passes_over_as_many_whatever_the_order_and_the_filter() {
    let (app, tenant) = App::with_reseller().await;
    create_many(&app, &tenant, 9).await;
    let huge = "9".repeat(30);
    for key in KEYS {
        for filter in ["", "&filter=is_active=true", "&filter=email=customer@example.com", "&filter=name=customer+004"] {
            let query = format!("sort={key}&direction=desc{filter}");
            let all = app.list(&tenant, &query).await.ids();
            for offset in 0..=all.len() + 1 {
                let rest = &all[offset.min(all.len())..];
                let page = &rest[..rest.len().min(2)];
                let answer = app.list(&tenant, &format!("{query}&offset={offset}&limit=2")).await.expect_list(page, all.len());
                assert_eq!(answer.next().is_some(), rest.len() > 2, "{answer}");
            }
            for offset in
                ["1000000", "2147483647", "2147483648", "4294967296", "9223372036854775807", "18446744073709551615", &huge]
            {
                let answer = app.list(&tenant, &format!("{query}&offset={offset}&limit=1000")).await.expect_list(&[], all.len());
                assert_eq!(answer.header("link"), None, "{answer}");
            }
        }
    }
}

#[tokio::test]
async fn a_page_holds_1_to_1000_customers_however_large_their_rows_are() {
    let (app, tenant) = App::with_reseller().await;
    // Each row takes some kilobytes, so that DynamoDB returns a thousand of them in several answers.
    let email = format!("{}@example.com", "\u{2000b}".repeat(242));
    let model = app.create_with(&tenant, json!({"name": "Model", "email": email, "phone": "+31 012 345678"})).await;
    let ids: Vec<u64> = [vec![model], app.fill(&tenant, model, "Large", 1000).await].concat();
    let backwards: Vec<u64> = ids.iter().rev().copied().collect();

    app.wire.take_calls();
    let first = app.list(&tenant, "limit=1000").await.expect_list(&ids[..1000], 1001);
    assert!(app.wire.take_calls().len() > 3, "the rows are not large enough for what this is to show");
    let second = app.request("GET", &first.next().unwrap()).key(&tenant.key).send().await.expect_list(&ids[1000..], 1001);
    assert_eq!(second.next(), None, "{second}");

    app.list(&tenant, "limit=1").await.expect_list(&ids[..1], 1001);
    app.list(&tenant, "limit=1000&offset=1").await.expect_list(&ids[1..], 1001);
    app.list(&tenant, "limit=3&offset=900&sort=email").await.expect_list(&ids[900..903], 1001);
    let of_one_status = "limit=1000&sort=last_modified&direction=desc&filter=is_active=true";
    app.list(&tenant, of_one_status).await.expect_list(&backwards[..1000], 1001);
    app.list(&tenant, "limit=1000&sort=phone&direction=desc").await.expect_list(&backwards[..1000], 1001);
    app.list(&tenant, &format!("limit=1&filter=email={}", encoded(&email))).await.expect_list(&ids[..1], 1001);
}

#[tokio::test]
async fn a_link_is_there_exactly_when_more_is_behind() {
    let (app, tenant) = App::with_reseller().await;
    create_many(&app, &tenant, 6).await;
    for key in KEYS {
        for rest in ["", "&direction=desc", "&filter=is_active=true", "&filter=email=customer@example.com"] {
            let query = format!("sort={key}{rest}");
            let all = app.list(&tenant, &query).await.ids();
            for limit in [2, 3, 4, 5, 6, 7] {
                let pages = app.list_all(&tenant, &format!("{query}&limit={limit}")).await;
                let shown: Vec<Vec<u64>> = pages.iter().map(Answer::ids).collect();
                let expected: Vec<Vec<u64>> = all.chunks(limit).map(<[u64]>::to_vec).collect();
                assert_eq!(shown, expected, "{query} in pages of {limit}");
                for page in pages {
                    assert_eq!(page.json()["total_results"], all.len(), "{page}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_address_in_a_link_is_whole_and_keeps_what_was_asked() {
    let (app, tenant) = App::with_reseller().await;
    // Every character that has a meaning in a query, in an address or in a header.
    let name = "50% \"a&b=c\" <d>; e+f #g ?h/ ü 東京 😀\tz";
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(app.create(&tenant, name).await);
    }
    app.create(&tenant, "Another").await;
    let query = format!("sort=name&colour=red&direction=desc&limit=1&filter=is_active%3Dtrue&filter=name={}", encoded(name));
    for path in BOTH_FORMS {
        let mut answer = send(&app, path, &query, &tenant.key).await;
        for expected in [ids[2], ids[1], ids[0]] {
            answer = answer.expect_list(&[expected], 3);
            let Some(next) = answer.next() else {
                assert_eq!(expected, ids[0], "{answer}");
                break;
            };
            let link = answer.header("link").unwrap();
            assert!(link.starts_with(&format!("<https://api.example.com{path}?")), "{answer}");
            let allowed = |character: char| character.is_ascii_alphanumeric() || "-._~%&=?:/".contains(character);
            assert!(link[1..].split_once('>').unwrap().0.chars().all(allowed), "{answer}");
            answer = app.request("GET", &next).key(&tenant.key).send().await;
        }
    }
}

#[tokio::test]
async fn given_an_offset_on_the_first_page_the_next_ones_go_on_from_there() {
    let (app, tenant) = App::with_reseller().await;
    create_many(&app, &tenant, 8).await;
    for key in KEYS {
        for rest in ["", "&filter=is_active=true", "&filter=email=customer@example.com"] {
            let all = app.list(&tenant, &format!("sort={key}{rest}")).await.ids();
            let pages = app.list_all(&tenant, &format!("sort={key}{rest}&limit=2&offset=3")).await;
            assert_eq!(pages.iter().flat_map(Answer::ids).collect::<Vec<_>>(), all[3..], "sort={key}{rest}");
        }
    }
}

#[tokio::test]
async fn the_limit_may_change_from_page_to_page_and_nothing_else() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let ids = create_many(&app, &tenant, 9).await;
    create_many(&app, &other, 9).await;
    let active: Vec<u64> = ids.iter().enumerate().filter(|(place, _)| place % 3 != 2).map(|(_, &id)| id).collect();
    let first = app.list(&tenant, "limit=1&sort=name&filter=is_active=true").await.expect_list(&active[..1], 6);
    let cursor = first.next().unwrap().split_once("cursor=").unwrap().1.to_owned();

    let same = "sort=name&filter=is_active=true";
    for (query, count) in [("limit=1", 1), ("limit=3", 3), ("limit=1000", 5), ("", 5), ("direction=asc", 5), ("colour=red", 5)] {
        let answer = app.list(&tenant, &format!("cursor={cursor}&{same}&{query}")).await;
        answer.expect_list(&active[1..=count], 6);
    }

    let elsewhere = [
        "",
        "sort=name",
        "filter=is_active=true",
        "sort=id&filter=is_active=true",
        "sort=email&filter=is_active=true",
        "sort=name&filter=is_active=false",
        "sort=name&filter=name=true",
        "sort=name&direction=desc&filter=is_active=true",
        "sort=name&filter=is_active=true&filter=name=acme",
        "sort=name&filter=is_active=true&filter=is_active=false",
        // With an offset there would be two places at which to begin.
        "sort=name&filter=is_active=true&offset=0",
        "sort=name&filter=is_active=true&offset=5",
    ];
    for query in elsewhere {
        for sent in [format!("{query}&cursor={cursor}"), format!("cursor={cursor}&limit=5&{query}")] {
            send(&app, BOTH_FORMS[0], &sent, &tenant.key).await.expect_faults(&["cursor"]);
        }
    }
    let twice = format!("{same}&cursor={cursor}&cursor={cursor}");
    send(&app, BOTH_FORMS[0], &twice, &tenant.key).await.expect_faults(&["cursor"]);
    let others = format!("{same}&cursor={cursor}");
    send(&app, BOTH_FORMS[0], &others, &other.key).await.expect_faults(&["cursor"]);
}

#[tokio::test]
async fn what_is_not_a_cursor_is_refused() {
    let (app, tenant) = App::with_reseller().await;
    create_many(&app, &tenant, 3).await;
    let first = app.list(&tenant, "limit=1").await;
    let cursor = first.next().unwrap().split_once("cursor=").unwrap().1.to_owned();
    let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
    let mut garbage = vec![
        String::new(),
        "x".into(),
        "-".into(),
        "2".into(),
        "%20".into(),
        "%F0%9F%98%80".into(),
        "null".into(),
        format!("{cursor}A"),
        format!("{cursor}%3D"),
        format!("A{cursor}"),
        format!("{cursor}+"),
        format!("+{cursor}"),
        cursor.to_uppercase(),
        cursor.chars().rev().collect(),
        format!("{cursor}{cursor}"),
        "A".repeat(4_096),
        "A".repeat(4_097),
        "A".repeat(100_000),
        URL_SAFE_NO_PAD.encode([0xff; 60]),
        "A".repeat(8_192),
        "A".repeat(8_193),
        // A cursor in the form that cursors had before they were encrypted.
        URL_SAFE_NO_PAD.encode(json!(["1", "0123456789abcdef01234567", 1, "acme"]).to_string()),
        URL_SAFE_NO_PAD.encode("[".repeat(2_000)),
    ];
    garbage.extend((1..cursor.len()).map(|length| cursor[..length].to_owned()));
    garbage.extend((0..bytes.len()).map(|place| {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        URL_SAFE_NO_PAD.encode(changed)
    }));
    for sent in garbage {
        send(&app, BOTH_FORMS[0], &format!("limit=1&cursor={sent}"), &tenant.key).await.expect_faults(&["cursor"]);
    }
}

#[tokio::test]
async fn a_cursor_can_not_be_read_or_made_up() {
    let (app, tenant) = App::with_reseller().await;
    let other_app = App::start().await;
    let twin = other_app.reseller("Northwind Resale").await;
    assert_eq!(twin.id, tenant.id);
    for name in ["Acme Secret", "Acme Secret", "Acme Secret"] {
        for (app, tenant) in [(&app, &tenant), (&other_app, &twin)] {
            app.create(tenant, name).await;
        }
    }
    let mut seen = BTreeSet::new();
    for key in KEYS {
        for direction in ["asc", "desc"] {
            let query = format!("sort={key}&direction={direction}&limit=1");
            let next = app.list(&tenant, &query).await.next().unwrap();
            let cursor = next.split_once("cursor=").unwrap().1;
            let bytes = URL_SAFE_NO_PAD.decode(cursor).unwrap();
            let text = String::from_utf8_lossy(&bytes).to_lowercase();
            assert!(!text.contains("acme") && !text.contains("customer"), "{text}");
            assert!(seen.insert(cursor.to_owned()), "the same place never looks the same twice");
            assert_eq!(app.request("GET", &next).key(&tenant.key).send().await.expect(200).ids(), [2]);
            // The cursor of another deployment, for the very same list.
            let foreign = other_app.list(&twin, &query).await.next().unwrap();
            app.request("GET", &foreign).key(&tenant.key).send().await.expect_faults(&["cursor"]);
        }
    }
}

#[tokio::test]
async fn every_bad_parameter_is_named_and_no_other() {
    let (app, tenant) = App::with_reseller().await;
    create_many(&app, &tenant, 2).await;
    let digits = "9".repeat(30);
    let too_many = format!("limit={digits}");
    let refused: &[(&str, &[&str])] = &[
        // The limit: below and above the allowed range, and no number.
        ("limit=0", &["limit"]),
        ("limit=000", &["limit"]),
        ("limit=1001", &["limit"]),
        ("limit=65537", &["limit"]),
        (&too_many, &["limit"]),
        ("limit=-1", &["limit"]),
        ("limit=", &["limit"]),
        ("limit", &["limit"]),
        ("limit=1.5", &["limit"]),
        ("limit=1e2", &["limit"]),
        ("limit=0x5", &["limit"]),
        ("limit=+5", &["limit"]),
        ("limit=%205", &["limit"]),
        ("limit=5%20", &["limit"]),
        ("limit=%2B5", &["limit"]),
        ("limit=%D9%A5", &["limit"]),
        ("limit=ten", &["limit"]),
        ("limit=5&limit=5", &["limit"]),
        ("limit=5&limit=6&limit=0", &["limit"]),
        ("limit=0&limit=5", &["limit"]),
        // The offset.
        ("offset=-1", &["offset"]),
        ("offset=-0", &["offset"]),
        ("offset=", &["offset"]),
        ("offset", &["offset"]),
        ("offset=x", &["offset"]),
        ("offset=1.0", &["offset"]),
        ("offset=%201", &["offset"]),
        ("offset=%2B1", &["offset"]),
        ("offset=1&offset=1", &["offset"]),
        // The sort key.
        ("sort=colour", &["sort"]),
        ("sort=", &["sort"]),
        ("sort", &["sort"]),
        ("sort=Name", &["sort"]),
        ("sort=ID", &["sort"]),
        ("sort=name%20", &["sort"]),
        ("sort=-name", &["sort"]),
        ("sort=name,id", &["sort"]),
        ("sort=created_at", &["sort"]),
        ("sort=organization", &["sort"]),
        ("sort=revision", &["sort"]),
        ("sort=name&sort=name", &["sort"]),
        // The direction.
        ("direction=up", &["direction"]),
        ("direction=", &["direction"]),
        ("direction", &["direction"]),
        ("direction=ASC", &["direction"]),
        ("direction=ascending", &["direction"]),
        ("direction=asc%20", &["direction"]),
        ("direction=asc&direction=asc", &["direction"]),
        // The filters.
        ("filter=", &["filter"]),
        ("filter", &["filter"]),
        ("filter=name", &["filter"]),
        ("filter=%3D", &["filter"]),
        ("filter==Acme", &["filter"]),
        ("filter=colour=red", &["filter"]),
        ("filter=Name=Acme", &["filter"]),
        ("filter=+name=Acme", &["filter"]),
        ("filter=name+=Acme", &["filter"]),
        ("filter=organization=Acme", &["filter"]),
        ("filter=name%253DAcme", &["filter"]),
        ("filter=id=", &["filter"]),
        ("filter=name=", &["filter"]),
        ("filter=email=", &["filter"]),
        ("filter=phone=", &["filter"]),
        ("filter=is_active=", &["filter"]),
        ("filter=registration_date=", &["filter"]),
        ("filter=last_modified=", &["filter"]),
        ("filter=id=abc", &["filter"]),
        ("filter=id=-1", &["filter"]),
        ("filter=id=1.0", &["filter"]),
        ("filter=id=+1", &["filter"]),
        ("filter=id=1%20", &["filter"]),
        ("filter=id=%EF%BC%91", &["filter"]),
        ("filter=is_active=maybe", &["filter"]),
        ("filter=is_active=1", &["filter"]),
        ("filter=is_active=yes", &["filter"]),
        ("filter=is_active=+true", &["filter"]),
        ("filter=is_active=null", &["filter"]),
        ("filter=registration_date=yesterday", &["filter"]),
        ("filter=registration_date=2025-01-25", &["filter"]),
        ("filter=registration_date=2025-01-25T10:31:46.960", &["filter"]),
        ("filter=registration_date=2025-13-25T10:31:46.960Z", &["filter"]),
        ("filter=registration_date=2025-02-29T10:31:46.960Z", &["filter"]),
        ("filter=last_modified=1737801106960", &["filter"]),
        ("filter=last_modified=2025-01-25T25:31:46.960Z", &["filter"]),
        ("filter=name=Acme&filter=colour=red", &["filter"]),
        ("filter=id=abc&filter=is_active=maybe&filter=", &["filter"]),
        // Parameters that can't be decoded.
        ("limit=%zz", &["limit"]),
        ("limit=5%", &["limit"]),
        ("offset=%4", &["offset"]),
        ("sort=%ff", &["sort"]),
        ("direction=asc%00", &["direction"]),
        ("filter=name=100%", &["filter"]),
        ("filter=name=%E4", &["filter"]),
        ("filter=name=%C0%80", &["filter"]),
        ("filter=name=%ED%A0%80", &["filter"]),
        ("filter=name=%00", &["filter"]),
        ("filter=name=a%00b", &["filter"]),
        ("filter=name=a%1Fb", &["filter"]),
        ("filter=name=a%EF%BF%BFb", &["filter"]),
        ("cursor=%zz", &["cursor"]),
        ("colour=%zz", &["colour"]),
        ("colour=%ff", &["colour"]),
        ("%zz=red", &["%zz"]),
        // Several faults at once.
        ("limit=0&offset=-1", &["limit", "offset"]),
        ("offset=-1&limit=0", &["offset", "limit"]),
        ("limit=%zz&offset=%ff", &["limit", "offset"]),
        ("limit=%zz&offset=-1&filter=name=%00&sort=colour", &["limit", "offset", "filter", "sort"]),
        ("limit=0&colour=%zz", &["limit", "colour"]),
        ("limit=5&limit=%zz", &["limit"]),
        (
            "sort=colour&direction=up&limit=0&offset=-1&filter=colour=red&cursor=x",
            &["sort", "direction", "limit", "offset", "filter", "cursor"],
        ),
        ("cursor=x&offset=1", &["cursor"]),
        ("cursor=x&offset=-1", &["offset", "cursor"]),
    ];
    for (query, faults) in refused {
        // The faults stand in the order in which the parameters were sent. The cursor comes last, because it is checked after all
        // others.
        let answer = send(&app, BOTH_FORMS[0], query, &tenant.key).await.expect_error(400, "VALIDATION_ERROR");
        let named: BTreeSet<String> = answer.json()["details"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(named, faults.iter().map(|&name| name.to_owned()).collect(), "{answer}");
        assert_eq!(answer.header("link"), None, "{answer}");
        let with_good_ones = format!("{query}&colour=red");
        let other_form = send(&app, BOTH_FORMS[1], &with_good_ones, &tenant.key).await;
        assert_eq!((other_form.status, &other_form.body), (400, &answer.body), "{other_form}");
    }
}

#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let (app, tenant) = App::with_reseller().await;
    let ids = create_many(&app, &tenant, 3).await;
    let unknown = [
        "colour=red",
        "colour",
        "colour=",
        "colour=red&colour=blue",
        "Limit=0",
        "LIMIT=0&OFFSET=-1&Sort=colour&Direction=up&Filter=x&Cursor=x",
        "limit%20=0",
        "page=2&per_page=1",
        "limits=0",
        "sort[]=colour&filter[]=colour",
        "filter[name]=acme",
        "limit.x=0",
        "=0",
        "=",
        "&&&",
        "%F0%9F%98%80=%F0%9F%98%80",
    ];
    for query in unknown {
        app.list(&tenant, query).await.expect_list(&ids, 3);
        app.list(&tenant, &format!("{query}&sort=name&direction=desc&{query}&limit=1")).await.expect_list(&ids[2..], 3);
    }
}

#[tokio::test]
async fn who_may_not_list_learns_nothing_about_the_query() {
    let (app, tenant) = App::with_reseller().await;
    let keys = app.keys(&tenant).await;
    let unknown = app.token_without_record(tenant.id, Subject::Reseller).await;
    let callers = [
        (None, 401, "MISSING_API_KEY"),
        (Some(""), 401, "MISSING_API_KEY"),
        (Some("nonsense"), 401, "INVALID_API_KEY"),
        (Some(unknown.reveal()), 401, "INVALID_API_KEY"),
        (Some(&keys.expired), 401, "INVALID_API_KEY"),
        (Some(&keys.revoked), 401, "KEY_REVOKED"),
        (Some(&keys.customer), 403, "FORBIDDEN"),
        (Some(&keys.write_only), 403, "FORBIDDEN"),
    ];
    let bad = ["limit=0", "filter=name=%zz", "cursor=x", "sort=colour&direction=up&offset=-1", "limit=5&limit=5"];
    for (key, status, code) in callers {
        for path in BOTH_FORMS {
            let ask = async |query: &str| {
                let request = app.request("GET", &format!("{path}?{query}"));
                match key {
                    Some(key) => request.key(key).send().await,
                    None => request.send().await,
                }
            };
            let of_good = ask("limit=5").await.expect_error(status, code);
            for query in bad {
                let of_bad = ask(query).await.expect_error(status, code);
                assert_eq!((&of_bad.body, &of_bad.headers), (&of_good.body, &of_good.headers), "{of_bad}");
            }
        }
    }
    send(&app, BOTH_FORMS[0], "limit=0", &keys.read_only).await.expect_faults(&["limit"]);
}

/// The totals of these queries, in orders that are read in different ways.
async fn totals(app: &App, tenant: &Tenant, queries: &[&str]) -> Vec<u64> {
    let mut totals = Vec::new();
    for query in queries {
        let mut of_query = BTreeSet::new();
        for key in ["id", "name", "is_active", "phone"] {
            let answer = app.list(tenant, &format!("sort={key}&limit=1&{query}")).await;
            of_query.insert(answer.json()["total_results"].as_u64().unwrap());
        }
        assert_eq!(of_query.len(), 1, "{query}: {of_query:?}");
        totals.extend(of_query);
    }
    totals
}

#[tokio::test]
async fn totals_follow_every_create_change_of_status_and_delete() {
    let (app, tenant) = App::with_reseller().await;
    let queries = [
        "",
        "filter=is_active=true",
        "filter=is_active=false",
        "filter=is_active=true&filter=is_active=false",
        "filter=name=acme",
        "filter=name=acme&filter=is_active=true",
        "filter=phone=%2B31+012+345678",
    ];
    let body =
        |is_active: bool| json!({"name": "Acme", "email": "a@example.com", "phone": "+31 012 345678", "is_active": is_active});
    let put = async |id: u64, is_active: bool| {
        app.reseller_api("PUT", format!("{id}/")).key(&tenant.key).json(&body(is_active)).send().await.expect(201);
    };
    let delete =
        async |id: u64, status: u16| app.reseller_api("DELETE", format!("{id}/")).key(&tenant.key).send().await.expect(status);
    assert_eq!(totals(&app, &tenant, &queries).await, [0; 7]);

    let first = app.create_with(&tenant, body(true)).await;
    let second = app.create_with(&tenant, body(false)).await;
    app.create(&tenant, "Another").await;
    assert_eq!(totals(&app, &tenant, &queries).await, [3, 2, 1, 0, 2, 1, 2]);

    put(first, false).await;
    assert_eq!(totals(&app, &tenant, &queries).await, [3, 1, 2, 0, 2, 0, 2]);
    put(first, false).await;
    put(second, true).await;
    assert_eq!(totals(&app, &tenant, &queries).await, [3, 2, 1, 0, 2, 1, 2]);

    let refused = json!({"name": "Acme", "email": "nonsense"});
    app.reseller_api("POST", "").key(&tenant.key).json(&refused).send().await.expect_faults(&["email"]);
    app.reseller_api("PUT", format!("{second}/")).key(&tenant.key).json(&refused).send().await.expect_faults(&["email"]);
    assert_eq!(totals(&app, &tenant, &queries).await, [3, 2, 1, 0, 2, 1, 2]);

    delete(first, 204).await;
    assert_eq!(totals(&app, &tenant, &queries).await, [2, 2, 0, 0, 1, 1, 1]);
    delete(first, 404).await;
    delete(second, 204).await;
    assert_eq!(totals(&app, &tenant, &queries).await, [1, 1, 0, 0, 0, 0, 0]);

    let again = app.create_with(&tenant, body(false)).await;
    assert_eq!(totals(&app, &tenant, &queries).await, [2, 1, 1, 0, 1, 0, 1]);
    // The same change, sent several times at once, counts once.
    futures_util::future::join_all((0..4).map(|_| put(again, true))).await;
    assert_eq!(totals(&app, &tenant, &queries).await, [2, 2, 0, 0, 1, 1, 1]);
    let gone = (0..4).map(async |_| app.reseller_api("DELETE", format!("{again}/")).key(&tenant.key).send().await.status);
    let mut gone = futures_util::future::join_all(gone).await;
    gone.sort_unstable();
    assert_eq!(gone, [204, 404, 404, 404]);
    assert_eq!(totals(&app, &tenant, &queries).await, [1, 1, 0, 0, 0, 0, 0]);
}
