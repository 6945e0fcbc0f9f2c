//! The brand of a reseller, for its own people: the colour, and the forms of both the colour and the logo.
//!
//! A colour can be picked or typed. Script keeps both fields in step. Without it they may differ, and the one that the person has changed
//! counts; if the person has changed both, what was typed.

use askama::Template;
use lambda_http::http::StatusCode;
use shared::domain::brand::{Brand, LogoHash};
use shared::domain::color::Color;
use shared::domain::entity_tag::{EntityTags, ExpectedRevision};
use shared::lambda::faults::Faults;
use shared::lambda::response::Response;
use shared::store::brand::ChangeBrandError;
use shared::store::{Access, Caller, Policy, Read, StoreError, Write};

use super::part::{alone, done};
use crate::Error;
use crate::assets::DEFAULT_COLOR;
use crate::form::{Filled, Form};
use crate::page::see_other;
use crate::visit::Visit;

const TITLE: &str = "Organization Details";

/// The forms of a brand.
#[derive(Template)]
#[template(path = "brand_form.html")]
pub(super) struct BrandForm {
    reseller: String,
    /// The form of the colour.
    color: Filled,
    /// The form of the logo.
    logo: Filled,
    /// The address of the logo; `None` without one.
    logo_path: Option<String>,
    /// What somebody else has changed meanwhile, as a sentence.
    conflict: Option<String>,
    most_bytes: usize,
    is_alone: bool,
}

impl BrandForm {
    /// The forms as the brand is now.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(super) fn of<A>(caller: &Caller<A>, is_alone: bool) -> Result<Self, StoreError> {
        let brand = caller.brand();
        let color = shown_color(brand).to_string();
        let color = Form::of([("color", color.clone()), ("picked", color.clone()), ("shown_color", color)]);
        Ok(Self {
            reseller: caller.reseller_record().name.to_string(),
            color: Filled::fresh(color)?,
            logo: Filled::fresh(Form::of([("shown_logo", shown_logo(brand).to_owned())]))?,
            logo_path: brand.logo_path(caller.reseller()),
            conflict: None,
            most_bytes: branding::logo::MOST_BYTES,
            is_alone,
        })
    }

    /// The same, with what was sent of the colour and with what is wrong in it.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(super) fn with_wrong_color(self, sent: &Form, faults: Faults) -> Result<Self, StoreError> {
        let color =
            |field| sent.given(field).filter(|sent| Color::parse(sent).is_ok()).unwrap_or_else(|| self.color.value(field));
        let form = Form::of([
            ("color", sent.value("color").to_owned()),
            ("picked", color("picked").to_owned()),
            ("shown_color", color("shown_color").to_owned()),
        ]);
        Ok(Self { color: Filled::wrong(form, faults)?, ..self })
    }

    /// The same, in which this is wrong with the logo that was sent.
    ///
    /// # Errors
    /// When there is no randomness.
    pub(super) fn with_wrong_logo(self, faults: Faults) -> Result<Self, StoreError> {
        let shown = self.logo.value("shown_logo").to_owned();
        Ok(Self { logo: Filled::wrong(Form::of([("shown_logo", shown)]), faults)?, ..self })
    }

    /// The same, which says what somebody else has changed meanwhile.
    pub(super) fn in_conflict(self, conflict: impl Into<String>) -> Self {
        Self { conflict: Some(conflict.into()), ..self }
    }

    /// The page that has these forms alone.
    pub(super) fn page<A>(self, caller: &Caller<A>, status: StatusCode) -> Result<Response, Error> {
        alone(caller, status, TITLE, &self)
    }
}

/// The colour that pages of this brand have.
fn shown_color(brand: &Brand) -> Color {
    brand.color.unwrap_or(DEFAULT_COLOR)
}

/// The name of the logo in forms; empty without one.
pub(super) fn shown_logo(brand: &Brand) -> &str {
    brand.logo.as_ref().map(LogoHash::as_str).unwrap_or_default()
}

/// Whether the person who calls finds the brand in the profile.
pub(super) fn is_offered_to<A>(caller: &Caller<A>) -> bool {
    caller.has_brand() && caller.person().is_some_and(|person| Policy::RESELLER.takes_role(person.user.role))
}

/// The caller, for whom the brand must be there.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn owner<A: Access>(visit: &Visit<'_, A>) -> Result<Caller<A>, Error> {
    let caller = visit.caller(Policy::RESELLER).await?;
    if is_offered_to(&caller) { Ok(caller) } else { Err(Error::NotFound) }
}

/// The revision of the brand that was read with the caller, and no other.
pub(super) fn as_read<A>(caller: &Caller<A>) -> ExpectedRevision {
    let tag = caller.brand().entity_tag(caller.reseller()).json();
    ExpectedRevision::new(Some(EntityTags::These(vec![(tag, false)])))
}

