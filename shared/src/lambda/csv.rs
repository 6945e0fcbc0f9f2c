//! Lists as CSV (RFC 4180): all that matches in as few answers as Lambda lets through, and not by page.
//!
//! Rows are quoted here and not by a library, because most of what is to be decided for a cell is no question of CSV: what
//! becomes of `null` and of objects, what a spreadsheet must not take for a formula, and how long the row is in the answer of a
//! function.

use std::time::Duration;

use lambda_http::http::StatusCode;
use lambda_http::http::header::LINK;
use serde_json::Value;
use tokio::time::Instant;

use super::media::preferred;
use super::request::Request;
use super::response::{Response, escaped_length, response, with_header, with_varying_format};

/// The media type.
pub const MEDIA_TYPE: &str = "text/csv";

/// How many bytes an answer has at most in the JSON text in which Lambda takes it: 5 MB.
pub const MOST_BYTES: usize = 5 * 1024 * 1024;

/// How long rows are read: the answer must be on its way before the deadline of the request.
const MOST_TIME: Duration = Duration::from_secs(8);

/// When to stop reading the rows of a part that begins now.
#[must_use]
pub fn end_of_time() -> Instant {
    Instant::now() + MOST_TIME
}

/// What ends a row.
const END: &str = "\r\n";

/// Whether the client wants CSV more than JSON.
#[must_use]
pub fn is_wanted(request: &Request) -> bool {
    preferred(request, &["application/json", MEDIA_TYPE]) == Some(MEDIA_TYPE)
}

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    key: &'static str,
    is_guarded: bool,
}

impl Column {
    /// What the objects have under this key. A text that a spreadsheet would take for a formula gets an apostrophe in front, as
    /// OWASP's "CSV Injection" advises.
    #[must_use]
    pub const fn of(key: &'static str) -> Self {
        Self { key, is_guarded: true }
    }

    /// The same of texts that are numbers, as phone numbers are: a sign in front is a part of them, and they stay as they are.
    #[must_use]
    pub const fn of_numbers(key: &'static str) -> Self {
        Self { key, is_guarded: false }
    }

    /// The cell of this column in the row of an object.
    fn cell(self, object: &Value) -> String {
        match object.get(self.key) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) if self.is_guarded && text.starts_with(['=', '+', '-', '@', '\t', '\r']) => {
                quoted(format!("'{text}"))
            }
            Some(Value::String(text)) => quoted(text.clone()),
            Some(other) => quoted(other.to_string()),
        }
    }
}

