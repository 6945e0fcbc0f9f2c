//! The usage of the demo data: three months of speech in several languages, more on working days than at weekends; and a little of the
//! last month.

use std::time::Duration;

use shared::domain::date::Date;
use shared::domain::subscription::{Subscription, SubscriptionId};
use shared::domain::timestamp::Timestamp;
use shared::domain::usage::{EventId, InvalidEvent, Language, SentEvent};

/// How many days back the usage begins.
pub(crate) const DAYS: i64 = 90;

/// How many days back the usage begins of those who use a little.
pub(crate) const FEW_DAYS: i64 = 30;

/// The languages, and how many hours of each there are on a day at most.
const LANGUAGES: [(&str, u64); 4] = [("nl-nl", 9), ("en-gb", 5), ("fr-fr", 2), ("de-de", 1)];

const HOUR: u64 = 3_600;

/// The events up to this moment. Those of one day and language differ from the next ones, and are the same whenever they are made.
pub(crate) fn events(now: Timestamp, subscriptions: &[Subscription]) -> Result<Vec<SentEvent>, InvalidEvent> {
    let mut events = Vec::new();
    for day in (0..=DAYS).map(|days| Date::of(now).plus_days(days - DAYS)) {
        // The first day of the year 1 is a Monday.
        let number = Date::MIN.days_until(day).unsigned_abs();
        let is_weekend = number % 7 >= 5;
        for (hours, (language, most)) in (8..).zip(LANGUAGES) {
            let occurred_at = day.start().plus(Duration::from_secs(hours * HOUR));
            let share = 40 + (number * 37 + most * 101) % 60;
            let units = most * HOUR * share / if is_weekend { 1_000 } else { 100 };
            if occurred_at > now || units == 0 {
                continue;
            }
            events.push(SentEvent {
                id: EventId::parse(&format!("demo-{day}-{language}"))?,
                units: i64::try_from(units).unwrap_or(1),
                language: Language::parse(language).ok(),
                subscription: covering(subscriptions, day, number),
                occurred_at: Some(occurred_at),
                corrects: None,
            });
        }
    }
    Ok(events)
}

/// A little usage up to this moment: an event on each third day of the last month, of this many hours at most.
pub(crate) fn few_events(now: Timestamp, most: u64, subscriptions: &[Subscription]) -> Result<Vec<SentEvent>, InvalidEvent> {
    let days = (0..=FEW_DAYS).step_by(3).map(|days| Date::of(now).plus_days(-days));
    days.zip(LANGUAGES.iter().cycle())
        .map(|(day, (language, _))| {
            let number = Date::MIN.days_until(day).unsigned_abs();
            Ok(SentEvent {
                id: EventId::parse(&format!("demo-{day}"))?,
                units: i64::try_from(most * HOUR * (40 + (number * 37 + most * 11) % 60) / 100).unwrap_or(1),
                language: Language::parse(language).ok(),
                subscription: covering(subscriptions, day, number),
                // Today's is not in the future either.
                occurred_at: Some(day.start()),
                corrects: None,
            })
        })
        .collect()
}

/// One of the subscriptions that are active on a day; each has its turn.
fn covering(subscriptions: &[Subscription], day: Date, number: u64) -> Option<SubscriptionId> {
    let covering = subscriptions.iter().filter(|subscription| subscription.covers(day)).map(|subscription| subscription.id);
    let covering: Vec<SubscriptionId> = covering.collect();
    let place = number.checked_rem(covering.len() as u64)?;
    covering.get(usize::try_from(place).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_three_months_of_usage_up_to_now() {
        let now: Timestamp = "2026-11-29T09:30:00.000Z".parse().unwrap();
        let made = events(now, &[]).unwrap();
        assert!(made.len() > 300 && made.len() < 370, "{}", made.len());
        assert!(made.iter().all(|event| event.occurred_at.is_some_and(|moment| moment <= now) && event.units > 0));
        let today: Vec<&str> = made.iter().filter_map(|event| event.id.as_str().strip_prefix("demo-2026-11-29-")).collect();
        assert_eq!(today, ["nl-nl", "en-gb"]);
        let of = |day: &str| made.iter().filter(|event| event.id.as_str().contains(day)).map(|event| event.units).sum::<i64>();
        assert!(of("2026-11-27") > 4 * of("2026-11-28"), "{} and {}", of("2026-11-27"), of("2026-11-28"));
        assert_eq!(events(now, &[]).unwrap(), made);
    }

    #[test]
    fn a_little_usage_is_of_the_last_month_and_of_today() {
        let now: Timestamp = "2026-11-29T00:00:00.000Z".parse().unwrap();
        let made = few_events(now, 3, &[]).unwrap();
        assert!(made.iter().all(|event| event.occurred_at.is_some_and(|moment| moment <= now) && event.units > 3_600));
        let days: Vec<&str> = made.iter().map(|event| event.id.as_str()).collect();
        assert_eq!((days.len(), days[0], days[10]), (11, "demo-2026-11-29", "demo-2026-10-30"));
    }
}
