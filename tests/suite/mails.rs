//! Mails: they wait as sealed rows, are sent at least once and normally exactly once, late rather than never, and arrive as what they
//! are.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail::{Letter, Ses, deliver};
use mailparse::{MailHeaderMap, ParsedMail};
use serde_json::{Value, json};
use shared::domain::mail::{Mail, MailId, MailSettings, Message};
use shared::domain::timestamp::Timestamp;
use shared::domain::validation::{Text, email, text};
use shared::store::mail::{MailRound, Sending};
use shared::store::{Operator, Table};
use tokio::time::Instant;

use crate::harness::{App, Call, Effect, FakeSes};

const LINK: &str = "https://portal.example.com/invitation/9FQ3vZ-0123456789_abcdef";

fn address(address: &str) -> Text {
    email(address, 254).unwrap().unwrap()
}

fn sender() -> Text {
    address("no-reply@clientele.example")
}

fn in_an_hour() -> Timestamp {
    Timestamp::now().plus(Duration::from_secs(3_600))
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

fn invitation(to: &str, name: Option<&str>) -> Mail {
    Mail {
        address: address(to),
        name: name.and_then(|name| text(name, 125).unwrap()),
        message: Message::Invitation { reseller: text("Northwind Resale", 255).unwrap().unwrap(), link: LINK.to_owned() },
        expires_at: in_an_hour(),
    }
}

/// A product with a secret that mails, and the table as a function without a route has it.
async fn mailing() -> (App, Table<Operator>) {
    let (app, _) = App::with_reseller().await;
    let table = Table::new(app.store.clone().with_mail(Some(MailSettings { sender: sender(), folder: None })));
    (app, table)
}

/// A folder that is gone when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("clientele-{}-{test}", std::process::id())))
    }

    /// The files in it, in the order of their names, and what is in them.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = std::fs::read_dir(&self.0)
            .into_iter()
            .flatten()
            .map(|file| file.unwrap().path())
            .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap()))
            .collect();
        files.sort();
        files
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The mails that wait, in the order of their names.
async fn waiting(app: &App) -> Vec<BTreeMap<String, AttributeValue>> {
    let query = app.raw_client().query().table_name(app.store.table_name()).key_condition_expression("PK = :mail");
    let found = query.expression_attribute_values(":mail", AttributeValue::S("MAIL".to_owned())).send().await.unwrap();
    found.items().iter().map(|row| row.clone().into_iter().collect()).collect()
}

fn number(row: &BTreeMap<String, AttributeValue>, attribute: &str) -> i64 {
    row[attribute].as_n().unwrap().parse().unwrap()
}

/// In how many seconds a mail is due.
fn due_in(row: &BTreeMap<String, AttributeValue>) -> i64 {
    (number(row, "due_at") - Timestamp::now().milliseconds() + 500).div_euclid(1_000)
}

/// Lets as much time pass for all mails that they are due.
async fn let_time_pass(app: &App) {
    for row in waiting(app).await {
        let update = app.raw_client().update_item().table_name(app.store.table_name());
        let update = update.key("PK", row["PK"].clone()).key("SK", row["SK"].clone());
        let update = update.update_expression("SET due_at = :now");
        let now = AttributeValue::N(Timestamp::now().milliseconds().to_string());
        update.expression_attribute_values(":now", now).send().await.unwrap();
    }
}

/// Sends what is due, and returns to whom.
async fn send_all(table: &Table<Operator>) -> (MailRound, Vec<String>) {
    let sent = RefCell::new(Vec::new());
    let send = async |_: &MailId, mail: &Mail| {
        sent.borrow_mut().push(mail.address.as_str().to_owned());
        Sending::Sent
    };
    let round = table.mail_send_due(soon(), send).await.unwrap();
    (round, sent.into_inner())
}

fn sent(count: u64) -> MailRound {
    MailRound { sent: count, ..MailRound::default() }
}

