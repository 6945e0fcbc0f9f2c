//! Usage: seconds of processed audio, as events report them. What counts once, and to what it adds.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::date::Date;
use super::principal::Principal;
use super::subscription::{Subscription, SubscriptionId};
use super::timestamp::Timestamp;
use super::token::KeyId;
use super::validation::{self, Invalid};

/// How many events are recorded at a time at most.
pub const MOST_EVENTS: usize = 100;

/// The most units of one event, one second of audio each, and the most that a correction takes away.
pub const MOST_UNITS: i64 = 1_000_000_000;

/// The most characters of the id of an event.
pub const MAXIMUM_ID: usize = 100;

/// How many different languages an organization has at most.
pub const MOST_LANGUAGES: usize = 50;

/// How far ahead of the clock an event may have occurred, because clocks differ.
pub const MOST_AHEAD: Duration = Duration::from_secs(5 * 60);

/// How the ids of events begin that transcriptions record.
const OF_TRANSCRIPTIONS: &str = "transcription-";

/// The id of an event, given by whoever records it: 1 to 100 characters. Unique within the organization, letter by letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(String);

impl EventId {
    /// Reads the id of any event, trimmed.
    ///
    /// # Errors
    /// [`InvalidEvent::Value`] for a text that is empty, too long, or has a character that no text may have.
    pub fn parse(sent: &str) -> Result<Self, InvalidEvent> {
        let text = validation::text(sent, MAXIMUM_ID)?.ok_or(Invalid::Required)?;
        Ok(Self(text.as_str().to_owned()))
    }

    /// Reads the id of an event that a client records, trimmed.
    ///
    /// # Errors
    /// Those of [`EventId::parse`], and [`InvalidEvent::OfTranscription`].
    pub fn parse_new(sent: &str) -> Result<Self, InvalidEvent> {
        Self::parse(sent).and_then(|id| match id.0.starts_with(OF_TRANSCRIPTIONS) {
            true => Err(InvalidEvent::OfTranscription),
            false => Ok(id),
        })
    }

    /// The id of the event that the transcription of this number records when it is completed.
    #[must_use]
    pub fn of_transcription(number: u64) -> Self {
        Self(format!("{OF_TRANSCRIPTIONS}{number}"))
    }

    /// The id.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The language of audio, in lower case: 1 to 35 letters, digits and hyphens, as language tags (BCP 47) have them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

/// A text that is no language. Its own text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a language such as fr-fr: at most {} letters, digits and hyphens", Language::MAXIMUM)]
pub struct NotALanguage;

impl Language {
    /// The most characters.
    pub const MAXIMUM: usize = 35;

    /// Reads a language, in any case.
    ///
    /// # Errors
    /// [`NotALanguage`].
    pub fn parse(sent: &str) -> Result<Self, NotALanguage> {
        let is_one =
            (1..=Self::MAXIMUM).contains(&sent.len()) && sent.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if is_one { Ok(Self(sent.to_ascii_lowercase())) } else { Err(NotALanguage) }
    }

