//! The customers that the reseller API lists for a filter, and their order: by every key, in both directions, in many scripts.
//!
//! The expected result is computed here from what was sent. The comparable form of each text is written by hand beside its
//! spellings, so that no code of the product takes part.

use futures_util::future::join_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use shared::domain::customer::Profile;
use shared::domain::validation::text;

use crate::harness::{Answer, App, Tenant, encoded};

const KEYS: [&str; 7] = ["id", "name", "email", "phone", "is_active", "registration_date", "last_modified"];

/// A customer as these tests know it.
#[derive(Clone, Debug)]
struct Known {
    id: u64,
    /// Its name, in comparable form.
    name: String,
    /// Its e-mail address, in comparable form.
    email: Option<String>,
    /// Everything else, as the API shows it.
    shown: Value,
}

impl Known {
    /// The value of a property, in comparable form.
    fn value(&self, key: &str) -> Option<String> {
        match key {
            "id" => Some(comparable_id(self.id)),
            "name" => Some(self.name.clone()),
            "email" => self.email.clone(),
            "is_active" => Some(self.shown[key].to_string()),
            _ => self.shown[key].as_str().map(str::to_owned),
        }
    }
}

/// An id in a form in which ids compare as texts.
fn comparable_id(id: u64) -> String {
    format!("{id:020}")
}

