//! `GET /reseller/dashboard`: how the business goes.

use std::cmp::Ordering;

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::date::Date;
use shared::lambda::response::Response;
use shared::store::dashboard::{Dashboard, TopCustomer};
use shared::store::{Policy, Read};

use crate::Error;
use crate::activity::line::{Line, Named};
use crate::chart::{Bar, Chart, bars};
use crate::duration::spoken;
use crate::format::number;
use crate::frame::{Frame, Section};
use crate::page::page;
use crate::visit::Visit;

/// How many units are a minute.
const UNITS: i64 = 60;

/// The page.
#[derive(Template)]
#[template(path = "dashboard.html")]
struct DashboardPage {
    frame: Frame,
    has_brand: bool,
    /// Whether there is nothing yet that the page could show.
    is_new: bool,
    organizations: String,
    active_organizations: String,
    subscriptions: String,
    users: String,
    minutes: String,
    /// This month beside the last one, in words.
    change: String,
    /// The usage of the last days, as a chart.
    chart: Chart,
    /// The minutes of the last days, the newest first; none if all are 0.
    days: Vec<(String, String)>,
    /// Who used most this month, with the minutes.
    top: Vec<(Named, String)>,
    recent: Vec<Line>,
}

/// Answers 200 with the page.
pub(crate) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = visit.caller(Policy::RESELLER).await?;
    let Dashboard { customers, active_customers, active_subscriptions, users, usage, top_customers, recent_activity } =
        visit.table.dashboard_get(&caller, Date::today()).await?;
    let names = visit.table.activity_names(&caller, &recent_activity).await?;
    let template = DashboardPage {
        frame: Frame::new(&caller, Section::Dashboard, "Dashboard"),
        has_brand: caller.has_brand(),
        is_new: customers == 0 && usage.this_month == 0 && usage.last_month == 0,
        organizations: number(customers),
        active_organizations: number(active_customers),
        subscriptions: number(active_subscriptions),
        users: number(users),
        minutes: number(minutes(usage.this_month)),
        change: change(minutes(usage.this_month), minutes(usage.last_month)),
        chart: bars("Used each day", &days_as_bars(&usage.by_day)),
        days: last_days(&usage.by_day),
        top: top_customers.into_iter().map(top).collect(),
        recent: recent_activity.iter().map(|entry| Line::of(entry, &names)).collect(),
    };
    Ok(page(StatusCode::OK, &template)?)
}

/// Units as whole minutes, rounded.
fn minutes(units: i64) -> i64 {
    (units + UNITS / 2).div_euclid(UNITS)
}

/// How many minutes this month has more or less than the last one.
fn change(now: i64, before: i64) -> String {
    let (difference, last) = (number((now - before).abs()), number(before));
    match now.cmp(&before) {
        Ordering::Greater => format!("{difference} more than last month ({last})"),
        Ordering::Less => format!("{difference} less than last month ({last})"),
        Ordering::Equal => format!("As many as last month ({last})"),
    }
}

/// The minutes of each of the last days.
fn last_days(by_day: &[(Date, i64)]) -> Vec<(String, String)> {
    if by_day.iter().all(|(_, units)| *units == 0) {
        return Vec::new();
    }
    by_day.iter().map(|(day, units)| (day.to_string(), number(minutes(*units)))).collect()
}

/// The same days as a chart shows them, the oldest first. More corrected than used has no bar.
fn days_as_bars(by_day: &[(Date, i64)]) -> Vec<Bar> {
    let bar = |(day, units): &(Date, i64)| Bar {
        label: day.to_string(),
        value: u64::try_from(*units).unwrap_or_default(),
        shown: spoken(*units),
    };
    by_day.iter().rev().map(bar).collect()
}

fn top(TopCustomer { id, name, units }: TopCustomer) -> (Named, String) {
    let named = match name {
        Some(text) => Named { text, link: Some(format!("{}/{id}", Section::Organizations.path())) },
        None => Named { text: format!("{id} (deleted)"), link: None },
    };
    (named, number(minutes(units)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_told_as_minutes() {
        for (units, told) in [(0, 0), (29, 0), (30, 1), (89, 1), (90, 2), (3_600, 60), (-29, 0), (-60, -1), (-91, -2)] {
            assert_eq!(minutes(units), told, "{units}");
        }
    }

    #[test]
    fn a_month_is_compared_with_the_last_one_in_words() {
        assert_eq!(change(1_240, 1_550), "310 less than last month (1,550)");
        assert_eq!(change(2_000, 0), "2,000 more than last month (0)");
        assert_eq!(change(7, 7), "As many as last month (7)");
    }
}