#[tokio::test]
async fn a_test_mail_goes_the_way_of_all_mails_into_the_folder() {
    let (app, _) = App::with_reseller().await;
    let folder = Folder::new("folder");
    app.set_mail(Some(MailSettings { sender: sender(), folder: Some(folder.0.clone()) }));
    let posted = app.operate("operator-send-test-mail", json!({"email": "operator@example.com"})).await.unwrap();
    assert_eq!(posted["posted"], true, "{posted}");
    assert_eq!((waiting(&app).await.len(), folder.files().len()), (1, 0));

    // What the stream sends, and what the schedule does.
    let event = std::fs::read_to_string(crate::harness::routes::workspace().join("events/mail-send-due.json")).unwrap();
    let round = app.operate_with("mail-send-due", &event).await.unwrap();
    assert_eq!(round, json!({"sent": 1, "put_off": 0, "given_up": 0, "has_more": false}));
    assert_eq!(app.operate("mail-send-due", json!({})).await.unwrap()["sent"], 0);
    assert_eq!(waiting(&app).await.len(), 0);
    let files = folder.files();
    let [(name, bytes)] = files.as_slice() else { panic!("{files:?}") };
    assert!(name.len() == 28 + 4 && name.ends_with(".eml"), "{name}");
    let mail = mailparse::parse_mail(bytes).unwrap();
    assert_eq!(header(&mail, "To"), "<operator@example.com>");
    assert!(mail.get_body().unwrap().contains("tries whether mails arrive"));
}

#[tokio::test]
async fn without_a_sender_nothing_is_posted_and_nothing_sent() {
    let (app, _) = App::with_reseller().await;
    for (function, payload) in
        [("operator-send-test-mail", json!({"email": "operator@example.com"})), ("mail-send-due", json!({}))]
    {
        let (code, message) = app.operate(function, payload).await.unwrap_err();
        assert!(code == "CONFLICT" && message.starts_with("This deployment sends no mail: "), "{code} {message}");
    }
    app.operators().mail_post(&invitation("ann@example.com", None)).await.unwrap();
    assert_eq!(waiting(&app).await.len(), 0);
}

#[tokio::test]
async fn a_test_mail_needs_an_address() {
    let (app, _) = App::with_reseller().await;
    app.set_mail(Some(MailSettings { sender: sender(), folder: None }));
    for (payload, sentence) in [
        (json!({"email": ""}), "email is required."),
        (json!({"email": "operator"}), "email must be an e-mail address such as customer@example.com."),
        (json!({}), "The payload is wrong: missing field `email`."),
    ] {
        let refused = app.operate("operator-send-test-mail", payload).await.unwrap_err();
        assert_eq!(refused, ("VALIDATION_ERROR".to_owned(), sentence.to_owned()));
    }
    assert_eq!(waiting(&app).await.len(), 0);
}

#[tokio::test]
async fn a_transaction_that_fails_leaves_no_mail() {
    let (app, table) = mailing().await;
    app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::Break);
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap_err();
    app.wire.mend();
    assert_eq!((waiting(&app).await.len(), send_all(&table).await), (0, (sent(0), Vec::new())));
    // One that is repeated because its answer was lost leaves one.
    app.wire.fail("TransactWriteItems", 1, |_| Effect::LoseAnswer);
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
    assert_eq!(waiting(&app).await.len(), 1);
}

#[tokio::test]
async fn a_row_tells_nothing_of_the_person_and_the_link_and_ends_with_the_link() {
    let (app, table) = mailing().await;
    let mail = invitation("ann@example.com", Some("Ann Rivers"));
    table.mail_post(&mail).await.unwrap();
    let rows = waiting(&app).await;
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(row.keys().collect::<Vec<_>>(), ["PK", "SK", "attempts", "due_at", "expires_at", "sealed", "secret_version"]);
    assert_eq!(number(row, "expires_at"), mail.expires_at.seconds());
    let sealed = String::from_utf8_lossy(row["sealed"].as_b().unwrap().as_ref()).into_owned();
    for hidden in ["ann@example.com", "Ann", "Rivers", "Northwind", "portal", "9FQ3vZ", "invitation"] {
        assert!(!sealed.contains(hidden) && !format!("{row:?}").contains(hidden), "{hidden}");
    }

    // It is sealed for its own row.
    let mut other = row.clone();
    other.insert("SK".to_owned(), AttributeValue::S("0".repeat(28)));
    app.put_rows(std::iter::once(other.into_iter().collect())).await;
    let (round, to) = send_all(&table).await;
    assert_eq!((round, to), (MailRound { sent: 1, given_up: 1, ..MailRound::default() }, vec!["ann@example.com".to_owned()]));
}