    /// The language.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A field of an event that can be wrong because of what is on record. Each API has its own name for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventField {
    /// Its units.
    Units,
    /// The language of the audio.
    Language,
    /// The subscription that it belongs to.
    Subscription,
    /// The event that it corrects.
    Corrects,
}

/// Why an event is not recorded. Its text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEvent {
    /// The value can't be stored.
    #[error(transparent)]
    Value(#[from] Invalid),
    /// The id of a client's event begins as those of transcriptions do.
    #[error("must not begin with {OF_TRANSCRIPTIONS}, as the ids of events of transcriptions do")]
    OfTranscription,
    /// Units outside of the range.
    #[error("must be an integer from 1 to {MOST_UNITS}, or down to -{MOST_UNITS} in a correction, and not 0")]
    UnitsOutOfRange,
    /// Fewer units than none, and no event from which they are taken.
    #[error("must not be negative, unless the event corrects another one")]
    NegativeWithoutCorrection,
    /// Before 2000, or too far ahead.
    #[error("must be from {} to five minutes ahead", Date::FIRST_BILLED)]
    OccurredOutOfRange,
    /// The subscription does not exist, or does not cover the day.
    #[error("must be a subscription of the customer that is active on the day of the event")]
    NotCovered,
    /// The organization has as many languages as it can.
    #[error("must be one of the {MOST_LANGUAGES} languages that the customer has used, which is the most")]
    TooManyLanguages,
    /// There is no such event to be corrected.
    #[error("must be the id of an event of the customer that was recorded before")]
    NothingToCorrect,
    /// The event to be corrected is a correction.
    #[error("must not be the id of a correction, which can't be corrected")]
    CorrectsCorrection,
    /// A correction that takes more than there is.
    #[error("must not take more from the event than it has, with all its corrections")]
    TakesTooMuch,
    /// A correction by a customer's token.
    #[error("is for the reseller alone")]
    NotByCustomer,
}

/// An event as a client sends it. Two events with one id are the same if these agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentEvent {
    /// Its id.
    pub id: EventId,
    /// How many units it adds: from 1 to [`MOST_UNITS`], and in a correction down to as many less.
    pub units: i64,
    /// The language of the audio.
    pub language: Option<Language>,
    /// The subscription that it belongs to; `None` for the one that is active then, if exactly one is.
    pub subscription: Option<SubscriptionId>,
    /// When the audio was processed; `None` for the moment at which it is recorded.
    pub occurred_at: Option<Timestamp>,
    /// The event that it corrects.
    pub corrects: Option<EventId>,
}

/// Checks how many units an event adds.
///
/// # Errors
/// [`InvalidEvent::UnitsOutOfRange`], [`InvalidEvent::NegativeWithoutCorrection`].
pub fn units(sent: i64, is_correction: bool) -> Result<i64, InvalidEvent> {
    if sent == 0 || !(-MOST_UNITS..=MOST_UNITS).contains(&sent) {
        Err(InvalidEvent::UnitsOutOfRange)
    } else if sent < 0 && !is_correction {
        Err(InvalidEvent::NegativeWithoutCorrection)
    } else {
        Ok(sent)
    }
}

/// Checks when an event occurred.
///
/// # Errors
/// [`InvalidEvent::OccurredOutOfRange`].
pub fn occurred_at(sent: Timestamp, now: Timestamp) -> Result<Timestamp, InvalidEvent> {
    let range = Date::FIRST_BILLED.start()..=now.plus(MOST_AHEAD);
    if range.contains(&sent) { Ok(sent) } else { Err(InvalidEvent::OccurredOutOfRange) }
}

/// What units are counted by. Sums are kept for each combination.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Dimensions {
    /// The day in UTC.
    pub day: Date,
    /// The language of the audio.
    pub language: Option<Language>,
    /// The customer's token that recorded it; `None` for the reseller's key.
    pub token: Option<KeyId>,
    /// The subscription that it belongs to.
    pub subscription: Option<SubscriptionId>,
}

/// An event on record. It is never deleted, so that it counts once for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageEvent {
    /// What was sent.
    pub sent: SentEvent,
    /// What it adds to. A correction adds to what its original added to.
    pub dimensions: Dimensions,
    /// What is left of its units after all corrections; of a correction, its own units.
    pub units_left: i64,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Who recorded it.
    pub recorded_by: Principal,
}

/// What became of an event that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was recorded.
    Recorded,
    /// It was recorded before.
    Duplicate,
    /// Another event with this id was recorded before.
    Conflict,
    /// It can't be recorded.
    Invalid(EventField, InvalidEvent),
}

/// What is to be done about an event that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing: this became of it.
    Decided(Outcome),
    /// It is to be recorded like this, if its id is new.
    Record(Box<UsageEvent>),
    /// What is on record under these ids must be looked up first.
    LookUp(Vec<EventId>),
    /// An event before it in the batch must be recorded first.
    Wait,
}

/// What is known about a customer when events are recorded.
#[derive(Clone, Debug)]
pub struct Ledger {
    /// Who records.
    pub by: Principal,
    /// The token that records; `None` for the reseller's key.
    pub token: Option<KeyId>,
    /// When.
    pub now: Timestamp,
    /// The languages that the customer has used.
    pub languages: BTreeSet<Language>,
    /// Its subscriptions, ended ones too.
    pub subscriptions: Vec<Subscription>,
    /// The events that were looked up, by their ids; `None` is one that was not on record.
    pub events: HashMap<EventId, Option<UsageEvent>>,
}

