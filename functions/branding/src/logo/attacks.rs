//! Images that are well made, badly made and hostile.
//!
//! What an attacker sends is made here: small images in every format, and from each of them a hundred malformed ones by a generator
//! of random numbers that always gives the same.

use std::io::Cursor;
use std::time::Instant;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::bounds::{Fault, MOST_MEMORY};
use super::read;

/// An SVG with these attributes and this content.
fn svg(attributes: &str, content: &str) -> String {
    format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {attributes}>{content}</svg>")
}

const FORMATS: [ImageFormat; 7] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Gif,
    ImageFormat::WebP,
    ImageFormat::Bmp,
    ImageFormat::Ico,
    ImageFormat::Tiff,
];

/// An image whose left half is red and whose right half is blue.
fn halves(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) })
}

fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn seed(format: ImageFormat) -> Vec<u8> {
    let image = DynamicImage::ImageRgb8(halves(64, 16));
    // GIF and ICO have an alpha channel.
    written(&if matches!(format, ImageFormat::Gif | ImageFormat::Ico) { image.into_rgba8().into() } else { image }, format)
}

/// What is stored of an image.
fn stored(sent: &[u8]) -> RgbaImage {
    let png = read(sent).unwrap_or_else(|unreadable| panic!("{unreadable}"));
    assert!(png.len() <= 64 * 1024 && png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let image = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap().into_rgba8();
    assert!(image.width() <= 1_024 && image.height() <= 256, "{:?}", image.dimensions());
    image
}

fn fault(sent: &[u8]) -> Fault {
    read(sent).expect_err("it was read").fault
}

fn is_red(pixel: &Rgba<u8>) -> bool {
    pixel.0[0] > 240 && pixel.0[2] < 15 && pixel.0[3] == 255
}

fn is_blue(pixel: &Rgba<u8>) -> bool {
    pixel.0[2] > 240 && pixel.0[0] < 15 && pixel.0[3] == 255
}

/// Random numbers, always the same (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }
}

/// The same bytes, damaged in one of the ways in which files are: bytes changed, cut off, inserted, or repeated.
fn damaged(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(4) {
        let place = random.below(bytes.len());
        match random.below(6) {
            0 => bytes.truncate(place.max(1)),
            1 => bytes[place] ^= 1 << random.below(8),
            2 => bytes[place] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            3 => bytes.splice(place..place, [0xff; 4]).for_each(drop),
            4 => bytes.extend_from_within(place..),
            // Sizes and offsets stand in the first bytes of most formats.
            _ => {
                let place = random.below(bytes.len().min(64));
                bytes[place] = random.below(256) as u8;
            }
        }
    }
    bytes
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap();
    let mut crc = u32::MAX;
    for byte in kind.iter().chain(content) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    [&length.to_be_bytes()[..], kind, content, &(!crc).to_be_bytes()].concat()
}

/// A PNG that says that it has this size, and has no pixels.
fn hollow_png(width: u32, height: u32, bits: u8, colours: u8) -> Vec<u8> {
    let head = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[bits, colours, 0, 0, 0]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &head), &chunk(b"IDAT", &[]), &chunk(b"IEND", &[])].concat()
}

#[test]
fn every_format_is_read_whatever_it_is_called() {
    for format in FORMATS {
        let image = stored(&seed(format));
        assert_eq!(image.dimensions(), (64, 16), "{format:?}");
        assert!(is_red(image.get_pixel(5, 8)) && is_blue(image.get_pixel(60, 8)), "{format:?}");
    }
    assert_eq!(stored(svg("viewBox=\"0 0 4 1\"", "").as_bytes()).dimensions(), (1_024, 256));
}

#[test]
fn the_same_image_is_stored_as_the_same_bytes() {
    let sent = seed(ImageFormat::Png);
    assert_eq!(read(&sent).unwrap(), read(&sent).unwrap());
    // What the formats without loss say is the same.
    assert_eq!(read(&sent).unwrap(), read(&seed(ImageFormat::Bmp)).unwrap());
}

