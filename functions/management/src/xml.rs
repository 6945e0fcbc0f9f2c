//! XML as this API reads it: one element whose attributes, or child elements, are the fields.
//!
//! The parser refuses document type definitions, so that no entity can be declared, fetched or expanded. It also refuses what is
//! not well-formed: attributes that are given twice, characters that XML 1.0 can't carry, a second root. It compares the
//! attributes and namespaces of an element with each other, so their number is limited before the parser sees them.

use roxmltree::{Document, Node};

/// How many levels of elements a document may have, its root included.
const MAXIMUM_DEPTH: usize = 32;

/// How often a document may contain `xmlns`.
const MAXIMUM_NAMESPACES: usize = 32;

/// How many equals signs one tag may have: more than in all fields together, if every value were full of them.
const MAXIMUM_EQUALS_SIGNS: usize = 1024;

/// A field of the element, and its value; `None` when the value has elements and is no text.
pub(crate) type Field = (String, Option<String>);

/// Why a document can't be read. The text completes a sentence about the body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MalformedXml {
    #[error("it is not UTF-8")]
    Utf8,
    #[error("it declares another encoding than UTF-8")]
    Encoding,
    #[error("it has a document type definition, and none is allowed")]
    Definition,
    #[error("it refers to a character that does not exist")]
    NoSuchCharacter,
    #[error("it has too many attributes or namespaces")]
    TooMany,
    #[error("it is not well-formed XML at {0}")]
    Syntax(roxmltree::TextPos),
    #[error("it is nested deeper than {MAXIMUM_DEPTH} levels")]
    TooDeep,
    #[error("its root must be <{0}>")]
    OtherRoot(&'static str),
}

/// Reads the document in `bytes`.
pub(crate) fn parse(bytes: &[u8]) -> Result<Document<'_>, MalformedXml> {
    let text = std::str::from_utf8(bytes).map_err(|_| MalformedXml::Utf8)?;
    if declared_encoding(text).is_some_and(|encoding| !["utf-8", "us-ascii"].contains(&encoding.to_ascii_lowercase().as_str())) {
        return Err(MalformedXml::Encoding);
    }
    if refers_to_a_surrogate(text) {
        return Err(MalformedXml::NoSuchCharacter);
    }
    if text.matches("xmlns").count() > MAXIMUM_NAMESPACES
        || text.split('<').any(|tag| tag.matches('=').count() > MAXIMUM_EQUALS_SIGNS)
    {
        return Err(MalformedXml::TooMany);
    }
    let document = Document::parse(text).map_err(|error| match error {
        roxmltree::Error::DtdDetected => MalformedXml::Definition,
        other => MalformedXml::Syntax(other.pos()),
    })?;
    if is_deeper(document.root_element(), MAXIMUM_DEPTH) { Err(MalformedXml::TooDeep) } else { Ok(document) }
}

/// The fields of the root, which must have this name, also with a capital letter: first the attributes, then the child elements, each
/// in the order of the document.
pub(crate) fn fields(document: &Document<'_>, name: &'static str) -> Result<Vec<Field>, MalformedXml> {
    let root = document.root_element();
    let mut letters = root.tag_name().name().chars();
    if letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).ne(name.chars()) {
        return Err(MalformedXml::OtherRoot(name));
    }
    let attributes = root.attributes().filter(|attribute| attribute.namespace().is_none());
    let attributes = attributes.map(|attribute| (attribute.name().to_owned(), Some(attribute.value().to_owned())));
    let elements = root.children().filter(Node::is_element).map(|child| (child.tag_name().name().to_owned(), text_of(child)));
    Ok(attributes.chain(elements).collect())
}

/// All texts of the document, each with the name of its attribute or of the root's child element that it is in. The texts of such an
/// element with its descendants are one text, and so are those of the root alone. Comments and instructions are none.
pub(crate) fn texts<'a>(document: &'a Document<'_>) -> Vec<(&'a str, String)> {
    let root = document.root_element();
    let joined = |nodes: &mut dyn Iterator<Item = Node<'a, '_>>| -> String {
        nodes.filter(Node::is_text).filter_map(|node| node.text()).collect()
    };
    let attributes = root.descendants().flat_map(|element| element.attributes());
    let attributes = attributes.map(|attribute| (attribute.name(), attribute.value().to_owned()));
    let elements = root.children().filter(Node::is_element);
    let elements = elements.map(|child| (child.tag_name().name(), joined(&mut child.descendants())));
    let own = (root.tag_name().name(), joined(&mut root.children()));
    attributes.chain(elements).chain([own]).collect()
}

