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

pub(crate) use bounds::Unreadable;

/// The PNG to be stored of an image: it fits into 1,024 × 256 pixels and 64 KB.
pub(crate) fn read(sent: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let image = match raster::format(sent) {
        Some(format) => raster::decode(sent, format)?,
        None => svg::draw(sent)?,
    };
    stored::png(&image)
}
