//! The organizations as CSV, as people take them.

use std::collections::BTreeSet;

use serde_json::json;
use shared::domain::customer::Profile;
use shared::domain::date::Date;
use shared::domain::validation::text;

use crate::csv::{MOST_BYTES, escaped, mixed, rows};
use crate::harness::{Answer, Effect, encoded};
use crate::portal_usage::{Desk, table};

const TITLES: [&str; 6] = ["ID", "Name", "Email", "Phone", "Status", "Registration Date"];

/// The addresses of the files that a page names; that of the page behind it, if there is one, comes last.
fn files(page: &Answer) -> Vec<String> {
    let hrefs = page.body.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap().replace("&#38;", "&"));
    hrefs.filter(|address| address.contains("file=")).collect()
}

/// The files that an address leads to, each of which is the next part of the list. A slow machine needs more pages for them.
pub async fn download(desk: &Desk, address: &str) -> Vec<Answer> {
    let (mut waiting, mut met) = (vec![address.to_owned()], Vec::new());
    while let Some(address) = waiting.pop() {
        let answer = desk.see(&address).await.expect(200);
        if answer.header("content-type") == Some("text/csv; charset=utf-8") {
            met.push(answer);
        } else {
            let files = files(&answer.shows("too long for one file"));
            assert!(!files.is_empty());
            waiting.extend(files.into_iter().rev());
        }
    }
    met
}

/// Organizations with rows of 200 KB in the answer of a function, which are three files.
async fn large(desk: &Desk) -> Vec<u64> {
    let profile = Profile {
        organization: text("Model", 60).unwrap(),
        email: text(&"\"".repeat(50_000), 50_000).unwrap(),
        phone: text("+31 012 345678", 60).unwrap(),
        ..Profile::empty()
    };
    let model = desk.app().create_elsewhere(desk.tenant(), profile).await;
    let filled = desk.app().fill(desk.tenant(), model, "Needle", 65).await;
    [model].into_iter().chain(filled).collect()
}

fn ids(rows: &[Vec<String>]) -> Vec<u64> {
    rows.iter().map(|row| row[0].parse().unwrap()).collect()
}

#[tokio::test]
async fn the_list_leads_to_a_file_with_its_columns_filters_and_order() {
    let desk = Desk::open().await;
    mixed(desk.app(), desk.tenant()).await;
    let today = Date::today();
    for query in [
        "rows=100",
        "rows=100&sort=name",
        "rows=100&sort=name&direction=desc",
        "rows=100&sort=phone",
        "rows=100&sort=status&direction=desc",
        "rows=100&sort=registered",
        "rows=100&status=inactive&sort=email",
        "rows=100&search=needle&sort=name",
        "rows=100&search=%26%22&status=active",
    ] {
        let list = desk.see(&format!("/reseller?{query}")).await.expect(200);
        let Some((before, _)) = list.body.split_once(">Export CSV</a>") else {
            assert!(query.contains("%26"), "{query}");
            continue;
        };
        let address = before.rsplit_once("href=\"").unwrap().1.split('"').next().unwrap().replace("&#38;", "&");
        assert!(!address.contains("rows") && !address.contains("offset"), "{address}");
        let csv = desk.see(&address).await;
        let name = format!("attachment; filename=\"organizations-{today}.csv\"");
        assert_eq!(csv.header("content-disposition"), Some(name.as_str()));
        assert_eq!(csv.header("cache-control"), Some("no-store"));
        assert_eq!(csv.header("x-content-type-options"), Some("nosniff"));
        let shown: Vec<String> = table(&list).iter().map(|row| row[1].clone()).collect();
        let written = rows(&csv, &TITLES);
        assert_eq!(written.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), shown, "{query}");
        assert!(written.iter().all(|row| row[5] == today.to_string() && ["Active", "Inactive"].contains(&row[4].as_str())));
    }
    // All pages, whichever the link was on.
    let csv = desk.see("/reseller/export?sort=name&rows=25&offset=25&cursor=x").await;
    assert_eq!(rows(&csv, &TITLES).len(), 27);
}

#[tokio::test]
async fn no_cell_is_a_formula_and_an_empty_list_has_its_titles() {
    let desk = Desk::open().await;
    for (name, email, cells) in [
        ("=1+1", "+a@example.com", "'=1+1,'+a@example.com"),
        ("@SUM(A1)", "-a@example.com", "'@SUM(A1),'-a@example.com"),
        ("-2, Main \"x\"", "a@example.com", "\"'-2, Main \"\"x\"\"\",a@example.com"),
    ] {
        let body = json!({"name": name, "email": email, "phone": "+31 012 345678"});
        let id = desk.app().create_with(desk.tenant(), body).await;
        let csv = desk.see(&format!("/reseller/export?search={}", encoded(name))).await;
        let line = format!("{id},{cells},+31 012 345678,Active,{}", Date::today());
        assert_eq!(csv.body, format!("{}\r\n{line}\r\n", TITLES.join(",")));
    }
    let csv = desk.see("/reseller/export?search=nobody").await;
    assert_eq!(csv.body, format!("{}\r\n", TITLES.join(",")));
}

