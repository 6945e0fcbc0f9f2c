//! From an image that somebody sent to the PNG that is stored.
//!
//! What was sent is hostile until it has been decoded: its type is told by its first bytes, and how much memory and time it takes is
//! bounded before it takes them. Nothing of its bytes is stored.

#[cfg(test)]
mod attacks;
mod raster;
mod stored;
mod svg;

/// The sides of the box that a stored logo fits into.
const BOX: (u32, u32) = (1_024, 256);

/// The most pixels that a side of an image may have.
const MOST_SIDE: u32 = 4_096;

/// The most bytes that the pixels of an image may have in memory.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;

/// Why an image was not read. The text completes a sentence that begins with the name of the field.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}; it can be {FORMATS}, with at most {MOST_SIDE} pixels a side and 64 MiB of memory")]
pub(crate) struct Unreadable {
    fault: Fault,
}

const FORMATS: &str = "a PNG, JPEG, GIF, WebP, BMP, ICO, TIFF or SVG image";

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum Fault {
    #[error("is in no known image format")]
    Unknown,
    #[error("is damaged")]
    Damaged,
    #[error("is too large")]
    TooLarge,
    /// What the SVG has that is not taken.
    #[error("is an SVG with {0}, which is not taken")]
    Refused(String),
}

impl From<Fault> for Unreadable {
    fn from(fault: Fault) -> Self {
        Self { fault }
    }
}

impl Unreadable {
    /// A decoder gave up in the middle.
    pub(crate) const DAMAGED: Self = Self { fault: Fault::Damaged };
}

/// The PNG to be stored of an image: it fits into 1,024 × 256 pixels and 64 KB.
pub(crate) fn read(sent: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let image = match raster::format(sent) {
        Some(format) => raster::decode(sent, format)?,
        None => svg::draw(sent)?,
    };
    stored::png(&image)
}

/// The size of an image of this size that is made to fit into a box.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the numbers are clamped to the box")]
fn fitted((width, height): (f64, f64), (widest, highest): (u32, u32)) -> (u32, u32) {
    let scale = (f64::from(widest) / width).min(f64::from(highest) / height);
    let side = |length: f64, most: u32| (length * scale).round().clamp(1.0, f64::from(most)) as u32;
    (side(width, widest), side(height, highest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_keeps_its_shape_in_the_box() {
        for (size, fitting) in [
            ((4096.0, 4096.0), (256, 256)),
            ((4.0, 1.0), (1024, 256)),
            ((4096.0, 1.0), (1024, 1)),
            ((1.0, 4096.0), (1, 256)),
            ((0.001, 3000.0), (1, 256)),
            ((2000.0, 1000.0), (512, 256)),
        ] {
            assert_eq!(fitted(size, BOX), fitting, "{size:?}");
        }
    }
}
