//! The format of a body, and the format of its answer.

use shared::lambda::request::Request;

/// The format of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// `application/json`, the default.
    Json,
    /// `application/xml`.
    Xml,
    /// `text/xml`, for clients that accept no other.
    TextXml,
}

/// The format of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyFormat {
    Json,
    Xml,
    Form,
}

/// How much a client wants a format, in thousandths (RFC 9110, section 12.4.2).
const FULL_QUALITY: u16 = 1000;

impl Format {
    /// In the order in which they are chosen when the client has no preference.
    const ALL: [Self; 3] = [Self::Json, Self::Xml, Self::TextXml];

    /// The supported format that the client prefers; `None` when it accepts none.
    pub(crate) fn accepted(request: &Request) -> Option<Self> {
        let accept = request.header("accept").unwrap_or_default();
        if accept.trim().is_empty() {
            return Some(Self::Json);
        }
        let best = Self::ALL.iter().rev().max_by_key(|format| quality(accept, format.media_type()));
        best.copied().filter(|format| quality(accept, format.media_type()) > 0)
    }

    fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml",
            Self::TextXml => "text/xml",
        }
    }

    /// The value of `Content-Type`. It names the encoding of XML, because old clients assume another one than UTF-8 otherwise.
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Xml => "application/xml; charset=utf-8",
            Self::TextXml => "text/xml; charset=utf-8",
        }
    }
}

impl BodyFormat {
    /// The format that `Content-Type` names; without the header, the default of this API. `None` for any other format.
    pub(crate) fn of(request: &Request) -> Option<Self> {
        let named = request.header("content-type").unwrap_or_default();
        match essence(named).as_str() {
            "" | "application/json" => Some(Self::Json),
            "application/xml" | "text/xml" => Some(Self::Xml),
            "application/x-www-form-urlencoded" => Some(Self::Form),
            _ => None,
        }
    }
}

/// A media type or range without its parameters, in lower case.
fn essence(media_type: &str) -> String {
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

    fn accepted(accept: &str) -> Option<Format> {
        let request = serde_json::from_value(json!({"headers": {"accept": accept}})).unwrap();
        Format::accepted(&request)
    }

    #[test]
    fn the_format_is_the_one_that_is_wanted_most() {
        for (accept, format) in [
            ("", Format::Json),
            ("*/*", Format::Json),
            ("application/*", Format::Json),
            ("text/*", Format::TextXml),
            ("application/xml", Format::Xml),
            ("APPLICATION/XML; charset=utf-8", Format::Xml),
            ("text/xml", Format::TextXml),
            ("text/xml, application/xml", Format::Xml),
            ("application/json, application/xml", Format::Json),
            ("application/xml, application/json", Format::Json),
            ("application/json;q=0.5, application/xml", Format::Xml),
            ("application/json; Q=0.5 , application/xml;q=0.6", Format::Xml),
            ("application/json;q=0.001,text/xml;q=0.002", Format::TextXml),
            ("application/json;q=0, */*", Format::Xml),
            ("application/json;q=0, */*;q=0.1, application/xml;q=0", Format::TextXml),
            ("*/*;q=0.1, application/xml", Format::Xml),
            ("text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", Format::Json),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", Format::Xml),
            ("application/json;version=1;q=0.1, text/xml;q=0.2", Format::TextXml),
            ("application/xml;q=nan", Format::Xml),
            ("application/xml;q=high", Format::Xml),
        ] {
            assert_eq!(accepted(accept), Some(format), "{accept}");
        }
    }

    #[test]
    fn who_wants_none_of_them_gets_none() {
        for accept in ["text/html", "application/json;q=0", "*/*;q=0", "application/vnd.api+json", "image/*", "json", ","] {
            assert_eq!(accepted(accept), None, "{accept}");
        }
    }

    #[test]
    fn a_body_has_the_format_of_its_media_type() {
        let of = |media_type: Option<&str>| {
            let request = serde_json::from_value(json!({"headers": {"content-type": media_type.unwrap_or_default()}})).unwrap();
            BodyFormat::of(&request)
        };
        for (media_type, format) in [
            (None, Some(BodyFormat::Json)),
            (Some("application/json"), Some(BodyFormat::Json)),
            (Some("Application/JSON; charset=UTF-8"), Some(BodyFormat::Json)),
            (Some("application/xml"), Some(BodyFormat::Xml)),
            (Some("text/xml;charset=utf-8"), Some(BodyFormat::Xml)),
            (Some("application/x-www-form-urlencoded"), Some(BodyFormat::Form)),
            (Some("text/plain"), None),
            (Some("multipart/form-data; boundary=x"), None),
            (Some("application/soap+xml"), None),
        ] {
            assert_eq!(of(media_type), format, "{media_type:?}");
        }
    }
}
