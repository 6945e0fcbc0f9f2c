//! The lists of the reseller API as CSV: the same content as the pages in JSON, whole, in parts that lose and repeat nothing.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use shared::domain::activity::EntryId;
use shared::domain::customer::Profile;
use shared::domain::timestamp::Timestamp;
use shared::domain::validation::text;
use tokio::time::Instant;

use crate::harness::{Answer, App, Call, Clients, Effect, Tenant, encoded};
use crate::transcriptions::KEYS as TRANSCRIPTION_KEYS;

const CUSTOMERS: &str = "/api/v3/reseller/customer/";
const ACTIVITY: &str = "/api/v3/reseller/activity/";
const KEYS: [&str; 7] = ["id", "name", "email", "phone", "is_active", "registration_date", "last_modified"];
pub const MOST_BYTES: usize = 5 * 1024 * 1024;

async fn get(app: &App, tenant: &Tenant, path: &str, accept: &str) -> Answer {
    app.request("GET", path).key(&tenant.key).header("accept", accept).send().await
}

/// The rows of an answer in CSV, without that of the keys, which must be these.
#[track_caller]
pub fn rows(answer: &Answer, keys: &[&str]) -> Vec<Vec<String>> {
    assert_eq!(answer.status, 200, "{}", &answer.body[..answer.body.len().min(500)]);
    assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"));
    assert_eq!(answer.header("vary"), Some("accept"));
    assert!(answer.body.ends_with("\r\n"));
    let (mut rows, mut row, mut cell, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut rest = answer.body.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' if is_quoted && rest.peek() == Some(&'"') => cell.push(rest.next().unwrap()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted => {
                assert_eq!(rest.next(), Some('\n'));
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(character),
        }
    }
    assert_eq!(rows.remove(0), keys);
    assert!(rows.iter().all(|row| row.len() == keys.len()));
    rows
}

/// The cells of the objects that a list in JSON has.
fn cells(objects: &Value) -> Vec<Vec<String>> {
    let cell = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    objects.as_array().unwrap().iter().map(|object| object.as_object().unwrap().values().map(cell).collect()).collect()
}

/// All parts of a list in CSV, from this path on.
async fn parts(app: &App, tenant: &Tenant, path: &str) -> Vec<Answer> {
    let mut parts = vec![get(app, tenant, path, "text/csv").await.expect(200)];
    while let Some(next) = parts.last().and_then(Answer::next) {
        parts.push(get(app, tenant, &next, "text/csv").await.expect(200));
    }
    parts
}

/// How long the body is in the JSON text in which Lambda takes it.
pub fn escaped(answer: &Answer) -> usize {
    json!(answer.body).to_string().len() - 2
}

pub async fn mixed(app: &App, tenant: &Tenant) {
    for number in 0..25 {
        let phone = ["+31 012 345678", "+1 (555) 010-9999", ""][number % 3];
        let name = format!("{} {}", ["Straw, \"gold\"", "Needle\r\nwork", "東京"][number / 2 % 3], number % 4);
        let email = ["b@example.com", "a@example.com"][number % 2];
        app.create_with(tenant, json!({"name": name, "email": email, "phone": phone, "is_active": number % 5 != 0})).await;
    }
    let part = |part: &str| text(part, 60).unwrap();
    app.create_elsewhere(tenant, Profile { first_name: part("Ann"), last_name: part("Needle"), ..Profile::empty() }).await;
}

