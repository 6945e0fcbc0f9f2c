//! Brand colours, and the arithmetic that keeps text readable whatever colour is picked.
//!
//! Contrast is that of WCAG 2.2 (success criterion 1.4.3): text has at least 4.5:1 to what it stands on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::hash::unhex;

/// The least contrast of text.
pub const LEAST_CONTRAST: f64 = 4.5;

/// A colour of the screen (sRGB), as `#` and six hexadecimal digits; shown in lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

/// A text that is no colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be # and six hexadecimal digits")]
pub struct NotAColor;

/// How a page looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Dark text on light pages.
    Light,
    /// Light text on dark pages.
    Dark,
}

impl Theme {
    /// The colours that text in the brand's colour may stand on. The first is the page; the last has the least contrast to such text.
    #[must_use]
    pub const fn backgrounds(self) -> [Color; 2] {
        match self {
            Self::Light => [Color::new(0xff, 0xff, 0xff), Color::new(0xf4, 0xf5, 0xf7)],
            Self::Dark => [Color::new(0x14, 0x16, 0x1a), Color::new(0x21, 0x24, 0x2a)],
        }
    }
}

impl Color {
    /// Black.
    pub const BLACK: Self = Self::new(0, 0, 0);
    /// White.
    pub const WHITE: Self = Self::new(0xff, 0xff, 0xff);

    /// The colour with these parts.
    #[must_use]
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// Reads a colour.
    ///
    /// # Errors
    /// [`NotAColor`].
    pub fn parse(sent: &str) -> Result<Self, NotAColor> {
        let bytes = sent.strip_prefix('#').and_then(unhex).ok_or(NotAColor)?;
        let [red, green, blue] = bytes.try_into().map_err(|_| NotAColor)?;
        Ok(Self { red, green, blue })
    }

    /// How light it is: from 0 for black to 1 for white (WCAG's relative luminance).
    #[must_use]
    pub fn luminance(self) -> f64 {
        0.2126 * light(self.red) + 0.7152 * light(self.green) + 0.0722 * light(self.blue)
    }

    /// The contrast of the two colours, from 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, other) = (self.luminance() + FLARE, other.luminance() + FLARE);
        one.max(other) / one.min(other)
    }

    /// The colour of text on this colour: white where that can be read, otherwise black.
    ///
    /// One of them always can: where white has less than 4.5:1, black has more than 4.6:1, because the two contrasts multiply to 21.
    #[must_use]
    pub fn text_on(self) -> Self {
        let of_white = (1.0 + FLARE) / (self.luminance() + FLARE);
        if of_white >= LEAST_CONTRAST { Self::WHITE } else { Self::BLACK }
    }

    /// This colour as text on pages of a theme: itself where that can be read, otherwise as much darker or lighter as it takes.
    #[must_use]
    pub fn as_text(self, theme: Theme) -> Self {
        let [_, background] = theme.backgrounds();
        let (own, background) = (self.luminance(), background.luminance() + FLARE);
        match theme {
            Theme::Light => {
                let most = background / LEAST_CONTRAST - FLARE;
                if own <= most { self } else { self.mapped(|light| (light * most / own, f64::floor)) }
            }
            Theme::Dark => {
                let least = background * LEAST_CONTRAST - FLARE;
                // The share of white that has to be mixed in.
                let share = (least - own) / (1.0 - own);
                if own >= least { self } else { self.mapped(|light| (light + (1.0 - light) * share, f64::ceil)) }
            }
        }
    }

    /// The colour whose parts have the amounts of light that follow from those of this one's, rounded like this.
    fn mapped(self, light_of: impl Fn(f64) -> (f64, fn(f64) -> f64)) -> Self {
        let part = |own: u8| {
            let (light, rounded) = light_of(light(own));
            part_of(light, rounded)
        };
        Self { red: part(self.red), green: part(self.green), blue: part(self.blue) }
    }
}

/// What WCAG adds to both luminances, for the light that a screen reflects.
const FLARE: f64 = 0.05;

/// The amount of light of each part of a colour, from 0 to 1.
#[expect(clippy::indexing_slicing, reason = "the compiler computes the table, and can't do so out of its bounds")]
static LIGHT: [f64; 256] = {
    let mut table = [0.0; 256];
    let mut part = 0;
    while part < table.len() {
        let share = part as f64 / 255.0;
        table[part] = if share <= 0.040_45 { share / 12.92 } else { to_the_2_4((share + 0.055) / 1.055) };
        part += 1;
    }
    table
};

/// A number between 0 and 1 to the power of 2.4: its square times the fifth root of that.
const fn to_the_2_4(number: f64) -> f64 {
    let square = number * number;
    // Newton's method, from above.
    let mut root = 1.0;
    let mut step = 0;
    while step < 64 {
        root -= (root * root * root * root * root - square) / (5.0 * root * root * root * root);
        step += 1;
    }
    square * root
}

fn light(part: u8) -> f64 {
    #[expect(clippy::indexing_slicing, reason = "the table has a place for every byte")]
    LIGHT[part as usize]
}

/// The part of a colour that has this amount of light, rounded like this.
fn part_of(light: f64, rounded: fn(f64) -> f64) -> u8 {
    let share = if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast from a float stays within the bounds")]
    let part = rounded(share * 255.0) as u8;
    part
}

