//! The files of the pages. Each is named after its content, so that browsers keep it for ever.

use std::sync::LazyLock;

use shared::domain::brand::Brand;
use shared::domain::color::{Color, Theme};
use shared::domain::hash::sha256_hex;

/// The folder of the files.
const FOLDER: &str = "/assets";

/// How many digits of the hash are in a name.
const DIGITS: usize = 16;

/// The colour of pages without a brand.
pub(crate) const DEFAULT_COLOR: Color = Color::new(0x2f, 0x55, 0xa4);

/// A file.
pub(crate) struct Asset {
    pub(crate) name: String,
    pub(crate) media_type: &'static str,
    pub(crate) content: Vec<u8>,
}

impl Asset {
    fn new(stem: &str, extension: &str, media_type: &'static str, content: &[u8]) -> Self {
        let hash: String = sha256_hex(content).chars().take(DIGITS).collect();
        Self { name: format!("{stem}-{hash}.{extension}"), media_type, content: content.to_vec() }
    }

    /// The path at which it is.
    pub(crate) fn path(&self) -> String {
        format!("{FOLDER}/{}", self.name)
    }
}

const CSS: &str = "text/css; charset=utf-8";

/// The style of all pages, from its parts.
pub(crate) static STYLE: LazyLock<Asset> = LazyLock::new(|| {
    let parts = [
        include_str!("../assets/style/base.css"),
        include_str!("../assets/style/forms.css"),
        include_str!("../assets/style/tables.css"),
        include_str!("../assets/style/organization.css"),
        include_str!("../assets/style/charts.css"),
        include_str!("../assets/style/dashboard.css"),
        include_str!("../assets/style/profile.css"),
        include_str!("../assets/style/plain.css"),
        include_str!("../assets/style/narrow.css"),
    ];
    Asset::new("style", "css", CSS, parts.concat().as_bytes())
});

/// What pages do more where there is script, from its parts. All of them work without it.
pub(crate) static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    let parts = [
        include_str!("../assets/script/save.js"),
        include_str!("../assets/script/back.js"),
        include_str!("../assets/script/copy.js"),
        include_str!("../assets/script/question.js"),
        include_str!("../assets/script/color.js"),
        include_str!("../assets/script/brand.js"),
        include_str!("../assets/script/logo.js"),
    ];
    Asset::new("script", "js", "text/javascript; charset=utf-8", parts.concat().as_bytes())
});

/// The sign in the browser's tab.
pub(crate) static ICON: LazyLock<Asset> =
    LazyLock::new(|| Asset::new("icon", "svg", "image/svg+xml", include_bytes!("../assets/icon.svg")));

/// The style that gives pages the colour of a brand, in light and in dark. It follows from the colour alone.
pub(crate) fn brand_style(brand: &Brand) -> Asset {
    style_of(brand.color.unwrap_or(DEFAULT_COLOR))
}

fn style_of(color: Color) -> Asset {
    let (on, light, dark) = (color.text_on(), color.as_text(Theme::Light), color.as_text(Theme::Dark));
    let content = format!(
        ":root{{--brand:{color};--on-brand:{on};--brand-text-light:{light};--brand-text-dark:{dark};--brand-text:var(--brand-text-light)}}\n\
         @media(prefers-color-scheme:dark){{:root{{--brand-text:var(--brand-text-dark)}}}}\n"
    );
    Asset::new(&format!("brand-{}", color.to_string().trim_start_matches('#')), "css", CSS, content.as_bytes())
}

/// The file with this name; `None` when there is no such file.
pub(crate) fn find(name: &str) -> Option<Asset> {
    for asset in [&STYLE, &SCRIPT, &ICON] {
        if asset.name == name {
            return Some(Asset { name: asset.name.clone(), media_type: asset.media_type, content: asset.content.clone() });
        }
    }
    let color: String = name.strip_prefix("brand-")?.chars().take_while(char::is_ascii_hexdigit).collect();
    let style = style_of(Color::parse(&format!("#{color}")).ok()?);
    (style.name == name).then_some(style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_by_its_whole_name() {
        for asset in [&*STYLE, &SCRIPT, &ICON, &brand_style(&Brand::default())] {
            assert_eq!(find(&asset.name).unwrap().content, asset.content);
            assert!(find(&asset.name.to_uppercase()).is_none() && find(&format!("x{}", asset.name)).is_none());
        }
        assert!(find("brand-ff0000-0000000000000000.css").is_none() && find("brand-.css").is_none() && find("").is_none());
    }

    #[test]
    fn the_style_of_a_brand_has_its_colour_and_what_can_be_read_on_it() {
        let style = style_of(Color::parse("#FFFF00").unwrap());
        assert!(style.name.starts_with("brand-ffff00-"));
        let text = String::from_utf8(style.content).unwrap();
        assert!(text.contains("--brand:#ffff00;--on-brand:#000000"), "{text}");
    }

    #[test]
    fn the_colour_of_every_brand_can_be_read_on_every_ground() {
        let style = include_str!("../assets/style/base.css");
        let (light, dark) = style.split_once("@media (prefers-color-scheme: dark)").unwrap();
        let steps = || (0..=0xff).step_by(0x11);
        let mut grounds = 0;
        for (part, theme) in [(light, Theme::Light), (dark, Theme::Dark)] {
            let is_ground = |name: &str| ["--page", "--raised"].contains(&name) || name.ends_with("-back");
            let tokens = part.lines().filter_map(|line| line.trim().trim_end_matches(';').split_once(": "));
            for (name, ground) in tokens.filter(|(name, _)| is_ground(name)) {
                let ground = Color::parse(ground).unwrap();
                for (red, green, blue) in
                    steps().flat_map(|red| steps().flat_map(move |green| steps().map(move |blue| (red, green, blue))))
                {
                    let text = Color::new(red, green, blue).as_text(theme);
                    assert!(text.contrast(ground) >= 4.5, "{text} on {name}, {theme:?}");
                }
                grounds += 1;
            }
        }
        assert_eq!(grounds, 10);
    }
}