#[tokio::test]
async fn csv_has_all_that_matches_in_the_order_and_with_the_filters_of_the_list() {
    let (app, tenant) = App::with_reseller().await;
    mixed(&app, &tenant).await;
    let other = app.reseller("Harbour Telecom").await;
    app.create(&other, "Theirs").await;
    let filters =
        ["", "&filter=is_active=true", "&filter=email=A@example.com", "&search=NEEDLE", "&search=needle&filter=is_active=true"];
    for (filter, sort) in filters.into_iter().flat_map(|filter| KEYS.map(|sort| (filter, sort))) {
        for direction in ["asc", "desc"] {
            let query = format!("sort={sort}&direction={direction}{filter}");
            let expected = cells(&app.list(&tenant, &format!("{query}&limit=1000")).await.result());
            assert!(expected.len() > 5, "{query}");
            for ignored in ["", "&limit=1&offset=3", "&limit=0&offset=x", "&limit=2&limit=2"] {
                let answer = get(&app, &tenant, &format!("{CUSTOMERS}?{query}{ignored}"), "text/csv").await;
                assert_eq!(rows(&answer, &KEYS), expected, "{answer}");
                assert_eq!(answer.next(), None, "{answer}");
            }
        }
    }
    let without_slash = get(&app, &tenant, CUSTOMERS.trim_end_matches('/'), "text/csv").await;
    assert_eq!(rows(&without_slash, &KEYS).len(), 26);
}

#[tokio::test]
async fn csv_goes_on_from_a_cursor_of_a_page() {
    let (app, tenant) = App::with_reseller().await;
    mixed(&app, &tenant).await;
    for query in ["sort=name", "sort=phone&direction=desc", "sort=email&filter=is_active=true", "sort=name&search=e"] {
        let all = cells(&app.list(&tenant, &format!("{query}&limit=1000")).await.result());
        let next = app.list(&tenant, &format!("{query}&limit=4")).await.next().unwrap();
        let rest = get(&app, &tenant, &format!("{next}&offset=2"), "text/csv").await;
        assert_eq!(rows(&rest, &KEYS), all[4..], "{rest}");
        let elsewhere = next.replace("sort=", "sort=id&was=");
        get(&app, &tenant, &elsewhere, "text/csv").await.expect_faults(&["cursor"]);
    }
}

#[tokio::test]
async fn an_empty_list_is_the_row_of_the_keys() {
    let (app, tenant) = App::with_reseller().await;
    for query in ["", "?sort=phone", "?filter=name=acme", "?search=acme&sort=name", "?filter=id=99999999999999999999"] {
        let answer = get(&app, &tenant, &format!("{CUSTOMERS}{query}"), "text/csv").await;
        assert_eq!(answer.body, "id,name,email,phone,is_active,registration_date,last_modified\r\n", "{answer}");
        assert_eq!((rows(&answer, &KEYS).len(), answer.next()), (0, None));
    }
    for query in ["?customer=77", "?customer=99999999999999999999"] {
        let answer = get(&app, &tenant, &format!("{ACTIVITY}{query}"), "text/csv").await;
        assert_eq!((answer.body.as_str(), answer.next()), ("id,time,actor,action,customer,object,fields\r\n", None), "{answer}");
    }
}

#[tokio::test]
async fn what_a_spreadsheet_would_compute_has_an_apostrophe_but_phone_numbers_have_none() {
    let (app, tenant) = App::with_reseller().await;
    for (name, email, cells) in [
        ("=1+1", "a@example.com", "'=1+1,a@example.com"),
        ("+1", "+a@example.com", "'+1,'+a@example.com"),
        ("-2, Main", "-a@example.com", "\"'-2, Main\",'-a@example.com"),
        ("@SUM(A1)", "=cmd|'/C'!A0@example.com", "'@SUM(A1),'=cmd|'/C'!A0@example.com"),
        ("=\"x\"", "a=b@example.com", "\"'=\"\"x\"\"\",a=b@example.com"),
        ("a\r\n=1", "a@example.com", "\"a\r\n=1\",a@example.com"),
    ] {
        let id = app.create_with(&tenant, json!({"name": name, "email": email, "phone": "+31 012 345678"})).await;
        let answer = get(&app, &tenant, &format!("{CUSTOMERS}?filter=id={id}"), "text/csv").await;
        assert!(answer.body.contains(&format!("\r\n{id},{cells},+31 012 345678,true,")), "{answer}");
    }
}

