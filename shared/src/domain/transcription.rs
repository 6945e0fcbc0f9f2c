//! A transcription of a customer's audio: what happened, and not what was said. No text of it is ever stored.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::customer_token::{CustomerToken, TokenType};
use super::date::Date;
use super::entity_tag::EntityTag;
use super::principal::Principal;
use super::sealing::CryptographyFailed;
use super::subscription::SubscriptionId;
use super::timestamp::Timestamp;
use super::token::KeyId;
use super::usage::{Dimensions, EventId, Language, SentEvent, UsageEvent};
use super::validation::{Text, whole_number};

/// The most characters of a name.
pub const MAXIMUM_NAME: usize = 255;

/// The most characters of what went wrong.
pub const MAXIMUM_ERROR: usize = 1_000;

/// The longest audio, in seconds: some 115 days.
pub const LONGEST: u64 = 10_000_000;

/// The number of a transcription: the milliseconds from the beginning of 2026 to its registration, and 12 random bits. Numbers grow
/// with time. Until 2095 they are integers that every JSON parser reads exactly (below 2^53).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TranscriptionId(u64);

/// Why a text is not the number of a transcription.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotATranscriptionId {
    /// Empty, or with characters other than ASCII digits.
    #[error("not an integer of ASCII digits")]
    NotAnInteger,
    /// An integer that is larger than any number that a transcription will ever have.
    #[error("too large to exist")]
    TooLarge,
}

impl TranscriptionId {
    /// The smallest number.
    pub const MIN: Self = Self(0);

    /// The largest number: sort keys give it 16 digits. It is one of the year 2103.
    pub const MAX: Self = Self(9_999_999_999_999_999);

    /// The beginning of 2026, in milliseconds since 1970.
    const ORIGIN: u64 = 1_767_225_600_000;

    /// How many numbers there are in each millisecond.
    const IN_A_MILLISECOND: u64 = 4_096;

    /// A new number for a transcription that is registered at this moment.
    ///
    /// # Errors
    /// [`CryptographyFailed`] when the operating system has no randomness.
    pub fn generate(moment: Timestamp) -> Result<Self, CryptographyFailed> {
        let random = u64::from(getrandom::u32()?);
        Ok(Self((Self::first_at(moment).0 + random % Self::IN_A_MILLISECOND).min(Self::MAX.0)))
    }

    /// The smallest number of this moment; [`TranscriptionId::MIN`] for one before 2026, and [`TranscriptionId::MAX`] for one after
    /// the year 2103.
    #[must_use]
    pub fn first_at(moment: Timestamp) -> Self {
        let since = u64::try_from(moment.milliseconds()).unwrap_or_default().saturating_sub(Self::ORIGIN);
        Self(since.saturating_mul(Self::IN_A_MILLISECOND).min(Self::MAX.0))
    }

    /// Reads a number as clients send it: ASCII digits only, not trimmed; leading zeros do not count.
    ///
    /// # Errors
    /// [`NotATranscriptionId`] separates a text that is no integer from a number that no transcription can have.
    pub fn parse(sent: &str) -> Result<Self, NotATranscriptionId> {
        let number = whole_number(sent).ok_or(NotATranscriptionId::NotAnInteger)?;
        if number <= Self::MAX.0 { Ok(Self(number)) } else { Err(NotATranscriptionId::TooLarge) }
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }

    /// The number before it; `None` for the smallest one.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// The number after it; `None` for the largest one.
    #[must_use]
    pub fn after(self) -> Option<Self> {
        (self < Self::MAX).then_some(Self(self.0 + 1))
    }

    /// When the transcription of this number was registered.
    #[must_use]
    pub fn moment(self) -> Timestamp {
        let milliseconds = i64::try_from(Self::ORIGIN + self.0 / Self::IN_A_MILLISECOND).ok();
        milliseconds.and_then(Timestamp::from_milliseconds).unwrap_or_else(|| Date::MAX.start())
    }

    /// The day of the registration.
    #[must_use]
    pub fn day(self) -> Date {
        Date::of(self.moment())
    }
}

impl fmt::Display for TranscriptionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Where a transcription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It is registered.
    Queued,
    /// It is being made.
    Processing,
    /// It is made.
    Completed,
    /// It could not be made.
    Failed,
}

impl Status {
    /// All of them, in the order in which they can follow each other.
    pub const ALL: [Self; 4] = [Self::Queued, Self::Processing, Self::Completed, Self::Failed];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }

    /// The one with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }
}

/// What has become of a transcription so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Progress {
    /// It is registered.
    Queued,
    /// It is being made.
    Processing,
    /// It is made. This is final.
    Completed {
        /// How long the audio is, in whole seconds: at most [`LONGEST`].
        duration_seconds: u64,
        /// When that was reported.
        completed_at: Timestamp,
    },
    /// It could not be made. This is final.
    Failed {
        /// What went wrong, if that was reported.
        error: Option<Text>,
    },
}

