//! `multipart/form-data`, as browsers send a form with a file (RFC 7578), read strictly: every body that is not exactly what the HTML
//! standard lets a browser write is refused.

/// The most fields of such a form.
const MOST_FIELDS: usize = 16;

/// The most bytes of the headers of one field.
const MOST_HEADERS: usize = 4_096;

/// The most characters of a boundary (RFC 2046, section 5.1.1).
const MOST_BOUNDARY: usize = 70;

/// Why a body can't be read. The text completes a sentence that ends in "because".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("it is no form with a file")]
    NoForm,
    #[error("its parts don't end where they should")]
    Parts,
    #[error("a part has no name")]
    Name,
    #[error("it has too many parts")]
    TooMany,
}

/// The fields of a form with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Multipart<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Multipart<'a> {
    /// Reads a body of this media type.
    ///
    /// # Errors
    /// [`Malformed`].
    pub(crate) fn parse(media_type: &str, body: &'a [u8]) -> Result<Self, Malformed> {
        let delimiter = format!("\r\n--{}", boundary(media_type).ok_or(Malformed::NoForm)?);
        // The first delimiter has no line before it.
        let first = delimiter.trim_start().as_bytes();
        let mut rest = body.strip_prefix(first).ok_or(Malformed::Parts)?;
        let mut fields = Vec::new();
        while !rest.starts_with(b"--") {
            let part = rest.strip_prefix(b"\r\n").ok_or(Malformed::Parts)?;
            let (headers, content) = split(part, b"\r\n\r\n").ok_or(Malformed::Parts)?;
            let name = name(headers).ok_or(Malformed::Name)?;
            let (content, behind) = split(content, delimiter.as_bytes()).ok_or(Malformed::Parts)?;
            if fields.len() == MOST_FIELDS {
                return Err(Malformed::TooMany);
            }
            fields.push((name, content));
            rest = behind;
        }
        Ok(Self(fields))
    }

    /// What a field holds; `None` when it was not sent.
    pub(crate) fn bytes(&self, name: &str) -> Option<&'a [u8]> {
        self.0.iter().find(|(sent, _)| *sent == name).map(|(_, content)| *content)
    }

    /// The text in a field; `None` when it was not sent, or is no text.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.bytes(name).and_then(|content| std::str::from_utf8(content).ok())
    }
}

/// The boundary that a media type names.
fn boundary(media_type: &str) -> Option<&str> {
    let (kind, parameters) = media_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut pairs = parameters.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let value = value.trim();
    let value = value.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"')).unwrap_or(value);
    let is_possible = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    let is_boundary = (1..=MOST_BOUNDARY).contains(&value.len()) && value.bytes().all(is_possible) && !value.ends_with(' ');
    is_boundary.then_some(value)
}

/// The bytes before this mark, which begins with a line break, and those behind it.
fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\r').map(|(place, _)| place);
    let behind = |place: usize| bytes.get(place..).and_then(|rest| rest.strip_prefix(mark));
    breaks.into_iter().find_map(|place| Some((bytes.get(..place)?, behind(place)?)))
}

