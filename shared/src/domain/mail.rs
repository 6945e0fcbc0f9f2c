//! Mails to people: to whom, what they say, and until when that makes sense. How a mail is encoded and sent is no matter of this
//! file.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::activity::EntryId;
use super::sealing::CryptographyFailed;
use super::timestamp::Timestamp;
use super::validation::Text;

/// The most characters of a mail address: what SMTP can carry (RFC 5321, section 4.5.3.1.3, less the angle brackets).
pub const MAXIMUM_ADDRESS: usize = 254;

/// How a deployment mails. A deployment without it sends none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    /// The address in `From`.
    pub sender: Text,
    /// The folder to write mails to instead of sending them, for development.
    pub folder: Option<PathBuf>,
}

/// The name of a mail: the milliseconds since 1970 and 64 random bits. Names sort as the moments do at which mails were posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailId(EntryId);

impl MailId {
    /// A new name for a mail of this moment.
    ///
    /// # Errors
    /// [`CryptographyFailed`] when the operating system has no randomness.
    pub fn generate(moment: Timestamp) -> Result<Self, CryptographyFailed> {
        EntryId::generate(moment).map(Self)
    }

    /// Its 28 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A mail to one person.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// The address of the person, as [`email`](super::validation::email) takes it.
    pub address: Text,
    /// The name of the person, for `To` alone. The text of a mail does not repeat it: whoever may invite chooses it freely, and
    /// must not get strangers to read what they like in our words.
    pub name: Option<Text>,
    /// What it says.
    pub message: Message,
    /// The end of what it is about, such as its link: from then on it is not sent.
    pub expires_at: Timestamp,
}

/// It names a person and has a link that makes whoever has it that person.
impl fmt::Debug for Mail {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Mail")
    }
}

/// Somebody says to have forgotten a password. Who that is is found out when the mail is sent, so that the answer to a request about
/// somebody takes as long as that about nobody.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forgotten {
    /// The short name of a reseller, as it was sent.
    pub short_name: String,
    /// An address, as it was sent.
    pub address: String,
    /// From when on nobody waits for a mail any more.
    pub expires_at: Timestamp,
}

/// What waits to be sent.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posted {
    /// A mail.
    Mail(Mail),
    /// A mail to somebody who is still to be found, if there is such a person.
    Forgotten(Forgotten),
}

impl Posted {
    /// The moment from which it is not sent.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        match self {
            Self::Mail(mail) => mail.expires_at,
            Self::Forgotten(forgotten) => forgotten.expires_at,
        }
    }
}

/// What a mail says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Message {
    /// To a person without a password: the link with which to choose the first one.
    Invitation {
        /// The name of the reseller that invites.
        reseller: Text,
        /// The link, which works once.
        link: String,
    },
    /// To a person with a password: the link with which to choose another one.
    PasswordLink {
        /// The name of the reseller that the person belongs to.
        reseller: Text,
        /// The link, which works once.
        link: String,
    },
    /// To an operator, who tries whether mails arrive.
    Test,
}