#[tokio::test]
async fn csv_is_given_where_it_is_wanted_most_and_json_to_all_others() {
    let (app, tenant) = App::with_reseller().await;
    app.create(&tenant, "Acme").await;
    let wanted = [
        "text/csv",
        "TEXT/CSV; charset=utf-8; header=present",
        "text/*",
        "text/csv, application/json;q=0.9",
        "application/json;q=0.5, text/csv;q=0.6, */*;q=0.1",
        "text/csv;q=0.001",
        "*/*;q=0.1, text/csv",
        "application/json;q=0, */*",
    ];
    let others = [
        "",
        "*/*",
        "*",
        "application/json",
        "application/json, text/csv",
        "text/csv, application/json",
        "application/json, text/plain, */*",
        "text/csv;q=0.5, application/json;q=0.6",
        "text/csv;q=0",
        "text/csv;q=0.0, */*;q=0.1",
        "text/html",
        "text/csvx",
        ",;=q,",
        "text/csv;q=0, text/*",
    ];
    for path in [CUSTOMERS, ACTIVITY] {
        for accept in wanted {
            let answer = get(&app, &tenant, path, accept).await.expect(200);
            assert_eq!(answer.header("content-type"), Some("text/csv; charset=utf-8"), "{answer}");
            assert_eq!(answer.header("vary"), Some("accept"), "{answer}");
        }
        for accept in others {
            let answer = get(&app, &tenant, path, accept).await.expect(200);
            assert_eq!(answer.header("content-type"), Some("application/json"), "{answer}");
            assert_eq!(answer.header("vary"), Some("accept"), "{answer}");
            assert!(answer.result().is_array());
        }
        // Errors are JSON.
        get(&app, &tenant, &format!("{path}?sort=colour&cursor=x"), "text/csv").await.expect_faults(&["sort", "cursor"]);
        get(&app, &tenant, &format!("{path}?limit=%zz"), "text/csv").await.expect_faults(&["limit"]);
        app.request("GET", path).header("accept", "text/csv").send().await.expect_error(401, "MISSING_API_KEY");
    }
}

/// Customers whose rows in CSV take 60 KB to 120 KB in the answer of a function, which are four times 5 MB together.
async fn large(app: &App, tenant: &Tenant) -> Vec<u64> {
    let mut ids = Vec::new();
    for (number, filling) in ["\"é\u{2028}", "plain text", "a\n", "\\\t\""].into_iter().enumerate() {
        let email = filling.repeat(30_000 / filling.len());
        let profile = Profile {
            organization: text("Model", 60).unwrap(),
            email: text(&email, 50_000).unwrap(),
            phone: text(["+31 012 345678", "+1 555 010 9999"][number % 2], 60).unwrap(),
            ..Profile::empty()
        };
        let model = app.create_elsewhere(tenant, profile).await;
        ids.push(model);
        ids.extend(app.fill(tenant, model, &format!("Needle {number}"), 60).await);
    }
    ids
}

#[tokio::test]
async fn parts_end_at_a_whole_row_below_5_mb_and_lose_and_repeat_none() {
    let (app, tenant) = App::with_reseller().await;
    let ids = large(&app, &tenant).await;
    for query in ["", "sort=name&direction=desc", "sort=phone", "sort=email&search=NEEDLE", "sort=name&filter=is_active=true"] {
        let parts = parts(&app, &tenant, &format!("{CUSTOMERS}?{query}")).await;
        assert!((3..8).contains(&parts.len()), "{query}: {} parts", parts.len());
        let mut met: Vec<Vec<String>> = Vec::new();
        for (place, part) in parts.iter().enumerate() {
            let length = escaped(part);
            assert!(length <= MOST_BYTES, "{query}: {length}");
            assert!(place + 1 == parts.len() || length > MOST_BYTES - 130_000, "{query}: {length}");
            met.extend(rows(part, &KEYS));
        }
        let sort = |row: &Vec<String>| {
            let id: u64 = row[0].parse().unwrap();
            match query.split('&').next().unwrap().strip_prefix("sort=") {
                Some("name") => (row[1].to_lowercase(), id),
                Some("phone") => (row[3].clone(), id),
                Some("email") => (row[2].chars().take(200).collect(), id),
                _ => (String::new(), id),
            }
        };
        let in_order = |pair: &[Vec<String>]| match query.contains("desc") {
            true => sort(&pair[0]) > sort(&pair[1]),
            false => sort(&pair[0]) < sort(&pair[1]),
        };
        assert!(met.windows(2).all(in_order), "{query}");
        let expected = if query.contains("search") { ids.len() - 4 } else { ids.len() };
        assert_eq!(met.len(), expected, "{query}");
    }
}