/// The events of a batch that are not decided, on which events behind them can depend.
#[derive(Default)]
struct Undecided<'a> {
    ids: BTreeSet<&'a EventId>,
    /// What corrections among them correct.
    corrected: BTreeSet<&'a EventId>,
    /// What those corrections correct that can't be recorded yet.
    waited_for: BTreeSet<&'a EventId>,
}

impl<'a> Undecided<'a> {
    fn add(&mut self, sent: &'a SentEvent, step: &Step) {
        self.ids.insert(&sent.id);
        self.corrected.extend(&sent.corrects);
        if !matches!(step, Step::Record(_)) {
            self.waited_for.extend(&sent.corrects);
        }
    }

    /// Whether what becomes of them decides what becomes of an event behind them.
    fn decides(&self, sent: &SentEvent) -> bool {
        let original = sent.corrects.as_ref();
        self.ids.contains(&sent.id)
            || self.corrected.contains(&sent.id)
            || original.is_some_and(|original| self.ids.contains(original) || self.waited_for.contains(original))
    }
}

/// The languages of an organization while events are planned.
struct Places {
    /// Those that it has, with the events that are to be recorded.
    taken: BTreeSet<Language>,
    /// Those that events ask for that are not decided. They come before the events behind them.
    claimed: BTreeSet<Language>,
}

impl Places {
    fn count(&self) -> usize {
        self.taken.union(&self.claimed).count()
    }

    /// Takes a place for a language that has none; `false` if there is no room.
    fn take(&mut self, language: &Language) -> bool {
        let is_known = self.taken.contains(language);
        let more = usize::from(!self.claimed.contains(language));
        if !is_known && self.count() + more > MOST_LANGUAGES {
            return false;
        }
        self.taken.insert(language.clone());
        true
    }
}

impl Ledger {
    /// What is to be done about each of these events now, as if they came one after the other. Events to be recorded have
    /// different ids, and correct nothing that is to be recorded too.
    #[must_use]
    pub fn steps(&self, sent: &[&SentEvent]) -> Vec<Step> {
        let mut languages = Places { taken: self.languages.clone(), claimed: BTreeSet::new() };
        let mut before = Undecided::default();
        let mut left: HashMap<&EventId, i64> = HashMap::new();
        let mut steps = Vec::new();
        for sent in sent {
            let unknown = self.unknown(sent);
            let step = if !unknown.is_empty() {
                Step::LookUp(unknown)
            } else if before.decides(sent) {
                Step::Wait
            } else {
                self.step(sent, &mut languages, &mut left)
            };
            if !matches!(step, Step::Decided(_)) {
                before.add(sent, &step);
                languages.claimed.extend(sent.language.clone().filter(|_| sent.corrects.is_none()));
            }
            steps.push(step);
        }
        steps
    }

    /// What must be looked up before anything can be said of a correction: what is on record under its id, and what it corrects.
    fn unknown(&self, sent: &SentEvent) -> Vec<EventId> {
        let original = sent.corrects.as_ref().filter(|_| self.token.is_none());
        let wanted = original.map(|original| [&sent.id, original]).into_iter().flatten();
        wanted.filter(|id| !self.events.contains_key(*id)).cloned().collect()
    }

