//! The bounds of images, and what is said about an image beyond them.

/// The sides of the box that a stored logo fits into.
pub(super) const BOX: (u32, u32) = (1_024, 256);

/// The most pixels that a side of an image may have.
pub(super) const MOST_SIDE: u32 = 4_096;

/// The most bytes that the pixels of an image may have in memory.
pub(super) const MOST_MEMORY: u64 = 64 * 1024 * 1024;

/// Why an image was not read. The text completes a sentence that begins with the name of the field.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{fault}; it can be {FORMATS}, with at most {MOST_SIDE} pixels a side and 64 MiB of memory")]
pub(crate) struct Unreadable {
    pub(super) fault: Fault,
}

const FORMATS: &str = "a PNG, JPEG, GIF, WebP, BMP, ICO, TIFF or SVG image";

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
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

/// The size of an image of this size that is made to fit into a box.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the numbers are clamped to the box")]
pub(super) fn fitted((width, height): (f64, f64), (widest, highest): (u32, u32)) -> (u32, u32) {
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
