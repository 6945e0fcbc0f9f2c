//! Lists as files of CSV. One answer of a function holds some megabytes, so that a long list has several files. A list that fits into one
//! file is that file at once; of any other list a page names all its files, so that nobody takes a part for the whole.
//!
//! Each file is bounded by places in the list and not by numbers of rows: whatever is added or deleted while somebody takes one file after
//! the other, no row is left out between two of them. A file that has grown too long meanwhile is split again.

use askama::Template;
use lambda_http::http::StatusCode;
use lambda_http::http::header::CONTENT_DISPOSITION;
use serde_json::Value;
use shared::lambda::csv::{Column, Csv, end_of_time};
use shared::lambda::request::Request;
use shared::lambda::response::{Response, with_header};
use shared::store::{Caller, StoreError};
use tokio::time::Instant;

use crate::Error;
use crate::address::with_query;
use crate::format::number;
use crate::frame::{Frame, Section};
use crate::page::{headed, page};
use crate::query::Query;

/// The parameters of an address that ask for one file: where it begins and ends, and what number it has.
pub(crate) const FILE: &str = "file";
const PART: &str = "part";

/// The most characters of the number of a file.
const MOST_DIGITS: usize = 20;

/// The bounds of a file: the place behind which it begins, the last place of it, and how many rows stand before it. `None` is open.
pub(crate) type Bounds<P> = (Option<P>, Option<P>, u64);

/// A list that is being read, row by row, to be put into files.
pub(crate) struct Files<P> {
    columns: &'static [Column],
    /// The file that rows are added to.
    csv: Csv,
    /// How many rows that file has.
    rows: u64,
    /// Where it begins.
    after: Option<P>,
    /// The place of the row that was added last.
    last: Option<P>,
    /// How many rows stand before it.
    before: u64,
    /// The files before it, which are full: their bounds, and how many rows they have.
    full: Vec<(Bounds<P>, u64)>,
    until: Instant,
}

impl<P: Clone> Files<P> {
    /// Begins with the first row behind a place, which has so many rows before it.
    pub(crate) fn new(columns: &'static [Column], after: Option<P>, before: u64) -> Self {
        let (csv, until) = (Csv::new(columns), end_of_time());
        Self { columns, csv, rows: 0, last: after.clone(), after, before, full: Vec::new(), until }
    }

    /// When to stop reading.
    pub(crate) fn until(&self) -> Instant {
        self.until
    }

    /// Notes that the list was read up to this place, in which no row stands that is wanted.
    pub(crate) fn pass(&mut self, place: P) {
        self.last = Some(place);
    }

    /// Takes the row of an object, which has this place in the list. Returns `false` if there is no more time: then it is not taken.
    pub(crate) fn take(&mut self, object: &Value, place: P) -> bool {
        let has_some = self.rows > 0 || !self.full.is_empty();
        if has_some && Instant::now() >= self.until {
            return false;
        }
        if !self.csv.push(object) {
            self.full.push(((self.after.clone(), self.last.clone(), self.before), self.rows));
            self.csv = Csv::new(self.columns);
            self.csv.push(object);
            (self.after, self.before, self.rows) = (self.last.clone(), self.before + self.rows, 0);
        }
        self.rows += 1;
        self.last = Some(place);
        true
    }

    /// Answers 200 with the file if it is the only one, and otherwise with the page of all files. `is_all` says whether all rows were taken.
    /// `write` makes the bounds of a file a part of an address.
    pub(crate) fn answer<A>(
        self,
        caller: &Caller<A>,
        about: About,
        is_all: bool,
        end: Option<P>,
        write: impl Fn(&Bounds<P>) -> Result<String, StoreError>,
    ) -> Result<Response, Error> {
        if self.full.is_empty() && is_all {
            return Ok(about.attached(self.csv));
        }
        let (before, rest) = (self.before + self.rows, self.last.clone());
        let last = ((self.after, if is_all { end.clone() } else { self.last }, self.before), self.rows);
        let mut files = Vec::new();
        for (place, (bounds, rows)) in self.full.into_iter().chain([last]).enumerate() {
            files.push(File {
                number: about.numbered(place + 1),
                rows: format!("{}–{}", number(bounds.2 + 1), number(bounds.2 + rows)),
                address: about.address_of(&about.numbered(place + 1), &write(&bounds)?),
            });
        }
        let rest = match is_all {
            true => None,
            false => Some(about.address_of(&about.numbered(files.len() + 1), &write(&(rest, end, before))?)),
        };
        let template =
            FilesPage { frame: Frame::new(caller, about.section, about.title.clone()), rows: number(before), about, files, rest };
        Ok(page(StatusCode::OK, &template)?)
    }
}

/// What is put into files.
pub(crate) struct About {
    /// The part of the portal that it belongs to.
    pub(crate) section: Section,
    /// What the page of the files is called.
    pub(crate) title: String,
    /// What the rows are, in words.
    pub(crate) things: &'static str,
    /// What the file is called, without its ending.
    pub(crate) name: String,
    /// The address of the whole, in parts: the path and the parameters.
    pub(crate) address: (String, Vec<(&'static str, String)>),
    /// Where it comes from: the address, and what it is called.
    pub(crate) back: (String, String),
    /// The number of this file; empty for the whole.
    pub(crate) part: String,
}

impl About {
    /// The number of a file that the address asks for.
    pub(crate) fn part(request: &Request) -> String {
        let query = Query::of(request);
        let sent = query.value(PART);
        let is_number = sent.len() <= MOST_DIGITS && sent.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if is_number { sent.to_owned() } else { String::new() }
    }

    /// The file with what was written.
    fn attached(&self, csv: Csv) -> Response {
        let part = if self.part.is_empty() { String::new() } else { format!("-part-{}", self.part) };
        let attachment = format!("attachment; filename=\"{}{part}.csv\"", self.name);
        headed(with_header(csv.answer(None), CONTENT_DISPOSITION, &attachment))
    }

    /// The number of the file at this place; of a file that was split, behind the number that it had.
    fn numbered(&self, place: usize) -> String {
        if self.part.is_empty() { place.to_string() } else { format!("{}.{place}", self.part) }
    }

    fn address_of(&self, part: &str, bounds: &str) -> String {
        let (path, parameters) = &self.address;
        let parameters = parameters.iter().map(|(name, value)| (*name, value.as_str()));
        with_query(path, parameters.chain([(PART, part), (FILE, bounds)]))
    }
}

/// The page that names the files.
#[derive(Template)]
#[template(path = "files.html")]
struct FilesPage {
    frame: Frame,
    about: About,
    /// How many rows the files have.
    rows: String,
    files: Vec<File>,
    /// The address of the page with the files behind these, if there may be any.
    rest: Option<String>,
}

/// A file on that page.
struct File {
    number: String,
    /// The first and the last of its rows.
    rows: String,
    address: String,
}