    fn step<'a>(&self, sent: &'a SentEvent, languages: &mut Places, left: &mut HashMap<&'a EventId, i64>) -> Step {
        if let Some(Some(known)) = self.events.get(&sent.id) {
            return Step::Decided(if known.sent == *sent { Outcome::Duplicate } else { Outcome::Conflict });
        }
        let dimensions = match &sent.corrects {
            None => self.dimensions(sent, languages),
            Some(_) if self.token.is_some() => Err((EventField::Corrects, InvalidEvent::NotByCustomer)),
            Some(original) => Self::corrected(sent, original, self.events.get(original).and_then(Option::as_ref), left),
        };
        match dimensions {
            Ok(dimensions) => Step::Record(Box::new(UsageEvent {
                sent: sent.clone(),
                dimensions,
                units_left: sent.units,
                recorded_at: self.now,
                recorded_by: self.by.clone(),
            })),
            // What can't be recorded now may have been recorded before.
            Err(_) if !self.events.contains_key(&sent.id) => Step::LookUp(vec![sent.id.clone()]),
            // There is room if an event before it turns out not to be recorded.
            Err((_, InvalidEvent::TooManyLanguages)) if languages.count() > self.languages.len() => Step::Wait,
            Err((_, InvalidEvent::TakesTooMuch)) if self.is_changed(sent, left) => Step::Wait,
            Err((field, fault)) => Step::Decided(Outcome::Invalid(field, fault)),
        }
    }

    /// Whether corrections before it change what the event has that this one corrects.
    fn is_changed(&self, sent: &SentEvent, left: &HashMap<&EventId, i64>) -> bool {
        let original = sent.corrects.as_ref();
        let known = original.and_then(|id| self.events.get(id)?.as_ref()).map(|event| event.units_left);
        known != original.and_then(|id| left.get(id).copied())
    }

    /// What an event adds to that corrects none.
    fn dimensions(&self, sent: &SentEvent, languages: &mut Places) -> Result<Dimensions, (EventField, InvalidEvent)> {
        let day = Date::of(sent.occurred_at.unwrap_or(self.now));
        let mut covering = self.subscriptions.iter().filter(|subscription| subscription.covers(day));
        let subscription = match sent.subscription {
            Some(wanted) => {
                let is_covered = covering.any(|subscription| subscription.id == wanted);
                Some(is_covered.then_some(wanted).ok_or((EventField::Subscription, InvalidEvent::NotCovered))?)
            }
            None => covering.next().filter(|_| covering.next().is_none()).map(|subscription| subscription.id),
        };
        if let Some(language) = &sent.language
            && !languages.take(language)
        {
            return Err((EventField::Language, InvalidEvent::TooManyLanguages));
        }
        Ok(Dimensions { day, language: sent.language.clone(), token: self.token.clone(), subscription })
    }

    /// What a correction of this event adds to. `left` is what the corrections before it leave of each event.
    fn corrected<'a>(
        sent: &SentEvent,
        id: &'a EventId,
        original: Option<&UsageEvent>,
        left: &mut HashMap<&'a EventId, i64>,
    ) -> Result<Dimensions, (EventField, InvalidEvent)> {
        let original = original.ok_or((EventField::Corrects, InvalidEvent::NothingToCorrect))?;
        if original.sent.corrects.is_some() {
            return Err((EventField::Corrects, InvalidEvent::CorrectsCorrection));
        }
        let left = left.entry(id).or_insert(original.units_left);
        let after = left.checked_add(sent.units).filter(|after| *after >= 0);
        *left = after.ok_or((EventField::Units, InvalidEvent::TakesTooMuch))?;
        Ok(original.dimensions.clone())
    }

    /// Notes that an event was recorded.
    pub fn note(&mut self, event: UsageEvent) {
        self.languages.extend(event.dimensions.language.clone());
        let original = event.sent.corrects.as_ref().and_then(|original| self.events.get_mut(original)?.as_mut());
        if let Some(original) = original {
            original.units_left += event.sent.units;
        }
        self.events.insert(event.sent.id.clone(), Some(event));
    }
}

#[cfg(test)]
mod tests {
    use super::super::credential::Kind;
    use super::super::token::TokenHash;
    use super::*;
    use proptest::prelude::*;

    fn id(text: &str) -> EventId {
        EventId::parse(text).unwrap()
    }

    fn event(name: &str, units: i64) -> SentEvent {
        SentEvent { id: id(name), units, language: None, subscription: None, occurred_at: None, corrects: None }
    }

    fn correction(name: &str, units: i64, original: &str) -> SentEvent {
        SentEvent { corrects: Some(id(original)), ..event(name, units) }
    }

    fn now() -> Timestamp {
        "2026-11-29T12:00:00.000Z".parse().unwrap()
    }

    fn ledger() -> Ledger {
        Ledger {
            by: Principal::Key(Kind::Reseller, TokenHash::of("sk_reseller_x")),
            token: None,
            now: now(),
            languages: BTreeSet::new(),
            subscriptions: Vec::new(),
            events: HashMap::new(),
        }
    }