#[tokio::test]
async fn all_mails_are_sent_the_oldest_first_and_removed() {
    let (app, table) = mailing().await;
    let expected: Vec<String> = (0..60).map(|place| format!("person-{place:02}@example.com")).collect();
    for to in &expected {
        table.mail_post(&invitation(to, None)).await.unwrap();
        // Names tell milliseconds apart.
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let none = table.mail_send_due(Instant::now(), async |_, _| panic!("the time is over")).await.unwrap();
    assert_eq!(none, MailRound { has_more: true, ..MailRound::default() });
    let (round, to) = send_all(&table).await;
    assert_eq!((round, to), (sent(60), expected));
    assert_eq!((waiting(&app).await.len(), send_all(&table).await.0), (0, sent(0)));
}

#[tokio::test]
async fn a_mail_takes_five_write_units_and_a_look_that_finds_none_one_call() {
    let (app, table) = mailing().await;
    let reads = ["Query", "BatchGetItem"];
    app.wire.take_calls();
    table.mail_post(&invitation("ann@example.com", Some("Ann Rivers"))).await.unwrap();
    let posted = app.wire.take_calls();
    assert_eq!(send_all(&table).await.0, sent(1));
    let calls = app.wire.take_calls();
    let operations: Vec<&str> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(operations, ["Query", "UpdateItem", "BatchGetItem", "TransactWriteItems"]);
    calls.iter().for_each(Call::expect_consistent_and_metered);
    let writes = posted.iter().chain(&calls).filter(|call| !reads.contains(&call.operation.as_str()));
    let units: f64 = writes.map(Call::capacity_units).sum();
    assert!(units <= 5.0, "{units}");
    assert_eq!(send_all(&table).await.0, sent(0));
    assert_eq!(app.wire.take_operations(), ["Query"]);
}

#[tokio::test]
async fn what_a_sender_had_that_was_cut_off_is_sent_once_its_claim_has_ended() {
    let (app, table) = mailing().await;
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
    let cut_off = table.mail_send_due(soon(), async |_, _| std::future::pending().await);
    tokio::time::timeout(Duration::from_millis(300), cut_off).await.unwrap_err();
    assert_eq!(send_all(&table).await, (sent(0), Vec::new()), "it is claimed");
    let rows = waiting(&app).await;
    assert_eq!((rows.len(), due_in(&rows[0]), number(&rows[0], "attempts")), (1, 60, 1));
    let_time_pass(&app).await;
    assert_eq!(send_all(&table).await, (sent(1), vec!["ann@example.com".to_owned()]));
    assert_eq!(waiting(&app).await.len(), 0);
}

#[tokio::test]
async fn a_mail_that_was_sent_and_not_removed_is_sent_again() {
    let (app, table) = mailing().await;
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
    app.wire.fail("TransactWriteItems", usize::MAX, |_| Effect::Break);
    let failed = table.mail_send_due(soon(), async |_, _| Sending::Sent).await;
    assert!(failed.unwrap_err().is_temporary());
    app.wire.mend();
    let_time_pass(&app).await;
    assert_eq!(send_all(&table).await.0, sent(1));
}

#[tokio::test]
async fn of_senders_at_the_same_time_one_sends_each_mail() {
    let (app, table) = mailing().await;
    for place in 0..30 {
        table.mail_post(&invitation(&format!("person-{place}@example.com"), None)).await.unwrap();
    }
    let all = RefCell::new(BTreeMap::<String, Vec<usize>>::new());
    let rounds = futures_util::future::join_all((0..3).map(|number| {
        let (table, all) = (&table, &all);
        async move {
            let send = async |_: &MailId, mail: &Mail| {
                all.borrow_mut().entry(mail.address.as_str().to_owned()).or_default().push(number);
                tokio::time::sleep(Duration::from_millis(1)).await;
                Sending::Sent
            };
            table.mail_send_due(soon(), send).await.unwrap().sent
        }
    }))
    .await;
    let all = all.into_inner();
    assert_eq!((rounds.iter().sum::<u64>(), all.len()), (30, 30));
    assert!(all.values().all(|senders| senders.len() == 1), "{all:?}");
    assert!(rounds.iter().filter(|sent| **sent > 0).count() > 1, "they took turns: {rounds:?}");
    assert_eq!(waiting(&app).await.len(), 0);
}

#[tokio::test]
async fn a_mail_is_put_off_for_longer_each_time_until_its_link_ends() {
    let (app, table) = mailing().await;
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
    table.mail_post(&invitation("bob@example.com", None)).await.unwrap();
    for (attempts, minutes) in [(1, 1), (2, 2), (3, 4)] {
        let put_off = table.mail_send_due(soon(), async |_, _| Sending::PutOff("no".to_owned())).await.unwrap();
        assert_eq!(put_off, MailRound { put_off: 2, ..MailRound::default() }, "one does not keep others back");
        let rows = waiting(&app).await;
        assert_eq!((number(&rows[0], "attempts"), due_in(&rows[0])), (attempts, minutes * 60));
        assert_eq!(send_all(&table).await.0, sent(0), "not before");
        let_time_pass(&app).await;
    }
    assert_eq!(send_all(&table).await.0, sent(2));
}

#[tokio::test]
async fn a_mail_whose_link_has_ended_is_dropped_unsent_even_while_it_is_put_off() {
    let (app, table) = mailing().await;
    let over = Mail { expires_at: Timestamp::now(), ..invitation("ann@example.com", None) };
    table.mail_post(&over).await.unwrap();
    assert_eq!(send_all(&table).await, (MailRound { given_up: 1, ..MailRound::default() }, Vec::new()));
    let ends_soon = Mail { expires_at: Timestamp::now().plus(Duration::from_secs(2)), ..invitation("ann@example.com", None) };
    table.mail_post(&ends_soon).await.unwrap();
    table.mail_send_due(soon(), async |_, _| Sending::PutOff("no".to_owned())).await.unwrap();
    assert_eq!(waiting(&app).await.len(), 1);
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(send_all(&table).await, (MailRound { given_up: 1, ..MailRound::default() }, Vec::new()));
    assert_eq!(waiting(&app).await.len(), 0);
}

#[tokio::test]
async fn a_mail_that_is_refused_for_ever_is_given_up_at_once() {
    let (app, table) = mailing().await;
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
    let round = table.mail_send_due(soon(), async |_, _| Sending::GivenUp("no".to_owned())).await.unwrap();
    assert_eq!((round.given_up, waiting(&app).await.len()), (1, 0));
}

#[tokio::test]
async fn a_mail_outlives_a_rotation_of_the_secret_and_not_the_drop_of_its_version() {
    let (app, table) = mailing().await;
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
    let added = app.operate("operator-rotate-secret", json!({})).await.unwrap()["version"].as_u64().unwrap();
    assert_eq!(send_all(&table).await.0, sent(1));
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
    app.set_issues_from(u16::try_from(added).unwrap(), Timestamp::now()).await;
    app.operate("operator-drop-secret", json!({"version": 1})).await.unwrap();
    assert_eq!(send_all(&table).await, (MailRound { given_up: 1, ..MailRound::default() }, Vec::new()));
}

fn header(mail: &ParsedMail<'_>, name: &str) -> String {
    let values = mail.headers.get_all_values(name);
    assert_eq!(values.len(), 1, "{name}: {values:?}");
    values[0].clone()
}

/// The bytes of a mail as they go over the wire.
fn letter(mail: &Mail) -> Vec<u8> {
    let id = MailId::generate(Timestamp::now()).unwrap();
    Letter::write(&id, mail, &sender()).unwrap().bytes
}

#[test]
fn another_program_reads_a_letter_as_it_was_meant() {
    let mail = invitation("ann@example.com", Some("Ann Rivers"));
    let bytes = letter(&mail);
    assert!(bytes.is_ascii());
    let lines = String::from_utf8(bytes.clone()).unwrap();
    assert!(lines.split("\r\n").all(|line| line.len() <= 78 && !line.contains(['\r', '\n'])), "{lines}");
    let parsed = mailparse::parse_mail(&bytes).unwrap();
    let names: Vec<String> = parsed.headers.iter().map(|header| header.get_key().to_lowercase()).collect();
    assert_eq!(
        names,
        [
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "auto-submitted",
            "mime-version",
            "content-type",
            "content-transfer-encoding"
        ]
    );
    assert_eq!(header(&parsed, "From"), "<no-reply@clientele.example>");
    assert_eq!(header(&parsed, "To"), "\"Ann Rivers\" <ann@example.com>");
    assert_eq!(header(&parsed, "Subject"), "Invitation from Northwind Resale");
    assert_eq!(header(&parsed, "Auto-Submitted"), "auto-generated");
    assert!((mailparse::dateparse(&header(&parsed, "Date")).unwrap() - Timestamp::now().seconds()).abs() < 60);
    let id = mailparse::msgidparse(&header(&parsed, "Message-ID")).unwrap();
    assert!(id.len() == 1 && id[0].ends_with("@clientele.example"), "{id:?}");
    assert_eq!((parsed.ctype.mimetype.as_str(), parsed.ctype.charset.as_str()), ("text/plain", "utf-8"));
    assert_eq!(parsed.get_body().unwrap().replace("\r\n", "\n"), mail.text());
}

#[test]
fn a_long_link_arrives_in_one_piece() {
    let link = format!("https://portal.example.com/invitation/{}=?&.", "0123456789".repeat(120));
    let message = Message::PasswordLink { reseller: text("Northwind", 255).unwrap().unwrap(), link: link.clone() };
    let bytes = letter(&Mail { message, ..invitation("ann@example.com", None) });
    assert!(bytes.split(|byte| *byte == b'\n').all(|line| line.len() <= 998), "RFC 5322, section 2.1.1");
    assert!(mailparse::parse_mail(&bytes).unwrap().get_body().unwrap().lines().any(|line| line == link));
}

#[test]
fn names_and_addresses_of_any_script_arrive() {
    let reseller = text("Büro für Ähnliches 日本語 🦀 ".repeat(8).trim(), 255).unwrap().unwrap();
    let name = "Ölrun \"Ö\" Ångström, 山田 <太郎>";
    let message = Message::PasswordLink { reseller: reseller.clone(), link: LINK.to_owned() };
    let mail = Mail { message, ..invitation("ölrun@bücher.example", Some(name)) };
    let bytes = letter(&mail);
    let parsed = mailparse::parse_mail(&bytes).unwrap();
    assert_eq!(header(&parsed, "Subject"), format!("New password for {reseller}"));
    assert_eq!(parsed.get_body().unwrap().replace("\r\n", "\n"), mail.text());
    let to = mailparse::addrparse_header(parsed.headers.get_first_header("To").unwrap()).unwrap();
    let to = to.extract_single_info().unwrap();
    assert_eq!((to.display_name.as_deref(), to.addr.as_str()), (Some(name), "ölrun@xn--bcher-kva.example"));
    // Only the part that has no other form is not ASCII.
    let rest = String::from_utf8(bytes).unwrap().replace("ölrun@", "");
    assert!(rest.is_ascii(), "{rest}");
}

#[test]
fn no_name_adds_a_header_or_a_person() {
    for evil in [
        "Ann\r\nBcc: everybody@example.com",
        "Ann\nSubject: Prize\n\nClick here",
        "Ann\u{85}Bcc: everybody@example.com",
        "\" <everybody@example.com>, \"Ann",
        "Ann <everybody@example.com>,",
        "=?utf-8?Q?Ann_=0ABcc:_everybody=40example.com?=",
        "Ann\\",
        "Ann (comment",
    ] {
        let reseller = text(evil, 255).unwrap().unwrap();
        let mail = Mail {
            message: Message::Invitation { reseller, link: LINK.to_owned() },
            ..invitation("ann@example.com", Some(evil))
        };
        let bytes = letter(&mail);
        let parsed = mailparse::parse_mail(&bytes).unwrap();
        assert_eq!(parsed.headers.len(), 9, "{evil:?}: {}", String::from_utf8_lossy(&bytes));
        header(&parsed, "Subject");
        let to = mailparse::addrparse_header(parsed.headers.get_first_header("To").unwrap()).unwrap();
        assert_eq!(to.extract_single_info().unwrap().addr, "ann@example.com", "{evil:?}");
        assert_eq!(
            parsed.get_body().unwrap().lines().filter(|line| line.contains("Click here")).count(),
            usize::from(evil.contains("Click"))
        );
        assert!(parsed.get_body().unwrap().starts_with("Hello,"), "{evil:?}");
    }
}

#[tokio::test]
async fn an_address_that_would_be_another_in_a_header_is_given_up() {
    let (app, table) = mailing().await;
    for evil in ["x>,<everybody@example.com", "\"ann\"@example.com", "ann@exam,ple.com", "ann@example.com>"] {
        table.mail_post(&invitation(evil, None)).await.unwrap();
        let round = deliver(&table, &sender(), soon(), async |_| panic!("{evil} must not be sent")).await.unwrap();
        assert_eq!((round.given_up, waiting(&app).await.len()), (1, 0), "{evil}");
    }
}

#[tokio::test]
async fn the_folder_has_whole_files_that_the_user_alone_can_read_and_what_it_does_not_take_waits() {
    use std::os::unix::fs::PermissionsExt;
    let (app, table) = mailing().await;
    let folder = Folder::new("private");
    table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
    std::fs::write(&folder.0, "no folder").unwrap();
    let round = deliver(&table, &sender(), soon(), async |letter| mail::folder::post(&folder.0, letter)).await.unwrap();
    assert_eq!((round.put_off, waiting(&app).await.len()), (1, 1));
    std::fs::remove_file(&folder.0).unwrap();
    let_time_pass(&app).await;
    let name = waiting(&app).await[0]["SK"].as_s().unwrap().clone() + ".eml";
    let round = deliver(&table, &sender(), soon(), async |letter| mail::folder::post(&folder.0, letter)).await.unwrap();
    assert_eq!(round, sent(1));
    assert_eq!(folder.files().iter().map(|(name, _)| name).collect::<Vec<_>>(), [&name]);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&folder.0), mode(&folder.0.join(name))), (0o700, 0o600));
}