#[tokio::test]
async fn parts_lose_no_row_while_others_are_written() {
    let (app, tenant) = App::with_reseller().await;
    let ids = large(&app, &tenant).await;
    let mut next = Some(format!("{CUSTOMERS}?sort=name"));
    let (mut met, mut deleted) = (Vec::new(), Vec::new());
    while let Some(path) = next {
        let part = get(&app, &tenant, &path, "text/csv").await;
        let shown: Vec<u64> = rows(&part, &KEYS).iter().map(|row| row[0].parse().unwrap()).collect();
        // The last one that was shown is the place where the next part begins.
        for id in [*shown.last().unwrap(), shown[0]] {
            app.reseller_api("DELETE", format!("{id}/")).key(&tenant.key).send().await.expect(204);
            deleted.push(id);
        }
        app.create(&tenant, "Aa").await;
        met.extend(shown);
        next = part.next();
    }
    assert!(deleted.len() >= 6);
    met.sort_unstable();
    assert!(met.windows(2).all(|pair| pair[0] < pair[1]), "met twice");
    assert!(ids.iter().all(|id| met.contains(id)), "never met");
}

#[tokio::test]
async fn csv_reads_no_counts_and_few_matches_by_themselves() {
    let (app, tenant) = App::with_reseller().await;
    let lonely = app.create_with(&tenant, json!({"name": "Lonely", "email": "lonely@example.com"})).await;
    let model = app.create(&tenant, "Model").await;
    app.fill(&tenant, model, "Crowd", 2_500).await;
    let spent = async |query: &str| {
        app.wire.take_calls();
        let answer = get(&app, &tenant, &format!("{CUSTOMERS}?{query}"), "text/csv").await;
        let calls = app.wire.take_calls();
        calls.iter().for_each(Call::expect_consistent_and_metered);
        assert!(!calls.iter().any(|call| call.request.to_string().contains("\"COUNTS#")), "{calls:?}");
        (rows(&answer, &KEYS).len(), calls.iter().filter(|call| call.operation == "Query").count(), calls[0].round)
    };
    // The first 101 rows come with the credential.
    assert_eq!(spent("sort=name").await, (2_502, 3, 1));
    assert_eq!(spent("filter=is_active=true&sort=name").await.0, 2_502);
    let one = encoded("lonely@example.com");
    assert_eq!(spent(&format!("filter=email={one}&sort=name")).await, (1, 1, 1));
    assert_eq!(spent(&format!("filter=email={one}&search=NEL&sort=phone")).await, (1, 1, 1));
    app.list(&tenant, &format!("filter=email={one}")).await.expect_list(&[lonely], 1);
}