/// What is reported about a transcription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// It waits.
    Queued,
    /// It is being made.
    Processing,
    /// It is made, of audio that is so many whole seconds long: at most [`LONGEST`].
    Completed {
        /// The seconds.
        duration_seconds: u64,
    },
    /// It could not be made.
    Failed {
        /// What went wrong; `None` when that is not said.
        error: Option<Text>,
    },
}

/// Why a report contradicts what was reported before. Its text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// The status can't go back.
    #[error("can't go back to queued")]
    Backward,
    /// The status is final, and another one.
    #[error("is final: it is {} and stays so", .0.name())]
    Final(Status),
    /// It was completed with another duration.
    #[error("is another one than was reported before, which stays")]
    OtherDuration,
    /// It failed with another error.
    #[error("is another one than was reported before, which stays")]
    OtherError,
}

impl Progress {
    /// The status.
    #[must_use]
    pub const fn status(&self) -> Status {
        match self {
            Self::Queued => Status::Queued,
            Self::Processing => Status::Processing,
            Self::Completed { .. } => Status::Completed,
            Self::Failed { .. } => Status::Failed,
        }
    }

    /// What has become of it after a report at this moment. A report that repeats what is known changes nothing; one that it failed
    /// may leave out with what.
    ///
    /// # Errors
    /// [`Contradiction`].
    pub fn after(&self, report: &Report, now: Timestamp) -> Result<Self, Contradiction> {
        match (self, report) {
            (Self::Completed { duration_seconds: known, .. }, Report::Completed { duration_seconds }) => {
                if known == duration_seconds { Ok(self.clone()) } else { Err(Contradiction::OtherDuration) }
            }
            (Self::Failed { error: known }, Report::Failed { error }) => {
                if error.is_none() || known == error {
                    Ok(self.clone())
                } else {
                    Err(Contradiction::OtherError)
                }
            }
            (Self::Completed { .. } | Self::Failed { .. }, _) => Err(Contradiction::Final(self.status())),
            (Self::Processing, Report::Queued) => Err(Contradiction::Backward),
            (Self::Queued, Report::Queued) => Ok(Self::Queued),
            (_, Report::Processing) => Ok(Self::Processing),
            (_, Report::Completed { duration_seconds }) => {
                Ok(Self::Completed { duration_seconds: *duration_seconds, completed_at: now })
            }
            (_, Report::Failed { error }) => Ok(Self::Failed { error: error.clone() }),
        }
    }
}

/// The customer's token that registered a transcription, as it was called then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maker {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: Text,
    /// What it is used for.
    pub token_type: TokenType,
}

impl Maker {
    /// This token.
    #[must_use]
    pub fn of(token: CustomerToken) -> Self {
        Self { id: token.id(), name: token.name, token_type: token.token_type }
    }
}

/// A transcription to be registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTranscription {
    /// What the customer calls it: at most [`MAXIMUM_NAME`] characters.
    pub name: Text,
    /// The language of the audio.
    pub language: Language,
}

/// A transcription on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transcription {
    /// Its number, which says when it was registered.
    pub id: TranscriptionId,
    /// What the customer calls it.
    pub name: Text,
    /// The language of the audio.
    pub language: Language,
    /// The token that registered it; `None` for the reseller's key.
    pub token: Option<Maker>,
    /// What has become of it.
    #[serde(flatten)]
    pub progress: Progress,
    /// Who registered it.
    pub registered_by: Principal,
    /// When it was changed last.
    pub modified_at: Timestamp,
    /// Who changed it last.
    pub modified_by: Principal,
    /// Counts its revisions, from 1.
    pub revision: u64,
}

impl Transcription {
    /// The first revision of a transcription with this number.
    #[must_use]
    pub fn first(id: TranscriptionId, new: NewTranscription, token: Option<Maker>, by: Principal) -> Self {
        let NewTranscription { name, language } = new;
        Self {
            id,
            name,
            language,
            token,
            progress: Progress::Queued,
            registered_by: by.clone(),
            modified_at: id.moment(),
            modified_by: by,
            revision: 1,
        }
    }

    /// The transcription after a report; the same one if the report says what is known.
    ///
    /// # Errors
    /// [`Contradiction`].
    pub fn after(&self, report: &Report, by: &Principal) -> Result<Self, Contradiction> {
        let modified_at = self.modified_at.next_change();
        let progress = self.progress.after(report, modified_at)?;
        if progress == self.progress {
            return Ok(self.clone());
        }
        Ok(Self { progress, modified_at, modified_by: by.clone(), revision: self.revision + 1, ..self.clone() })
    }