#[test]
fn alpha_is_kept_and_what_is_transparent_does_not_shine_through() {
    let clear = Rgba([0, 255, 0, 0]);
    let half = Rgba([255, 0, 0, 128]);
    let image = RgbaImage::from_fn(2_048, 64, |x, _| if x < 1_024 { clear } else { half });
    let shown = stored(&written(&image.into(), ImageFormat::Png));
    assert_eq!(shown.dimensions(), (1_024, 32));
    assert_eq!((shown.get_pixel(5, 9).0[3], shown.get_pixel(1_000, 9).0), (0, [255, 0, 0, 128]));
    assert!(shown.pixels().all(|pixel| pixel.0[1] == 0), "green is seen nowhere");
}

#[test]
fn a_picture_that_can_t_be_compressed_is_made_smaller_until_it_fits() {
    let mut random = Random(1);
    let noise = RgbaImage::from_fn(1_100, 280, |_, _| Rgba([(); 4].map(|()| random.below(256) as u8)));
    let shown = stored(&written(&noise.into(), ImageFormat::Png));
    assert!(shown.width() > 150 && shown.height() > 38, "{:?}", shown.dimensions());
    assert!((f64::from(shown.width()) / f64::from(shown.height()) - 1_100.0 / 280.0).abs() < 0.2, "it keeps its shape");
}

