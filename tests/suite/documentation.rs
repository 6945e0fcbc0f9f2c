//! The pages of the documentation: their links lead somewhere, every route is on one of them, and their examples give the answers
//! that they state.
//!
//! The examples are ignored by default, because they need a running `cargo dev`; `.ci/served` shows how to run them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

use crate::harness::routes::{table, workspace};
use crate::harness::running::{demo, service_user, text};

/// A page, named by its path in the workspace.
struct Page {
    path: PathBuf,
    text: String,
}

/// A fenced block of code.
struct Block {
    language: String,
    code: String,
}

/// A command, and the output that the page states.
struct Example {
    command: String,
    answer: String,
}

fn page(path: impl Into<PathBuf>) -> Page {
    let path = path.into();
    let text = std::fs::read_to_string(workspace().join(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Page { path, text }
}

/// All pages.
fn pages() -> Vec<Page> {
    let folder = std::fs::read_dir(workspace().join("docs")).unwrap();
    let in_folder = folder.map(|file| Path::new("docs").join(file.unwrap().file_name()));
    let in_folder = in_folder.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut paths: Vec<PathBuf> = in_folder.chain(["README.md".into(), "infra/README.md".into()]).collect();
    paths.sort();
    paths.into_iter().map(page).collect()
}

impl Page {
    /// The blocks of code, and the lines between them.
    fn parts(&self) -> (Vec<Block>, Vec<&str>) {
        let (mut blocks, mut prose): (Vec<Block>, Vec<&str>) = (Vec::new(), Vec::new());
        let mut is_open = false;
        for line in self.text.lines() {
            match line.trim_start().strip_prefix("```") {
                Some(language) if !is_open => blocks.push(Block { language: language.to_owned(), code: String::new() }),
                Some(_) => {}
                None if is_open => blocks.last_mut().unwrap().code += &format!("{line}\n"),
                None => prose.push(line),
            }
            is_open ^= line.trim_start().starts_with("```");
        }
        assert!(!is_open, "{}: a block of code has no end", self.path.display());
        (blocks, prose)
    }

    /// The examples: each `sh` block, and the next block, which states its output. An `sh` block that is followed by another one
    /// sets up all later examples, and prints nothing.
    fn examples(&self) -> Vec<Example> {
        let (blocks, _) = self.parts();
        let mut setup = String::new();
        let mut examples = Vec::new();
        for (position, block) in blocks.iter().enumerate().filter(|(_, block)| block.language == "sh") {
            match blocks.get(position + 1) {
                Some(next) if next.language == "sh" => setup += &block.code,
                Some(next) if ["json", "text"].contains(&next.language.as_str()) => {
                    examples.push(Example { command: format!("{setup}{}", block.code), answer: next.code.clone() });
                }
                _ => panic!("{}: nothing says what this prints:\n{}", self.path.display(), block.code),
            }
        }
        examples
    }

    /// The links to pages, files and headings of this workspace: a path, and the part after the `#`.
    fn links(&self) -> Vec<(PathBuf, Option<String>)> {
        let (_, prose) = self.parts();
        let prose = prose.join("\n");
        let targets = prose.split("](").skip(1).map(|rest| rest.split(')').next().unwrap());
        targets
            .filter(|target| !target.contains("://"))
            .map(|target| {
                let (path, heading) = target.split_once('#').map_or((target, None), |(path, heading)| (path, Some(heading)));
                let path = if path.is_empty() { self.path.clone() } else { self.path.with_file_name("").join(path) };
                (normalized(&path), heading.map(str::to_owned))
            })
            .collect()
    }

    /// The headings in the form in which links name them: in lower case, with hyphens for spaces, without punctuation.
    fn headings(&self) -> BTreeSet<String> {
        let (_, prose) = self.parts();
        let titles = prose.into_iter().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
        let kept = |letter: &char| letter.is_alphanumeric() || ['-', ' ', '_'].contains(letter);
        titles.map(|title| title.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
    }
}

/// The path without `..`.
fn normalized(path: &Path) -> PathBuf {
    let mut normalized = PathBuf::new();
    for component in path.components() {
        if component == Component::ParentDir {
            assert!(normalized.pop(), "{} leads out of the workspace", path.display());
        } else {
            normalized.push(component);
        }
    }
    normalized
}

#[test]
fn every_link_leads_somewhere_and_every_page_is_reached_from_the_readme() {
    let pages = pages();
    let mut reached = BTreeSet::from([PathBuf::from("README.md")]);
    for page in &pages {
        for (target, heading) in page.links() {
            assert!(workspace().join(&target).exists(), "{} links to {}", page.path.display(), target.display());
            if let Some(heading) = heading {
                let linked = pages.iter().find(|other| other.path == target).unwrap();
                let (from, to) = (page.path.display(), target.display());
                assert!(linked.headings().contains(&heading), "{from} links to #{heading} of {to}, which has no such heading");
            }
            if page.path == Path::new("README.md") {
                reached.insert(target);
            }
        }
    }
    for page in &pages {
        assert!(reached.contains(&page.path), "README.md does not link to {}", page.path.display());
    }
}

#[test]
fn the_readme_is_short() {
    let lines = page("README.md").text.lines().count();
    assert!(lines <= 150, "{lines} lines: what is for readers who have decided to stay belongs into docs/");
}

/// Whether a text has this method and path, with or without a slash at the end, and not only as the beginning of a longer path.
fn has_call(text: &str, call: &str) -> bool {
    text.match_indices(call).any(|(place, _)| {
        let behind = &text[place + call.len()..];
        let behind = behind.strip_prefix('/').unwrap_or(behind);
        !behind.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '/' | '{' | '-'))
    })
}

/// The page that describes this API, or the page of the OpenAPI documents.
fn page_of(api: &str) -> PathBuf {
    let name = match api {
        "branding" | "portal" => api.to_owned(),
        "documentation" => "openapi".to_owned(),
        "user" => "users".to_owned(),
        _ => format!("{api}-api"),
    };
    Path::new("docs").join(name).with_extension("md")
}

#[test]
fn every_route_and_every_operators_function_is_on_its_page() {
    for route in table() {
        let (api, _) = route.function.split_once('-').unwrap();
        let page = page(page_of(api));
        let call = format!("{} {}", route.method, route.path.trim_end_matches('/'));
        assert!(has_call(&page.text, &call), "{} does not have {call}", page.path.display());
    }
    let operators = page("docs/operators.md");
    for binary in std::fs::read_dir(workspace().join("functions/operator/src/bin")).unwrap() {
        let function = binary.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(operators.text.contains(&format!("`{function}`")), "{} does not have {function}", operators.path.display());
    }
}

#[test]
fn the_readme_and_the_page_of_every_api_have_examples() {
    let with_examples: BTreeSet<PathBuf> =
        pages().into_iter().filter(|page| !page.examples().is_empty()).map(|page| page.path).collect();
    let apis: BTreeSet<String> = table().iter().map(|route| route.function.split_once('-').unwrap().0.to_owned()).collect();
    let expected = apis.iter().map(|api| page_of(api));
    for path in expected.chain(["README.md".into()]) {
        assert!(with_examples.contains(&path), "{} has no example", path.display());
    }
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn the_examples_of_every_page_answer_what_it_says() {
    let demo = demo();
    let reseller = &demo["resellers"][0];
    let mut counted = 0;
    for page in pages() {
        let mut ids = Ids::default();
        for Example { command, answer } in page.examples() {
            let of_this_run = ids.translated(&command).replace("http://127.0.0.1:9000", text(&demo["base_url"]));
            let output = Command::new("bash")
                .args(["-c", &of_this_run])
                .current_dir(workspace())
                .env("KEY", text(&reseller["reseller_key"]))
                .env("TOKEN", text(&reseller["licensing_token"]))
                .env("SERVICE_USER", service_user())
                .output()
                .unwrap();
            let printed = without_times(String::from_utf8(output.stdout).unwrap().trim());
            let expected = without_times(answer.trim());
            ids.learn(&expected, &printed);
            let errors = String::from_utf8_lossy(&output.stderr);
            assert_eq!(printed, ids.translated(&expected), "{}\n{of_this_run}\n{errors}", page.path.display());
            counted += 1;
        }
    }
    assert!(counted >= 12, "only {counted} examples");
}

/// The ids of this run for the ids on a page: customer 3 of a fresh database may have another id now.
#[derive(Default)]
struct Ids(BTreeMap<String, String>);

impl Ids {
    /// Learns the ids that an answer shows for the first time.
    fn learn(&mut self, expected: &str, printed: &str) {
        let (of_page, of_run) = (pieces(expected), pieces(printed));
        for place in 1..of_page.len().min(of_run.len()) {
            let (id, id_now) = (of_page[place], of_run[place]);
            let is_id = of_page[place - 1] == of_run[place - 1] && is_place_of_an_id(of_page[place - 1]);
            if is_id && is_number(id) && is_number(id_now) && !self.0.contains_key(id) {
                let is_known = self.0.values().any(|known| known == id_now);
                assert!(!is_known, "the page has another id than {id} for this already\n{expected}\n{printed}");
                self.0.insert(id.to_owned(), id_now.to_owned());
            }
        }
    }

    /// The same text with the ids of this run.
    fn translated(&self, of_page: &str) -> String {
        let pieces = pieces(of_page);
        let of_run = pieces.iter().enumerate().map(|(place, &piece)| match self.0.get(piece) {
            Some(id) if place > 0 && is_place_of_an_id(pieces[place - 1]) => id,
            _ => piece,
        });
        of_run.collect()
    }
}

/// The pieces of a text, alternately without digits and numbers.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|letter: char| letter.is_ascii_digit() != first.is_ascii_digit()).unwrap_or(rest.len());
        let (piece, behind) = rest.split_at(end);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

fn is_number(piece: &str) -> bool {
    piece.starts_with(|letter: char| letter.is_ascii_digit())
}

/// Whether a number after this text is an id: in JSON, in XML, in a form and in a path.
fn is_place_of_an_id(before: &str) -> bool {
    ["\"id\":", "_id\":", "\"code\":\"", " id=\"", " code=\"", "_id=", "customer=", "\"customer\":", "/", "etag: \"", "Match: \""]
        .iter()
        .any(|mark| before.ends_with(mark))
}

/// The text with every time as zeros.
fn without_times(text: &str) -> String {
    const FORMS: [&str; 2] = ["0000-00-00T00:00:00.000Z", "0000-00-00 00:00:00"];
    let mut masked = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_time = |form: &&&str| {
            let digits_as_zeros = |letter: char| if letter.is_ascii_digit() { '0' } else { letter };
            rest.chars().map(digits_as_zeros).take(form.len()).eq(form.chars())
        };
        match FORMS.iter().find(is_time) {
            Some(form) => {
                masked += form;
                rest = &rest[form.len()..];
            }
            None => {
                masked.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    masked
}

#[test]
fn an_id_of_a_page_is_the_same_id_everywhere_and_no_other_number_is_an_id() {
    let mut ids = Ids::default();
    ids.learn(r#"{"id":3,"phone":"+31 3"}"#, r#"{"id":17,"phone":"+31 3"}"#);
    ids.learn(r#"{"id":3}"#, r#"{"id":18}"#);
    assert_eq!(
        ids.translated("curl http://127.0.0.1/v3/customer/3/ -d customer_id=3&limit=3"),
        "curl http://127.0.0.1/v3/customer/17/ -d customer_id=17&limit=3"
    );
    assert_eq!(ids.translated(r#"<customer id="3" code="3" phone="3"/> 3"#), r#"<customer id="17" code="17" phone="3"/> 3"#);
    assert_eq!(ids.translated(r#"{"id":3,"count":3}"#), r#"{"id":17,"count":3}"#);
}

#[test]
fn a_time_is_any_time_and_all_else_stays() {
    let shown = without_times("ü 2026-11-22T10:31:46.960Z, 2026-11-22 10:31:46, 2026-11-22T10:31Z and +31 012 345678");
    assert_eq!(shown, "ü 0000-00-00T00:00:00.000Z, 0000-00-00 00:00:00, 2026-11-22T10:31Z and +31 012 345678");
}
