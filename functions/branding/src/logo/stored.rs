//! Making images smaller, and the PNG that is stored.

use image::codecs::png::{CompressionType, FilterType as Prediction, PngEncoder};
use image::imageops::{self, FilterType};
use image::{DynamicImage, RgbaImage};
use shared::domain::brand::MOST_LOGO_BYTES;

use super::bounds::{Fault, Unreadable, fitted};

/// The same image, made smaller if it does not fit into the box.
pub(super) fn fit(image: RgbaImage, within: (u32, u32)) -> RgbaImage {
    let (width, height) = image.dimensions();
    if width <= within.0 && height <= within.1 { image } else { resized(image, fitted((width.into(), height.into()), within)) }
}

/// The PNG of an image, made smaller until it may be stored.
pub(super) fn png(image: &RgbaImage) -> Result<Vec<u8>, Unreadable> {
    let (mut width, mut height) = image.dimensions();
    let mut png = encoded(image.clone())?;
    while png.len() > MOST_LOGO_BYTES {
        // The bytes of a picture grow with its area.
        let scale = (MOST_LOGO_BYTES as f64 / png.len() as f64).sqrt().min(0.95);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it becomes smaller")]
        let smaller = |side: u32| ((f64::from(side) * scale) as u32).max(1);
        (width, height) = (smaller(width), smaller(height));
        png = encoded(resized(image.clone(), (width, height)))?;
    }
    Ok(png)
}

/// The PNG of an image, without alpha where it has none.
fn encoded(image: RgbaImage) -> Result<Vec<u8>, Fault> {
    let is_opaque = image.pixels().all(|pixel| pixel.0[3] == u8::MAX);
    let image = DynamicImage::ImageRgba8(image);
    let image = if is_opaque { DynamicImage::ImageRgb8(image.into_rgb8()) } else { image };
    let mut png = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Best, Prediction::Adaptive);
    image.write_with_encoder(encoder).map_err(|_| Fault::Damaged)?;
    Ok(png)
}

/// The same image in a smaller size.
fn resized(mut image: RgbaImage, (width, height): (u32, u32)) -> RgbaImage {
    // Colours count as much as they are seen: what is transparent must not shine through at the edges.
    for pixel in image.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        pixel.0 = [times(red, alpha), times(green, alpha), times(blue, alpha), alpha];
    }
    // The good filter takes long on an image that is much larger. What it gets is still twice as large.
    if image.width() > 3 * width && image.height() > 3 * height {
        image = imageops::thumbnail(&image, 2 * width, 2 * height);
    }
    let mut image = imageops::resize(&image, width, height, FilterType::Lanczos3);
    for pixel in image.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0;
        pixel.0 = [over(red, alpha), over(green, alpha), over(blue, alpha), alpha];
    }
    image
}

/// A part of a colour, as much as the alpha lets through.
fn times(part: u8, alpha: u8) -> u8 {
    u8::try_from((u16::from(part) * u16::from(alpha) + 127) / 255).unwrap_or(u8::MAX)
}

/// The part of a colour of which the alpha lets this much through.
fn over(part: u8, alpha: u8) -> u8 {
    let whole = (u16::from(part) * 255 + u16::from(alpha) / 2).checked_div(u16::from(alpha)).unwrap_or_default();
    u8::try_from(whole).unwrap_or(u8::MAX)
}
