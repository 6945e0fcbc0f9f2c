//! Selling a plan to an organization.

use askama::Template;
use customer::subscription::{NotMade, order};
use lambda_http::http::StatusCode;
use shared::domain::date::Date;
use shared::domain::normalization::normalize;
use shared::domain::plan::{Plan, Terms};
use shared::domain::subscription::{MOST_YEARS_AHEAD, Subscription};
use shared::lambda::idempotency::keeping;
use shared::lambda::response::Response;
use shared::store::customer::WithCustomer;
use shared::store::plan::Plans;
use shared::store::{Access, Caller, Policy, Read, StoreError, Write};

use super::super::place::Place;
use super::super::shell::Tab;
use super::words;
use crate::Error;
use crate::form::{Filled, Form, Kind};
use crate::format::number;
use crate::frame::Frame;
use crate::page::{page, see_other};
use crate::query::Query;
use crate::visit::Visit;

const FIELDS: [(&str, Kind); 3] = [("sku", Kind::Text), ("subscription_start", Kind::Text), ("auto_renew", Kind::Flag)];

/// How many plans a page shows. A search finds the others.
const MOST_SHOWN: usize = 100;

/// The page with the form.
#[derive(Template)]
#[template(path = "new_subscription.html")]
struct NewPage {
    frame: Frame,
    base: String,
    back: String,
    organization: String,
    search: String,
    plans: Vec<Choice>,
    /// How many plans the search has found, if more than are shown.
    found: Option<String>,
    /// How many plans are sold.
    sold: usize,
    first_day: Date,
    last_day: Date,
    filled: Filled,
}

/// A plan to choose.
struct Choice {
    sku: String,
    description: String,
    terms: String,
}

impl Choice {
    fn of(plan: &Plan) -> Self {
        let terms = &plan.terms;
        Self { sku: terms.sku().to_string(), description: terms.description().to_string(), terms: words::plan(terms) }
    }
}

/// Answers 200 with the form and the plans that a search finds.
pub(super) async fn show(visit: &Visit<'_, Read>, place: &Place) -> Result<Response, Error> {
    let search = Query::of(visit.request).value("search").to_owned();
    shown(visit, place, StatusCode::OK, &search, Filled::fresh(Form::default())?).await
}

/// Sells the plan and leads to the tab, in which its row is marked (303); 422 if a field is wrong, or it can't be sold.
pub(super) async fn submit(visit: &Visit<'_, Write>, form: Form, place: &Place) -> Result<Response, Error> {
    // A field in which nothing was chosen was not sent.
    let chosen = FIELDS.into_iter().filter(|(name, _)| !form.value(name).trim().is_empty());
    let order = order(&form.object(&chosen.collect::<Vec<_>>()).into());
    let sku = order.as_ref().ok().map(|order| &order.sku);
    let offer = visit.table.subscription_offer(&visit.token, place.id, sku).await?;
    let (caller, offer) = visit.open(offer, place.policy(Policy::RESELLER)).await?;
    let offer = offer.ok_or(Error::NotFound)?;
    let tab = place.tab(Tab::Subscription.number());
    let answer = |sold: &Subscription| see_other(&format!("{tab}&sold={}", sold.id));
    let faults = match order {
        Ok(order) => match visit.table.subscription_create(&caller, &order, offer.content, &keeping(answer)).await {
            Ok(sold) => return Ok(answer(&sold.ok_or(Error::NotFound)?)),
            Err(error) => match NotMade::from(error) {
                NotMade::Wrong(faults) => faults,
                NotMade::Failed(error) => return Err(error.into()),
                NotMade::OtherRevision => return Err(StoreError::Internal("a sale has no revisions".to_owned()).into()),
            },
        },
        Err(faults) => faults,
    };
    let search = form.value("search").to_owned();
    shown(visit, place, StatusCode::UNPROCESSABLE_ENTITY, &search, Filled::wrong(form, faults)?).await
}

async fn shown<A: Access>(
    visit: &Visit<'_, A>,
    place: &Place,
    status: StatusCode,
    search: &str,
    filled: Filled,
) -> Result<Response, Error> {
    let offers = visit.table.subscription_offers(&visit.token, place.id).await?;
    let (caller, offers) = visit.open(offers, place.policy(Policy::RESELLER)).await?;
    let offers = offers.ok_or(Error::NotFound)?;
    Ok(page(status, &new_page(&caller, place, offers, search, filled))?)
}

fn new_page<A>(caller: &Caller<A>, place: &Place, offers: WithCustomer<Plans>, search: &str, filled: Filled) -> NewPage {
    let WithCustomer { customer, content: Plans(plans) } = offers;
    let found: Vec<&Plan> = plans.iter().filter(|plan| is_found(&plan.terms, search)).collect();
    let today = Date::today();
    NewPage {
        frame: Frame::new(caller, place.section(), "Add subscription"),
        base: place.base.clone(),
        back: place.tab(Tab::Subscription.number()),
        organization: customer.profile.name(),
        search: search.to_owned(),
        plans: found.iter().take(MOST_SHOWN).map(|plan| Choice::of(plan)).collect(),
        found: (found.len() > MOST_SHOWN).then(|| number(found.len() as u64)),
        sold: plans.len(),
        first_day: Date::FIRST_BILLED,
        last_day: today.plus_years(MOST_YEARS_AHEAD),
        filled,
    }
}

/// Whether every word of a search is in what a plan is called, or in what is paid for.
fn is_found(terms: &Terms, search: &str) -> bool {
    let model = normalize(&format!("{} {}", terms.payment_model().name(), words::model(terms.payment_model())));
    let others: Vec<&str> = search.split_whitespace().filter(|word| !model.contains(&normalize(word))).collect();
    terms.matches(&others.join(" "))
}
