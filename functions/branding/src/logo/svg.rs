//! Drawings. What an SVG may contain is a list of what shapes need; everything else is refused, because something that is stripped may
//! come back in another disguise.

use image::RgbaImage;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use roxmltree::{Attribute, Document, Error, Node, NodeType, ParsingOptions};

use super::bounds::{BOX, Fault, MOST_SIDE, fitted};

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// The elements that may stand in an SVG.
const ELEMENTS: [&str; 16] = [
    "circle",
    "clipPath",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "svg",
    "title",
];

/// The attributes that they may have.
const ATTRIBUTES: &str = "baseProfile class clip-path clip-rule clipPathUnits color color-interpolation color-rendering cx cy d display \
    enable-background fill fill-opacity fill-rule focusable fr fx fy gradientTransform gradientUnits height id image-rendering offset \
    opacity overflow paint-order pathLength points preserveAspectRatio r role rx ry shape-rendering spreadMethod stop-color \
    stop-opacity stroke stroke-linecap stroke-linejoin stroke-miterlimit stroke-opacity stroke-width text-rendering transform version \
    viewBox visibility width x x1 x2 y y1 y2";

/// The attributes that may refer to something in the same SVG.
const REFERRING: [&str; 3] = ["clip-path", "fill", "stroke"];

/// The most nodes of the document: elements, texts, comments.
const MOST_NODES: u32 = 20_000;

/// How deep elements may be nested.
const MOST_DEPTH: usize = 32;

/// The most colours of a gradient.
const MOST_STOPS: usize = 32;

/// The most work that is done for one SVG. A unit takes 1 to 2 milliseconds at worst, when it fills the box: measured.
const MOST_WORK: usize = 1_000;

/// The work of painting an area or a line with a gradient, besides that of painting it.
const GRADIENT: usize = 8;

/// The work of a picture of its own, which an element has because of a clip path or an opacity.
const LAYER: usize = 2;

/// How many bytes of an outline are a unit of work, and how many times that is for its line.
const OUTLINE: usize = 360;
const LINE: usize = 8;

/// The picture of an SVG, in the size of the box of a logo: a drawing has no size of its own.
pub(super) fn draw(sent: &[u8]) -> Result<RgbaImage, Fault> {
    let text = std::str::from_utf8(sent).map_err(|_| Fault::Unknown)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_ascii_start().starts_with('<') || !text.contains("svg") {
        return Err(Fault::Unknown);
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).map_err(|error| match error {
        Error::DtdDetected => Fault::Refused("a document type".to_owned()),
        Error::NodesLimitReached => Fault::Refused(format!("more than {MOST_NODES} nodes")),
        _ => Fault::Damaged,
    })?;
    check(&document)?;
    let tree = Tree::from_xmltree(&document, &Options::default()).map_err(|_| Fault::Damaged)?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let most = MOST_SIDE as f32;
    if width > most || height > most {
        return Err(Fault::TooLarge);
    }
    let (drawn_width, drawn_height) = fitted((width.into(), height.into()), BOX);
    let mut picture = Pixmap::new(drawn_width, drawn_height).ok_or(Fault::TooLarge)?;
    let scale = Transform::from_scale(drawn_width as f32 / width, drawn_height as f32 / height);
    resvg::render(&tree, scale, &mut picture.as_mut());
    RgbaImage::from_raw(drawn_width, drawn_height, picture.take_demultiplied()).ok_or(Fault::TooLarge)
}

/// Refuses what is more than shapes, or takes too much work.
fn check(document: &Document<'_>) -> Result<(), Fault> {
    let root = document.root_element();
    if !root.has_tag_name((SVG, "svg")) {
        return Err(Fault::Unknown);
    }
    let mut work = 0;
    for node in document.descendants() {
        match node.node_type() {
            NodeType::PI => return refused("a processing instruction"),
            NodeType::Element => {
                check_element(node)?;
                work += work_of(node) + work_of_clip_path(node);
            }
            NodeType::Root | NodeType::Comment | NodeType::Text => {}
        }
        if work > MOST_WORK {
            return refused("more to draw than a logo has");
        }
    }
    Ok(())
}

fn refused<T>(what: impl std::fmt::Display) -> Result<T, Fault> {
    Err(Fault::Refused(what.to_string()))
}

/// A name as it may be repeated in an answer.
fn short(name: &str) -> String {
    name.chars().take(40).collect()
}

