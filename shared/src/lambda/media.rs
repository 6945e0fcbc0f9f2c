//! Media types: the one that a client wants most.

use super::request::Request;

/// How much a client wants a format, in thousandths (RFC 9110, section 12.4.2).
const FULL_QUALITY: u16 = 1000;

/// Of these media types, the one that the client prefers; `None` when it accepts none. The first of those that it wants equally
/// much; the first of all without the header `Accept`.
#[must_use]
pub fn preferred<'a>(request: &Request, offered: &[&'a str]) -> Option<&'a str> {
    let accept = request.header("accept").unwrap_or_default();
    if accept.trim().is_empty() {
        return offered.first().copied();
    }
    let best = offered.iter().rev().map(|offered| (quality(accept, offered), *offered)).max_by_key(|(quality, _)| *quality);
    best.filter(|(quality, _)| *quality > 0).map(|(_, offered)| offered)
}

/// A media type or range without its parameters, in lower case.
#[must_use]
pub fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The quality that an `Accept` header gives a media type: that of its most specific range for the type, 0 when it has no range
/// for it.
fn quality(accept: &str, media_type: &str) -> u16 {
    let of_all_subtypes = media_type.split('/').next().map(|group| format!("{group}/*")).unwrap_or_default();
    let ranges = accept.split(',').filter_map(|range| {
        // A single star is no range, but common Java clients send it.
        let specificity = match essence(range).as_str() {
            "*" | "*/*" => 1,
            all if all == of_all_subtypes => 2,
            one if one == media_type => 3,
            _ => return None,
        };
        Some((specificity, weight(range)))
    });
    ranges.max().map_or(0, |(_, weight)| weight)
}

/// Whether the client accepts gzip (RFC 9110, section 12.5.3): it names it, or all, with a weight that is not zero.
#[must_use]
pub fn accepts_gzip(request: &Request) -> bool {
    let accepted = request.header("accept-encoding").unwrap_or_default();
    let of = |wanted: &str| accepted.split(',').find(|coding| essence(coding) == wanted).map(weight);
    of("gzip").or_else(|| of("*")).is_some_and(|weight| weight > 0)
}

/// The parameter `q` of a range. Without it, or if it is no number, the range has full quality.
fn weight(range: &str) -> u16 {
    let parameter = range.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| value.trim().parse::<f32>().ok())?
    });
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 1000")]
    parameter.filter(|weight| !weight.is_nan()).map_or(FULL_QUALITY, |weight| (weight.clamp(0.0, 1.0) * 1000.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn gzip_is_accepted_by_who_names_it() {
        let accepts =
            |encodings: &str| accepts_gzip(&serde_json::from_value(json!({"headers": {"accept-encoding": encodings}})).unwrap());
        for encodings in ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP;q=0.5", "*", "gzip;q=0.001", "identity, gzip ; q=1"] {
            assert!(accepts(encodings), "{encodings}");
        }
        for encodings in ["", "identity", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0.0", "xgzip"] {
            assert!(!accepts(encodings), "{encodings}");
        }
    }

    #[test]
    fn what_is_offered_first_is_given_unless_another_is_wanted_more() {
        let preferred = |accept: &str| {
            let request: Request = serde_json::from_value(json!({"headers": {"Accept": accept}})).unwrap();
            preferred(&request, &["application/json", "text/csv"])
        };
        for (accept, expected) in [
            ("", Some("application/json")),
            ("*/*", Some("application/json")),
            ("text/csv", Some("text/csv")),
            ("text/csv;q=0.5, application/json;q=0.4", Some("text/csv")),
            ("text/csv, application/json", Some("application/json")),
            ("text/*;q=0.1", Some("text/csv")),
            ("text/html", None),
            ("text/csv;q=0", None),
            ("text/csv;q=0, */*;q=0.1", Some("application/json")),
        ] {
            assert_eq!(preferred(accept), expected, "{accept}");
        }
    }
}
