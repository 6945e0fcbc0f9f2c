//! What a browser says of itself, in words.

/// Browsers, by what they alone say, before those that others claim to be too.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Version/", "Safari"),
    ("curl/", "curl"),
];

/// Systems, in the same way.
const SYSTEMS: [(&str, &str); 7] = [
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
];

/// The most characters that are shown of what is none of these.
const MOST: usize = 60;

/// What a browser said of itself, as people call it. What is unknown is shown as it is, if it is not long.
pub(super) fn in_words(said: &str) -> String {
    let known = |list: &[(&str, &'static str)]| list.iter().find(|(mark, _)| said.contains(mark)).map(|(_, words)| *words);
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ if said.chars().count() <= MOST => said.to_owned(),
        _ => said.chars().take(MOST).chain(['…']).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_browsers_are_called_by_their_names() {
        let webkit =
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36";
        let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (said, words) in [
            (webkit.to_owned(), "Chrome on Windows"),
            (format!("{webkit} Edg/130.0.0.0"), "Edge on Windows"),
            (format!("{webkit} OPR/115.0.0.0"), "Opera on Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0".to_owned(), "Firefox on Linux"),
            (format!("{iphone} Version/18.0 Mobile/15E148 Safari/604.1"), "Safari on an iPhone"),
            (format!("{iphone} CriOS/130.0 Mobile/15E148 Safari/604.1"), "Chrome on an iPhone"),
            (
                "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36".to_owned(),
                "Chrome on Android",
            ),
            ("curl/8.5.0".to_owned(), "curl"),
            ("Something <else>".to_owned(), "Something <else>"),
        ] {
            assert_eq!(in_words(&said), words, "{said}");
        }
        assert_eq!(in_words(&"é".repeat(60)), "é".repeat(60));
        assert_eq!(in_words(&"é".repeat(61)), format!("{}…", "é".repeat(60)));
    }
}
