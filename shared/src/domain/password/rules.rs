//! Which passwords may be set, and how a password is read, whoever types it on whichever system.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use crate::domain::normalization::normalize;

/// The least characters of a password, in Unicode scalar values, as NIST SP 800-63B counts them.
pub const LEAST_CHARACTERS: usize = 12;

/// The most characters of a password. NIST SP 800-63B wants 64 to be possible.
pub const MOST_CHARACTERS: usize = 128;

/// All that have at least [`LEAST_CHARACTERS`] among the 19,640 commonest passwords that Django 5.2.19 lists (BSD-3-Clause) and the
/// 30,000 that zxcvbn 4.5.0 lists (MIT), in lower case and sorted. `.ci/common-passwords` derives the file.
const COMMON: &str = include_str!("common.txt");

/// A rule that a password breaks. Its text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Fewer than [`LEAST_CHARACTERS`].
    #[error("must have at least {} characters", LEAST_CHARACTERS)]
    TooShort,
    /// More than [`MOST_CHARACTERS`].
    #[error("must have at most {} characters", MOST_CHARACTERS)]
    TooLong,
    /// No upper-case letter of any script.
    #[error("must contain an upper-case letter")]
    NoUpperCase,
    /// No lower-case letter of any script.
    #[error("must contain a lower-case letter")]
    NoLowerCase,
    /// No digit of any script.
    #[error("must contain a digit")]
    NoDigit,
    /// A tab, a line break or another character that can't be typed everywhere.
    #[error("must not contain control characters")]
    ControlCharacter,
    /// Among the commonest passwords, whatever the case of its letters.
    #[error("is one of the passwords that are guessed first")]
    TooCommon,
}

/// A password that somebody sets: it breaks no rule. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Reads a password as it was typed. Nothing is trimmed: spaces count.
    ///
    /// # Errors
    /// All rules that it breaks, at least one.
    pub fn parse(sent: &str) -> Result<Self, Vec<Broken>> {
        let password = prepared(sent);
        let characters = password.chars().count();
        let has = |is_one: fn(char) -> bool| password.chars().any(is_one);
        let rules = [
            (characters < LEAST_CHARACTERS, Broken::TooShort),
            (characters > MOST_CHARACTERS, Broken::TooLong),
            (!has(char::is_uppercase), Broken::NoUpperCase),
            (!has(char::is_lowercase), Broken::NoLowerCase),
            (!has(char::is_numeric), Broken::NoDigit),
            (has(char::is_control), Broken::ControlCharacter),
            (is_common(&password), Broken::TooCommon),
        ];
        let broken: Vec<Broken> = rules.into_iter().filter_map(|(is_broken, rule)| is_broken.then_some(rule)).collect();
        if broken.is_empty() { Ok(Self(password)) } else { Err(broken) }
    }

    /// The password as it is hashed.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password")
    }
}

/// A text that somebody presents as a password at a login. Rules are for those who set one, so that a rule can be added without
/// locking anybody out. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct PresentedPassword(String);

impl PresentedPassword {
    /// Takes any text. One that is longer than every password counts as the empty one, which nobody has: it costs the same work.
    #[must_use]
    pub fn new(sent: &str) -> Self {
        let password = prepared(sent);
        let is_possible = password.chars().count() <= MOST_CHARACTERS;
        Self(if is_possible { password } else { String::new() })
    }

    /// The text as it is hashed.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for PresentedPassword {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PresentedPassword")
    }
}

/// The form in which a password is counted and hashed, so that one password is the same from every keyboard: each space as the ASCII
/// one, then NFC (RFC 8265, section 4.2.2). Case, width and composition of what is not canonically equivalent stay.
fn prepared(sent: &str) -> String {
    let is_space = |character: char| character.is_whitespace() && !character.is_control();
    sent.chars().map(|character| if is_space(character) { ' ' } else { character }).nfc().collect()
}

