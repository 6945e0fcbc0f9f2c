//! A plan as operators see it.

use serde_json::{Value, json};
use shared::domain::plan::Plan;

/// A plan on record: its terms as resellers see them, and its version.
pub(crate) fn view(plan: &Plan) -> Value {
    let mut view = reseller::plan_view::view(&plan.terms);
    if let (Some(view), Value::Object(more)) = (
        view.as_object_mut(),
        json!({
            "version": plan.version,
            "created_at": plan.created_at,
            "modified_at": plan.modified_at,
            "retired_at": plan.retired_at,
        }),
    ) {
        view.extend(more);
    }
    view
}
