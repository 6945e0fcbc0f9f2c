//! The search in the list of the reseller API: what it finds, in which order and on which pages, and what it costs.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use shared::domain::customer::Profile;
use shared::domain::validation::text;

use crate::harness::{Answer, App, Call, Tenant, encoded};

const KEYS: [&str; 7] = ["id", "name", "email", "phone", "is_active", "registration_date", "last_modified"];

/// How many read units 20 MB are.
const MOST_UNITS: f64 = 5_120.0;

/// Checks that the whole search is on one page, and has exactly these customers in this order.
async fn expect_found(app: &App, tenant: &Tenant, query: &str, ids: &[u64]) {
    let answer = app.list(tenant, query).await.expect_list(ids, ids.len());
    assert_eq!(answer.next(), None, "{answer}");
}

/// The read units of all customers that a request read.
fn units(calls: &[Call]) -> f64 {
    calls.iter().filter(|call| call.operation == "Query").map(Call::capacity_units).sum()
}

#[tokio::test]
async fn a_search_finds_a_part_of_each_field_in_any_spelling() {
    let (app, tenant) = App::with_reseller().await;
    let create = async |name: &str, email: &str, phone: Option<&str>| {
        app.create_with(&tenant, json!({"name": name, "email": email, "phone": phone})).await
    };
    let strasse = create("Große Straße", "first@example.com", Some("+31 012 345678")).await;
    let tokyo = create("東京ユーザー", "O'Neil_50%@müller.example", None).await;
    let cafe = create("Cafe\u{301} & Söhne", "second@example.com", Some("+1 (555) 010-9999")).await;
    let part = |part: &str| text(part, 60).unwrap();
    let profile = Profile { first_name: part("Ann"), last_name: part("Rivers"), ..Profile::empty() };
    let ann = app.create_elsewhere(&tenant, profile).await;
    for (search, found) in [
        // The name.
        ("oße str", vec![strasse]),
        ("OSSE STRASS", vec![strasse]),
        ("京ﾕｰｻﾞ", vec![tokyo]),
        ("AFÉ", vec![cafe]),
        ("ｓÖＨ", vec![cafe]),
        ("n r", vec![ann]),
        // The address.
        ("IRST@exa", vec![strasse]),
        ("_50%@MÜL", vec![tokyo]),
        ("example", vec![strasse, tokyo, cafe]),
        // The phone number.
        ("2 34567", vec![strasse]),
        ("(555) 0", vec![cafe]),
        ("+", vec![strasse, cafe]),
        // White space counts.
        (" ", vec![strasse, cafe, ann]),
        ("straße ", vec![]),
        // Nothing.
        ("acme", vec![]),
        ("null", vec![]),
        ("true", vec![]),
        ("1001", vec![]),
        ("2026-", vec![]),
    ] {
        expect_found(&app, &tenant, &format!("search={}", encoded(search)), &found).await;
    }
    // An empty search is none.
    app.list(&tenant, "search=&limit=1").await.expect_list(&[strasse], 4);
}

#[tokio::test]
async fn a_search_finds_a_part_of_an_id_as_it_is_shown() {
    let (app, tenant) = App::with_reseller().await;
    let model = app.create(&tenant, "Model").await;
    let ids = [vec![model], app.fill(&tenant, model, "Crowd", 119).await].concat();
    let numbered: Vec<u64> = ids.iter().copied().filter(|id| id.to_string().contains("11")).collect();
    // Ids are padded with zeros in the table, and the names here have numbers too.
    let named = |id: &u64| format!("crowd {:06}", id.wrapping_sub(ids[1])).contains("11");
    let expected: Vec<u64> = ids.iter().copied().filter(|id| numbered.contains(id) || *id > model && named(id)).collect();
    assert!(numbered.len() > 5 && expected.len() > numbered.len());
    expect_found(&app, &tenant, "search=11&limit=1000", &expected).await;
    expect_found(&app, &tenant, "search=0000000", &[]).await;
}

#[tokio::test]
async fn customers_that_were_deleted_or_are_anothers_are_not_found_and_the_last_write_is_seen() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    app.create(&other, "Acme of another").await;
    let kept = app.create(&tenant, "Acme").await;
    let gone = app.create(&tenant, "Acme too").await;
    expect_found(&app, &tenant, "search=acme", &[kept, gone]).await;
    app.reseller_api("DELETE", format!("{gone}/")).key(&tenant.key).send().await.expect(204);
    expect_found(&app, &tenant, "search=acme", &[kept]).await;
    let renamed = json!({"name": "Birch", "email": "customer@example.com"});
    app.reseller_api("PUT", format!("{kept}/")).key(&tenant.key).json(&renamed).send().await.expect(201);
    expect_found(&app, &tenant, "search=acme", &[]).await;
    expect_found(&app, &tenant, "search=IRC", &[kept]).await;
}

