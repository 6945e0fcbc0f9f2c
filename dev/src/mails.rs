//! Mails, as `cargo dev` sends them: into a folder, in which mail programs open them, and with a line in the terminal.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mail::{Letter, deliver, folder};
use shared::domain::mail::MAXIMUM_ADDRESS;
use shared::domain::validation;
use shared::store::mail::Sending;
use shared::store::{Store, Table};
use tokio::time::{Instant, sleep};

use crate::environment::MAIL_SENDER;
use crate::problem::Problem;
use crate::terminal::say;

/// The time between two looks for mails.
const PAUSE: Duration = Duration::from_secs(1);

/// How long one look may take.
const LONGEST: Duration = Duration::from_secs(10);

/// Sends what the functions post, for ever. New links begin with `public_origin`.
pub(crate) async fn send(store: Store, public_origin: &str, folder: PathBuf) -> Result<(), Problem> {
    let sender = validation::email(MAIL_SENDER, MAXIMUM_ADDRESS).ok().flatten();
    let sender = sender.ok_or(Problem::Demo("the sender of mails has no address"))?;
    let table = Table::new(store.with_public_origin(Some(public_origin)));
    loop {
        sleep(PAUSE).await;
        // A failure is the database's, of which others report. The next look may succeed.
        let _ = deliver(&table, &sender, Instant::now() + LONGEST, async |letter| post(&folder, letter)).await;
    }
}

fn post(folder: &Path, letter: &Letter<'_>) -> Sending {
    let sending = folder::post(folder, letter);
    match &sending {
        Sending::Sent => {
            let link = letter.mail.link().unwrap_or("a test");
            say(format_args!("mail to {}: {link}, in {}.eml", letter.to, letter.id.as_str()));
        }
        Sending::PutOff(reason) | Sending::GivenUp(reason) => say(format_args!("no mail to {}: {reason}", letter.to)),
    }
    sending
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data_folder::tests::Temporary;
    use crate::engine::{Engine, Storage};
    use crate::port;
    use shared::domain::mail::{Mail, MailSettings, Message};
    use shared::domain::timestamp::Timestamp;
    use shared::domain::validation::text;
    use shared::store::Operator;
    use shared::store::reseller::NewReseller;

    #[tokio::test]
    async fn what_is_posted_is_in_the_folder_a_moment_later() {
        let folder = Temporary::new("mails");
        let engine = Engine::start(Storage::Memory, port::listen(0, "cargo dev").unwrap()).unwrap();
        let store = Store::local(engine.endpoint(), "mails");
        store.create_table().await.unwrap();
        let address = |address| validation::email(address, MAXIMUM_ADDRESS).unwrap().unwrap();
        let settings = MailSettings { sender: address(MAIL_SENDER), folder: None };
        let table = Table::<Operator>::new(store.clone().with_mail(Some(settings)));
        let name = |name| text(name, 255).unwrap().unwrap();
        // The first reseller comes with the secret.
        let new =
            NewReseller { name: name("Demo"), short_name: None, platform: false, key_label: name("demo"), key_valid_until: None };
        table.reseller_provision(new).await.unwrap();
        let message = Message::Invitation { reseller: name("Demo"), link: "http://127.0.0.1:9000/invitation/0".to_owned() };
        let expires_at = Timestamp::now().plus(Duration::from_secs(60));
        table.mail_post(&Mail { address: address("ann@example.com"), name: None, message, expires_at }).await.unwrap();
        let arrived = async {
            loop {
                let mut files = std::fs::read_dir(folder.0.mail()).into_iter().flatten().flatten().map(|file| file.path());
                if let Some(letter) = files.find(|path| path.extension().is_some_and(|extension| extension == "eml")) {
                    return std::fs::read_to_string(letter).unwrap();
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        let letter = tokio::select! {
            ended = send(store, "http://127.0.0.1:9000", folder.0.mail()) => panic!("{ended:?}"),
            letter = tokio::time::timeout(Duration::from_secs(10), arrived) => letter.unwrap(),
        };
        assert!(letter.starts_with("From: <no-reply@clientele.localhost>\r\nTo: <ann@example.com>\r\n"), "{letter}");
        assert!(letter.contains("http://127.0.0.1:9000/invitation/0"), "{letter}");
        engine.stop().await;
    }
}
