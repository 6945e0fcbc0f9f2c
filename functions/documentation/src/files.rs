//! The files of the page, each at a route of its own.

/// How long a browser may keep a file without asking again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It asks each time.
    Never,
    /// For ever: the page names a changed file by another address.
    ForEver,
}

/// A file.
pub(crate) struct File {
    pub(crate) path: &'static str,
    pub(crate) media_type: &'static str,
    pub(crate) is_compressed: bool,
    pub(crate) kept: Kept,
    pub(crate) content: &'static [u8],
}

impl File {
    const fn plain(path: &'static str, media_type: &'static str, content: &'static [u8]) -> Self {
        Self { path, media_type, is_compressed: false, kept: Kept::Never, content }
    }
}

const JSON: &str = "application/json";

/// All files.
pub(crate) const FILES: [File; 8] = [
    File::plain("/docs", "text/html; charset=utf-8", include_bytes!("../assets/page.html")),
    File::plain("/docs/page.css", "text/css; charset=utf-8", include_bytes!("../assets/page.css")),
    File::plain("/docs/page.js", "text/javascript; charset=utf-8", include_bytes!("../assets/page.js")),
    File::plain("/docs/customer.json", JSON, include_bytes!("../../../docs/openapi/customer.json")),
    File::plain("/docs/licensing.json", JSON, include_bytes!("../../../docs/openapi/licensing.json")),
    File::plain("/docs/management.json", JSON, include_bytes!("../../../docs/openapi/management.json")),
    File::plain("/docs/reseller.json", JSON, include_bytes!("../../../docs/openapi/reseller.json")),
    // Redoc, as its npm package has it: `.ci/redoc` compares them.
    File {
        path: "/docs/redoc.js",
        media_type: "text/javascript; charset=utf-8",
        is_compressed: true,
        kept: Kept::ForEver,
        content: include_bytes!("../assets/redoc.js.gz"),
    },
];
