//! Addresses of pages: how they are written, and which ones a login may lead to.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All characters but those that need no encoding in a query (RFC 3986, section 2.3).
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The most characters of an address that a login leads to.
const MAXIMUM: usize = 2_000;

/// A path with these parameters; those without a value are left out.
pub(crate) fn with_query<N: AsRef<str>, V: AsRef<str>>(path: &str, parameters: impl IntoIterator<Item = (N, V)>) -> String {
    let pairs = parameters.into_iter().filter(|(_, value)| !value.as_ref().is_empty());
    let encoded = |text: &str| utf8_percent_encode(text, &ENCODED).to_string();
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{}={}", encoded(name.as_ref()), encoded(value.as_ref()))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The address, if it is one of this origin: a login leads nowhere else, whatever a link to it says. Browsers take `//host` and `/\host` for
/// another host's.
pub(crate) fn own(sent: &str) -> Option<&str> {
    let path = sent.split('?').next().unwrap_or_default();
    let is_path =
        path.starts_with('/') && !path.contains("//") && path.split('/').all(|segment| segment != "." && segment != "..");
    let is_plain = sent.len() <= MAXIMUM && sent.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_path && is_plain).then_some(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_encoded_and_leaves_out_what_is_empty() {
        assert_eq!(with_query("/reseller", [("search", ""), ("rows", "")]), "/reseller");
        assert_eq!(with_query("/reseller", [("search", "a&b =é"), ("rows", "25")]), "/reseller?search=a%26b%20%3D%C3%A9&rows=25");
    }

    #[test]
    fn a_login_leads_to_no_other_host() {
        for path in ["/", "/reseller/7?tab=2", "/reseller?search=a%2F%2Fb", "/reseller?search=//b"] {
            assert_eq!(own(path), Some(path));
        }
        let long = format!("/{}", "a".repeat(2_000));
        for other in [
            "",
            "reseller",
            "//evil.example",
            "/.//evil.example",
            "/reseller//evil.example",
            "/reseller/../evil",
            "/\\evil.example",
            "/\t/evil.example",
            "https://evil.example/",
            "/a\r\nb",
            "/é",
            &long,
        ] {
            assert_eq!(own(other), None, "{other:?}");
        }
    }
}
