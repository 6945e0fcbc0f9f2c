//! A find in a list that is read whole.

use lambda_http::http::HeaderName;
use shared::domain::validation::Invalid;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};

use crate::Error;
use crate::answer::{Shown, many};
use crate::find_query::{DEFAULT_LIMIT, LIMIT, OFFSET, limit, offset};
use crate::media::Format;

/// Which part of all matches is asked for.
pub(crate) struct Page {
    offset: u64,
    limit: u16,
}

impl Page {
    /// Reads the query string. `filter` reads a parameter that is a filter, and tells whether it is one. Other parameters are ignored.
    pub(crate) fn parse(request: &Request, mut filter: impl FnMut(&str, &str, &mut Faults) -> bool) -> Result<Self, Error> {
        let (sent, mut faults) = request.query_pairs();
        let mut page = Self { offset: 0, limit: DEFAULT_LIMIT };
        let mut once = Vec::new();
        for (name, value) in &sent {
            match name.as_str() {
                OFFSET => page.offset = faults.collect(name, offset(value)).unwrap_or_default(),
                LIMIT => page.limit = faults.collect(name, limit(value)).unwrap_or(DEFAULT_LIMIT),
                _ if filter(name, value, &mut faults) => {}
                _ => continue,
            }
            if once.contains(&name) {
                faults.add(name, Invalid::Repeated);
            }
            once.push(name);
        }
        Ok(faults.none_or(page)?)
    }

    /// Answers 200 with this part of the matches. `X-Total-Count` says how many there are.
    pub(crate) fn answer<T: Shown>(&self, format: Format, matches: impl IntoIterator<Item = T>) -> Response {
        let matches: Vec<T> = matches.into_iter().collect();
        let offset = usize::try_from(self.offset).unwrap_or(usize::MAX);
        let end = offset.saturating_add(self.limit.into()).min(matches.len());
        // As many as a page can have fit into an answer: none takes more than 2 KB.
        let (response, _) = many(format, matches.get(offset..end).unwrap_or_default());
        with_header(response, HeaderName::from_static("x-total-count"), &matches.len().to_string())
    }
}
