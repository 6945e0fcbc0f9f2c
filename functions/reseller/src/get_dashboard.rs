//! `GET /api/v3/reseller/dashboard/`: the numbers of the caller's customers.

use serde_json::{Value, json};
use shared::domain::date::Date;
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::dashboard::Dashboard;
use shared::store::{Read, Table};

use crate::Error;
use crate::answer::one_without_revision;
use crate::list_activity;
use crate::request::caller;

/// Answers 200 with the dashboard of today.
///
/// # Errors
/// 401 and 403 when the caller is refused.
pub async fn get_dashboard(table: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let caller = caller(table, request).await?;
    let dashboard = table.dashboard_get(&caller, Date::today()).await?;
    Ok(one_without_revision(&view(&dashboard)))
}

/// A dashboard as this API shows it.
pub(crate) fn view(dashboard: &Dashboard) -> Value {
    let Dashboard { customers, active_customers, active_subscriptions, users, usage, top_customers, recent_activity } = dashboard;
    let by_day: Vec<Value> = usage.by_day.iter().map(|(day, units)| json!({"day": day, "units": units})).collect();
    let top: Vec<Value> = top_customers.iter().map(|top| json!({"id": top.id, "name": top.name, "units": top.units})).collect();
    json!({
        "organizations": {"total": customers, "active": active_customers},
        "active_subscriptions": active_subscriptions,
        "users": users,
        "units_this_month": usage.this_month,
        "units_last_month": usage.last_month,
        "usage_by_day": by_day,
        "top_customers": top,
        "recent_activity": recent_activity.iter().map(list_activity::view).collect::<Vec<_>>(),
    })
}