fn is_common(password: &str) -> bool {
    let comparable = normalize(password);
    COMMON.lines().any(|common| common == comparable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn broken(sent: &str) -> Vec<Broken> {
        Password::parse(sent).err().unwrap_or_default()
    }

    #[test]
    fn all_broken_rules_are_told_at_once() {
        use Broken::*;
        assert_eq!(broken(""), [TooShort, NoUpperCase, NoLowerCase, NoDigit]);
        assert_eq!(broken("short"), [TooShort, NoUpperCase, NoDigit]);
        assert_eq!(broken("password1234"), [NoUpperCase, TooCommon]);
        assert_eq!(broken(&"\t".repeat(200)), [TooLong, NoUpperCase, NoLowerCase, NoDigit, ControlCharacter]);
        assert_eq!(broken("Correct horse 7"), []);
    }

    #[test]
    fn each_rule_is_broken_by_itself() {
        for (sent, rule, sentence) in [
            ("Abcdefghij1", Broken::TooShort, "must have at least 12 characters"),
            (&format!("A{}1", "b".repeat(127)), Broken::TooLong, "must have at most 128 characters"),
            ("abcdefghijk1", Broken::NoUpperCase, "must contain an upper-case letter"),
            ("ABCDEFGHIJK1", Broken::NoLowerCase, "must contain a lower-case letter"),
            ("Abcdefghijkl", Broken::NoDigit, "must contain a digit"),
            ("Abcdefghij1\0", Broken::ControlCharacter, "must not contain control characters"),
            ("Password1234", Broken::TooCommon, "is one of the passwords that are guessed first"),
        ] {
            assert_eq!(broken(sent), [rule], "{sent:?}");
            assert_eq!(rule.to_string(), sentence);
        }
    }

    #[test]
    fn lengths_are_of_characters_as_they_are_hashed() {
        assert_eq!(broken("Äbcdéfghijk1"), []);
        assert_eq!(broken(&format!("A1{}", "é".repeat(126))), []);
        assert_eq!(broken("Ab1😀😀😀😀😀😀😀😀😀"), []);
        // Typed as a letter and an accent, each is two characters, and one after normalization.
        assert_eq!(broken("A\u{308}bcde\u{301}fghij1"), [Broken::TooShort]);
        assert_eq!(broken(&format!("A1{}", "e\u{301}".repeat(126))), []);
    }

    #[test]
    fn letters_and_digits_are_those_of_every_script() {
        assert_eq!(broken("Пароль длинный ٣"), []);
        assert_eq!(broken("Μυστικός κωδικός ४"), []);
        assert_eq!(broken("密码密码密码密码密码密码"), [Broken::NoUpperCase, Broken::NoLowerCase, Broken::NoDigit]);
    }

    #[test]
    fn spaces_count_and_no_keyboard_makes_another_password() {
        assert_eq!(broken("  Abcdefg 1 "), []);
        for (one, other) in [
            ("Caf\u{e9} Noir 123", "Cafe\u{301} Noir 123"),
            ("Two words 123", "Two\u{a0}words\u{3000}123"),
            ("\u{212b}ngstrom 12345", "\u{c5}ngstrom 12345"),
        ] {
            assert_eq!(PresentedPassword::new(one).bytes(), PresentedPassword::new(other).bytes(), "{one}");
            assert_eq!(Password::parse(one).unwrap().bytes(), PresentedPassword::new(other).bytes());
        }
        for (one, other) in [("Password", "password"), ("Password ", "Password"), ("１", "1"), ("ﬁ", "fi"), ("²", "2")] {
            assert_ne!(PresentedPassword::new(one).bytes(), PresentedPassword::new(other).bytes(), "{one}");
        }
    }

    #[test]
    fn what_is_longer_than_every_password_is_no_password() {
        assert_eq!(PresentedPassword::new(&"é".repeat(128)).bytes().len(), 256);
        assert_eq!(PresentedPassword::new(&"a".repeat(129)).bytes(), b"");
        assert_eq!(PresentedPassword::new(&"a".repeat(256 * 1024)).bytes(), b"");
    }

    #[test]
    fn common_passwords_are_refused_in_every_case_and_width() {
        for common in [
            "Password1234",
            "PASSWORD12345",
            "Password123456",
            "Qwerty123456",
            "1Qaz2Wsx3Edc",
            "QwertyUiop123",
            "Ｐassword１２34",
        ] {
            assert!(broken(common).contains(&Broken::TooCommon), "{common}");
        }
        assert_eq!(broken("Password12347"), []);
    }

    /// An entry that is in another form than passwords are compared in, or too short, would never be met.
    #[test]
    fn every_common_password_can_be_met() {
        let common: Vec<&str> = COMMON.lines().collect();
        assert_eq!(common.len(), 343, "derive it with .ci/common-passwords");
        assert!(common.is_sorted());
        for entry in common {
            assert!(normalize(entry) == entry && entry.chars().count() >= LEAST_CHARACTERS, "{entry}");
            assert!(broken(entry).contains(&Broken::TooCommon), "{entry}");
        }
    }

    #[test]
    fn nothing_shows_a_password() {
        assert_eq!(format!("{:?}", Password::parse("Correct horse 7").unwrap()), "Password");
        assert_eq!(format!("{:?}", PresentedPassword::new("Correct horse 7")), "PresentedPassword");
    }

    proptest! {
        #[test]
        fn what_breaks_no_rule_has_what_the_rules_ask_for(sent in any::<String>()) {
            if let Ok(password) = Password::parse(&sent) {
                let presented = PresentedPassword::new(&sent);
                prop_assert_eq!(presented.bytes(), password.bytes());
                prop_assert!((LEAST_CHARACTERS..=MOST_CHARACTERS).contains(&password.0.chars().count()));
            }
        }

        #[test]
        fn what_the_rules_ask_for_is_taken(start in "[A-Z][a-z][0-9]", rest in "[^\\p{Cc}]{40,100}") {
            prop_assert_eq!(broken(&format!("{start}{}", rest.nfc().collect::<String>())), []);
        }
    }
}
