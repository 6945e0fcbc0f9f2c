//! Entity tags (RFC 9110, section 8.8.3): the name of a revision of an object, and the preconditions that clients build on it.

use std::fmt;

/// The tag of an object at one of its revisions. JSON and XML of the same revision have different tags, because their bytes
/// differ. It contains the id, so that an address that comes to name another object never repeats a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntityTag {
    id: u64,
    revision: u64,
}

impl EntityTag {
    /// The tag of the object with this id, at this revision.
    #[must_use]
    pub fn new(id: u64, revision: u64) -> Self {
        Self { id, revision }
    }

    /// The tag of its JSON, in double quotes.
    #[must_use]
    pub fn json(self) -> String {
        format!("\"{}-{}\"", self.id, self.revision)
    }

    /// The tag of its XML, in double quotes.
    #[must_use]
    pub fn xml(self) -> String {
        format!("\"{}-{}-xml\"", self.id, self.revision)
    }
}

/// The value of `If-Match` or `If-None-Match`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: any revision.
    Any,
    /// These tags, in double quotes, and whether each is weak.
    These(Vec<(String, bool)>),
}

/// A value that is neither `*` nor a list of entity tags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotEntityTags;

impl fmt::Display for NotEntityTags {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("must be * or a list of entity tags, each in double quotes as ETag had it")
    }
}

impl EntityTags {
    /// Reads the value of a header: `*`, or tags between commas. A comma may stand in a tag.
    ///
    /// # Errors
    /// [`NotEntityTags`].
    pub fn parse(sent: &str) -> Result<Self, NotEntityTags> {
        if sent.trim_matches([' ', '\t']) == "*" {
            return Ok(Self::Any);
        }
        let mut tags = Vec::new();
        let mut rest = sent.trim_start_matches([' ', '\t', ',']);
        while !rest.is_empty() {
            let (is_weak, quoted) = rest.strip_prefix("W/").map_or((false, rest), |quoted| (true, quoted));
            let (opaque, behind) = quoted.strip_prefix('"').and_then(|begun| begun.split_once('"')).ok_or(NotEntityTags)?;
            if opaque.chars().any(|character| character <= ' ' || character == '\u{7f}') {
                return Err(NotEntityTags);
            }
            tags.push((format!("\"{opaque}\""), is_weak));
            let behind = behind.trim_start_matches([' ', '\t']);
            if !behind.is_empty() && !behind.starts_with(',') {
                return Err(NotEntityTags);
            }
            rest = behind.trim_start_matches([' ', '\t', ',']);
        }
        if tags.is_empty() { Err(NotEntityTags) } else { Ok(Self::These(tags)) }
    }

    /// Whether one of these tags is this one, weak or not: the comparison of `If-None-Match`.
    #[must_use]
    pub fn has(&self, tag: &str) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.iter().any(|(own, _)| own == tag),
        }
    }
}

/// The revisions on which a client makes a change depend (`If-Match`). Without the header every revision will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedRevision(Option<EntityTags>);

impl ExpectedRevision {
    /// What a header asks for.
    #[must_use]
    pub fn new(sent: Option<EntityTags>) -> Self {
        Self(sent)
    }

    /// Whether the client expects this revision. The tag of either format will do; a weak tag never does (RFC 9110, section
    /// 13.1.1).
    #[must_use]
    pub fn admits(&self, tag: EntityTag) -> bool {
        match &self.0 {
            None | Some(EntityTags::Any) => true,
            Some(EntityTags::These(tags)) => {
                tags.iter().any(|(own, is_weak)| !is_weak && (*own == tag.json() || *own == tag.xml()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn these(tags: &[(&str, bool)]) -> Result<EntityTags, NotEntityTags> {
        Ok(EntityTags::These(tags.iter().map(|(tag, is_weak)| ((*tag).to_owned(), *is_weak)).collect()))
    }

    #[test]
    fn a_header_is_a_star_or_a_list_of_tags() {
        assert_eq!(EntityTags::parse(" * "), Ok(EntityTags::Any));
        assert_eq!(EntityTags::parse("\"a\""), these(&[("\"a\"", false)]));
        assert_eq!(EntityTags::parse("\"\""), these(&[("\"\"", false)]));
        assert_eq!(
            EntityTags::parse(" \"a\" ,W/\"b,c\",, \"d\","),
            these(&[("\"a\"", false), ("\"b,c\"", true), ("\"d\"", false)])
        );
        for sent in
            ["", " ", ",", "a", "\"a", "a\"", "\"a\" \"b\"", "w/\"a\"", "W/ \"a\"", "*, \"a\"", "\"a b\"", "\"a\"b", "'a'"]
        {
            assert_eq!(EntityTags::parse(sent), Err(NotEntityTags), "{sent:?}");
        }
    }

    #[test]
    fn either_format_is_expected_and_no_weak_tag() {
        let tag = EntityTag::new(5, 3);
        assert_ne!(tag.json(), tag.xml());
        let expected = |sent: &str| ExpectedRevision::new(Some(EntityTags::parse(sent).unwrap()));
        assert!(ExpectedRevision::default().admits(tag));
        for sent in
            ["*".to_owned(), tag.json(), tag.xml(), format!("\"other\", {}", tag.json()), format!("W/\"a\",{}", tag.xml())]
        {
            assert!(expected(&sent).admits(tag), "{sent}");
        }
        for other in [EntityTag::new(5, 2), EntityTag::new(5, 4), EntityTag::new(53, 0), EntityTag::new(4, 3)] {
            assert!(!expected(&other.json()).admits(tag) && !expected(&other.xml()).admits(tag), "{other:?}");
        }
        assert!(!expected(&format!("W/{}", tag.json())).admits(tag));
    }

    #[test]
    fn what_a_client_knows_is_compared_without_regard_to_weakness() {
        let tag = EntityTag::new(5, 3).json();
        for (sent, knows) in
            [("*".to_owned(), true), (tag.clone(), true), (format!("\"x\", W/{tag}"), true), ("\"x\"".to_owned(), false)]
        {
            assert_eq!(EntityTags::parse(&sent).unwrap().has(&tag), knows, "{sent}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in any::<String>()) {
            if let Ok(EntityTags::These(tags)) = EntityTags::parse(&text) {
                prop_assert!(tags.iter().all(|(tag, _)| text.contains(tag)));
            }
        }
    }
}