    /// The ledger in which these events are on record, and these ids are not.
    fn with(mut ledger: Ledger, known: &[SentEvent], unknown: &[&str]) -> Ledger {
        for sent in known {
            let dimensions = Dimensions { day: Date::of(now()), language: None, token: None, subscription: None };
            let (recorded_at, recorded_by) = (ledger.now, ledger.by.clone());
            let event = UsageEvent { sent: sent.clone(), dimensions, units_left: sent.units, recorded_at, recorded_by };
            ledger.events.insert(sent.id.clone(), Some(event));
        }
        ledger.events.extend(unknown.iter().map(|name| (id(name), None)));
        ledger
    }

    fn steps(ledger: &Ledger, sent: &[SentEvent]) -> Vec<Step> {
        ledger.steps(&sent.iter().collect::<Vec<_>>())
    }

    fn invalid(field: EventField, fault: InvalidEvent) -> Step {
        Step::Decided(Outcome::Invalid(field, fault))
    }

    #[test]
    fn ids_and_languages() {
        assert_eq!(EventId::parse_new(" job-1 ").unwrap().as_str(), "job-1");
        assert_eq!(EventId::parse_new(&"x".repeat(100)).map(|id| id.as_str().len()), Ok(100));
        assert_eq!(EventId::parse_new(&"x".repeat(101)), Err(InvalidEvent::Value(Invalid::TooLong(100))));
        assert_eq!(EventId::parse_new(" "), Err(InvalidEvent::Value(Invalid::Required)));
        assert_eq!(EventId::parse_new("transcription-1"), Err(InvalidEvent::OfTranscription));
        assert!(EventId::parse_new("Transcription-1").is_ok() && EventId::parse("transcription-1").is_ok());
        assert_eq!(Language::parse("FR-fr").unwrap().as_str(), "fr-fr");
        assert!(Language::parse(&"a".repeat(35)).is_ok());
        for bad in ["", "fr_fr", "fr fr", "é", &"a".repeat(36)] {
            assert_eq!(Language::parse(bad), Err(NotALanguage), "{bad}");
        }
    }

    #[test]
    fn units_and_moments_have_ranges() {
        for (sent, is_correction, expected) in [
            (1, false, Ok(1)),
            (MOST_UNITS, false, Ok(MOST_UNITS)),
            (0, false, Err(InvalidEvent::UnitsOutOfRange)),
            (0, true, Err(InvalidEvent::UnitsOutOfRange)),
            (MOST_UNITS + 1, false, Err(InvalidEvent::UnitsOutOfRange)),
            (i64::MIN, true, Err(InvalidEvent::UnitsOutOfRange)),
            (-1, false, Err(InvalidEvent::NegativeWithoutCorrection)),
            (-MOST_UNITS, true, Ok(-MOST_UNITS)),
        ] {
            assert_eq!(units(sent, is_correction), expected, "{sent}");
        }
        for (moment, is_right) in [
            ("2000-01-01T00:00:00.000Z", true),
            ("1999-12-31T23:59:59.999Z", false),
            ("2026-11-29T12:05:00.000Z", true),
            ("2026-11-29T12:05:00.001Z", false),
            ("9999-12-30T00:00:00.000Z", false),
        ] {
            assert_eq!(occurred_at(moment.parse().unwrap(), now()).is_ok(), is_right, "{moment}");
        }
    }

    #[test]
    fn an_id_counts_once_and_the_first_of_a_batch_comes_first() {
        let known = with(ledger(), &[event("old", 5)], &[]);
        let seen = SentEvent { language: Language::parse("de").ok(), ..event("old", 5) };
        let sent = [event("old", 5), event("old", 6), seen, event("new", 1), event("new", 1), event("other", 2)];
        let told = steps(&known, &sent);
        assert_eq!(told[..3], [Outcome::Duplicate, Outcome::Conflict, Outcome::Conflict].map(Step::Decided));
        assert!(matches!(&told[3], Step::Record(event) if event.sent == sent[3] && event.units_left == 1));
        assert_eq!(told[4], Step::Wait);
        assert!(matches!(told[5], Step::Record(_)));
    }