    /// The usage event of a transcription that is completed, for the subscription that is active then; `None` of one that is not, or
    /// of no audio. The units are those of the token that registered it, whoever reports how it went.
    #[must_use]
    pub fn usage(&self, subscription: Option<SubscriptionId>) -> Option<UsageEvent> {
        let Progress::Completed { duration_seconds, completed_at } = self.progress else {
            return None;
        };
        let units = i64::try_from(duration_seconds).ok().filter(|units| *units > 0)?;
        let language = Some(self.language.clone());
        Some(UsageEvent {
            sent: SentEvent {
                id: EventId::of_transcription(self.id.number()),
                units,
                language: language.clone(),
                subscription: None,
                occurred_at: Some(completed_at),
                corrects: None,
            },
            dimensions: Dimensions {
                day: Date::of(completed_at),
                language,
                token: self.token.as_ref().map(|token| token.id.clone()),
                subscription,
            },
            units_left: units,
            recorded_at: completed_at,
            recorded_by: self.modified_by.clone(),
        })
    }

    /// The tag of this revision.
    #[must_use]
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::new(self.id.number(), self.revision)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::credential::Kind;
    use super::super::token::TokenHash;
    use super::super::validation;
    use super::*;

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn text(text: &str) -> Text {
        validation::text(text, MAXIMUM_ERROR).unwrap().unwrap()
    }

    fn key(name: &str) -> Principal {
        Principal::Key(Kind::Customer, TokenHash::of(name))
    }

    fn registered(maker: Option<Maker>) -> Transcription {
        let id = TranscriptionId::generate(moment("2026-11-29T23:59:59.999Z")).unwrap();
        let new = NewTranscription { name: text("Board meeting"), language: Language::parse("nl-NL").unwrap() };
        Transcription::first(id, new, maker, key("maker"))
    }

    fn completed(duration_seconds: u64) -> Report {
        Report::Completed { duration_seconds }
    }

    fn failed(error: Option<&str>) -> Report {
        Report::Failed { error: error.map(text) }
    }

    #[test]
    fn a_number_says_when_it_was_given() {
        let first = TranscriptionId::first_at(moment("2026-01-01T00:00:00.001Z"));
        assert_eq!(
            (first.number(), first.before().map(TranscriptionId::moment)),
            (4_096, Some(moment("2026-01-01T00:00:00.000Z")))
        );
        let id = registered(None).id;
        assert_eq!((id.moment(), id.day()), (moment("2026-11-29T23:59:59.999Z"), "2026-11-29".parse().unwrap()));
        assert!(id < TranscriptionId::first_at(moment("2026-11-30T00:00:00.000Z")));
        // The last number is given in 2103, and none is negative.
        assert_eq!(TranscriptionId::MAX.moment(), moment("2103-05-15T00:24:09.999Z"));
        assert_eq!(TranscriptionId::first_at(Date::MAX.start()), TranscriptionId::MAX);
        assert_eq!(TranscriptionId::generate(moment("2103-05-15T00:24:10.000Z")), Ok(TranscriptionId::MAX));
        assert_eq!(TranscriptionId::first_at(moment("2025-12-31T23:59:59.999Z")), TranscriptionId::MIN);
        assert_eq!((TranscriptionId::MIN.before(), TranscriptionId::MAX.after()), (None, None));
    }

    #[test]
    fn numbers_are_exact_in_every_json_parser_until_2095() {
        let first_inexact = TranscriptionId::first_at(moment("2095-09-08T00:00:00.000Z")).number();
        assert!((1_u64 << 53) < first_inexact);
        assert!(TranscriptionId::first_at(moment("2095-01-01T00:00:00.000Z")).number() < (1_u64 << 53));
    }

    #[test]
    fn only_an_integer_of_at_most_sixteen_digits_is_a_number() {
        assert_eq!(TranscriptionId::parse("0007").map(TranscriptionId::number), Ok(7));
        assert_eq!(TranscriptionId::parse("9999999999999999"), Ok(TranscriptionId::MAX));
        for text in ["10000000000000000", "99999999999999999999999"] {
            assert_eq!(TranscriptionId::parse(text), Err(NotATranscriptionId::TooLarge), "{text}");
        }
        for text in ["", "-1", "+1", "1.0", "1e3", " 1", "１", "0x1"] {
            assert_eq!(TranscriptionId::parse(text), Err(NotATranscriptionId::NotAnInteger), "{text}");
        }
    }