/// Whether a change was made (`Some`), or has to be made again because another one was faster (`None`).
pub(super) fn made(changed: Result<Brand, ChangeBrandError>) -> Result<Option<Brand>, StoreError> {
    match changed {
        Ok(brand) => Ok(Some(brand)),
        Err(ChangeBrandError::OtherRevision) => Ok(None),
        Err(ChangeBrandError::Store(error)) => Err(error),
        Err(ChangeBrandError::NoLogo) => Err(StoreError::Internal("a brand at its revision lacks its logo".to_owned())),
    }
}

/// Answers 200 with the forms.
pub(super) async fn show(visit: &Visit<'_, Read>) -> Result<Response, Error> {
    let caller = owner(visit).await?;
    BrandForm::of(&caller, true)?.page(&caller, StatusCode::OK)
}

/// Saves the colour and leads to the profile (303). Answers 422 if it is none, 409 if somebody else has changed it meanwhile.
pub(super) async fn submit(visit: &Visit<'_, Write>, form: Form) -> Result<Response, Error> {
    let mut caller = owner(visit).await?;
    let color = match Color::parse(sent(&form)) {
        Ok(color) => color,
        Err(fault) => {
            let wrong = BrandForm::of(&caller, true)?.with_wrong_color(&form, Faults::one("color", fault))?;
            return wrong.page(&caller, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    loop {
        let now = shown_color(caller.brand());
        let shown = form.given("shown_color").map_or(Ok(now), Color::parse).unwrap_or(now);
        if color == shown || color == now {
            return Ok(see_other(&done("color")));
        }
        if now != shown {
            return conflict(&caller, color);
        }
        let brand = caller.brand().clone();
        let changed = visit.table.brand_set_color(&caller, &as_read(&caller), brand, color, &|_| Vec::new()).await;
        if made(changed)?.is_some() {
            return Ok(see_other(&done("color")));
        }
        caller = owner(visit).await?;
    }
}

/// What was typed or picked.
fn sent(form: &Form) -> &str {
    let typed = form.value("color").trim();
    let is_changed = form.given("shown_color").is_none_or(|shown| shown != typed);
    if is_changed { typed } else { form.given("picked").unwrap_or(typed).trim() }
}

/// The forms with the colour that the person wants, after somebody else has saved another one.
fn conflict(caller: &Caller<Write>, color: Color) -> Result<Response, Error> {
    let now = shown_color(caller.brand()).to_string();
    let wanted = color.to_string();
    let conflict = format!("Somebody else has picked {now} meanwhile. Yours was not saved yet: save it to replace that.");
    let form = Form::of([("color", wanted.clone()), ("picked", wanted), ("shown_color", now)]);
    let form = BrandForm { color: Filled::fresh(form)?, ..BrandForm::of(caller, true)? };
    form.in_conflict(conflict).page(caller, StatusCode::CONFLICT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::color::Theme;

    #[test]
    fn what_the_person_has_changed_counts_and_of_both_what_was_typed() {
        let sent = |shown: &str, typed: &str, picked: &str| {
            let form = Form::of([("shown_color", shown.to_owned()), ("color", typed.to_owned()), ("picked", picked.to_owned())]);
            super::sent(&form).to_owned()
        };
        assert_eq!(sent("#111111", "#111111", "#111111"), "#111111");
        assert_eq!(sent("#111111", " #222222 ", "#111111"), "#222222");
        assert_eq!(sent("#111111", "#111111", "#333333"), "#333333");
        assert_eq!(sent("#111111", "#222222", "#333333"), "#222222");
        assert_eq!(sent("#111111", "", "#111111"), "", "what was cleared is missing");
        assert_eq!(super::sent(&Form::of([("color", "#222222".to_owned())])), "#222222");
    }

    #[test]
    fn text_in_the_brands_colour_stands_on_the_backgrounds_that_it_was_made_for() {
        let (base, previews) = (include_str!("../../assets/style/base.css"), include_str!("../../assets/style/profile.css"));
        let (light, dark) = base.split_once("prefers-color-scheme: dark").unwrap();
        let preview = |theme: &str| previews.split_once(&format!(".preview.{theme} {{")).unwrap().1.split('}').next().unwrap();
        for (theme, sheets) in [(Theme::Light, [light, preview("light")]), (Theme::Dark, [dark, preview("dark")])] {
            let [page, raised] = theme.backgrounds().map(|color| color.to_string());
            for sheet in sheets {
                assert!(
                    sheet.contains(&format!("--page: {page};")) && sheet.contains(&format!("--raised: {raised};")),
                    "{sheet}"
                );
            }
        }
    }
}
