//! Images of pixels.

use std::io::Cursor;

use image::error::ImageError;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbaImage};

use super::bounds::{BOX, Fault, MOST_MEMORY, MOST_SIDE};
use super::stored;

/// The format of an image, by its first bytes; `None` for what is no image of pixels that can be read.
pub(super) fn format(sent: &[u8]) -> Option<ImageFormat> {
    use ImageFormat::{Bmp, Gif, Ico, Jpeg, Png, Tiff, WebP};
    image::guess_format(sent).ok().filter(|format| matches!(format, Png | Jpeg | Gif | WebP | Bmp | Ico | Tiff))
}

/// The pixels of an image, the right way up, made smaller to fit into the box of a logo. Of an animation it is the first frame.
pub(super) fn decode(sent: &[u8], format: ImageFormat) -> Result<RgbaImage, Fault> {
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    // For what the decoder needs beside the pixels.
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| fault(&error))?;
    if decoder.total_bytes() > MOST_MEMORY {
        return Err(Fault::TooLarge);
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| fault(&error))?;
    let (width, height) = BOX;
    let within = if lies_on_its_side(orientation) { (height, width) } else { BOX };
    let mut image = DynamicImage::ImageRgba8(stored::fit(image.into_rgba8(), within));
    image.apply_orientation(orientation);
    Ok(image.into_rgba8())
}

fn lies_on_its_side(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

fn fault(error: &ImageError) -> Fault {
    if matches!(error, ImageError::Limits(_)) { Fault::TooLarge } else { Fault::Damaged }
}
