//! What the address of a page about usage asks for: which days, added up by what, and told apart by what. The rules are those of the APIs,
//! but a page that was asked for nothing shows the last days and not the invoice.

use reseller::usage_query::{Offer, OfferedView, Split, Wanted};
use shared::domain::date::Date;
use shared::domain::usage_report::{Calendar, Range};
use shared::domain::validation::whole_number;
use shared::lambda::request::Request;
use shared::store::StoreError;

use super::ranges::usual;
use crate::address::with_query;
use crate::form::{Filled, Form};
use crate::format::number;
use crate::query::Query;

/// How many rows a table of usage has at most. The next ones are on the next page.
const ROWS: usize = 100;

/// The view if nothing is said. Addresses leave it out.
const USUAL_VIEW: &str = "day";

/// What an address asks for. What it says that can't be is left out, with a fault.
pub(crate) struct UsageQuery<V: 'static> {
    /// The calendar that units are added up over; `None` for the invoice.
    pub(crate) calendar: Option<Calendar>,
    /// By what they are told apart.
    pub(crate) split: Option<Split>,
    /// The days.
    pub(crate) range: Range,
    /// The fields as they are shown.
    pub(crate) filled: Filled,
    /// The present day.
    pub(crate) today: Date,
    pub(super) shown: OfferedView<V>,
    pub(super) offer: Offer<V>,
    /// The days, if the address says which.
    pub(super) said: Option<Range>,
    pub(super) path: String,
    /// A parameter that every address of the page has.
    pub(super) kept: Option<(&'static str, String)>,
    offset: usize,
}

/// Which rows of how many a table shows, and the addresses of the rows before and behind them.
pub(crate) struct Pages {
    pub(crate) extent: String,
    pub(crate) previous: Option<String>,
    pub(crate) next: Option<String>,
}

impl<V: Copy + Into<Option<Calendar>>> UsageQuery<V> {
    /// Reads the query string of a page with this path, which every address of it has with this parameter.
    ///
    /// # Errors
    /// Those of [`Filled`].
    pub(crate) fn parse(
        request: &Request,
        offer: Offer<V>,
        path: &str,
        kept: Option<(&'static str, String)>,
        today: Date,
    ) -> Result<Self, StoreError> {
        let (query, mut faults) = Query::with_faults(request);
        let sent = |wanted: &str| query.value(wanted).trim();
        // Browsers send the fields of a form that nothing was typed in too.
        let given = |wanted: &str| Some(sent(wanted)).filter(|value| !value.is_empty());
        let or_usual = |wanted: &str| given(wanted).or((wanted == "view").then_some(USUAL_VIEW));
        let wanted = Wanted::read(or_usual, offer, &mut faults);
        let is_view = !faults.has("view");
        let view = or_usual("view").filter(|_| is_view).unwrap_or(USUAL_VIEW);
        let shown = views(offer).find(|(name, ..)| *name == view).unwrap_or(offer.first);
        let calendar = shown.1.into();
        let range = wanted.range.unwrap_or_else(|| usual(calendar, today));
        let typed = |name: &str| sent(name).to_owned();
        let form = match faults.has("from") || faults.has("to") {
            true => [("from", typed("from")), ("to", typed("to"))],
            false => [("from", range.from.to_string()), ("to", range.to.to_string())],
        };
        let offset = given("offset").and_then(whole_number).and_then(|offset| usize::try_from(offset).ok());
        Ok(Self {
            calendar,
            split: wanted.split.filter(|_| is_view),
            range,
            filled: Filled::wrong(Form::of(form), faults)?,
            today,
            shown,
            offer,
            said: wanted.range,
            path: path.to_owned(),
            kept,
            offset: offset.unwrap_or_default(),
        })
    }

    /// The view.
    pub(crate) fn view(&self) -> V {
        self.shown.1
    }

    /// The parameters by which the same report is asked for elsewhere.
    pub(crate) fn parameters(&self) -> Vec<(&'static str, String)> {
        chosen(self.shown, self.split).into_iter().chain(days(self.range)).collect()
    }

    /// The address of this report.
    pub(crate) fn address(&self) -> String {
        self.address_of(self.shown, self.split, self.said)
    }

    /// The address of a report of this page.
    pub(super) fn address_of(&self, view: OfferedView<V>, split: Option<Split>, range: Option<Range>) -> String {
        self.address_from(view, split, range, 0)
    }

    /// The address of the rows of a report from this one on.
    fn address_from(&self, view: OfferedView<V>, split: Option<Split>, range: Option<Range>, row: usize) -> String {
        let mut parameters: Vec<(&str, String)> = self.kept.iter().cloned().collect();
        parameters.extend(chosen(view, split));
        parameters.extend(range.map(days).into_iter().flatten());
        parameters.push(("offset", if row == 0 { String::new() } else { row.to_string() }));
        with_query(&self.path, parameters)
    }

    /// The rows of this page.
    pub(crate) fn rows<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let rest = all.get(self.offset..).unwrap_or_default();
        rest.get(..ROWS).unwrap_or(rest)
    }

    /// Which rows of how many are on this page.
    pub(crate) fn pages(&self, total: usize) -> Pages {
        let at = |row: usize| self.address_from(self.shown, self.split, self.said, row);
        let end = self.offset.saturating_add(ROWS);
        let shown = |row: usize| number(row.min(total) as u64);
        Pages {
            extent: if self.offset >= total {
                format!("None of {}", number(total as u64))
            } else {
                format!("{}–{} of {}", shown(self.offset.saturating_add(1)), shown(end), shown(total))
            },
            previous: (self.offset > 0).then(|| at(self.offset.min(total).saturating_sub(ROWS))),
            next: (end < total).then(|| at(end)),
        }
    }
}