/// The text of an element without its comments; `None` when it has child elements.
fn text_of(element: Node<'_, '_>) -> Option<String> {
    let has_elements = element.children().any(|child| child.is_element());
    (!has_elements).then(|| element.children().filter_map(|child| child.text().filter(|_| child.is_text())).collect())
}

fn is_deeper(element: Node<'_, '_>, levels: usize) -> bool {
    levels == 0 || element.children().filter(Node::is_element).any(|child| is_deeper(child, levels - 1))
}

/// The encoding that the declaration names, if it names one. The parser does not check it.
fn declared_encoding(text: &str) -> Option<&str> {
    let (declaration, _) = text.trim_start_matches('\u{feff}').strip_prefix("<?xml")?.split_once("?>")?;
    // Without the white space it is another instruction, such as `<?xml-stylesheet`.
    if !declaration.starts_with(|character: char| character.is_ascii_whitespace()) {
        return None;
    }
    let (_, behind) = declaration.split_once("encoding")?;
    let quoted = behind.trim_start().strip_prefix('=')?.trim_start();
    let quote = quoted.chars().next()?;
    quoted.get(1..)?.split(quote).next()
}

/// Whether a character reference names half of a character, which the parser would replace. References in comments count too.
fn refers_to_a_surrogate(text: &str) -> bool {
    let references = text.split("&#").skip(1).filter_map(|behind| behind.split(';').next());
    let mut numbers = references.filter_map(|number| match number.strip_prefix('x') {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => number.parse().ok(),
    });
    numbers.any(|number| char::from_u32(number).is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<(String, String)>, String> {
        let document = parse(text.as_bytes()).map_err(|error| error.to_string())?;
        let fields = fields(&document, "customer").map_err(|error| error.to_string())?;
        Ok(fields.into_iter().map(|(name, value)| (name, value.unwrap_or("(elements)".to_owned()))).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Result<Vec<(String, String)>, String> {
        Ok(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn fields_are_attributes_or_child_elements() {
        assert_eq!(read("<customer a='1' b='2'/>"), pairs(&[("a", "1"), ("b", "2")]));
        assert_eq!(read("<Customer b='2'><a>1</a></Customer>"), pairs(&[("b", "2"), ("a", "1")]));
        assert_eq!(read("<customer><a/><b></b></customer>"), pairs(&[("a", ""), ("b", "")]));
        assert_eq!(read("<customer><a><b>1</b></a></customer>"), pairs(&[("a", "(elements)")]));
        assert_eq!(read("<customer>text</customer>"), pairs(&[]));
        let with_all = "\u{feff}<?xml version='1.0' encoding='utf-8'?><!-- c --><?p i?><customer/>\n<!-- c -->";
        assert_eq!(read(with_all), pairs(&[]));
    }

    #[test]
    fn values_are_unescaped_and_joined() {
        let text =
            "<customer a='&lt;&gt;&amp;&apos;&quot;&#65;&#x1F600;&#9;&#13;&#10;'><b>x<!-- c -->y<![CDATA[<z>]]></b></customer>";
        assert_eq!(read(text), pairs(&[("a", "<>&'\"A😀\t\r\n"), ("b", "xy<z>")]));
    }

    #[test]
    fn namespaces_do_not_matter_to_elements_and_hide_attributes() {
        let text = "<c:customer xmlns:c='urn:x' xmlns:i='urn:i' i:type='t' a='1'><c:b>2</c:b></c:customer>";
        assert_eq!(read(text), pairs(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn all_texts_are_found_wherever_they_are() {
        let text = "<c a='1' xmlns:n='u' n:b='2'>3<x d='4'>5<!-- c -->6<y e='7'><![CDATA[8]]></y>9</x>0<?p i?><!-- c --></c>";
        let document = parse(text.as_bytes()).unwrap();
        let expected = [("a", "1"), ("b", "2"), ("d", "4"), ("e", "7"), ("x", "5689"), ("c", "30")];
        assert_eq!(texts(&document), expected.map(|(name, text)| (name, text.to_owned())));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for text in [
            "",
            " ",
            "customer",
            "{}",
            "<customer>",
            "<customer></Customer>",
            "<customer a='1' a='2'/>",
            "<customer a=1/>",
            "<customer a='1'b='2'/>",
            "<customer a='<'/>",
            "<customer/><customer/>",
            "<customer/>x",
            "<customer a='&unknown;'/>",
            "<customer a='&#0;'/>",
            "<customer a='&#1;'/>",
            "<customer a='\u{1}'/>",
            "<customer a='\u{ffff}'/>",
            "<customer>&nbsp;</customer>",
        ] {
            let refused = read(text).unwrap_err();
            assert!(refused.starts_with("it is not well-formed XML at "), "{text:?} {refused}");
        }
        for reference in ["&#xD800;", "&#xdfff;", "&#55296;", "&#x110000;", "&#1114112;"] {
            let refused = read(&format!("<customer a='{reference}'/>")).unwrap_err();
            assert_eq!(refused, "it refers to a character that does not exist", "{reference}");
        }
    }

    #[test]
    fn definitions_and_entities_are_refused() {
        for text in [
            "<!DOCTYPE customer><customer/>",
            "<!DOCTYPE customer [<!ENTITY x 'y'>]><customer a='&x;'/>",
            "<!DOCTYPE customer SYSTEM 'file:///etc/passwd'><customer/>",
            "<!DOCTYPE c [<!ENTITY x SYSTEM 'http://127.0.0.1/'>]><customer>&x;</customer>",
        ] {
            assert_eq!(read(text), Err("it has a document type definition, and none is allowed".to_owned()), "{text}");
        }
    }

    #[test]
    fn other_encodings_are_refused() {
        for encoding in ["ISO-8859-1", "utf-16", "windows-1252"] {
            let text = format!("<?xml version=\"1.0\" encoding=\"{encoding}\"?><customer/>");
            assert_eq!(read(&text), Err("it declares another encoding than UTF-8".to_owned()));
        }
        for encoding in ["UTF-8", "utf-8", "US-ASCII"] {
            assert_eq!(read(&format!("<?xml version='1.0' encoding = '{encoding}'?><customer/>")), pairs(&[]));
        }
        assert_eq!(read("<?xml-stylesheet href='a' encoding='x'?><customer a='1'/>"), pairs(&[("a", "1")]));
        assert!(matches!(parse(b"<customer a='\xe9'/>"), Err(MalformedXml::Utf8)));
        assert!(matches!(parse(b"\xff\xfe<\0c\0/\0>\0"), Err(MalformedXml::Utf8)));
    }

    #[test]
    fn elements_may_be_32_deep() {
        let nested = |levels: usize| format!("<customer>{}{}</customer>", "<x>".repeat(levels - 1), "</x>".repeat(levels - 1));
        assert!(read(&nested(32)).is_ok());
        assert_eq!(read(&nested(33)), Err("it is nested deeper than 32 levels".to_owned()));
        assert_eq!(read(&nested(37_000)), Err("it is nested deeper than 32 levels".to_owned()));
    }

    #[test]
    fn attributes_and_namespaces_are_bounded_before_they_are_compared_with_each_other() {
        let too_many = Err("it has too many attributes or namespaces".to_owned());
        let declared = |count: usize| (0..count).map(|number| format!(" xmlns:n{number}='u'")).collect::<String>();
        let inherited = format!("<customer{}>{}</customer>", declared(2_000), "<x xmlns:z='q'/>".repeat(2_000));
        assert_eq!(read(&inherited), too_many);
        assert_eq!(read(&format!("<customer{}/>", declared(33))), too_many);
        assert_eq!(read(&format!("<customer{}/>", declared(32))), pairs(&[]));
        let attributes = |count: usize| (0..count).map(|number| format!(" a{number}=''")).collect::<String>();
        assert_eq!(read(&format!("<customer{}/>", attributes(1_025))), too_many);
        assert_eq!(read(&format!("<customer{}/>", attributes(1_024))).unwrap().len(), 1_024);
        assert_eq!(read(&format!("<customer a='{}'/>", "=".repeat(1_000))), pairs(&[("a", &"=".repeat(1_000))]));
    }

    #[test]
    fn the_root_is_a_customer() {
        for text in ["<customers/>", "<object><customer/></object>", "<CUSTOMER/>"] {
            assert_eq!(read(text), Err("its root must be <customer>".to_owned()), "{text}");
        }
    }
}