#[tokio::test]
async fn after_eight_seconds_a_part_ends_behind_what_was_read() {
    let (app, tenant) = App::with_reseller().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(app.create(&tenant, "Acme").await.to_string());
    }
    app.wire.take_calls();
    get(&app, &tenant, CUSTOMERS, "text/csv").await.expect(200);
    let recorded = app.wire.take_calls();
    let of = |operation: &str| recorded.iter().find(|call| call.operation == operation).unwrap().response.clone();
    let (credential, list) = (of("BatchGetItem"), of("Query"));
    // Each customer is in an answer of its own. Two of them come after attempts that hang for two seconds each.
    let mut attempt = 0;
    let mut given = 0;
    app.wire.script(move |call| {
        if call.operation != "Query" {
            return Effect::Answer(200, credential.clone());
        }
        attempt += 1;
        if [2, 3, 5, 6].contains(&attempt) {
            return Effect::Hang;
        }
        let item = list["Items"][given].clone();
        given += 1;
        let last = json!({"PK": item["PK"], "SK": item["SK"]});
        let units = json!({"TableName": "test", "CapacityUnits": 1.0});
        Effect::Answer(
            200,
            json!({"Items": [item], "Count": 1, "ScannedCount": 1, "LastEvaluatedKey": last, "ConsumedCapacity": units}),
        )
    });
    app.start_functions().await;
    tokio::time::pause();
    let begun = Instant::now();
    let part = get(&app, &tenant, CUSTOMERS, "text/csv").await;
    let passed = begun.elapsed();
    tokio::time::resume();
    app.wire.mend();
    assert!((Duration::from_secs(8)..Duration::from_secs(12)).contains(&passed), "{passed:?}");
    let shown = |part: &Answer| rows(part, &KEYS).into_iter().map(|row| row[0].clone()).collect::<Vec<_>>();
    assert_eq!(shown(&part), ids[..3]);
    let rest = get(&app, &tenant, &part.next().unwrap(), "text/csv").await;
    assert_eq!((shown(&rest), rest.next()), (ids[3..].to_vec(), None));
}

#[tokio::test]
async fn the_activity_is_csv_too_with_objects_as_json_in_parts() {
    let clients = Clients::start().await;
    let (app, tenant) = (&clients.app, &clients.tenant);
    let keys = ["id", "time", "actor", "action", "customer", "object", "fields"];
    app.create(tenant, "Acme").await;
    let id = app.create(tenant, "Birch").await;
    app.reseller_api("DELETE", format!("{id}/")).key(&tenant.key).send().await.expect(204);
    for query in ["", "customer=1", &format!("customer={id}")] {
        let shown = app.request("GET", &format!("{ACTIVITY}?limit=1000&{query}")).key(&tenant.key).send().await.result();
        for ignored in ["", "&limit=1", "&offset=5&limit=x"] {
            let answer = get(app, tenant, &format!("{ACTIVITY}?{query}{ignored}"), "text/csv").await;
            assert_eq!((rows(&answer, &keys), answer.next()), (cells(&shown), None), "{answer}");
        }
    }
    let answer = get(app, tenant, &format!("{ACTIVITY}?customer={id}"), "text/csv").await;
    let object = format!("\"{{\"\"kind\"\":\"\"customer\"\",\"\"id\"\":{id}}}\"");
    assert!(answer.body.contains(&format!(",customer.deleted,{id},{object},[]\r\n")), "{answer}");
    get(app, tenant, &format!("{ACTIVITY}?filter=x"), "text/csv").await.expect_faults(&["filter"]);

    // 2,300 entries, which are 13 MB.
    let scan = app.raw_client().scan().table_name(app.store.table_name()).send().await.unwrap();
    let is_entry = |row: &&HashMap<String, AttributeValue>| row["PK"].as_s().unwrap().starts_with("ACTIVITY#");
    let model = scan.items().iter().find(is_entry).unwrap().clone();
    let string = |text: String| AttributeValue::S(text);
    let entries: Vec<_> = (0..2_300)
        .map(|number: u64| {
            let id = EntryId::generate(Timestamp::now()).unwrap();
            let mut row = model.clone();
            row.extend(["SK", "id"].map(|name| (name.to_owned(), string(id.to_string()))));
            row.insert("customer".to_owned(), AttributeValue::N((70 + number % 2).to_string()));
            row.insert("fields".to_owned(), AttributeValue::L(vec![string("x".repeat(5_500))]));
            row
        })
        .collect();
    for rows in entries.chunks(25) {
        app.put_rows(rows.iter().cloned()).await;
    }
    for (query, least_parts) in [("", 3), ("?customer=71", 2)] {
        let parts = parts(app, tenant, &format!("{ACTIVITY}{query}")).await;
        assert!(parts.len() >= least_parts, "{}", parts.len());
        assert!(parts.iter().all(|part| escaped(part) <= MOST_BYTES));
        let met: Vec<String> = parts.iter().flat_map(|part| rows(part, &keys)).map(|row| row[0].clone()).collect();
        assert!(met.windows(2).all(|pair| pair[0] > pair[1]), "{query}: out of order or repeated");
        let filled = if query.is_empty() { 2_300 } else { 1_150 };
        assert!((filled..filled + 20).contains(&met.len()), "{query}: {}", met.len());
    }
}