    #[test]
    fn what_cannot_be_recorded_now_may_have_been_recorded_before() {
        let wanted = SentEvent { subscription: SubscriptionId::new(7), ..event("a", 1) };
        assert_eq!(steps(&ledger(), std::slice::from_ref(&wanted)), [Step::LookUp(vec![id("a")])]);
        let absent = with(ledger(), &[], &["a"]);
        assert_eq!(steps(&absent, std::slice::from_ref(&wanted)), [invalid(EventField::Subscription, InvalidEvent::NotCovered)]);
        let known = with(ledger(), std::slice::from_ref(&wanted), &[]);
        assert_eq!(steps(&known, &[wanted]), [Step::Decided(Outcome::Duplicate)]);
    }

    #[test]
    fn there_are_at_most_fifty_languages() {
        let of =
            |number: usize| SentEvent { language: Language::parse(&format!("l-{number}")).ok(), ..event(&number.to_string(), 1) };
        let sent: Vec<SentEvent> = (0..51).map(of).chain([SentEvent { id: id("again"), ..of(0) }, event("without", 1)]).collect();
        let names: Vec<String> = (0..51).map(|number| number.to_string()).collect();
        let told = steps(&with(ledger(), &[], &names.iter().map(String::as_str).collect::<Vec<_>>()), &sent);
        for (place, step) in told.iter().enumerate() {
            assert_eq!(*step == Step::Wait, place == 50, "{place}");
            assert_eq!(matches!(step, Step::Record(_)), place != 50, "{place}");
        }
        let mut full = with(ledger(), &[], &["50"]);
        full.languages = sent[..50].iter().filter_map(|event| event.language.clone()).collect();
        assert_eq!(steps(&full, &[of(50)]), [invalid(EventField::Language, InvalidEvent::TooManyLanguages)]);
        assert!(matches!(steps(&full, &[of(49)])[0], Step::Record(_)));
    }

    #[test]
    fn corrections_take_no_more_than_there_is() {
        let known = with(ledger(), &[event("job", 10), correction("earlier", -1, "job")], &["a", "b", "c", "nothing"]);
        assert_eq!(steps(&ledger(), &[correction("a", -1, "job")]), [Step::LookUp(vec![id("a"), id("job")])]);
        let sent = [correction("a", -7, "job"), correction("b", -4, "job"), correction("c", -3, "job")];
        let told = steps(&known, &sent);
        let Step::Record(first) = &told[0] else { panic!("{told:?}") };
        assert_eq!(told[1..], [Step::Wait, Step::Wait]);
        let mut noted = known.clone();
        noted.note(first.as_ref().clone());
        let told = steps(&noted, &sent[1..]);
        assert_eq!(told[0], invalid(EventField::Units, InvalidEvent::TakesTooMuch));
        assert!(matches!(told[1], Step::Record(_)), "{told:?}");
        assert!(matches!(steps(&noted, &[correction("b", 4, "job")])[0], Step::Record(_)));
        for (sent, fault) in [
            (correction("a", -1, "nothing"), InvalidEvent::NothingToCorrect),
            (correction("a", -1, "earlier"), InvalidEvent::CorrectsCorrection),
        ] {
            assert_eq!(steps(&known, &[sent]), [invalid(EventField::Corrects, fault)]);
        }
        assert_eq!(steps(&known, &[correction("a", -1, "unread")]), [Step::LookUp(vec![id("unread")])]);
        // A correction waits for its original.
        let both = [event("new", 1), correction("a", -1, "new")];
        assert_eq!(steps(&known, &both)[1], Step::LookUp(vec![id("new")]));
        assert_eq!(steps(&with(known, &[], &["new"]), &both)[1], Step::Wait);
    }

    #[test]
    fn a_customer_corrects_nothing() {
        let mut own = with(ledger(), &[event("job", 10)], &["a"]);
        own.token = KeyId::parse("0123456789ab");
        assert_eq!(steps(&own, &[correction("a", -1, "job")]), [invalid(EventField::Corrects, InvalidEvent::NotByCustomer)]);
        assert!(matches!(&steps(&own, &[event("b", 1)])[0], Step::Record(event) if event.dimensions.token == own.token));
    }

