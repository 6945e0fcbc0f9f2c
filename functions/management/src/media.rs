//! The format of a body, and the format of its answer.

use shared::lambda::media::{essence, preferred};
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

impl Format {
    /// In the order in which they are chosen when the client has no preference.
    const ALL: [Self; 3] = [Self::Json, Self::Xml, Self::TextXml];

    /// The supported format that the client prefers; `None` when it accepts none.
    pub(crate) fn accepted(request: &Request) -> Option<Self> {
        let preferred = preferred(request, &Self::ALL.map(Self::media_type))?;
        Self::ALL.into_iter().find(|format| format.media_type() == preferred)
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
