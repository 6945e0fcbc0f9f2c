//! From an image that somebody sent to the PNG that is stored.
//!
//! What was sent is hostile until it has been decoded: its type is told by its first bytes, and how much memory and time it takes is
//! bounded before it takes them. Nothing of its bytes is stored.

#[cfg(test)]
mod attacks;
mod bounds;
mod raster;
mod stored;
mod svg;

use shared::lambda::faults::Faults;

pub(crate) use bounds::Unreadable;

/// How many bytes an image may have as it is sent.
pub const MOST_BYTES: usize = 2 * 1024 * 1024;

/// The PNG to be stored of an image that somebody sent.
///
/// # Errors
/// The fault of the field `logo`: the image has too many bytes, or can't be read.
pub async fn png_of(sent: Vec<u8>) -> Result<Vec<u8>, Faults> {
    if sent.len() > MOST_BYTES {
        return Err(too_large());
    }
    // On a thread of its own, so that the request's deadline is kept while it works.
    let read = tokio::task::spawn_blocking(move || read(&sent)).await;
    // A decoder that panics has met something that is no image.
    read.unwrap_or(Err(Unreadable::DAMAGED)).map_err(|fault| Faults::one("logo", fault))
}

/// The fault of an image with more than [`MOST_BYTES`].
#[must_use]
pub fn too_large() -> Faults {
    Faults::one("logo", format_args!("must have at most {MOST_BYTES} bytes"))
}

/// The PNG to be stored of an image: it fits into 1,024 × 256 pixels and 64 KB.
pub(crate) fn read(sent: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let image = match raster::format(sent) {
        Some(format) => raster::decode(sent, format)?,
        None => svg::draw(sent)?,
    };
    stored::png(&image)
}
