//! What the document says of the dashboard.

use serde_json::Value;
use shared::domain::dashboard::{DashboardDays, LAST_DAYS, TOP_CUSTOMERS};
use shared::domain::date::Date;
use shared::lambda::openapi::schemas::{customer_id, day, integer, named, or_null, record, string, whole_number};
use shared::lambda::openapi::{activity_entry, customer};
use shared::store::dashboard::{Dashboard, RECENT_ACTIVITY, TopCustomer};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};

use crate::get_dashboard::view;

/// A dashboard of this day, as it is shown.
pub(super) fn example(today: Date) -> Value {
    view(&Dashboard {
        customers: 12,
        active_customers: 11,
        active_subscriptions: 9,
        users: 31,
        usage: DashboardDays::of(today).usage(&[(today, 3_600), (today.plus_days(-40), 7_200)]),
        top_customers: vec![TopCustomer { id: customer().id, name: Some(customer().profile.name()), units: 3_600 }],
        recent_activity: vec![activity_entry()],
    })
}

fn units() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer)
}

/// The schema of a dashboard.
pub(super) fn dashboard_record() -> ObjectBuilder {
    let organizations = record([
        ("total", whole_number().into()),
        ("active", whole_number().description(Some("How many of them are active.")).into()),
    ]);
    let of_day = record([("day", day().into()), ("units", units().into())]);
    let days = usize::try_from(LAST_DAYS).ok();
    let by_day = ArrayBuilder::new().items(of_day).min_items(days).max_items(days);
    let top = record([
        ("id", customer_id().into()),
        ("name", or_null(string()).description(Some("`null` once it is deleted.")).into()),
        ("units", integer(1, i64::MAX.unsigned_abs()).description(Some("In the present month.")).into()),
    ]);
    let top = ArrayBuilder::new().items(top).max_items(Some(TOP_CUSTOMERS));
    let recent = ArrayBuilder::new().items(named("ActivityEntry")).max_items(Some(RECENT_ACTIVITY));
    let seconds =
        |text: &str| units().description(Some(format!("{text} In seconds of processed audio; deleted customers included.")));
    record([
        ("organizations", organizations.description(Some("The customers.")).into()),
        (
            "active_subscriptions",
            whole_number().description(Some("How many subscriptions of all customers are active today.")).into(),
        ),
        ("users", whole_number().description(Some("How many users all customers have, whatever their status.")).into()),
        ("units_this_month", seconds("What all customers used in the present month.").into()),
        ("units_last_month", seconds("The same of the month before it.").into()),
        ("usage_by_day", by_day.description(Some("The last 30 days, today first, also those without usage.")).into()),
        (
            "top_customers",
            top.description(Some("The five who used most in the present month. Equals go by id; who used nothing is left out."))
                .into(),
        ),
        ("recent_activity", recent.description(Some("The last ten changes, newest first, as the activity shows them.")).into()),
    ])
}