/// A condition: this property has this value, in comparable form.
type Condition = (&'static str, String);

/// The ids of the customers that meet all conditions, in the order of `sort`. Texts are sorted by their first 900 bytes.
fn expected(known: &[Known], sort: &str, direction: &str, conditions: &[Condition]) -> Vec<u64> {
    let meets = |one: &Known| conditions.iter().all(|(key, value)| one.value(key).as_ref() == Some(value));
    let sorted_by = |one: &Known| {
        let mut value = one.value(sort);
        while value.as_ref().is_some_and(|value| value.len() > 900) {
            value.as_mut().unwrap().pop();
        }
        value
    };
    let mut matching: Vec<(Option<String>, u64)> =
        known.iter().filter(|one| meets(one)).map(|one| (sorted_by(one), one.id)).collect();
    matching.sort();
    if direction == "desc" {
        matching.reverse();
    }
    matching.into_iter().map(|(_, id)| id).collect()
}

/// Creates a customer and remembers it.
async fn create(app: &App, tenant: &Tenant, body: Value, name: &str, email: &str) -> Known {
    let answer = app.reseller_api("POST", "").key(&tenant.key).json(&body).send().await.expect(201);
    Known { id: answer.id(), name: name.to_owned(), email: Some(email.to_owned()), shown: answer.result() }
}

async fn shown(app: &App, tenant: &Tenant, id: u64) -> Value {
    app.reseller_api("GET", format!("{id}/")).key(&tenant.key).send().await.expect(200).result()
}

/// Customers of all sorts, with ties in everything but the id.
async fn mixed_customers(app: &App, tenant: &Tenant) -> Vec<Known> {
    let phone = "+31 012 345678";
    let rows = [
        // The name and its comparable form, the address and its comparable form, the phone number, the status.
        ("Zebra", "zebra", "zoo@example.com", "zoo@example.com", Some(phone), true),
        ("Straße 9", "strasse 9", "INFO@Straße.example", "info@strasse.example", None, false),
        ("ACME", "acme", "sales@example.com", "sales@example.com", Some("+1 (555) 010-9999"), true),
        ("acme", "acme", "Sales@Example.COM", "sales@example.com", Some(phone), false),
        ("STRASSE 9", "strasse 9", "info@STRASSE.example", "info@strasse.example", Some("+49 30 1234567"), true),
        ("Acme Ltd", "acme ltd", "a@example.com", "a@example.com", None, true),
        ("東京 & 大阪", "東京 & 大阪", "ユーザー@例え.テスト", "ユーザー@例え.テスト", Some("+81.3.1234.5678"), true),
        ("a=b", "a=b", "x=y&z@example.com", "x=y&z@example.com", None, true),
        ("Café", "café", "café@example.com", "café@example.com", Some(phone), false),
        ("Ａｃｍｅ", "acme", "ｓａｌｅｓ@example.com", "sales@example.com", None, true),
    ];
    let mut known = Vec::new();
    for (name, comparable_name, email, comparable_email, phone, is_active) in rows {
        let body = json!({"name": name, "email": email, "phone": phone, "is_active": is_active});
        known.push(create(app, tenant, body, comparable_name, comparable_email).await);
    }
    // Copies of one of them, which differ in the name alone.
    let model = known[2].clone();
    for (number, id) in app.fill(tenant, model.id, "Acme Copy", 3).await.into_iter().enumerate() {
        known.push(Known { id, name: format!("acme copy {number:06}"), shown: shown(app, tenant, id).await, ..model.clone() });
    }
    // Other APIs have names in two parts, and customers without an e-mail address.
    let part = |part: &str| text(part, 60).unwrap();
    for (first_name, last_name) in [("Zoë", "Älg"), ("ACME", ""), ("", "acme copy 000001")] {
        let profile = Profile { first_name: part(first_name), last_name: part(last_name), ..Profile::empty() };
        let id = app.create_elsewhere(tenant, profile).await;
        let shown = shown(app, tenant, id).await;
        assert_eq!(shown["email"], Value::Null);
        let name = format!("{first_name} {last_name}").trim().to_lowercase();
        known.push(Known { id, name, email: None, shown });
    }
    // Some are changed now, in another order than that of their ids.
    for place in [4, 0, 7] {
        let Known { id, shown, .. } = &mut known[place];
        let mut body = shown.clone();
        body["phone"] = "+31 20 1234567".into();
        let answer = app.reseller_api("PUT", format!("{id}/")).key(&tenant.key).json(&body).send().await;
        *shown = answer.expect(201).result();
    }
    known
}

#[tokio::test]
async fn every_order_and_every_filter_alone_and_combined() {
    let (app, tenant) = App::with_reseller().await;
    let other = app.reseller("Harbour Telecom").await;
    let known = mixed_customers(&app, &tenant).await;
    for name in ["acme", "Zebra"] {
        app.create(&other, name).await;
    }
    let of = |key: &'static str, value: &str| (key, value.to_owned());
    let (created, modified) = ("registration_date", "last_modified");
    let time = |place: usize, key: &str| known[place].shown[key].as_str().unwrap().to_owned();
    let id = |place: usize| known[place].id;
    let cases: Vec<(String, Vec<Condition>)> = vec![
        (String::new(), vec![]),
        // Each key.
        (format!("filter=id={}", id(1)), vec![("id", comparable_id(id(1)))]),
        (format!("filter=id=000{}", id(1)), vec![("id", comparable_id(id(1)))]),
        (format!("filter=id={:040}", id(1)), vec![("id", comparable_id(id(1)))]),
        ("filter=name=ACME".into(), vec![of("name", "acme")]),
        ("filter=name=acme+copy+000001".into(), vec![of("name", "acme copy 000001")]),
        ("filter=name=ZO%C3%8B+a%CC%88LG".into(), vec![of("name", "zoë älg")]),
        ("filter=email=SALES@example.com".into(), vec![of("email", "sales@example.com")]),
        (format!("filter=email={}", encoded("ﾕｰｻﾞｰ@例え.ﾃｽﾄ")), vec![of("email", "ユーザー@例え.テスト")]),
        ("filter=phone=%2B31+012+345678".into(), vec![of("phone", "+31 012 345678")]),
        ("filter=phone=%2B1%20(555)%20010-9999".into(), vec![of("phone", "+1 (555) 010-9999")]),
        ("filter=is_active=true".into(), vec![of("is_active", "true")]),
        ("filter=is_active=True".into(), vec![of("is_active", "true")]),
        ("filter=is_active=FALSE".into(), vec![of("is_active", "false")]),
        (format!("filter={created}={}", time(2, created)), vec![(created, time(2, created))]),
        (format!("filter={modified}={}", time(4, modified)), vec![(modified, time(4, modified))]),
        (format!("filter={modified}={}", time(2, created).replace('Z', "%2B00:00")), vec![(modified, time(2, created))]),
        (format!("filter={created}={}", time(0, created).to_lowercase()), vec![(created, time(0, created))]),
        // Spellings of a filter.
        ("filter=name%3Dacme".into(), vec![of("name", "acme")]),
        ("filter=n%61me%3D%61cme".into(), vec![of("name", "acme")]),
        ("filter=name=strasse+9".into(), vec![of("name", "strasse 9")]),
        ("filter=name%3DStra%C3%9Fe%209".into(), vec![of("name", "strasse 9")]),
        ("filter=name=CAFE%CC%81".into(), vec![of("name", "café")]),
        ("filter=name=%EF%BC%A1%EF%BD%83me".into(), vec![of("name", "acme")]),
        ("filter=name=A%3Db".into(), vec![of("name", "a=b")]),
        ("filter=name=a=B".into(), vec![of("name", "a=b")]),
        ("filter=email=X=y%26Z@example.com".into(), vec![of("email", "x=y&z@example.com")]),
        (format!("filter=name={}", encoded("東京 & 大阪")), vec![of("name", "東京 & 大阪")]),
        // Several filters: combined, repeated and in contradiction.
        ("filter=name=acme&filter=is_active=true".into(), vec![of("name", "acme"), of("is_active", "true")]),
        ("filter=is_active=false&filter=name%3DAcme".into(), vec![of("name", "acme"), of("is_active", "false")]),
        ("filter=name=acme&filter=name=ACME".into(), vec![of("name", "acme")]),
        ("filter=name=acme&filter=name=zebra".into(), vec![of("name", "acme"), of("name", "zebra")]),
        ("filter=is_active=true&filter=is_active=true".into(), vec![of("is_active", "true")]),
        ("filter=is_active=true&filter=is_active=false".into(), vec![of("is_active", "true"), of("is_active", "false")]),
        (
            "filter=email=sales@example.com&filter=phone=%2B1+(555)+010-9999".into(),
            vec![of("email", "sales@example.com"), of("phone", "+1 (555) 010-9999")],
        ),
        (
            "filter=phone=%2B31+012+345678&filter=is_active=false".into(),
            vec![of("phone", "+31 012 345678"), of("is_active", "false")],
        ),
        (
            format!("filter={created}={}&filter=name=acme", time(2, created)),
            vec![(created, time(2, created)), of("name", "acme")],
        ),
        (format!("filter=id={}&filter=name=straSSe+9", id(1)), vec![("id", comparable_id(id(1))), of("name", "strasse 9")]),
        (format!("filter=id={}&filter=name=acme", id(1)), vec![("id", comparable_id(id(1))), of("name", "acme")]),
        (format!("filter=id={}&filter=id={}", id(1), id(2)), vec![("id", comparable_id(id(1))), ("id", comparable_id(id(2)))]),
        (
            "filter=name=acme&filter=email=sales@example.com&filter=is_active=true&filter=phone=%2B1+(555)+010-9999".into(),
            vec![of("name", "acme"), of("email", "sales@example.com"), of("is_active", "true"), of("phone", "+1 (555) 010-9999")],
        ),
    ];
    for (filters, conditions) in &cases {
        for sort in KEYS {
            let all = expected(&known, sort, "asc", conditions);
            app.list(&tenant, &format!("limit=1000&sort={sort}&{filters}")).await.expect_list(&all, all.len());
            let backwards = expected(&known, sort, "desc", conditions);
            let query = format!("{filters}&direction=desc&sort={sort}&offset=1");
            // The total does not depend on the page.
            app.list(&tenant, &query)
                .await
                .expect_list(backwards.iter().skip(1).take(10).copied().collect::<Vec<_>>().as_slice(), all.len());
        }
    }
}

#[tokio::test]
async fn a_filter_compares_the_whole_value_and_nothing_less() {
    let (app, tenant) = App::with_reseller().await;
    let body = json!({"name": "Acme Ltd", "email": "sales@example.com", "phone": "+31 012 345678"});
    let id = app.create_with(&tenant, body).await;
    let created = app.list(&tenant, "").await.result()[0]["registration_date"].as_str().unwrap().to_owned();
    let other = app.reseller("Harbour Telecom").await;
    let others = app.create(&other, "Acme Ltd").await;
    for met in ["name=acme+ltd", "email=SALES@EXAMPLE.COM", "phone=%2B31+012+345678", &format!("id={id}")] {
        app.list(&tenant, &format!("filter={met}")).await.expect_list(&[id], 1);
    }
    let unmet = [
        "name=acme".into(),
        "name=ltd".into(),
        "name=acme+lt".into(),
        "name=acme+ltd.".into(),
        "name=acme++ltd".into(),
        "name=acmeltd".into(),
        // Parameters are not trimmed.
        "name=+acme+ltd".into(),
        "name=acme+ltd+".into(),
        "name=acme%09ltd".into(),
        "name=%25".into(),
        "name=*".into(),
        "name=a%".replace('%', "%25"),
        "name=acm%C3%A9+ltd".into(),
        "name=null".into(),
        "name==acme+ltd".into(),
        "email=sales@example.co".into(),
        "email=sales".into(),
        "email=ales@example.com".into(),
        // A plus sign that is not encoded is a space.
        "phone=+31+012+345678".into(),
        "phone=%2B31012345678".into(),
        "phone=%2B31".into(),
        "phone=null".into(),
        "id=0".into(),
        format!("id={others}"),
        format!("id={id}0"),
        "id=9999999999999999".into(),
        "id=10000000000000000".into(),
        "id=18446744073709551616".into(),
        format!("id={}", "9".repeat(30)),
        format!("id={}", "9".repeat(3_000)),
        "is_active=false".into(),
        "registration_date=2000-01-01T00:00:00.000Z".into(),
        "registration_date=9999-12-30T00:00:00.000Z".into(),
        "last_modified=-000001-01-01T00:00:00.000Z".into(),
        format!("last_modified={}", created.replace('Z', "%2B01:00")),
    ];
    for filter in unmet {
        for sort in KEYS {
            let answer = app.list(&tenant, &format!("sort={sort}&filter={filter}")).await.expect_list(&[], 0);
            assert_eq!(answer.header("link"), None, "{answer}");
        }
    }
}

/// Names in the order of a list: each in comparable form, followed by spellings that all have this form.
const NAMES: [(&str, &[&str]); 35] = [
    ("1st", &["1st", "①st", "1ST", "¹ˢᵗ"]),
    ("a", &["a", "A", "Ａ", "ａ", "ª"]),
    // Names that begin like each other: the characters between words sort before any letter.
    ("a\tb", &["a\tb", "A\tB"]),
    ("a  b", &["a  b", "A\u{a0} B"]),
    ("a b", &["a b", "A B", "a\u{a0}b", "Ａ\u{3000}Ｂ", "a\u{2003}b"]),
    ("a!", &["a!", "A！"]),
    ("a-b", &["a-b", "A－B"]),
    ("ab", &["ab", "AB", "ａｂ"]),
    ("ab c", &["ab c", "AB C"]),
    ("abc", &["abc", "ABC"]),
    ("cafe", &["cafe", "CAFE"]),
    ("cafz", &["cafz", "CAFZ"]),
    ("café", &["caf\u{e9}", "cafe\u{301}", "CAF\u{c9}", "CAFE\u{301}", "Ｃafé"]),
    ("istanbul", &["istanbul", "ISTANBUL"]),
    ("i\u{307}stanbul", &["\u{130}stanbul", "i\u{307}stanbul", "I\u{307}STANBUL"]),
    ("kelvin", &["kelvin", "\u{212a}elvin", "KELVIN"]),
    ("office", &["office", "oﬃce", "OﬀICE"]),
    ("strasse", &["straße", "STRASSE", "Strasse", "ſtraſſe", "STRAẞE"]),
    ("ångström", &["ångström", "\u{212b}ngström", "A\u{30a}NGSTRO\u{308}M"]),
    ("ıstanbul", &["ıstanbul"]),
    ("ΐ", &["\u{390}", "Ϊ\u{301}", "ι\u{308}\u{301}"]),
    ("αι", &["ᾳ", "ᾼ", "ΑΙ", "αι"]),
    ("σίσυφοσ", &["Σίσυφος", "ΣΊΣΥΦΟΣ", "σίσυφοσ", "ΣΙ\u{301}ΣΥΦΟΣ"]),
    ("жук", &["жук", "ЖУК", "Жук"]),
    ("йод", &["йод", "И\u{306}ОД", "ЙОД"]),
    ("لا", &["لا", "ﻻ", "ﻼ"]),
    ("हिन्दी", &["हिन्दी"]),
    ("ガ社", &["ガ社", "ｶﾞ社", "カ\u{3099}社"]),
    ("東京", &["東京", "\u{6771}京"]),
    ("株式会社", &["株式会社", "㍿"]),
    ("가", &["가", "\u{1100}\u{1161}"]),
    // Characters beyond U+FFFF come last. They would not if texts were compared by UTF-16 units.
    ("\u{fa0e}", &["\u{fa0e}"]),
    ("\u{fffd}", &["\u{fffd}"]),
    ("𐐨", &["𐐨", "𐐀"]),
    ("😀 a", &["😀 a", "😀\u{a0}Ａ"]),
];

#[tokio::test]
async fn names_of_many_scripts_sort_and_compare_without_case_width_and_composition() {
    assert!(NAMES.is_sorted_by_key(|(comparable, _)| comparable));
    let (app, tenant) = App::with_reseller().await;
    // Created in such an order that the ids say nothing.
    let mut spellings: Vec<(usize, &str)> =
        NAMES.iter().enumerate().flat_map(|(place, (_, spellings))| spellings.iter().map(move |&one| (place, one))).collect();
    spellings.sort_by_key(|(place, spelling)| (spelling.len() % 3, usize::MAX - place));
    let mut ids = vec![Vec::new(); NAMES.len()];
    for (place, spelling) in &spellings {
        let answer = app.reseller_api("POST", "").key(&tenant.key).json(&json!({"name": spelling, "email": "a@example.com"}));
        let answer = answer.send().await.expect(201);
        assert_eq!(answer.result()["name"], *spelling, "{answer}");
        ids[*place].push(answer.id());
    }
    let upwards: Vec<u64> = ids.concat();
    let downwards: Vec<u64> = upwards.iter().rev().copied().collect();
    for (direction, expected) in [("asc", upwards), ("desc", downwards)] {
        for filter in ["", "&filter=email=a@example.com", "&filter=is_active=true"] {
            let query = format!("sort=name&direction={direction}{filter}");
            app.list(&tenant, &format!("{query}&limit=1000")).await.expect_list(&expected, spellings.len());
            let pages = app.list_all(&tenant, &format!("{query}&limit=7")).await;
            assert_eq!(pages.iter().flat_map(Answer::ids).collect::<Vec<_>>(), expected, "{query}");
        }
    }
    for (place, spelling) in spellings {
        let answer = app.list(&tenant, &format!("filter=name={}", encoded(spelling))).await;
        answer.expect_list(&ids[place], ids[place].len());
    }
}

#[tokio::test]
async fn names_sort_by_their_first_900_bytes_and_compare_by_all() {
    let (app, tenant) = App::with_reseller().await;
    // One character whose comparable form is eighteen, in 33 bytes: 27 of them are 891.
    let (long, comparable) = ("\u{fdfa}".repeat(27), "صلى الله عليه وسلم".repeat(27));
    assert_eq!(comparable.len(), 891);
    let names = [
        // Names of up to 899 bytes, 900, 901 and many more; every later one ties with an earlier one.
        "aaaaaaaab",
        "aaaaaaaaab",
        "aaaaaaaaac",
        "aaaaaaaaa",
        "aaaaaaaa",
        "aaaaaaaaaa",
        "aaaaaaa",
        // A character that would cross the end is left out as a whole.
        "aaaaaaa😀",
        "aaaaaaaé",
        "aaaaaaa東",
        "aaaaaaaa東",
        "aaaaaaa東京",
        "AAAAAAA東",
        "aaaaa😀",
        "aaaaa😀b",
        "aaaaa😀a",
        "",
        "b",
    ];
    let mut known = Vec::new();
    for rest in names {
        let body = json!({"name": format!("{long}{rest}"), "email": "a@example.com"});
        known.push(create(&app, &tenant, body, &format!("{comparable}{}", rest.to_lowercase()), "a@example.com").await);
    }
    // The longest names, after normalization and as they are.
    for (name, comparable) in [
        ("\u{fdfa}".repeat(255), "صلى الله عليه وسلم".repeat(255)),
        ("\u{fdfa}".repeat(254), "صلى الله عليه وسلم".repeat(254)),
        ("😀".repeat(255), "😀".repeat(255)),
        (format!("{}😁", "😀".repeat(254)), format!("{}😁", "😀".repeat(254))),
        (format!("{}😁", "😀".repeat(225)), format!("{}😁", "😀".repeat(225))),
        (format!("{}😁", "😀".repeat(224)), format!("{}😁", "😀".repeat(224))),
        ("ß".repeat(255), "ss".repeat(255)),
        ("\"".repeat(255), "\"".repeat(255)),
        ("\\\u{fdfa}\t\"".repeat(60), "\\صلى الله عليه وسلم\t\"".repeat(60)),
    ] {
        known.push(create(&app, &tenant, json!({"name": name, "email": "a@example.com"}), &comparable, "a@example.com").await);
    }
    for direction in ["asc", "desc"] {
        for filter in ["", "&filter=email=a@example.com"] {
            let all = expected(&known, "name", direction, &[]);
            let query = format!("sort=name&direction={direction}{filter}");
            app.list(&tenant, &format!("{query}&limit=1000")).await.expect_list(&all, known.len());
            let pages = app.list_all(&tenant, &format!("{query}&limit=1")).await;
            assert_eq!(pages.iter().flat_map(Answer::ids).collect::<Vec<_>>(), all, "{query}");
        }
    }
    for one in &known {
        let same = expected(&known, "id", "asc", &[("name", one.name.clone())]);
        for spelling in [one.shown["name"].as_str().unwrap(), &one.name] {
            app.list(&tenant, &format!("filter=name={}&limit=1000", encoded(spelling))).await.expect_list(&same, same.len());
        }
    }
    for unmet in [&comparable[..889], &format!("{comparable}aa"), &format!("{comparable}aaaaaaaaad"), &"😀".repeat(256)] {
        app.list(&tenant, &format!("filter=name={}", encoded(unmet))).await.expect_list(&[], 0);
    }
}

/// The pieces that texts are built from: the comparable form, and its spellings. No piece joins with the one before it.
const PIECES: [(&str, &[&str]); 20] = [
    ("a", &["a", "A", "Ａ"]),
    ("ab", &["ab", "aB", "ａｂ"]),
    ("é", &["\u{e9}", "e\u{301}", "\u{c9}", "E\u{301}"]),
    ("ss", &["ss", "ß", "SS", "ẞ", "ſs"]),
    ("ffi", &["ffi", "ﬃ", "FFI", "ﬀi"]),
    ("αι", &["ᾳ", "ᾼ", "ΑΙ"]),
    ("\u{390}", &["\u{390}", "ι\u{308}\u{301}"]),
    ("σ", &["σ", "ς", "Σ"]),
    ("ж", &["ж", "Ж"]),
    ("لا", &["لا", "ﻻ"]),
    ("ガ", &["ガ", "ｶﾞ"]),
    ("東", &["東"]),
    ("\u{fa0e}", &["\u{fa0e}"]),
    ("😀", &["😀"]),
    ("=", &["=", "＝"]),
    ("&%+\"", &["&%+\"", "＆％＋＂"]),
    ("𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨𐐨", &["𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀𐐀"]),
    // The pieces above this line are used in addresses too.
    ("a b", &["a b", "A\u{a0}B", "a\u{3000}b"]),
    ("a\tb", &["a\tb"]),
    ("صلى الله عليه وسلم", &["\u{fdfa}"]),
];
const WITHOUT_SPACES: usize = 17;

const PHONES: [Option<&str>; 4] = [None, Some("+31 012 345678"), Some("+31012345678"), Some("+1 (555) 010-9999")];

/// A text made of pieces, in one of many spellings.
#[derive(Clone, Debug)]
struct Spelled {
    pieces: Vec<usize>,
    /// Selects the spelling of each piece.
    seed: u32,
}

impl Spelled {
    fn comparable(&self) -> String {
        self.pieces.iter().map(|&piece| PIECES[piece].0).collect()
    }

    fn spelled(&self, seed: u32) -> String {
        let spelling = |(place, &piece): (usize, &usize)| {
            let spellings = PIECES[piece].1;
            spellings[(seed.rotate_right(u32::try_from(place).unwrap()) % 60) as usize % spellings.len()]
        };
        self.pieces.iter().enumerate().map(spelling).collect()
    }
}

#[derive(Clone, Debug)]
struct Drawn {
    name: Spelled,
    local_part: Spelled,
    /// A customer without an address can only come from another API.
    has_email: bool,
    phone: usize,
    is_active: bool,
    is_changed: bool,
}

impl Drawn {
    fn email(&self) -> String {
        format!("{}@example.com", self.local_part.comparable())
    }

    async fn create(&self, app: &App, tenant: &Tenant) -> Known {
        let name = self.name.spelled(self.name.seed);
        if !self.has_email {
            let profile = Profile {
                organization: text(&name, 1_000).unwrap(),
                phone: text(PHONES[self.phone].unwrap_or_default(), 32).unwrap(),
                is_active: self.is_active,
                ..Profile::empty()
            };
            let id = app.create_elsewhere(tenant, profile).await;
            return Known { id, name: self.name.comparable(), email: None, shown: shown(app, tenant, id).await };
        }
        let email = format!("{}@EXAMPLE.com", self.local_part.spelled(self.local_part.seed));
        let body = json!({"name": name, "email": email, "phone": PHONES[self.phone], "is_active": self.is_active});
        let mut known = create(app, tenant, body.clone(), &self.name.comparable(), &self.email()).await;
        if self.is_changed {
            let mut body = body;
            body["phone"] = "+49 30 1234567".into();
            let put = app.reseller_api("PUT", format!("{}/", known.id)).key(&tenant.key).json(&body).send().await;
            known.shown = put.expect(201).result();
        }
        known
    }
}

#[derive(Clone, Debug)]
struct Asked {
    sort: usize,
    descending: bool,
    /// The properties and customers from which the filters take their values, and how the values are spelled.
    filters: Vec<(usize, prop::sample::Index, u32)>,
    limit: usize,
    offset: Option<usize>,
}

impl Asked {
    /// The query, and its meaning.
    fn query(&self, drawn: &[Drawn], known: &[Known]) -> (String, Vec<Condition>) {
        let mut query = format!("sort={}&limit={}", KEYS[self.sort], self.limit);
        if self.descending {
            query += "&direction=desc";
        }
        if let Some(offset) = self.offset {
            query += &format!("&offset={offset}");
        }
        let mut conditions = Vec::new();
        for (key, whose, seed) in &self.filters {
            let (key, place) = (KEYS[*key], whose.index(known.len()));
            let Some(value) = known[place].value(key) else { continue };
            let spelled = match key {
                "name" => drawn[place].name.spelled(*seed),
                "email" => format!("{}@Example.com", drawn[place].local_part.spelled(*seed)),
                _ => value.clone(),
            };
            let equals = if seed % 2 == 0 { "=" } else { "%3D" };
            query += &format!("&filter={key}{equals}{}", encoded(&spelled));
            conditions.push((key, value));
        }
        (query, conditions)
    }
}

fn a_text(pieces: usize) -> impl Strategy<Value = Spelled> {
    // Some texts are long with the same beginning, so that they differ only around and beyond the 900 bytes that are sorted by.
    let long = (prop::collection::vec(0..pieces, 1..3), 26_usize..30)
        .prop_map(move |(end, times)| std::iter::repeat_n(pieces - 1, times).chain(end).collect());
    let pieces = prop_oneof![3 => prop::collection::vec(0..pieces, 1..4), 1 => long.boxed()];
    (pieces, any::<u32>()).prop_map(|(pieces, seed)| Spelled { pieces, seed })
}

fn a_customer() -> impl Strategy<Value = Drawn> {
    let local_part = (prop::collection::vec(0..WITHOUT_SPACES, 1..4), any::<u32>());
    let local_part = local_part.prop_map(|(pieces, seed)| Spelled { pieces, seed });
    (a_text(PIECES.len()), local_part, prop::bool::weighted(0.8), 0..PHONES.len(), any::<bool>(), prop::bool::weighted(0.2))
        .prop_map(|(name, local_part, has_email, phone, is_active, is_changed)| Drawn {
            name,
            local_part,
            has_email,
            phone,
            is_active,
            is_changed,
        })
}

fn a_query() -> impl Strategy<Value = Asked> {
    let filter = (0..KEYS.len(), any::<prop::sample::Index>(), any::<u32>());
    let filters = prop_oneof![
        2 => Just(Vec::new()),
        3 => prop::collection::vec(filter.clone(), 1),
        1 => prop::collection::vec(filter, 2..4),
    ];
    (0..KEYS.len(), any::<bool>(), filters, 1_usize..8, prop::option::of(0_usize..10))
        .prop_map(|(sort, descending, filters, limit, offset)| Asked { sort, descending, filters, limit, offset })
}

#[test]
fn any_customers_are_listed_as_a_simple_model_lists_them() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let app = runtime.block_on(App::start());
    let config = Config { cases: 24, max_shrink_iters: 200, failure_persistence: None, ..Config::default() };
    let customers = prop::collection::vec(a_customer(), 1..14);
    let queries = prop::collection::vec(a_query(), 10);
    let outcome = TestRunner::new(config).run(&(customers, queries), |(drawn, queries)| {
        runtime.block_on(async {
            let tenant = app.reseller("Northwind Resale").await;
            let known = join_all(drawn.iter().map(|one| one.create(&app, &tenant))).await;
            for asked in queries {
                let (query, conditions) = asked.query(&drawn, &known);
                let direction = if asked.descending { "desc" } else { "asc" };
                let all = expected(&known, KEYS[asked.sort], direction, &conditions);
                let wanted: Vec<&[u64]> = all[asked.offset.unwrap_or_default().min(all.len())..].chunks(asked.limit).collect();
                let pages = app.list_all(&tenant, &query).await;
                let shown: Vec<Vec<u64>> = pages.iter().map(Answer::ids).filter(|page| !page.is_empty()).collect();
                prop_assert_eq!(shown, wanted, "{}", query);
                for page in pages {
                    prop_assert_eq!(&page.json()["total_results"], all.len(), "{}", page);
                }
            }
            Ok(())
        })
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
