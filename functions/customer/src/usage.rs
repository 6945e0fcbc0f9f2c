//! Usage of a customer on the wire.

use reseller::Error;
use reseller::body::Body;
use serde_json::{Map, Value, json};
use shared::domain::subscription::SubscriptionId;
use shared::domain::timestamp::Timestamp;
use shared::domain::usage::{self, EventField, EventId, InvalidEvent, Language, MOST_EVENTS, Outcome, SentEvent};
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::json;
use shared::lambda::request::Request;

/// An event that a body holds.
pub(crate) enum Sent {
    /// It can be recorded, as far as it can be told without knowing the customer.
    Event(SentEvent),
    /// It can't be recorded. Its id is `None` if that is wrong too.
    Invalid(Option<EventId>, Faults),
}

impl Sent {
    /// The event, if it can be recorded.
    pub(crate) fn event(&self) -> Option<&SentEvent> {
        match self {
            Self::Event(event) => Some(event),
            Self::Invalid(..) => None,
        }
    }
}

/// The events that a body asks to record.
pub(crate) fn sent(request: &Request) -> Result<Vec<Sent>, Error> {
    let body = Body::parse(request, &["events"])?;
    let now = Timestamp::now();
    let events = body.value("events").map(Value::as_array).ok_or(Invalid::Required.to_string());
    let events = events.and_then(|events| {
        let events = events.filter(|events| (1..=MOST_EVENTS).contains(&events.len()));
        events.ok_or_else(|| format!("must be a list of 1 to {MOST_EVENTS} events"))
    });
    Ok(events.map_err(|fault| Faults::one("events", fault))?.iter().map(|event| one(event, now)).collect())
}

/// The fields of an event. All others are ignored, but every API must be able to carry them.
const FIELDS: [&str; 6] = ["id", "units", "language", "subscription_id", "occurred_at", "corrects"];

fn one(event: &Value, now: Timestamp) -> Sent {
    let Some(fields) = event.as_object() else {
        return Sent::Invalid(None, Faults::one("event", "must be an object"));
    };
    let mut faults = Faults::default();
    let carried = json::usable(fields.clone(), &FIELDS).map_err(|malformed| format!("can't be read: {malformed}"));
    let carried = faults.collect("event", carried);
    let corrects = faults.collect("corrects", corrects(fields));
    let is_correction = corrects != Some(None);
    let id = faults.collect("id", text(fields, "id").and_then(EventId::parse_new));
    let sent = (
        faults.collect("units", units(fields, is_correction)),
        faults.collect("language", language(fields)),
        faults.collect("subscription_id", subscription(fields)),
        faults.collect("occurred_at", occurred_at(fields, now)),
    );
    match (id, sent, corrects, carried) {
        (Some(id), (Some(units), Some(language), Some(subscription), Some(occurred_at)), Some(corrects), Some(_)) => {
            Sent::Event(SentEvent { id, units, language, subscription, occurred_at, corrects })
        }
        (id, ..) => Sent::Invalid(id.or_else(|| text(fields, "id").and_then(EventId::parse).ok()), faults),
    }
}

fn text<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<&'a str, InvalidEvent> {
    Ok(json::text(fields, field)?.unwrap_or_default())
}

/// What was sent in a field; `None` when nothing or `null` was sent.
fn value<'a>(fields: &'a Map<String, Value>, field: &str) -> Option<&'a Value> {
    fields.get(field).filter(|value| !value.is_null())
}

fn units(fields: &Map<String, Value>, is_correction: bool) -> Result<i64, InvalidEvent> {
    let sent = value(fields, "units").ok_or(Invalid::Required)?;
    usage::units(json::whole_number(sent).ok_or(InvalidEvent::UnitsOutOfRange)?, is_correction)
}

fn language(fields: &Map<String, Value>) -> Result<Option<Language>, String> {
    match text(fields, "language").map_err(|invalid| invalid.to_string())? {
        "" => Ok(None),
        sent => Language::parse(sent).map(Some).map_err(|invalid| invalid.to_string()),
    }
}

fn subscription(fields: &Map<String, Value>) -> Result<Option<SubscriptionId>, &'static str> {
    let Some(sent) = value(fields, "subscription_id") else {
        return Ok(None);
    };
    // A number that no subscription can have is one that the customer does not have.
    let number = sent.as_u64().ok_or("must be an integer")?;
    Ok(Some(SubscriptionId::new(number).unwrap_or(SubscriptionId::NONE)))
}

fn occurred_at(fields: &Map<String, Value>, now: Timestamp) -> Result<Option<Timestamp>, String> {
    let Some(sent) = value(fields, "occurred_at") else {
        return Ok(None);
    };
    let moment = sent.as_str().and_then(|sent| sent.trim().parse().ok());
    let moment = moment.ok_or("must be a time such as 2025-01-25T10:31:46.960Z")?;
    usage::occurred_at(moment, now).map(Some).map_err(|invalid| invalid.to_string())
}

fn corrects(fields: &Map<String, Value>) -> Result<Option<EventId>, InvalidEvent> {
    match text(fields, "corrects")? {
        "" => Ok(None),
        sent => EventId::parse(sent).map(Some),
    }
}

/// What became of the events that were sent, in their order. `outcomes` are those of the events that could be recorded; `None` if there
/// are too few of them.
pub(crate) fn told(sent: &[Sent], outcomes: Vec<Outcome>) -> Option<Vec<Value>> {
    let mut outcomes = outcomes.into_iter();
    let told = sent.iter().map(|sent| match sent {
        Sent::Invalid(id, faults) => Some(invalid(id.as_ref(), faults)),
        Sent::Event(event) => Some(match outcomes.next()? {
            Outcome::Recorded => json!({"id": event.id, "status": "recorded"}),
            Outcome::Duplicate => json!({"id": event.id, "status": "duplicate"}),
            Outcome::Conflict => json!({"id": event.id, "status": "conflict"}),
            Outcome::Invalid(field, fault) => invalid(Some(&event.id), &Faults::one(name(field), fault)),
        }),
    });
    told.collect()
}

fn invalid(id: Option<&EventId>, faults: &Faults) -> Value {
    let details: Map<String, Value> = faults.iter().map(|(field, fault)| (field.to_owned(), fault.into())).collect();
    json!({"id": id, "status": "invalid", "details": details})
}

/// What this API calls a field of an event.
fn name(field: EventField) -> &'static str {
    match field {
        EventField::Units => "units",
        EventField::Language => "language",
        EventField::Subscription => "subscription_id",
        EventField::Corrects => "corrects",
    }
}