#[tokio::test]
async fn what_can_not_be_asked_for_leads_to_the_list_that_says_so() {
    let desk = Desk::open().await;
    for query in ["sort=age", "status=on&sort=name", "direction=up"] {
        let list = desk.see(&format!("/reseller/export?{query}")).await.leads_to();
        assert_eq!(list, format!("/reseller?{query}"));
        desk.see(&list).await.expect(400).shows("must be one of");
    }
    desk.see_own("/reseller/export?sort=age").await.expect(404);
}

#[tokio::test]
async fn a_list_in_several_files_loses_and_repeats_nothing() {
    let desk = Desk::open().await;
    let all = large(&desk).await;
    for query in ["", "sort=name&direction=desc", "sort=phone", "sort=email&search=NEEDLE"] {
        let parts = download(&desk, &format!("/reseller/export?{query}")).await;
        assert!((3..12).contains(&parts.len()), "{query}: {}", parts.len());
        let mut met = Vec::new();
        for csv in &parts {
            assert!(escaped(csv) <= MOST_BYTES, "{query}");
            let name = csv.header("content-disposition").unwrap();
            assert!(name.starts_with(&format!("attachment; filename=\"organizations-{}-part-", Date::today())), "{name}");
            met.extend(ids(&rows(csv, &TITLES)));
        }
        let expected = if query.contains("search") { all.len() - 1 } else { all.len() + 1 };
        assert_eq!((met.len(), met.iter().collect::<BTreeSet<_>>().len()), (expected, expected), "{query}");
        assert!(!query.is_empty() || met.windows(2).all(|pair| pair[0] < pair[1]), "in the order of the list");
    }
}

#[tokio::test]
async fn a_page_names_each_file_by_its_number_and_its_rows() {
    let desk = Desk::open().await;
    large(&desk).await;
    let page = desk.see("/reseller/export?sort=name&search=needle").await.expect(200).shows("too long for one file");
    let first = desk.see(&files(&page)[0]).await.expect(200);
    let name = format!("attachment; filename=\"organizations-{}-part-1.csv\"", Date::today());
    assert_eq!(first.header("content-disposition"), Some(name.as_str()));
    let count = rows(&first, &TITLES).len();
    let page =
        page.shows(&format!(">File 1</a>: organizations 1–{count}<")).shows("search=needle&#38;sort=name&#38;part=1&#38;file=");
    page.shows("href=\"/reseller?search=needle&#38;sort=name\"");
}

#[tokio::test]
async fn files_lose_nothing_while_others_write_and_one_that_has_grown_is_split_again() {
    let desk = Desk::open().await;
    let all = large(&desk).await;
    let page = desk.see("/reseller/export?sort=name").await.expect(200);
    let files = files(&page);
    let mut met: Vec<u64> = download(&desk, &files[0]).await.iter().flat_map(|part| ids(&rows(part, &TITLES))).collect();
    // The last one that was shown is the place where the next file begins.
    let last = *met.last().unwrap();
    desk.app().reseller_api("DELETE", format!("{last}/")).key(&desk.tenant().key).send().await.expect(204);
    // The next file grows, and has no room for all of it any more.
    let next = rows(&download(&desk, &files[1]).await[0], &TITLES)[0][1].clone();
    let more = desk.app().fill(desk.tenant(), all[0], &format!("{next} and"), 10).await;
    let grown = download(&desk, &files[1]).await;
    assert!(grown.len() > 1 && grown.iter().all(|part| part.header("content-disposition").unwrap().contains("-part-2.")));
    met.extend(grown.iter().flat_map(|part| ids(&rows(part, &TITLES))));
    for file in &files[2..] {
        met.extend(download(&desk, file).await.iter().flat_map(|part| ids(&rows(part, &TITLES))));
    }
    let distinct: BTreeSet<u64> = met.iter().copied().collect();
    assert_eq!(distinct.len(), met.len(), "no row is repeated");
    assert!(all.iter().chain(&more).all(|id| distinct.contains(id)), "never met");
}

#[tokio::test]
async fn where_time_runs_out_the_page_says_that_more_follow_and_leads_to_it() {
    let desk = Desk::open().await;
    let all = large(&desk).await;
    // Two calls come after attempts that hang for two seconds each.
    let mut attempt = 0;
    desk.app().wire.script(move |call| {
        attempt += usize::from(call.operation == "Query");
        if call.operation == "Query" && [2, 3, 5, 6].contains(&attempt) { Effect::Hang } else { Effect::Pass }
    });
    let page = desk.see("/reseller/export").await.expect(200).shows("the others follow on the next page").shows("rel=\"next\"");
    desk.app().wire.mend();
    let mut met = Vec::new();
    for file in files(&page) {
        met.extend(download(&desk, &file).await.iter().flat_map(|part| ids(&rows(part, &TITLES))));
    }
    assert_eq!(met.len(), all.len() + 1);
    assert!(met.windows(2).all(|pair| pair[0] < pair[1]), "each once, in the order of the list");
}

#[tokio::test]
async fn an_old_address_of_a_file_leads_to_all_of_them() {
    let desk = Desk::open().await;
    for file in ["file=x&part=2", "file=&part=2", "part=%22;evil"] {
        let csv = desk.see(&format!("/reseller/export?{file}")).await;
        assert_eq!(rows(&csv, &TITLES).len(), 1);
        let name = csv.header("content-disposition").unwrap();
        assert!(!name.contains("evil") && name.ends_with(".csv\""), "{name}");
    }
}