#[tokio::test]
async fn transcriptions_are_csv_too_in_either_order_with_filters_in_parts() {
    let clients = Clients::start().await;
    let (app, tenant) = (&clients.app, &clients.tenant);
    let customer = app.create(tenant, "Acme").await;
    let path = format!("/api/v3/reseller/customer/{customer}/transcription/");
    let send = async |method: &str, path: String, body: Value| {
        app.request(method, &path).key(&tenant.key).json(&body).send().await.expect(201).id()
    };
    for name in ["=1+1", "-x", "\"a\", b\r\nc", "東京"] {
        send("POST", path.clone(), json!({"name": name, "language": "ja"})).await;
    }
    let done = send("POST", path.clone(), json!({"name": "x", "language": "nl"})).await;
    send("PUT", format!("{path}{done}"), json!({"status": "completed", "duration_seconds": 5})).await;
    for query in ["", "direction=asc", "filter=status=queued", "from=2026-01-01&filter=language=NL", "to=2026-01-01"] {
        let shown = app.request("GET", &format!("{path}?limit=1000&{query}")).key(&tenant.key).send().await.result();
        for ignored in ["", "&limit=1", "&offset=5&limit=x"] {
            let answer = get(app, tenant, &format!("{path}?{query}{ignored}"), "text/csv").await;
            let guarded = |cell: String| if cell.starts_with(['=', '-']) { format!("'{cell}") } else { cell };
            let expected: Vec<Vec<String>> =
                cells(&shown).into_iter().map(|row| row.into_iter().map(guarded).collect()).collect();
            assert_eq!((rows(&answer, &TRANSCRIPTION_KEYS), answer.next()), (expected, None), "{answer}");
        }
    }
    get(app, tenant, &format!("{path}?filter=x"), "text/csv").await.expect_faults(&["filter"]);
    let page = app.request("GET", &format!("{path}?limit=2")).key(&tenant.key).send().await;
    assert_eq!(rows(&get(app, tenant, &page.next().unwrap(), "text/csv").await, &TRANSCRIPTION_KEYS).len(), 3);

    // 1,400 more, which are 6 MB, over two months.
    let error = "\"".repeat(1_000);
    send("PUT", format!("{path}{}", page.ids()[1]), json!({"status": "failed", "error": error})).await;
    let first: Timestamp = "2026-03-31T12:00:00.000Z".parse().unwrap();
    let moments: Vec<Timestamp> = (0..1_400).map(|minute| first.plus(Duration::from_secs(60 * minute))).collect();
    let ids = app.fill_transcriptions(tenant, customer, page.ids()[1], &moments).await;
    for query in ["direction=asc", "direction=asc&filter=status=failed&to=2026-04-30"] {
        let parts = parts(app, tenant, &format!("{path}?{query}")).await;
        assert_eq!(parts.len(), 2);
        assert!(parts.iter().all(|part| escaped(part) <= MOST_BYTES));
        let met: Vec<String> = parts.iter().flat_map(|part| rows(part, &TRANSCRIPTION_KEYS)).map(|row| row[0].clone()).collect();
        assert_eq!(met[..1_400], ids.iter().map(u64::to_string).collect::<Vec<_>>());
        assert_eq!(met.len(), if query.contains("filter") { 1_400 } else { 1_405 });
    }
}