/// All views, the invoice behind the others.
pub(super) fn views<V: Copy>(offer: Offer<V>) -> impl Iterator<Item = OfferedView<V>> {
    let (invoice, calendar): (Vec<_>, Vec<_>) =
        [offer.first].into_iter().chain(offer.others.iter().copied()).partition(|(name, ..)| *name == "invoice");
    calendar.into_iter().chain(invoice)
}

/// The parameters that ask for a view and a split.
pub(super) fn chosen<V>((name, _, splits): OfferedView<V>, split: Option<Split>) -> [(&'static str, String); 2] {
    let split = splits.iter().find(|(_, offered)| Some(*offered) == split).map(|(name, _)| *name);
    let name = if name == USUAL_VIEW { "" } else { name };
    [("view", name.to_owned()), ("split_by", split.unwrap_or_default().to_owned())]
}

fn days(range: Range) -> [(&'static str, String); 2] {
    [("from", range.from.to_string()), ("to", range.to.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use reseller::usage_query::{OF_A_CUSTOMER, OF_ALL_CUSTOMERS};
    use serde_json::json;

    fn range(from: &str, to: &str) -> Range {
        Range { from: from.parse().unwrap(), to: to.parse().unwrap() }
    }

    fn query<V: Copy + Into<Option<Calendar>>>(sent: &str, offer: Offer<V>) -> UsageQuery<V> {
        let request = serde_json::from_value(json!({"rawQueryString": sent})).unwrap();
        UsageQuery::parse(&request, offer, "/x", Some(("tab", "1".to_owned())), "2026-11-29".parse().unwrap()).unwrap()
    }

    #[test]
    fn without_a_wish_the_last_thirty_days_are_shown() {
        for sent in ["", "from=&to=&view=&split_by=&offset=", "view=day"] {
            let usual = query(sent, OF_A_CUSTOMER);
            assert_eq!((usual.calendar, usual.range), (Some(Calendar::Day), range("2026-10-31", "2026-11-29")), "{sent}");
            assert_eq!((usual.address().as_str(), usual.filled.is_wrong()), ("/x?tab=1", false));
        }
        assert_eq!(query("view=month", OF_A_CUSTOMER).range, range("2025-12-01", "2026-11-30"));
        assert_eq!(query("view=invoice", OF_A_CUSTOMER).range, range("2025-12-01", "2026-11-30"));
    }

    #[test]
    fn what_can_not_be_has_a_message_and_the_page_is_as_without_it() {
        for (sent, field) in [
            ("view=hour", "view"),
            ("split_by=customer", "split_by"),
            ("view=invoice&split_by=language", "split_by"),
            ("from=2026-02-30", "from"),
            ("from=2026-11-29&to=2026-11-28", "to"),
            ("from=2020-01-01&to=2026-11-28", "to"),
        ] {
            let wrong = query(sent, OF_A_CUSTOMER);
            assert_eq!(wrong.filled.faults().map(|(field, _)| field).collect::<Vec<_>>(), [field], "{sent}");
            assert_eq!(wrong.split, None);
            if field != "split_by" {
                assert_eq!((wrong.calendar, wrong.range), (Some(Calendar::Day), range("2026-10-31", "2026-11-29")));
            }
        }
        assert_eq!(query("view=hour&split_by=token", OF_A_CUSTOMER).split, None);
        let typed = query("from=2026-02-30&to=2026-03-01", OF_A_CUSTOMER);
        assert_eq!((typed.filled.value("from"), typed.filled.value("to")), ("2026-02-30", "2026-03-01"));
        let odd = query("view=month&split_by=customer&from=2026-01-02&to=2026-02-28", OF_ALL_CUSTOMERS);
        assert!(odd.filled.fault("from").unwrap().contains("first day"));
    }

    #[test]
    fn a_report_is_asked_for_by_the_same_parameters_elsewhere() {
        let asked = query("view=week&split_by=token&offset=100", OF_A_CUSTOMER);
        let text = |value: &str| value.to_owned();
        assert_eq!(
            asked.parameters(),
            [("view", text("week")), ("split_by", text("token")), ("from", text("2026-09-07")), ("to", text("2026-11-29"))]
        );
        assert_eq!(asked.address(), "/x?tab=1&view=week&split_by=token");
    }

    #[test]
    fn tables_have_pages() {
        let rows: Vec<usize> = (0..250).collect();
        let pages = |sent: &str| {
            let query = query(sent, OF_A_CUSTOMER);
            let Pages { extent, previous, next } = query.pages(rows.len());
            (query.rows(&rows).to_vec(), extent, previous, next)
        };
        let at = |offset: &str| Some(format!("/x?tab=1{offset}"));
        assert_eq!(pages(""), ((0..100).collect(), "1–100 of 250".to_owned(), None, at("&offset=100")));
        assert_eq!(pages("offset=200"), ((200..250).collect(), "201–250 of 250".to_owned(), at("&offset=100"), None));
        assert_eq!(pages("offset=50"), ((50..150).collect(), "51–150 of 250".to_owned(), at(""), at("&offset=150")));
        assert_eq!(pages("offset=9999"), (Vec::new(), "None of 250".to_owned(), at("&offset=150"), None));
        assert_eq!(pages("offset=x").1, "1–100 of 250");
    }
}
