//! A mail as it goes over the wire: one rendering (RFC 5322) for SES and for the folder.

use idna::{AsciiDenyList, domain_to_ascii_cow};
use mail_builder::MessageBuilder;
use mail_builder::headers::address::Address;
use mail_builder::headers::raw::Raw;
use shared::domain::mail::{Mail, MailId};
use shared::domain::timestamp::Timestamp;
use shared::domain::validation::Text;

/// An address that no mail can be sent to: a domain that is none, or a part before the `@` that would need quotes. (Such a part could
/// end the address in the header and begin another.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an address that can't be mailed to")]
pub struct Unmailable;

/// A mail that is ready to be sent.
pub struct Letter<'a> {
    /// The mail.
    pub mail: &'a Mail,
    /// Its name.
    pub id: &'a MailId,
    /// The address of the person, with the domain in ASCII.
    pub to: String,
    /// The address of the sender.
    pub from: &'a str,
    /// The header and the text: lines that end in CRLF, and nothing but ASCII unless the part of an address before the `@` has more.
    pub bytes: Vec<u8>,
}

impl<'a> Letter<'a> {
    /// Writes a mail as a letter from this sender.
    ///
    /// # Errors
    /// [`Unmailable`].
    pub fn write(id: &'a MailId, mail: &'a Mail, sender: &'a Text) -> Result<Self, Unmailable> {
        let to = mailable(mail.address.as_str())?;
        let from = sender.as_str();
        let domain = from.rsplit('@').next().unwrap_or(from);
        let message = MessageBuilder::new()
            .from(from)
            .to(Address::new_address(mail.name_in_one_line(), to.as_str()))
            .subject(mail.subject())
            .date(Timestamp::now().seconds())
            // The same for each attempt, so that programs recognize a mail that comes twice. (SES puts an id of its own in its place.)
            .message_id(format!("{}@{domain}", id.as_str()))
            // So that no program answers it (RFC 3834).
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .text_body(mail.text());
        let mut bytes = Vec::new();
        message.serialize(&mut bytes);
        Ok(Self { mail, id, to, from, bytes })
    }
}

/// The address with its domain in ASCII (RFC 5890), as all mail servers take it.
fn mailable(address: &str) -> Result<String, Unmailable> {
    let (local, domain) = address.rsplit_once('@').ok_or(Unmailable)?;
    // `atext` of RFC 5322, section 3.2.3, and what RFC 6531 adds.
    let is_atom = |atom: &str| {
        !atom.is_empty()
            && atom.chars().all(|character| match character {
                'a'..='z' | 'A'..='Z' | '0'..='9' => true,
                other if other.is_ascii() => "!#$%&'*+-/=?^_`{|}~".contains(other),
                other => !other.is_control() && !other.is_whitespace(),
            })
    };
    if !local.split('.').all(is_atom) {
        return Err(Unmailable);
    }
    let domain = domain_to_ascii_cow(domain.as_bytes(), AsciiDenyList::STD3).map_err(|_| Unmailable)?;
    Ok(format!("{local}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_written_in_ascii_and_the_part_before_it_stays() {
        for (address, expected) in [
            ("ann@example.com", "ann@example.com"),
            ("Ann.O'Lee+x@Example.COM", "Ann.O'Lee+x@example.com"),
            ("ann@bücher.example", "ann@xn--bcher-kva.example"),
            ("änn@例え.テスト", "änn@xn--r8jz45g.xn--zckzah"),
        ] {
            assert_eq!(mailable(address).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_could_end_an_address_is_refused() {
        for address in [
            "a>,<b@example.com",
            "\"ann\"@example.com",
            "a,b@example.com",
            "a:b;@example.com",
            "a(b)@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a\u{2028}b@example.com",
            "ann@example.com>",
            "ann@exa_mple.com",
            "ann@[192.0.2.1]",
            "ann",
        ] {
            assert_eq!(mailable(address), Err(Unmailable), "{address}");
        }
    }
}
