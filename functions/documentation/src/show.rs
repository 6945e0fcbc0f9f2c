//! `GET /docs`, and the files of the page.

use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{HeaderValue, StatusCode};
use shared::lambda::media::accepts_gzip;
use shared::lambda::request::Request;
use shared::lambda::response::{Response, empty};
use shared::store::{Read, Table};

use crate::Error;
use crate::files::{FILES, File, Kept};

/// What a browser may load for the page, and from where. The hashes are those of the two styles that Redoc writes into the page: an
/// empty one, which it then fills by script, and that of its scroll bars.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' \
                      'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=' \
                      'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='; connect-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Answers 200 with the file at this path.
///
/// # Errors
/// 404 when there is no such file, 406 when it is compressed and the client does not accept that.
pub async fn show(_: &Table<Read>, request: &Request) -> Result<Response, Error> {
    let file = FILES.iter().find(|file| file.path == request.path()).ok_or(Error::NoSuchFile)?;
    if file.is_compressed && !accepts_gzip(request) {
        return Err(Error::OnlyCompressed);
    }
    Ok(shown(file))
}

fn shown(file: &File) -> Response {
    let kept = match file.kept {
        Kept::Never => "no-cache",
        Kept::ForEver => "public, max-age=31536000, immutable",
    };
    let mut response = empty(StatusCode::OK);
    let mut set =
        |name: HeaderName, value: &'static str| _ = response.headers_mut().insert(name, HeaderValue::from_static(value));
    set(CONTENT_TYPE, file.media_type);
    set(CACHE_CONTROL, kept);
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(REFERRER_POLICY, "no-referrer");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    if file.is_compressed {
        set(CONTENT_ENCODING, "gzip");
        set(VARY, "accept-encoding");
    }
    *response.body_mut() = file.content.to_vec();
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_says() {
        for file in &FILES {
            let answer = shown(file);
            assert_eq!(answer.body(), file.content, "{}", file.path);
            assert_eq!(file.content.starts_with(&[0x1f, 0x8b]), file.is_compressed, "{}", file.path);
            assert_eq!(answer.headers().contains_key(CONTENT_ENCODING), file.is_compressed, "{}", file.path);
            assert_eq!(answer.headers()[CONTENT_SECURITY_POLICY], POLICY);
        }
    }

    #[test]
    fn the_page_names_files_that_are_there_and_nothing_of_another_host() {
        let page = std::str::from_utf8(FILES[0].content).unwrap();
        let named = page.split(['"', '?']).filter(|part| part.starts_with('/'));
        let missing: Vec<&str> = named.filter(|path| FILES.iter().all(|file| file.path != *path)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(
            !page.contains("://")
                && !page.contains("<style")
                && page.matches("<script src=\"/docs/").count() == page.matches("<script").count()
        );
    }
}