impl fmt::Display for Color {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { red, green, blue } = self;
        write!(formatter, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl TryFrom<String> for Color {
    type Error = NotAColor;

    fn try_from(text: String) -> Result<Self, NotAColor> {
        Self::parse(&text)
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn color(text: &str) -> Color {
        Color::parse(text).unwrap()
    }

    #[test]
    fn a_colour_is_six_digits_behind_a_number_sign() {
        assert_eq!(color("#1A73e8"), Color::new(0x1a, 0x73, 0xe8));
        assert_eq!(color("#1A73e8").to_string(), "#1a73e8");
        assert_eq!(serde_json::to_value(color("#00000F")).unwrap(), "#00000f");
        assert_eq!(serde_json::from_value::<Color>("#00000F".into()).ok(), Some(color("#00000f")));
        for text in
            ["", "#", "1a73e8", "#1a73e", "#1a73e80", "#1a7", "#1a73eg", "##1a73e", "#+1a73e", "#１a73e", "blue", "#1a73e8 "]
        {
            assert_eq!(Color::parse(text), Err(NotAColor), "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((Color::BLACK.contrast(Color::WHITE) - 21.0).abs() < 1e-9);
        assert!((color("#1a73e8").contrast(color("#1a73e8")) - 1.0).abs() < 1e-9);
        // The lightest grey on white, and the darkest one on black, that have 4.5:1, and those beside them.
        let pairs = [("#767676", Color::WHITE), ("#757575", Color::BLACK)];
        assert!(pairs.iter().all(|(grey, other)| color(grey).contrast(*other) >= LEAST_CONTRAST));
        let pairs = [("#777777", Color::WHITE), ("#747474", Color::BLACK)];
        assert!(pairs.iter().all(|(grey, other)| color(grey).contrast(*other) < LEAST_CONTRAST));
        assert!((color("#ff0000").contrast(Color::WHITE) - 3.998).abs() < 1e-3);
        assert!((color("#0000ff").contrast(Color::WHITE) - 8.592).abs() < 1e-3);
    }

    #[test]
    fn a_colour_that_can_be_read_stays_as_it_is_and_another_changes_as_little_as_it_must() {
        assert_eq!(color("#0b57d0").as_text(Theme::Light), color("#0b57d0"));
        assert_eq!(color("#a8c7fa").as_text(Theme::Dark), color("#a8c7fa"));
        for theme in [Theme::Light, Theme::Dark] {
            let [_, background] = theme.backgrounds();
            for picked in [Color::BLACK, Color::WHITE, color("#ffff00"), color("#7f7f7f"), color("#1a73e8"), color("#00ff00")] {
                let shown = picked.as_text(theme);
                assert!(shown == picked || shown.contrast(background) < 4.7, "{picked} is {shown}");
                assert_eq!(shown.as_text(theme), shown);
            }
        }
        assert_eq!(color("#7f7f7f").text_on(), Color::BLACK);
        assert_eq!(color("#1a73e8").text_on(), Color::WHITE);
    }

    #[test]
    fn the_table_has_the_light_that_wcag_defines() {
        for (part, light) in LIGHT.into_iter().enumerate() {
            let share = part as f64 / 255.0;
            let defined = if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) };
            assert!((light - defined).abs() < 1e-15, "{part}: {light}, {defined}");
        }
    }

    /// In two threads and with what can be known before, because this is 17 million times three proofs.
    #[test]
    fn text_is_readable_with_every_one_of_the_16_777_216_colours() {
        let least = |background: Color| (background.luminance() + FLARE) * LEAST_CONTRAST - FLARE;
        let most = |background: Color| (background.luminance() + FLARE) / LEAST_CONTRAST - FLARE;
        let (light, dark) = (Theme::Light.backgrounds().map(most), Theme::Dark.backgrounds().map(least));
        let (most, least) = (light[0].min(light[1]), dark[0].max(dark[1]));
        let (on_white, on_black) = (1.05 / LEAST_CONTRAST - FLARE, FLARE * LEAST_CONTRAST - FLARE);
        let walk = |reds: std::ops::Range<u32>| {
            let mut walked = 0_u32;
            let mut number = reds.start << 16;
            while number < reds.end << 16 {
                let [_, red, green, blue] = number.to_be_bytes();
                let picked = Color { red, green, blue };
                let luminance = picked.luminance();
                match picked.text_on() {
                    Color::WHITE => assert!(luminance <= on_white, "{picked}"),
                    other => assert!(other == Color::BLACK && luminance >= on_black, "{picked}"),
                }
                let shown = picked.as_text(Theme::Light);
                assert!(shown.luminance() <= most, "{picked} as {shown}");
                let shown = picked.as_text(Theme::Dark);
                assert!(shown.luminance() >= least, "{picked} as {shown}");
                walked += 1;
                number += 1;
            }
            walked
        };
        let walked = std::thread::scope(|scope| {
            let first = scope.spawn(|| walk(0..128));
            walk(128..256) + first.join().unwrap()
        });
        assert_eq!(walked, 1 << 24);
    }
}