    #[test]
    fn each_status_has_one_name() {
        for status in Status::ALL {
            assert_eq!(Status::named(status.name()), Some(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.name());
        }
        assert_eq!(Status::named("Queued"), None);
    }

    #[test]
    fn a_final_status_stays_and_may_be_repeated() {
        let now = moment("2026-11-29T12:00:00.000Z");
        for begin in [Progress::Queued, Progress::Processing] {
            let done = begin.after(&completed(12), now).unwrap();
            assert_eq!(done, Progress::Completed { duration_seconds: 12, completed_at: now });
            let later = now.next_change();
            assert_eq!(done.after(&completed(12), later), Ok(done.clone()));
            assert_eq!(done.after(&completed(13), later), Err(Contradiction::OtherDuration));
            for report in [Report::Queued, Report::Processing, failed(None)] {
                assert_eq!(done.after(&report, later), Err(Contradiction::Final(Status::Completed)));
            }

            let lost = begin.after(&failed(Some("No speech")), now).unwrap();
            for same in [failed(Some("No speech")), failed(None)] {
                assert_eq!(lost.after(&same, later), Ok(lost.clone()));
            }
            assert_eq!(lost.after(&failed(Some("Noise")), later), Err(Contradiction::OtherError));
            for report in [Report::Queued, Report::Processing, completed(0)] {
                assert_eq!(lost.after(&report, later), Err(Contradiction::Final(Status::Failed)));
            }
        }
        assert_eq!(Progress::Processing.after(&Report::Queued, now), Err(Contradiction::Backward));
    }

    #[test]
    fn a_completed_one_is_usage_of_the_token_that_registered_it() {
        let maker = Maker { id: KeyId::parse("0123456789ab").unwrap(), name: text("Phone"), token_type: TokenType::Batch };
        let subscription = Some(SubscriptionId::new(7).unwrap());
        let begun = registered(Some(maker.clone()));
        assert_eq!(begun.usage(subscription), None);
        let done = begun.after(&completed(90), &key("reporter")).unwrap();
        let event = done.usage(subscription).unwrap();
        assert_eq!(event.sent.id.as_str(), format!("transcription-{}", begun.id));
        assert_eq!((event.sent.units, event.units_left), (90, 90));
        let Dimensions { day, language, token, subscription: counted } = event.dimensions;
        assert_eq!((day, language, token), (Date::of(done.modified_at), Some(begun.language.clone()), Some(maker.id)));
        assert_eq!((counted, event.recorded_by), (subscription, key("reporter")));

        assert_eq!(begun.after(&completed(0), &key("reporter")).unwrap().usage(subscription), None);
        assert_eq!(begun.after(&failed(None), &key("reporter")).unwrap().usage(subscription), None);
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let begun = registered(None);
        let by = key("reporter");
        let all = [Report::Queued, Report::Processing, completed(10), failed(None), failed(Some("No speech"))];
        for one in all.map(|report| begun.after(&report, &by).unwrap()) {
            let written = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<Transcription>(&written).unwrap(), one, "{written}");
        }
    }

    fn reports() -> impl Strategy<Value = Report> {
        prop_oneof![
            Just(Report::Queued),
            Just(Report::Processing),
            (0..3_u64).prop_map(completed),
            proptest::option::of("[ab]").prop_map(|error| failed(error.as_deref())),
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_reported_it_only_goes_on_and_ends_once(reports in proptest::collection::vec(reports(), 0..12)) {
            let mut current = registered(None);
            let mut ends = 0;
            for report in reports {
                let before = current.clone();
                let is_final = matches!(before.progress.status(), Status::Completed | Status::Failed);
                match before.after(&report, &key("reporter")) {
                    Err(_) => prop_assert!(is_final || before.progress == Progress::Processing),
                    Ok(after) if after == before => {}
                    Ok(after) => {
                        prop_assert!(!is_final && before.progress.status() < after.progress.status());
                        prop_assert!(after.revision == before.revision + 1 && after.modified_at > before.modified_at);
                        prop_assert_eq!((after.id, &after.name, &after.registered_by), (before.id, &before.name, &before.registered_by));
                        ends += u32::from(matches!(after.progress.status(), Status::Completed | Status::Failed));
                        current = after;
                    }
                }
            }
            prop_assert!(ends <= 1);
        }

        #[test]
        fn numbers_grow_with_time(one in 0..2_400_000_000_000_u64, more in 1..1_000_u64) {
            let at = |milliseconds: u64| {
                let moment = TranscriptionId::ORIGIN + milliseconds;
                Timestamp::from_milliseconds(i64::try_from(moment).unwrap()).unwrap()
            };
            let (earlier, later) = (TranscriptionId::generate(at(one)).unwrap(), TranscriptionId::generate(at(one + more)).unwrap());
            prop_assert!(earlier < later && later <= TranscriptionId::MAX);
            prop_assert_eq!(earlier.moment(), at(one));
        }
    }
}
