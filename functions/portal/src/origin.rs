//! Where a form was sent from: only from this portal's own pages.

use shared::lambda::request::Request;

/// Whether one of this portal's pages sent a form. Browsers say where a request comes from in `Sec-Fetch-Site`, or, if they are old, in
/// `Origin`; a page can change neither. `none` is what the person asked for directly.
pub(crate) fn is_own(request: &Request, public_origin: &str) -> bool {
    match request.header("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => request.header("origin").is_some_and(|origin| origin == public_origin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    #[test]
    fn only_a_page_of_this_origin_can_send_a_form() {
        let is_taken = |headers: Value| {
            let request = serde_json::from_value(json!({"headers": headers})).unwrap();
            is_own(&request, "https://portal.example.com")
        };
        assert!(is_taken(json!({"sec-fetch-site": "same-origin"})));
        assert!(is_taken(json!({"Sec-Fetch-Site": "none"})));
        assert!(is_taken(json!({"origin": "https://portal.example.com"})));
        for headers in [
            json!({}),
            json!({"sec-fetch-site": "cross-site"}),
            json!({"sec-fetch-site": "same-site"}),
            json!({"sec-fetch-site": ""}),
            json!({"sec-fetch-site": "cross-site", "origin": "https://portal.example.com"}),
            json!({"origin": "null"}),
            json!({"origin": "https://portal.example.com.evil.example"}),
            json!({"origin": "http://portal.example.com"}),
            json!({"referer": "https://portal.example.com/"}),
        ] {
            assert!(!is_taken(headers.clone()), "{headers}");
        }
    }
}