/// 60 customers with ties in all fields, of which two thirds have `needle` in their names.
async fn mixed(app: &App, tenant: &Tenant) {
    for number in 0..60 {
        let name = if number % 3 == 1 { "Straw" } else { "Knitting Needles" };
        let phone = ["+31 012 345678", "+1 (555) 010-9999", ""][number / 2 % 3];
        let email = ["b@example.com", "a@example.com"][number % 2];
        let body =
            json!({"name": format!("{name} {}", number % 4), "email": email, "phone": phone, "is_active": number % 5 != 0});
        app.create_with(tenant, body).await;
    }
}

#[tokio::test]
async fn a_search_keeps_the_order_the_filters_the_offset_and_the_pages_of_the_list() {
    let (app, tenant) = App::with_reseller().await;
    mixed(&app, &tenant).await;
    let filters = [
        "",
        "&filter=is_active=true",
        "&filter=email=A@example.com",
        "&filter=name=knitting+needles+1",
        "&filter=phone=%2B31+012+345678&filter=is_active=true",
        "&filter=id=7",
        "&filter=email=a@example.com&filter=name=knitting+needles+1",
    ];
    for (filter, sort) in filters.into_iter().flat_map(|filter| KEYS.map(|sort| (filter, sort))) {
        for direction in ["asc", "desc"] {
            let list = format!("sort={sort}&direction={direction}{filter}");
            let all = app.list(&tenant, &format!("{list}&limit=1000")).await.result();
            let is_found = |one: &&Value| one["name"].as_str().unwrap().contains("Needle");
            let expected: Vec<u64> =
                all.as_array().unwrap().iter().filter(is_found).map(|one| one["id"].as_u64().unwrap()).collect();
            expect_found(&app, &tenant, &format!("{list}&search=NEEDLE&limit=1000"), &expected).await;
            for (limit, offset) in [(7, 0), (3, 5), (1000, 4), (5, 100)] {
                let pages = app.list_all(&tenant, &format!("{list}&search=ｎeedle&limit={limit}&offset={offset}")).await;
                let rest = expected.get(offset..).unwrap_or_default();
                let shown: Vec<Vec<u64>> = pages.iter().map(Answer::ids).collect();
                let chunks: Vec<Vec<u64>> =
                    if rest.is_empty() { vec![vec![]] } else { rest.chunks(limit).map(<[u64]>::to_vec).collect() };
                assert_eq!(shown, chunks, "{list} {limit} {offset}");
                for (place, page) in pages.iter().enumerate() {
                    let is_known = place == 0 && page.next().is_none();
                    let total = if is_known { json!(expected.len().min(offset) + rest.len()) } else { Value::Null };
                    assert_eq!(page.json()["total_results"], total, "{page}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_is_for_one_search_only() {
    let (app, tenant) = App::with_reseller().await;
    for _ in 0..3 {
        app.create(&tenant, "Acme").await;
    }
    let cursor_of = async |query: &str| {
        let next = app.list(&tenant, query).await.next().unwrap();
        assert_eq!(next.contains("&search="), query.contains("&search="), "{next}");
        next.split_once("cursor=").unwrap().1.to_owned()
    };
    let of_search = cursor_of("limit=1&search=acme").await;
    let of_list = cursor_of("limit=1").await;
    for (cursor, rest) in [
        (&of_search, ""),
        (&of_search, "search="),
        (&of_search, "search=acm"),
        (&of_search, "search=acme+"),
        (&of_search, "search=acme&filter=name=acme"),
        (&of_search, "search=acme&sort=name"),
        (&of_search, "search=acme&offset=1"),
        (&of_list, "search=acme"),
    ] {
        let refused = app.reseller_api("GET", format!("?cursor={cursor}&{rest}")).key(&tenant.key).send().await;
        refused.expect_faults(&["cursor"]);
    }
    for (cursor, rest) in [(&of_search, "search=ACME&limit=2"), (&of_list, ""), (&of_list, "search=")] {
        assert_eq!(app.list(&tenant, &format!("cursor={cursor}&{rest}")).await.ids(), [2, 3]);
    }
}

#[tokio::test]
async fn a_search_that_is_too_long_or_repeated_or_no_text_is_refused() {
    let (app, tenant) = App::with_reseller().await;
    let longest = "é".repeat(255);
    expect_found(&app, &tenant, &format!("search={}", encoded(&longest)), &[]).await;
    for bad in [&encoded(&format!("{longest}é")), "a&search=a", "&search=", "%zz", "%ff", "a%00b", "a%EF%BF%BFb"] {
        let refused = app.reseller_api("GET", format!("?search={bad}")).key(&tenant.key).send().await;
        refused.expect_faults(&["search"]);
    }
    let refused = app.reseller_api("GET", format!("?search={}&limit=0", "a".repeat(256))).key(&tenant.key).send().await;
    refused.expect_faults(&["search", "limit"]);
}

/// Follows a search to its end while others write between its pages and during them: creates and deletes customers before, among
/// and behind those that were met.
async fn walk_among_writers(app: &App, tenant: &Tenant, query: &str) {
    let all = app.list_all(tenant, "limit=1000").await;
    let shown = all.iter().flat_map(|page| page.result().as_array().unwrap().clone());
    let there: BTreeSet<u64> =
        shown.filter(|one| one["name"].as_str().unwrap().contains("eedle")).map(|one| one["id"].as_u64().unwrap()).collect();
    let mut left: Vec<u64> = there.iter().copied().collect();
    let (mut deleted, mut created, mut met) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let mut answer = app.list(tenant, query).await;
    for round in 0.. {
        met.extend(answer.result().as_array().unwrap().clone());
        let Some(next) = answer.next() else { break };
        let write = async {
            for place in [0, left.len() / 2, left.len() - 1] {
                let id = left.remove(place.min(left.len() - 1));
                app.reseller_api("DELETE", format!("{id}/")).key(&tenant.key).send().await.expect(204);
                deleted.insert(id);
            }
            for name in ["A needle", "Needle 000200", "Zz needle", "Hay"] {
                created.insert(app.create(tenant, name).await);
            }
        };
        let next_page = app.request("GET", &next).key(&tenant.key);
        if round % 2 == 0 {
            write.await;
            answer = next_page.send().await.expect(200);
        } else {
            ((), answer) = futures_util::join!(write, async { next_page.send().await.expect(200) });
        }
    }
    assert!(deleted.len() >= 9, "{query}: hardly anybody wrote");
    let place = |one: &Value| (one["name"].as_str().unwrap().to_lowercase(), one["id"].as_u64().unwrap());
    let is_descending = query.contains("desc");
    let is_by_name = query.contains("sort=name");
    let in_order = |pair: &[Value]| {
        let (one, other) = (place(&pair[0]), place(&pair[1]));
        let (one, other) = if is_by_name { (one, other) } else { ((String::new(), one.1), (String::new(), other.1)) };
        if is_descending { one > other } else { one < other }
    };
    assert_eq!(met.windows(2).find(|pair| !in_order(pair)), None, "{query}: met twice or out of order");
    let met: BTreeSet<u64> = met.iter().map(|one| one["id"].as_u64().unwrap()).collect();
    let missed: Vec<&u64> = there.difference(&met).filter(|id| !deleted.contains(id)).collect();
    assert!(missed.is_empty(), "{query}: never met: {missed:?}");
    assert!(met.difference(&there).all(|id| created.contains(id)), "{query}");
}

#[tokio::test]
async fn a_walk_through_a_search_meets_whoever_stays_exactly_once() {
    let (app, tenant) = App::with_reseller().await;
    let model = app.create(&tenant, "Hay").await;
    for prefix in ["Early", "Needle", "Needless", "Straw"] {
        app.fill(&tenant, model, prefix, 400).await;
    }
    for query in
        ["sort=name&limit=100", "sort=id&direction=desc&limit=150", "sort=name&direction=desc&limit=170&filter=is_active=true"]
    {
        walk_among_writers(&app, &tenant, &format!("{query}&search=EEDLE")).await;
    }
}

#[tokio::test]
async fn a_search_reads_what_it_passes_over_and_stops_with_its_page() {
    let (app, tenant) = App::with_reseller().await;
    let lonely = app.create_with(&tenant, json!({"name": "Lonely Needle", "email": "lonely@example.com"})).await;
    let model = app.create(&tenant, "Model").await;
    app.fill(&tenant, model, "Crowd", 7_000).await;
    let spent = async |query: &str| {
        app.wire.take_calls();
        let answer = app.list(&tenant, query).await;
        let calls = app.wire.take_calls();
        calls.iter().for_each(Call::expect_consistent_and_metered);
        (answer, calls.iter().filter(|call| call.operation == "Query").count(), units(&calls))
    };
    let (_, all_calls, all_units) = spent("sort=phone&filter=phone=%2B1234567").await;
    assert!(all_calls > 3 && all_units > 500.0, "there are not enough customers: {all_calls} calls, {all_units} units");
    // A page that is full ends with the megabyte in which it became so. It does not count the customers first.
    for query in ["search=crowd", "search=crowd&sort=name&direction=desc", "search=crowd&filter=is_active=true&sort=email"] {
        let (answer, calls, units) = spent(query).await;
        assert_eq!((answer.ids().len(), calls), (10, 1), "{answer}");
        assert!((200.0..=257.0).contains(&units), "{query}: {units}");
        assert!(answer.next().is_some() && answer.json()["total_results"].is_null(), "{answer}");
    }
    let (answer, calls, units) = spent("search=lonely").await;
    answer.expect_list(&[lonely], 1);
    assert_eq!((calls, units), (all_calls, all_units));
    // Few matches of a filter are read by themselves, in whatever order.
    for sort in KEYS {
        let (answer, calls, units) = spent(&format!("search=needle&filter=email=lonely@example.com&sort={sort}")).await;
        answer.expect_list(&[lonely], 1);
        assert!(calls == 1 && units <= 2.0, "{sort}: {calls} calls, {units} units");
    }
    // Many matches of a filter are walked through in the order asked for.
    let (answer, calls, _) = spent("search=crowd&filter=email=customer@example.com&sort=name").await;
    assert_eq!((answer.ids().len(), calls), (10, 2), "{answer}");
    let (answer, calls, units) = spent("search=crowd&sort=phone").await;
    assert_eq!((answer.ids().len(), calls), (10, all_calls), "{answer}");
    assert_eq!(units, all_units);
}

/// Customers of 50 KB: 700 of them are 34 MB. Three have a needle in their names: the first, one behind 24 MB, and the last.
async fn large(app: &App, tenant: &Tenant) -> [u64; 3] {
    let profile = |name: &str| Profile {
        organization: text(name, 60).unwrap(),
        street: text(&"x".repeat(50_000), 50_000).unwrap(),
        ..Profile::empty()
    };
    let first = app.create_elsewhere(tenant, profile("A needle")).await;
    let model = app.create_elsewhere(tenant, profile("Hay")).await;
    app.fill(tenant, model, "Hay", 500).await;
    let second = app.create_elsewhere(tenant, profile("Hay with a needle")).await;
    app.fill(tenant, model, "Straw", 200).await;
    let third = app.create_elsewhere(tenant, profile("Straw with a needle")).await;
    [first, second, third]
}

#[tokio::test]
async fn a_search_stops_at_20_mb_and_goes_on_from_there() {
    let (app, tenant) = App::with_reseller().await;
    let [first, second, third] = large(&app, &tenant).await;
    // Each query with what its pages show.
    let walks: [(&str, &[&[u64]]); 8] = [
        ("search=needle", &[&[first], &[second, third]]),
        ("search=needle&sort=name", &[&[first], &[second, third]]),
        ("search=needle&sort=last_modified&direction=desc", &[&[third, second], &[first]]),
        ("search=needle&filter=is_active=true", &[&[first], &[second, third]]),
        ("search=needle&limit=1", &[&[first], &[], &[second], &[third]]),
        // What an offset passes over counts across the parts.
        ("search=needle&offset=1", &[&[], &[second, third]]),
        ("search=needle&offset=2", &[&[], &[third]]),
        ("search=nothing", &[&[], &[]]),
    ];
    for (query, expected) in walks {
        let mut shown = Vec::new();
        let mut next = Some(format!("/api/v3/reseller/customer/?{query}"));
        while let Some(path) = next {
            app.wire.take_calls();
            let answer = app.request("GET", &path).key(&tenant.key).send().await.expect(200);
            let units = units(&app.wire.take_calls());
            next = answer.next();
            let is_full = query.contains("limit=1") && answer.ids().len() == 1;
            assert!(units <= MOST_UNITS, "{query}: {units}");
            assert!(next.is_none() || is_full || units > MOST_UNITS - 2.0 * 256.0, "{query}: {units}");
            assert!(answer.json()["total_results"].is_null(), "{answer}");
            shown.push(answer.ids());
        }
        assert_eq!(shown, expected, "{query}");
    }
    // An order without an index can't be gone on with, so that all customers are read.
    expect_found(&app, &tenant, "search=needle&sort=phone", &[first, second, third]).await;
}
