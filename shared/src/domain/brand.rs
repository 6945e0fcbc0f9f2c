//! The brand of a reseller: what its customers' people see of it.

use serde::{Deserialize, Serialize};

use super::color::Color;
use super::entity_tag::EntityTag;
use super::hash::{sha256_hex, unhex};
use super::reseller::ResellerId;

/// How many bytes the PNG of a logo may have.
pub const MOST_LOGO_BYTES: usize = 64 * 1024;

/// What the file of a logo is called behind its hash.
const EXTENSION: &str = ".png";

/// A brand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brand {
    /// The colour, once one was picked.
    pub color: Option<Color>,
    /// The logo, while there is one.
    pub logo: Option<LogoHash>,
    /// How often it was changed.
    pub revision: u64,
}

impl Brand {
    /// The tag of this revision of the reseller's brand.
    #[must_use]
    pub fn entity_tag(&self, reseller: ResellerId) -> EntityTag {
        EntityTag::new(reseller.number().into(), self.revision)
    }

    /// The path at which everybody reads the logo; `None` without one. It changes with the image.
    #[must_use]
    pub fn logo_path(&self, reseller: ResellerId) -> Option<String> {
        self.logo.as_ref().map(|LogoHash(hash)| format!("/branding/{reseller}/{hash}{EXTENSION}"))
    }
}

/// The SHA-256 of the PNG of a logo, as 64 hexadecimal digits in lower case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LogoHash(String);

impl LogoHash {
    /// The hash of this PNG.
    #[must_use]
    pub fn of(png: &[u8]) -> Self {
        Self(sha256_hex(png))
    }

    /// The hash in the name of a logo's file; `None` when no logo can have this name.
    #[must_use]
    pub fn in_file_name(name: &str) -> Option<Self> {
        let hash = name.strip_suffix(EXTENSION)?;
        let is_lower = !hash.bytes().any(|digit| digit.is_ascii_uppercase());
        let is_hash = is_lower && unhex(hash).is_some_and(|bytes| bytes.len() == 32);
        is_hash.then(|| Self(hash.to_owned()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_a_logo_names_its_reseller_and_its_bytes() {
        let reseller = ResellerId::new(7).unwrap();
        let brand = Brand { logo: Some(LogoHash::of(b"abc")), ..Brand::default() };
        let file = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.png";
        assert_eq!(brand.logo_path(reseller), Some(format!("/branding/7/{file}")));
        assert_eq!(LogoHash::in_file_name(file), brand.logo);
        assert_eq!(Brand::default().logo_path(reseller), None);
        let hash = file.strip_suffix(".png").unwrap();
        let others = [hash.to_owned(), format!("{}.png", hash.to_uppercase()), format!("{hash}.PNG"), format!("{hash}0.png")];
        for other in others.iter().map(String::as_str).chain(["", ".png", &file[1..], &file[2..], &file.replace('b', "g")]) {
            assert_eq!(LogoHash::in_file_name(other), None, "{other}");
        }
    }
}