fn check_element(node: Node<'_, '_>) -> Result<(), Fault> {
    let name = node.tag_name().name();
    let is_root = node == node.document().root_element();
    if node.tag_name().namespace() != Some(SVG) || !ELEMENTS.contains(&name) || (name == "svg" && !is_root) {
        return refused(format_args!("the element {}", short(name)));
    }
    if node.ancestors().take(MOST_DEPTH + 3).count() > MOST_DEPTH + 1 {
        return refused(format_args!("elements nested deeper than {MOST_DEPTH}"));
    }
    if is_gradient(node) && node.children().filter(Node::is_element).count() > MOST_STOPS {
        return refused(format_args!("a gradient of more than {MOST_STOPS} colours"));
    }
    let is_in_clip_path = node.ancestors().any(|ancestor| ancestor.has_tag_name((SVG, "clipPath")));
    for attribute in node.attributes() {
        let name = attribute.name();
        let is_taken = match attribute.namespace() {
            // Gradients may continue others.
            _ if is_href(attribute) => is_gradient(node) && attribute.value().starts_with('#'),
            None => ATTRIBUTES.split(' ').any(|known| known == name) || name.starts_with("aria-") || name.starts_with("data-"),
            Some(XML) => name == "space",
            Some(_) => false,
        };
        // What is clipped by something that is clipped may take as long as one likes.
        if !is_taken || (name == "clip-path" && is_in_clip_path) {
            return refused(format_args!("the attribute {}", short(name)));
        }
        let refers = attribute.value().to_ascii_lowercase().contains("url");
        if refers && !(REFERRING.contains(&name) && referred(attribute.value()).is_some()) {
            return refused(format_args!("a reference in the attribute {}", short(name)));
        }
    }
    Ok(())
}

fn is_href(attribute: Attribute<'_, '_>) -> bool {
    attribute.name() == "href" && matches!(attribute.namespace(), None | Some(XLINK))
}

fn is_gradient(node: Node<'_, '_>) -> bool {
    matches!(node.tag_name().name(), "linearGradient" | "radialGradient")
}

/// The id in a reference to something in the same SVG.
fn referred(value: &str) -> Option<&str> {
    let id = value.trim().strip_prefix("url(#")?.strip_suffix(')')?;
    (!id.contains(['(', ')', '"', '\'', '#'])).then_some(id)
}

/// The work of drawing this element alone.
fn work_of(node: Node<'_, '_>) -> usize {
    let is_a_layer = node.has_attribute("clip-path") || node.has_attribute("opacity");
    let layer = if is_a_layer { LAYER } else { 0 };
    if !matches!(node.tag_name().name(), "circle" | "ellipse" | "line" | "path" | "polygon" | "polyline" | "rect") {
        return layer;
    }
    let outline: usize = ["d", "points"].into_iter().filter_map(|name| node.attribute(name)).map(str::len).sum();
    let painting = |paint: &str| 1 + if referred(paint).is_some() { GRADIENT } else { 0 };
    let area = painting(inherited(node, "fill").unwrap_or_default()) + outline / OUTLINE;
    let line = inherited(node, "stroke").filter(|stroke| *stroke != "none");
    layer + area + line.map_or(0, |stroke| painting(stroke) + LINE * outline / OUTLINE)
}

/// The value of an attribute that an element has from itself or from those around it.
fn inherited<'a>(node: Node<'a, '_>, attribute: &str) -> Option<&'a str> {
    node.ancestors().find_map(|ancestor| ancestor.attribute(attribute))
}

/// The work of clipping an element, which takes as much as drawing what it is clipped with.
fn work_of_clip_path(node: Node<'_, '_>) -> usize {
    let Some(id) = node.attribute("clip-path").and_then(referred) else {
        return 0;
    };
    let clip_paths = node.document().descendants().filter(|other| other.attribute("id") == Some(id));
    let parts = clip_paths.flat_map(|clip_path| clip_path.descendants()).filter(Node::is_element);
    parts.map(work_of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(attributes: &str, content: &str) -> String {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" {attributes}>{content}</svg>")
    }

    #[test]
    fn a_drawing_fills_the_box_whatever_its_size() {
        for sides in ["width=\"4\" height=\"1\"", "viewBox=\"0 0 4096 1024\"", "width=\"40mm\" viewBox=\"0 0 4 1\""] {
            let picture = draw(svg(sides, "<path d=\"M0 0h9999v9999H0z\" fill=\"#1a73e8\"/>").as_bytes()).unwrap();
            assert_eq!((picture.dimensions(), picture.get_pixel(512, 128).0), (BOX, [0x1a, 0x73, 0xe8, 255]), "{sides}");
        }
        let tall = draw(svg("width=\"1\" height=\"2\"", "<circle r=\".5\" cx=\".5\" cy=\".5\"/>").as_bytes()).unwrap();
        assert_eq!((tall.dimensions(), tall.get_pixel(64, 192).0[3], tall.get_pixel(64, 64).0), ((128, 256), 0, [0, 0, 0, 255]));
    }

    #[test]
    fn what_drawing_programs_write_is_drawn() {
        let body = "<title>Acme</title><defs><linearGradient id=\"a\"><stop stop-color=\"red\"/></linearGradient>\
            <linearGradient id=\"b\" xlink:href=\"#a\" gradientUnits=\"userSpaceOnUse\" x2=\"4\"/><clipPath id=\"c\"><path d=\"M0 0h2v4H0z\"/>\
            </clipPath></defs><!-- 1 --><g clip-path=\"url(#c)\" aria-label=\"x\" data-name=\"y\" opacity=\"1\">\
            <rect width=\"4\" height=\"1\" fill=\"url(#b)\" xml:space=\"preserve\"/></g>";
        let sent = svg("xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 4 1\" version=\"1.1\"", body);
        for sent in [sent.clone(), format!("\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{sent}")] {
            let picture = draw(sent.as_bytes()).unwrap();
            assert_eq!((picture.get_pixel(100, 9).0, picture.get_pixel(900, 9).0), ([255, 0, 0, 255], [0; 4]));
        }
    }
}