/// What ends the line of a header must not come into one, and a paragraph of a text must not come out of a name.
fn in_one_line(text: &Text) -> String {
    text.as_str()
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

impl Mail {
    /// The name of the person in one line; `None` without one.
    #[must_use]
    pub fn name_in_one_line(&self) -> Option<String> {
        self.name.as_ref().map(in_one_line).filter(|name| !name.is_empty())
    }

    /// The link that it is about, if it is about one.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        match &self.message {
            Message::Invitation { link, .. } | Message::PasswordLink { link, .. } => Some(link),
            Message::Test => None,
        }
    }

    /// Its subject: one line.
    #[must_use]
    pub fn subject(&self) -> String {
        match &self.message {
            Message::Invitation { reseller, .. } => format!("Invitation from {}", in_one_line(reseller)),
            Message::PasswordLink { reseller, .. } => format!("New password for {}", in_one_line(reseller)),
            Message::Test => "Test".to_owned(),
        }
    }

    /// Its text: lines that end in `\n`.
    #[must_use]
    pub fn text(&self) -> String {
        let end = self.expires_at.minute();
        match &self.message {
            Message::Invitation { reseller, link } => format!(
                "Hello,\n\n\
                 {} invites you. Choose a password here, and you are logged in:\n\n\
                 {link}\n\n\
                 The link works once, until {end}.\n\n\
                 If you did not expect this invitation, do nothing: without you the link is of no\n\
                 use, and it ends by itself. Do not pass it on.\n",
                in_one_line(reseller)
            ),
            Message::PasswordLink { reseller, link } => format!(
                "Hello,\n\n\
                 here you can choose a new password for {}:\n\n\
                 {link}\n\n\
                 The link works once, until {end}. It replaces your password and logs you out\n\
                 everywhere else.\n\n\
                 If you did not expect this mail, do nothing: your password stays as it is, and\n\
                 the link ends by itself. Do not pass it on.\n",
                in_one_line(reseller)
            ),
            Message::Test => {
                "Hello,\n\nan operator tries whether mails arrive. This one did. There is nothing to do.\n".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::validation::{email, text};
    use super::*;

    fn mail(message: Message) -> Mail {
        let name = text("Ann\r\nBcc: all@example.com", 125).unwrap();
        let expires_at = "2026-12-06T20:01:59.999Z".parse().unwrap();
        Mail { address: email("ann@example.com", MAXIMUM_ADDRESS).unwrap().unwrap(), name, message, expires_at }
    }

    fn name(name: &str) -> Text {
        text(name, 255).unwrap().unwrap()
    }

    const LINK: &str = "https://portal.example.com/invitation/0123456789";

    #[test]
    fn an_invitation_says_who_invites_where_until_when_how_often_and_what_else_to_do() {
        let mail = mail(Message::Invitation { reseller: name("Northwind Resale"), link: LINK.to_owned() });
        assert_eq!(mail.subject(), "Invitation from Northwind Resale");
        assert_eq!(
            mail.text(),
            "Hello,\n\nNorthwind Resale invites you. Choose a password here, and you are logged in:\n\n\
             https://portal.example.com/invitation/0123456789\n\nThe link works once, until 2026-12-06 20:01 UTC.\n\n\
             If you did not expect this invitation, do nothing: without you the link is of no\nuse, and it ends by itself. Do not \
             pass it on.\n"
        );
    }

    #[test]
    fn a_password_link_says_what_it_replaces() {
        let mail = mail(Message::PasswordLink { reseller: name("Northwind Resale"), link: LINK.to_owned() });
        assert_eq!(mail.subject(), "New password for Northwind Resale");
        assert_eq!(
            mail.text(),
            "Hello,\n\nhere you can choose a new password for Northwind Resale:\n\n\
             https://portal.example.com/invitation/0123456789\n\nThe link works once, until 2026-12-06 20:01 UTC. It replaces your \
             password and logs you out\neverywhere else.\n\n\
             If you did not expect this mail, do nothing: your password stays as it is, and\nthe link ends by itself. Do not pass it \
             on.\n"
        );
    }

    #[test]
    fn a_name_with_lines_makes_no_lines_and_the_name_of_the_person_is_not_in_the_text() {
        let mail = mail(Message::Invitation { reseller: name("North\r\n\r\nwind\u{85}\t\u{2028}Resale"), link: LINK.to_owned() });
        assert_eq!(mail.name_in_one_line().as_deref(), Some("Ann Bcc: all@example.com"));
        assert_eq!(mail.subject(), "Invitation from North wind Resale");
        assert!(mail.text().starts_with("Hello,\n\nNorth wind Resale invites you. ") && !mail.text().contains("Ann"));
    }

    #[test]
    fn a_mail_is_never_shown() {
        let mail = mail(Message::PasswordLink { reseller: name("Northwind Resale"), link: LINK.to_owned() });
        assert_eq!(format!("{mail:?}"), "Mail");
    }
}