/// The name that the headers of a part give it. A quotation mark in a name or in the name of a file is sent as `%22`.
fn name(headers: &[u8]) -> Option<&str> {
    if headers.len() > MOST_HEADERS {
        return None;
    }
    let lines = std::str::from_utf8(headers).ok()?.split("\r\n");
    let mut disposition = lines.filter_map(|line| line.split_once(':'));
    let (_, value) = disposition.find(|(header, _)| header.eq_ignore_ascii_case("content-disposition"))?;
    let (kind, parameters) = value.split_once(';')?;
    let name = parameters.trim_start().strip_prefix("name=\"")?.split('"').next()?;
    kind.trim().eq_ignore_ascii_case("form-data").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MEDIA_TYPE: &str = "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk";
    const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxk";

    /// A form as browsers write it; the last field is a file.
    fn written(fields: &[(&str, &[u8])]) -> Vec<u8> {
        let mut body = Vec::new();
        for (place, (name, content)) in fields.iter().enumerate() {
            let is_file = place + 1 == fields.len();
            let more = if is_file { "; filename=\"a; name=x.png\"\r\nContent-Type: image/png" } else { "" };
            body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n").bytes());
            body.extend(*content);
            body.extend(b"\r\n");
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        body
    }

    #[test]
    fn fields_and_files_come_as_they_were_written() {
        let odd = b"\x89PNG\r\n\x1a\n\r\n--\r\n------WebKitFormBoundary7MA4YWx\r\n\xff\0".as_slice();
        let body = written(&[("shown_logo", b""), ("text", "é".as_bytes()), ("logo", odd)]);
        let read = Multipart::parse(MEDIA_TYPE, &body).unwrap();
        assert_eq!((read.text("shown_logo"), read.text("text"), read.bytes("logo")), (Some(""), Some("é"), Some(odd)));
        assert_eq!((read.text("logo"), read.bytes("x")), (None, None), "bytes are no text, and a file's name no field's");
        assert_eq!(Multipart::parse(MEDIA_TYPE, &written(&[])), Ok(Multipart(Vec::new())));
        let quoted = format!("Multipart/Form-Data; charset=utf-8; Boundary=\"{BOUNDARY}\"");
        assert_eq!(Multipart::parse(&quoted, &body), Ok(read));
    }

    #[test]
    fn what_no_browser_writes_is_refused() {
        let body = written(&[("logo", b"x")]);
        for media_type in [
            "",
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/form-data; boundary=\"\"",
            "multipart/mixed; boundary=----WebKitFormBoundary7MA4YWxk",
            "multipart/form-data; boundary=a\u{e9}",
            &format!("multipart/form-data; boundary={}", "a".repeat(71)),
        ] {
            assert_eq!(Multipart::parse(media_type, &body), Err(Malformed::NoForm), "{media_type}");
        }
        assert_eq!(Multipart::parse("multipart/form-data; boundary=other", &body), Err(Malformed::Parts));
        for end in 0..body.len() - 4 {
            assert_eq!(Multipart::parse(MEDIA_TYPE, &body[..end]), Err(Malformed::Parts), "{end}");
        }
        let text = String::from_utf8(body).unwrap();
        for (from, to) in
            [("form-data", "attachment"), ("name=\"logo\"; ", ""), ("Content-D", "Cantent-D"), ("; name=\"logo\"", "; name=logo")]
        {
            assert_eq!(Multipart::parse(MEDIA_TYPE, text.replacen(from, to, 1).as_bytes()), Err(Malformed::Name), "{to}");
        }
        let long = text.replace("a; name", &"a".repeat(MOST_HEADERS));
        assert_eq!(Multipart::parse(MEDIA_TYPE, long.as_bytes()), Err(Malformed::Name));
        let many = written(&[("a", b"".as_slice()); MOST_FIELDS + 1]);
        assert_eq!(Multipart::parse(MEDIA_TYPE, &many), Err(Malformed::TooMany));
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_comes_back(content in proptest::collection::vec(any::<u8>(), 0..300), cut in 0..300_usize) {
            let body = written(&[("shown_logo", b"0"), ("logo", &content)]);
            let read = Multipart::parse(MEDIA_TYPE, &body).unwrap();
            prop_assert_eq!(read.bytes("logo"), Some(content.as_slice()));
            let _ = Multipart::parse(MEDIA_TYPE, &body[body.len().min(cut)..]);
        }

        #[test]
        fn no_bytes_at_all_make_it_panic(body in proptest::collection::vec(any::<u8>(), 0..200), media_type in any::<String>()) {
            let _ = Multipart::parse(&media_type, &body);
            let _ = Multipart::parse(MEDIA_TYPE, &body);
        }
    }
}