#[tokio::test]
async fn the_log_has_the_id_and_the_reason_of_what_was_not_sent_and_neither_address_nor_link() {
    let (app, table) = mailing().await;
    let folder = Folder::new("logged");
    std::fs::write(&folder.0, "no folder").unwrap();
    app.set_mail(Some(MailSettings { sender: sender(), folder: Some(folder.0.clone()) }));
    table.mail_post(&invitation("ann@example.com", Some("Ann Rivers"))).await.unwrap();
    tokio::time::sleep(Duration::from_millis(2)).await;
    table.mail_post(&invitation("a>,<b@example.com", None)).await.unwrap();
    let ids: Vec<String> = waiting(&app).await.iter().map(|row| row["SK"].as_s().unwrap().clone()).collect();
    let round = app.operate("mail-send-due", json!({})).await.unwrap();
    std::fs::remove_file(&folder.0).unwrap();
    assert_eq!(round, json!({"sent": 0, "put_off": 1, "given_up": 1, "has_more": false}));
    let lines = app.last_log();
    let said: Vec<Value> = lines.iter().map(|line| json!([line["message"], line["mail"], line["reason"]])).collect();
    assert_eq!(
        said,
        [
            json!(["a mail was put off", ids[0], "the folder can't be written: entity already exists"]),
            json!(["a mail was given up", ids[1], "an address that can't be mailed to"]),
            json!(["answered", null, null]),
        ]
    );
    for hidden in ["ann@example.com", "Ann", "Rivers", "b@example.com", "Northwind", "portal.example.com"] {
        assert!(!json!(lines).to_string().contains(hidden), "{hidden}: {lines:?}");
    }
}