    /// Records these events as the store does: what is to be looked up is, and of what can be recorded as many at a time as `at_once` says.
    fn record(
        known: &mut Ledger,
        on_record: &mut HashMap<EventId, UsageEvent>,
        sent: &[SentEvent],
        at_once: usize,
    ) -> Vec<Outcome> {
        let mut outcomes: Vec<Option<Outcome>> = vec![None; sent.len()];
        for _ in 0..10 * sent.len() + 10 {
            let open: Vec<usize> = (0..sent.len()).filter(|place| outcomes[*place].is_none()).collect();
            let told = known.steps(&open.iter().map(|place| &sent[*place]).collect::<Vec<_>>());
            let (mut unknown, mut new) = (Vec::new(), Vec::new());
            for (place, step) in open.into_iter().zip(told) {
                match step {
                    Step::Decided(outcome) => outcomes[place] = Some(outcome),
                    Step::LookUp(ids) => unknown.extend(ids),
                    Step::Record(event) => new.push((place, event)),
                    Step::Wait => {}
                }
            }
            if !unknown.is_empty() {
                known.events.extend(unknown.into_iter().map(|id| (id.clone(), on_record.get(&id).cloned())));
                continue;
            }
            if new.is_empty() {
                break;
            }
            for (place, event) in new.into_iter().take(at_once) {
                // A transaction is refused when an event is on record that nobody looked up.
                if let Some(recorded) = on_record.get(&event.sent.id) {
                    known.events.insert(event.sent.id.clone(), Some(recorded.clone()));
                    break;
                }
                if let Some(original) = event.sent.corrects.as_ref().and_then(|original| on_record.get_mut(original)) {
                    original.units_left += event.sent.units;
                }
                on_record.insert(event.sent.id.clone(), event.as_ref().clone());
                known.note(*event);
                outcomes[place] = Some(Outcome::Recorded);
            }
        }
        outcomes.into_iter().map(|outcome| outcome.expect("every event is decided")).collect()
    }

    fn sequences() -> ProptestConfig {
        let wanted = std::env::var("CLIENTELE_LAW_SEQUENCES").map_or(512, |wanted| wanted.parse().unwrap());
        ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(wanted) }
    }

    proptest! {
        #![proptest_config(sequences())]

        /// Batches of any size, with whatever can be recorded at a time, become the same as the events one by one; and what is left of
        /// each event is what it and its corrections say.
        #[test]
        fn a_batch_is_as_its_events_one_after_the_other(
            events in proptest::collection::vec(
                (0..12_u8, -6..9_i64, proptest::option::of(0..60_u8), proptest::option::weighted(0.4, 0..12_u8)), 1..120,
            ),
            size in 1..40_usize, at_once in 1..100_usize,
        ) {
            let sent: Vec<SentEvent> = events.iter()
                .filter(|(_, amount, _, corrects)| units(*amount, corrects.is_some()).is_ok())
                .map(|(name, units, language, corrects)| SentEvent {
                    language: language.and_then(|number| Language::parse(&format!("l-{number}")).ok()),
                    corrects: corrects.map(|name| id(&format!("job-{name}"))),
                    ..event(&format!("job-{name}"), *units)
                })
                .collect();
            let full: BTreeSet<Language> = (0..48).map(|number| Language::parse(&format!("m-{number}")).unwrap()).collect();
            let fresh = || Ledger { languages: full.clone(), ..ledger() };
            let (mut alone, mut together) = (HashMap::new(), HashMap::new());
            let mut known = fresh();
            let expected: Vec<Outcome> = sent.iter()
                .flat_map(|one| record(&mut known, &mut alone, std::slice::from_ref(one), 1))
                .collect();
            let mut told = Vec::new();
            let mut languages = full.clone();
            for batch in sent.chunks(size) {
                // Each request knows the languages, and no event.
                let mut known = Ledger { languages, ..fresh() };
                told.extend(record(&mut known, &mut together, batch, at_once));
                languages = known.languages;
            }
            prop_assert_eq!(&told, &expected);
            prop_assert_eq!(&together, &alone);
            prop_assert!(languages.len() <= MOST_LANGUAGES);
            for recorded in together.values() {
                let corrections = together.values().filter(|other| other.sent.corrects.as_ref() == Some(&recorded.sent.id));
                let left = recorded.sent.units + corrections.map(|other| other.sent.units).sum::<i64>();
                prop_assert_eq!(recorded.units_left, left);
                prop_assert!(left >= 0 || recorded.sent.corrects.is_some());
            }
        }
    }
}