fn quoted(cell: String) -> String {
    if cell.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

/// A part of a list, which grows row by row.
#[derive(Clone, Debug)]
pub struct Csv {
    columns: &'static [Column],
    text: String,
    escaped_length: usize,
    until: Instant,
}

impl Csv {
    /// A part without rows but that of the keys. Its time begins now.
    #[must_use]
    pub fn new(columns: &'static [Column]) -> Self {
        let mut part = Self { columns, text: String::new(), escaped_length: 0, until: end_of_time() };
        part.add(columns.iter().map(|column| quoted(column.key.to_owned())));
        part
    }

    /// Adds the row of an object. Returns `false` if there is no room: then the part stays as it is, and ends here. A part
    /// without rows has room for any row of a record of this service.
    pub fn push(&mut self, object: &Value) -> bool {
        self.add(self.columns.iter().map(|column| column.cell(object)))
    }

    fn add(&mut self, cells: impl Iterator<Item = String>) -> bool {
        let row = cells.collect::<Vec<_>>().join(",") + END;
        let escaped_length = self.escaped_length + escaped_length(&row);
        let fits = escaped_length <= MOST_BYTES;
        if fits {
            self.escaped_length = escaped_length;
            self.text += &row;
        }
        fits
    }

    /// Adds the rows of one page of a list after the other, until there is no room or no time. `read` gives the page behind a place, and
    /// where the page after it begins if there may be one; `view` the object that a record is shown as, and `place` the place of a record.
    /// Returns the place behind which the next part begins, if there may be one.
    ///
    /// # Errors
    /// Those of `read`.
    pub async fn fill<T, P: Clone, E>(
        &mut self,
        mut after: Option<P>,
        read: impl AsyncFn(Option<P>) -> Result<(Vec<T>, Option<P>), E>,
        view: impl Fn(&T) -> Value,
        place: impl Fn(&T) -> P,
    ) -> Result<Option<P>, E> {
        loop {
            let (records, next) = read(after.clone()).await?;
            for record in &records {
                if !self.push(&view(record)) {
                    return Ok(after);
                }
                after = Some(place(record));
            }
            if next.is_none() || Instant::now() >= self.until {
                return Ok(next);
            }
            after = next;
        }
    }

    /// When to stop reading rows.
    #[must_use]
    pub fn until(&self) -> Instant {
        self.until
    }

    /// Answers 200 with this part, and with a `Link` to the next one if there is one.
    #[must_use]
    pub fn answer(self, next: Option<String>) -> Response {
        let answer = with_varying_format(response(StatusCode::OK, "text/csv; charset=utf-8", self.text));
        match next {
            Some(next) => with_header(answer, LINK, &next),
            None => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lambda::response::into_gateway_format;
    use proptest::prelude::*;
    use serde_json::json;

    const COLUMNS: [Column; 2] = [Column::of("a"), Column::of_numbers("b")];

    fn written(objects: &[Value]) -> String {
        let mut part = Csv::new(&COLUMNS);
        assert!(objects.iter().all(|object| part.push(object)));
        part.text
    }

    /// The rows of a text, read as RFC 4180 says.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
        let mut rest = text;
        while !rest.is_empty() {
            if let Some(mut inside) = rest.strip_prefix('"') {
                loop {
                    let end = inside.find('"').unwrap();
                    cell += &inside[..end];
                    inside = &inside[end + 1..];
                    match inside.strip_prefix('"') {
                        Some(more) => inside = more,
                        None => break,
                    }
                    cell.push('"');
                }
                rest = inside;
            } else {
                let end = rest.find([',', '\r']).unwrap();
                cell += &rest[..end];
                rest = &rest[end..];
            }
            row.push(std::mem::take(&mut cell));
            rest = rest.strip_prefix(',').unwrap_or_else(|| {
                rows.push(std::mem::take(&mut row));
                rest.strip_prefix(END).unwrap()
            });
        }
        rows
    }

    #[test]
    fn a_cell_is_quoted_where_it_must_be() {
        for (value, cell) in [
            (json!("plain text, no"), "\"plain text, no\""),
            (json!("Acme Ltd"), "Acme Ltd"),
            (json!(" Acme "), " Acme "),
            (json!("Say \"hi\""), "\"Say \"\"hi\"\"\""),
            (json!("a\nb"), "\"a\nb\""),
            (json!("a\rb"), "\"a\rb\""),
            (json!("東京;\t"), "東京;\t"),
            (json!(null), ""),
            (json!(""), ""),
            (json!(true), "true"),
            (json!(-12), "-12"),
            (json!(0.5), "0.5"),
            (json!([]), "[]"),
            (json!(["a", "b"]), "\"[\"\"a\"\",\"\"b\"\"]\""),
            (json!({"kind": "=", "id": null}), "\"{\"\"kind\"\":\"\"=\"\",\"\"id\"\":null}\""),
        ] {
            assert_eq!(written(&[json!({"a": value, "b": 1})]), format!("a,b\r\n{cell},1\r\n"));
        }
        assert_eq!(written(&[json!({})]), "a,b\r\n,\r\n");
        assert_eq!(written(&[]), "a,b\r\n");
    }

    #[test]
    fn no_text_is_a_formula_and_a_number_stays_as_it_is() {
        for (text, guarded) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\rx", "\"'\rx\""),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("a=1", "a=1"),
            ("'=1", "'=1"),
            (" =1", " =1"),
        ] {
            assert_eq!(written(&[json!({"a": text})]), format!("a,b\r\n{guarded},\r\n"));
        }
        assert_eq!(written(&[json!({"b": "+31 012 345678"})]), "a,b\r\n,+31 012 345678\r\n");
    }

    #[test]
    fn a_part_ends_at_a_whole_row_below_its_limit() {
        // Quotes and line ends take two bytes each in the answer of a function.
        let object = json!({"a": "\"\n".repeat(50_000), "b": "é"});
        let mut part = Csv::new(&COLUMNS);
        let mut rows = 0;
        while part.push(&object) {
            rows += 1;
        }
        assert!(rows > 10 && part.text.ends_with(",é\r\n"), "{rows}");
        assert!(!part.push(&object));
        let answer = part.answer(None);
        let length = serde_json::to_string(&into_gateway_format(answer.clone())).unwrap().len();
        let of_a_row = escaped_length(std::str::from_utf8(answer.body()).unwrap()) / rows;
        assert!(length <= MOST_BYTES + 300 && length + of_a_row > MOST_BYTES, "{length}");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(cells in proptest::collection::vec((".{0,9}", "[\",\r\n a]{0,9}"), 0..5)) {
            let objects: Vec<Value> = cells.iter().map(|(one, other)| json!({"a": format!("x{one}"), "b": other})).collect();
            let mut expected = vec![vec!["a".to_owned(), "b".to_owned()]];
            expected.extend(cells.iter().map(|(one, other)| vec![format!("x{one}"), other.clone()]));
            prop_assert_eq!(read(&written(&objects)), expected);
        }
    }
}