#[test]
fn a_photo_is_shown_as_it_was_held() {
    let jpeg = written(&halves(64, 16).into(), ImageFormat::Jpeg);
    // Orientation 6: the camera was turned, so that the left of the picture is its top.
    let exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let turned = [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat();
    let shown = stored(&turned);
    assert_eq!(shown.dimensions(), (16, 64));
    assert!(is_red(shown.get_pixel(8, 5)) && is_blue(shown.get_pixel(8, 60)));
    let png = read(&turned).unwrap();
    assert!(!png.windows(4).any(|bytes| bytes == b"Exif" || bytes == b"eXIf"), "metadata is not kept");
}

#[test]
fn of_an_animation_the_first_frame_is_shown() {
    let frame = |colour: [u8; 4]| Frame::new(RgbaImage::from_pixel(8, 4, Rgba(colour)));
    let mut gif = Vec::new();
    GifEncoder::new(&mut gif).encode_frames([frame([255, 0, 0, 255]), frame([0, 0, 255, 255])]).unwrap();
    assert!(stored(&gif).pixels().all(is_red));

    let still = |colour: [u8; 3]| written(&RgbImage::from_pixel(8, 4, Rgb(colour)).into(), ImageFormat::WebP)[12..].to_vec();
    let part = |kind: &[u8; 4], content: &[u8]| {
        let padding: &[u8] = if content.len() % 2 == 1 { &[0] } else { &[] };
        [kind, &u32::try_from(content.len()).unwrap().to_le_bytes()[..], content, padding].concat()
    };
    let frame = |colour| part(b"ANMF", &[&[0, 0, 0, 0, 0, 0, 7, 0, 0, 3, 0, 0, 100, 0, 0, 0][..], &still(colour)].concat());
    let parts = [
        b"WEBP".to_vec(),
        part(b"VP8X", &[2, 0, 0, 0, 7, 0, 0, 3, 0, 0]),
        part(b"ANIM", &[0, 0, 0, 0, 0, 0]),
        frame([255, 0, 0]),
        frame([0, 0, 255]),
    ];
    assert!(stored(&part(b"RIFF", &parts.concat())).pixels().all(is_red));
}

#[test]
fn a_hundred_malformed_files_of_each_format_are_refused_or_read_and_nothing_else() {
    let drawing = svg(
        "viewBox=\"0 0 40 10\"",
        "<defs><linearGradient id=\"a\"><stop offset=\".5\" stop-color=\"red\"/></linearGradient></defs>\
         <g transform=\"rotate(5)\"><path d=\"M0 0C1 2 3 4 5 6z\" fill=\"url(#a)\" stroke=\"#123\"/></g>",
    );
    let seeds = FORMATS.map(|format| (format!("{format:?}"), seed(format))).into_iter();
    for (format, seed) in seeds.chain([("Svg".to_owned(), drawing.into_bytes())]) {
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        let mut refused = 0;
        for number in 0..100 {
            let sent = damaged(seed.clone(), &mut random);
            // A decoder may panic; then the function says the same as of one that gives up.
            match std::panic::catch_unwind(|| read(&sent)) {
                Ok(Ok(png)) => assert!(png.len() <= 64 * 1024, "{format} {number}"),
                Ok(Err(_)) | Err(_) => refused += 1,
            }
        }
        assert!(refused >= 20, "of the malformed files of {format} only {refused} were refused");
    }
}

#[test]
fn what_is_no_image_is_in_no_known_format() {
    let png = seed(ImageFormat::Png);
    for sent in [
        &b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"[..],
        b"<html xmlns=\"http://www.w3.org/1999/xhtml\"><svg/></html>",
        b"%PDF-1.7",
        b"\x1f\x8b\x08\0svg",
        b"GIF90a",
        b"\0\0\0\x1cftypavif",
        b"#define x_width 1",
        b" ",
        &png[1..],
    ] {
        assert_eq!(fault(sent), Fault::Unknown, "{}", String::from_utf8_lossy(sent));
    }
    let told = read(b"GIF90a").unwrap_err().to_string();
    for format in ["PNG", "JPEG", "GIF", "WebP", "BMP", "ICO", "TIFF", "SVG"] {
        assert!(told.contains(format), "{told}");
    }
}

#[test]
fn of_a_polyglot_only_the_pixels_are_kept() {
    for format in FORMATS {
        let sent = [seed(format), b"<script>alert(1)</script><?php system('id'); ?>PK\x03\x04".to_vec()].concat();
        if let Ok(png) = read(&sent) {
            let has = |part: &[u8]| png.windows(part.len()).any(|bytes| bytes == part);
            assert!(!has(b"script") && !has(b"php") && !has(b"PK\x03\x04"), "{format:?}");
        }
    }
}

#[test]
fn sizes_beyond_the_bounds_are_refused_by_what_the_head_of_the_file_says() {
    for sent in [
        hollow_png(4_097, 1, 8, 2),
        hollow_png(1, 4_097, 8, 2),
        hollow_png(60_000, 60_000, 1, 0),
        hollow_png(u32::MAX >> 1, u32::MAX >> 1, 16, 6),
        // 4,096 × 4,096 pixels of 8 bytes are 128 MiB.
        hollow_png(4_096, 4_096, 16, 6),
        svg("width=\"4097\" height=\"1\"", "").into_bytes(),
        svg("width=\"1\" height=\"1e9\"", "").into_bytes(),
        svg("viewBox=\"0 0 100000 100000\"", "").into_bytes(),
    ] {
        assert_eq!(fault(&sent), Fault::TooLarge, "{}", String::from_utf8_lossy(&sent));
    }
    assert_eq!(fault(&hollow_png(4_096, 4_096, 8, 6)), Fault::Damaged, "64 MiB are within the bounds");
    assert_eq!(MOST_MEMORY, 4_096 * 4_096 * 4);

    let mut gif = seed(ImageFormat::Gif);
    gif[6..10].fill(0xff);
    let mut bmp = seed(ImageFormat::Bmp);
    bmp[18..22].copy_from_slice(&60_000_u32.to_le_bytes());
    let mut webp = seed(ImageFormat::WebP);
    // Fourteen bits are the width.
    webp[21] = 0xff;
    webp[22] |= 0x3f;
    let mut jpeg = seed(ImageFormat::Jpeg);
    let head = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[head + 5..head + 9].fill(0xff);
    let ico = {
        let png = hollow_png(60_000, 60_000, 8, 6);
        let length = u32::try_from(png.len()).unwrap().to_le_bytes();
        [&[0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0][..], &length, &[22, 0, 0, 0], &png].concat()
    };
    let mut tiff = seed(ImageFormat::Tiff);
    let directory = usize::try_from(u32::from_le_bytes(tiff[4..8].try_into().unwrap())).unwrap();
    // The first two entries are the width and the height, as numbers of four bytes.
    for entry in [directory + 2, directory + 14] {
        tiff[entry + 2..entry + 12].copy_from_slice(&[4, 0, 1, 0, 0, 0, 0x60, 0xea, 0, 0]);
    }
    for (format, sent) in [("GIF", gif), ("BMP", bmp), ("JPEG", jpeg), ("ICO", ico)] {
        assert_eq!(fault(&sent), Fault::TooLarge, "{format}");
    }
    // These decoders compare the size with that of the data before they tell it.
    assert_eq!([fault(&webp), fault(&tiff)], [Fault::Damaged, Fault::Damaged]);
}

#[test]
fn an_svg_with_more_than_shapes_is_refused() {
    let refused = |sent: &str| matches!(fault(sent.as_bytes()), Fault::Refused(_));
    let xlink = "xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 4 1\"";
    for content in [
        "<script>alert(1)</script>",
        "<script xlink:href=\"https://example.com/a.js\"/>",
        "<h:script xmlns:h=\"http://www.w3.org/1999/xhtml\"/>",
        "<rect onload=\"alert(1)\"/>",
        "<g onclick=\"alert(1)\"/>",
        "<a xlink:href=\"javascript:alert(1)\"><rect/></a>",
        "<image href=\"https://example.com/a.png\"/>",
        "<image xlink:href=\"data:image/png;base64,AAAA\"/>",
        "<feImage href=\"https://example.com/a.png\"/>",
        "<filter id=\"a\" width=\"100000\" height=\"100000\"><feGaussianBlur stdDeviation=\"1000\"/></filter><rect filter=\"url(#a)\"/>",
        "<rect filter=\"blur(5px)\"/>",
        "<text>Acme</text>",
        "<foreignObject><div xmlns=\"http://www.w3.org/1999/xhtml\"/></foreignObject>",
        "<use href=\"#a\"/>",
        "<use xlink:href=\"https://example.com/a.svg#a\"/>",
        "<style>@import url(https://example.com/a.css);</style>",
        "<rect style=\"fill:red\"/>",
        "<rect fill=\"url(https://example.com/a.svg#a)\"/>",
        "<rect fill=\"URL(data:image/png;base64,AAAA)\"/>",
        "<rect clip-path=\"url(other.svg#a)\"/>",
        "<rect d=\"url(#a)\"/>",
        "<linearGradient id=\"a\" xlink:href=\"https://example.com/a.svg#b\"/>",
        "<linearGradient id=\"a\" href=\"file:///etc/passwd\"/>",
        "<rect xml:base=\"https://example.com/\"/>",
        "<mask id=\"a\"/>",
        "<pattern id=\"a\"/>",
        "<marker id=\"a\"/>",
        "<animate attributeName=\"href\"/>",
        "<set attributeName=\"onload\"/>",
        "<iframe/>",
        "<svg/>",
        "<?xml-stylesheet href=\"https://example.com/a.css\"?>",
        "<clipPath id=\"a\" clip-path=\"url(#b)\"/>",
        "<clipPath id=\"a\"><rect clip-path=\"url(#b)\"/></clipPath>",
    ] {
        assert!(refused(&svg(xlink, content)), "{content}");
    }
    assert!(refused(&svg("viewBox=\"0 0 4 1\" onload=\"alert(1)\"", "")));
    let laughs = (1..10).fold("<!ENTITY l0 \"ha\">".to_owned(), |entities, level| {
        format!("{entities}<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10))
    });
    assert!(refused(&format!("<!DOCTYPE svg [{laughs}]>{}", svg("", "<title>&l9;</title>"))));
    assert!(refused(&format!("<!DOCTYPE svg SYSTEM \"file:///etc/passwd\">{}", svg("", ""))));
    assert_eq!(fault(svg("", "<title>&unknown;</title>").as_bytes()), Fault::Damaged);
}

#[test]
fn an_svg_that_takes_much_work_is_refused_before_it_is_drawn() {
    let area = "<rect width=\"4\" height=\"1\"/>";
    let stops = "<stop/>".repeat(33);
    let clip = format!("<clipPath id=\"c\">{}</clipPath>", area.repeat(40));
    for content in [
        area.repeat(1_001),
        format!("<g stroke=\"red\">{}</g>", area.repeat(501)),
        format!("<g fill=\"url(#g)\">{}</g>", area.repeat(112)),
        "<g opacity=\".9\"/>".repeat(501),
        format!("{clip}{}", "<g clip-path=\"url(#c)\"/>".repeat(24)),
        format!("<path d=\"{}\"/>", "l1 1".repeat(100_000)),
        format!("<path stroke=\"red\" d=\"{}\"/>", "l1 1".repeat(11_000)),
        format!("<linearGradient id=\"g\">{stops}</linearGradient>"),
        format!("{}{}", "<g>".repeat(32), "</g>".repeat(32)),
        format!("{}{}", "<g>".repeat(9_000), "</g>".repeat(9_000)),
        "<g/>".repeat(20_001),
    ] {
        let begun = Instant::now();
        let fault = fault(svg("viewBox=\"0 0 4 1\"", &content).as_bytes());
        assert!(matches!(fault, Fault::Refused(_)), "{fault}: {}", &content[..60]);
        assert!(begun.elapsed().as_secs() < 5, "{:?}: {}", begun.elapsed(), &content[..60]);
    }
}

/// How long this thread has had a CPU, in milliseconds: what else the machine does is not counted.
fn cpu_time() -> u64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    spent.split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000_000
}

/// The peak of this process's memory, and the time that the worst images take that are read. `docs/branding.md` has the figures.
#[test]
#[ignore = "for figures: needs `--profile light` and a process of its own"]
fn the_worst_images_take_so_much() {
    let picture = |width: u32, height: u32, format: ImageFormat| {
        let mut random = Random(1);
        let image = RgbaImage::from_fn(width, height, |x, y| Rgba([x as u8, y as u8, random.below(2) as u8, 128]));
        written(&if format == ImageFormat::Jpeg { DynamicImage::from(image).into_rgb8().into() } else { image.into() }, format)
    };
    let zigzag: String = (0..3_600).map(|step| format!("L{} {} ", step * 7_919 % 1_024, step % 2 * 256)).collect();
    let box_of = |content: String| svg("viewBox=\"0 0 1024 256\"", &content).into_bytes();
    let area = "<rect width=\"1024\" height=\"256\" fill-opacity=\".5\"/>";
    let stops = "<stop stop-color=\"red\" stop-opacity=\".5\"/>".repeat(32);
    for (name, sent) in [
        ("PNG", picture(4_096, 4_096, ImageFormat::Png)),
        ("WebP", picture(4_096, 4_096, ImageFormat::WebP)),
        ("TIFF", picture(4_096, 4_000, ImageFormat::Tiff)),
        ("JPEG", picture(4_096, 4_096, ImageFormat::Jpeg)),
        ("SVG of areas", box_of(area.repeat(1_000))),
        (
            "SVG of gradients",
            box_of(format!("<radialGradient id=\"g\">{stops}</radialGradient><g fill=\"url(#g)\">{}</g>", area.repeat(111))),
        ),
        ("SVG of layers", box_of(format!("<g opacity=\".5\">{area}</g>").repeat(333))),
        (
            "SVG of lines",
            box_of(format!("<path stroke=\"red\" stroke-width=\"99\" stroke-linejoin=\"round\" d=\"M0 0{zigzag}\"/>")),
        ),
    ] {
        let begun = cpu_time();
        let result = read(&sent).map(|png| png.len());
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap().trim();
        println!("{name}, {} bytes: {result:?}, {} ms, peak {peak}", sent.len(), cpu_time() - begun);
    }
}