/// Has SES send what is due.
async fn through(ses: &FakeSes, table: &Table<Operator>) -> MailRound {
    let post = Ses::new(ses.configuration());
    deliver(table, &sender(), soon(), async |letter| post.post(letter).await).await.unwrap()
}

#[tokio::test]
async fn ses_gets_the_letter_for_one_person() {
    let (app, table) = mailing().await;
    table.mail_post(&invitation("ann@bücher.example", Some("Ann Rivers"))).await.unwrap();
    let ses = FakeSes::answering(|_| (200, ""));
    assert_eq!((through(&ses, &table).await, waiting(&app).await.len()), (sent(1), 0));
    let requests = ses.sent();
    let [request] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!(request.line, "POST https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails");
    let mut body = request.body.clone();
    let raw = STANDARD.decode(body["Content"]["Raw"]["Data"].take().as_str().unwrap()).unwrap();
    assert_eq!(
        body,
        json!({
            "FromEmailAddress": "no-reply@clientele.example",
            "Destination": {"ToAddresses": ["ann@xn--bcher-kva.example"]},
            "Content": {"Raw": {"Data": Value::Null}},
        })
    );
    let parsed = mailparse::parse_mail(&raw).unwrap();
    assert_eq!(header(&parsed, "To"), "\"Ann Rivers\" <ann@xn--bcher-kva.example>");
    assert!(parsed.get_body().unwrap().contains(LINK));
}

#[tokio::test]
async fn what_ses_refuses_for_the_moment_is_put_off_and_what_it_refuses_for_ever_given_up() {
    for (status, code, tries, is_for_ever) in [
        (429, "TooManyRequestsException", 3, false),
        (400, "LimitExceededException", 3, false),
        (400, "SendingPausedException", 1, false),
        (400, "MailFromDomainNotVerifiedException", 1, false),
        (403, "AccessDeniedException", 1, false),
        (503, "ServiceUnavailable", 3, false),
        (500, "", 3, false),
        (400, "MessageRejected", 1, true),
        (400, "BadRequestException", 1, true),
    ] {
        let (app, table) = mailing().await;
        table.mail_post(&invitation("ann@example.com", None)).await.unwrap();
        let ses = FakeSes::answering(move |_| (status, code));
        let round = through(&ses, &table).await;
        let expected = MailRound { put_off: u64::from(!is_for_ever), given_up: u64::from(is_for_ever), ..MailRound::default() };
        assert_eq!((round, ses.sent().len()), (expected, tries), "{status} {code}");
        assert_eq!(waiting(&app).await.len(), usize::from(!is_for_ever), "{status} {code}");
    }
}

#[tokio::test]
async fn throttling_that_passes_delays_nothing_for_long() {
    let (_app, table) = mailing().await;
    for place in 0..3 {
        table.mail_post(&invitation(&format!("person-{place}@example.com"), None)).await.unwrap();
    }
    let mut asked = 0;
    let ses = FakeSes::answering(move |_| {
        asked += 1;
        if asked % 2 == 1 { (429, "TooManyRequestsException") } else { (200, "") }
    });
    assert_eq!((through(&ses, &table).await, ses.sent().len()), (sent(3), 6));
}
