//! Schemas of values: on the way in, what each validator takes; on the way out, what every API shows in the same form.
//!
//! A schema of a text takes no white space at its ends, which the validators trim, and nothing else that they refuse. A test
//! compares the schemas with the validators.

use serde_json::Value;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, SchemaType, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};

use crate::domain::customer::CustomerId;
use crate::domain::licence::LicenceId;
use crate::domain::replay::IdempotencyKey;
use crate::domain::validation::{self, INTERNATIONAL_PHONE_DIGITS, MAXIMUM_INTERNATIONAL_PHONE};

/// The characters that no text has, as a part of a character class: those that XML 1.0 can't carry.
const UNUSABLE: &str = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff";

/// The characters that are white space or controls, and those that no text has, as a part of a character class.
const GAP: &str = r"\u0000-\u0020\u007f-\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufffe\uffff";

/// The characters that are trimmed, and those that no text has, as a part of a character class.
const BLANK: &str = r"\u0000-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufffe\uffff";

/// A text without any rule.
#[must_use]
pub fn string() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

/// The same schema, which takes `null` too.
#[must_use]
pub fn or_null(schema: ObjectBuilder) -> ObjectBuilder {
    let mut schema = schema.build();
    if let SchemaType::Type(of) = schema.schema_type {
        schema.schema_type = SchemaType::Array(vec![of, Type::Null]);
    }
    if let Some(values) = &mut schema.enum_values {
        values.push(Value::Null);
    }
    schema.into()
}

/// Any text that can be stored, also an empty one.
#[must_use]
pub fn usable() -> ObjectBuilder {
    string().pattern(Some(format!("^[^{UNUSABLE}]*$")))
}

/// The pattern of a character that can be stored.
#[must_use]
pub fn usable_pattern() -> String {
    format!("[^{UNUSABLE}]")
}

/// The pattern of a moment in UTC, to the second or finer. It has every day of the calendar but leap days.
#[must_use]
pub fn moment_pattern() -> String {
    let day = format!("[0-9]{{4}}-{}", day_of_year_pattern());
    format!(r"{day}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,9}})?Z")
}

/// The pattern of a month and a day of it. It has every day of the calendar but leap days.
fn day_of_year_pattern() -> String {
    let long = "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])";
    let short = "(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)";
    let february = "02-(?:0[1-9]|1[0-9]|2[0-8])";
    format!("(?:{long}|{short}|{february})")
}

/// A day such as `2026-11-29`, or an empty text. It has every day but leap days.
#[must_use]
pub fn optional_day() -> ObjectBuilder {
    string().pattern(Some(format!("^(?:[1-9][0-9]{{3}}-{})?$", day_of_year_pattern())))
}

/// What [`validation::text`] takes, with at least one character that is not trimmed.
#[must_use]
pub fn text(maximum: usize) -> ObjectBuilder {
    string().max_length(Some(maximum)).pattern(Some(format!("^[^{UNUSABLE}]*[^{BLANK}][^{UNUSABLE}]*$")))
}

/// What [`validation::text`] takes, or an empty text.
#[must_use]
pub fn optional_text(maximum: usize) -> ObjectBuilder {
    usable().max_length(Some(maximum))
}

/// What [`validation::text`] takes, with at least one character that is neither trimmed nor a digit, or an empty text.
#[must_use]
pub fn nondigit_text(maximum: usize) -> ObjectBuilder {
    string().max_length(Some(maximum)).pattern(Some(format!("^(?:[^{UNUSABLE}]*[^0-9{BLANK}][^{UNUSABLE}]*)?$")))
}

/// What [`validation::email`] takes.
#[must_use]
pub fn email(maximum: usize) -> ObjectBuilder {
    string().max_length(Some(maximum)).pattern(Some(format!("^{}$", email_pattern())))
}

/// What [`validation::email`] takes, or an empty text.
#[must_use]
pub fn optional_email(maximum: usize) -> ObjectBuilder {
    string().max_length(Some(maximum)).pattern(Some(format!("^(?:{})?$", email_pattern())))
}

fn email_pattern() -> String {
    format!(r"[^@{GAP}]+@[^@.{GAP}]+(?:\.[^@.{GAP}]+)+")
}

/// What [`validation::host`] takes.
#[must_use]
pub fn host(maximum: usize) -> ObjectBuilder {
    string().max_length(Some(maximum)).pattern(Some(format!("^[^{GAP}]+$")))
}

/// What [`validation::international_phone`] takes, or an empty text.
#[must_use]
pub fn optional_international_phone() -> ObjectBuilder {
    let (least, most) = (INTERNATIONAL_PHONE_DIGITS.start() - 1, INTERNATIONAL_PHONE_DIGITS.end() - 1);
    let pattern = format!(r"^(?:\+[0-9](?:[ .()\-]*[0-9]){{{least},{most}}})?$");
    string().max_length(Some(MAXIMUM_INTERNATIONAL_PHONE)).pattern(Some(pattern))
}

/// What [`validation::phone`] takes, or an empty text.
#[must_use]
pub fn optional_phone(maximum: usize) -> ObjectBuilder {
    let pattern = r"^(?:(?:[+.()\-][ +.()\-]*)?[0-9](?:[ +.()\-0-9]*[+.()\-0-9])?)?$";
    string().max_length(Some(maximum)).pattern(Some(pattern))
}

/// What [`validation::code`] takes, or an empty text.
#[must_use]
pub fn optional_code(maximum: usize) -> ObjectBuilder {
    string().max_length(Some(maximum)).pattern(Some("^[0-9A-Za-z]*$"))
}

/// What [`validation::country_code`] takes, in upper case, or an empty text.
#[must_use]
pub fn optional_country_code() -> ObjectBuilder {
    string().enum_values(Some(validation::country_codes().chain([""])))
}

/// The number of a customer that exists or existed.
#[must_use]
pub fn customer_id() -> ObjectBuilder {
    integer(1, CustomerId::MAX)
}

/// The number of a licence.
#[must_use]
pub fn licence_id() -> ObjectBuilder {
    whole_number().minimum(Some(limit(LicenceId::MAX_ORDINAL + 2)))
}

/// An integer from `least` to `most`.
#[must_use]
pub fn integer(least: u64, most: u64) -> ObjectBuilder {
    whole_number().minimum(Some(limit(least))).maximum(Some(limit(most)))
}

fn limit(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// An integer from 0.
#[must_use]
pub fn whole_number() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0))
}

/// A day, such as `2026-11-29`.
pub fn day() -> ObjectBuilder {
    string().format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
}

/// A time as [`crate::domain::timestamp::Timestamp`] shows it.
#[must_use]
pub fn timestamp() -> ObjectBuilder {
    string()
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .pattern(Some(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z$"))
}

/// An entity tag as answers have it.
#[must_use]
pub fn entity_tag() -> ObjectBuilder {
    string().pattern(Some("^\"[0-9]+-[0-9]+(?:-xml)?\"$"))
}

/// What [`EntityTags::parse`](crate::domain::entity_tag::EntityTags::parse) takes.
#[must_use]
pub fn entity_tags() -> ObjectBuilder {
    let tag = r#"(?:W/)?"[!#-~]*""#;
    string().pattern(Some(format!(r"^(?:\*|{tag}(?:[ \t]*,[ \t]*{tag})*)$")))
}

/// What [`IdempotencyKey::parse`] takes, without white space at its ends.
#[must_use]
pub fn idempotency_key() -> ObjectBuilder {
    string().max_length(Some(IdempotencyKey::MAXIMUM)).pattern(Some("^[!-~](?:[ -~]*[!-~])?$"))
}

/// A list as [`Csv`](crate::lambda::csv::Csv) writes it.
#[must_use]
pub fn csv() -> ObjectBuilder {
    let description = "RFC 4180, in UTF-8: a row with the keys of an object, then a row for each object. `null` is empty, and \
                       objects and lists are JSON. A text that a spreadsheet would take for a formula has an apostrophe in front.";
    string().description(Some(description)).pattern(Some("^[^\\r\\n]+\\r\\n"))
}

/// `null` alone.
#[must_use]
pub fn null() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Null)
}

/// `true` or `false`.
#[must_use]
pub fn boolean() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::Boolean)
}

/// `true` alone, or `false` alone.
#[must_use]
pub fn always(value: bool) -> ObjectBuilder {
    boolean().enum_values(Some([value]))
}

/// One of these texts.
#[must_use]
pub fn one_of(values: &[&str]) -> ObjectBuilder {
    string().enum_values(Some(values.iter().copied()))
}

/// The name under which a document has [`any_usable`].
pub const ANY_USABLE: &str = "AnyValue";

/// Any JSON value whose texts can all be stored. It refers to itself by the name [`ANY_USABLE`].
#[must_use]
pub fn any_usable() -> AnyOfBuilder {
    let simple = [Type::Null, Type::Boolean, Type::Number, Type::String];
    let object = ObjectBuilder::new().property_names(Some(usable())).additional_properties(Some(named(ANY_USABLE)));
    AnyOfBuilder::new()
        .description(Some("Any value without control characters."))
        .item(usable().schema_type(SchemaType::from_iter(simple)))
        .item(ArrayBuilder::new().items(named(ANY_USABLE)))
        .item(object)
}

/// The same JSON object, which may have other fields with any value.
#[must_use]
pub fn with_others(object: ObjectBuilder) -> ObjectBuilder {
    object.property_names(Some(usable())).additional_properties(Some(named(ANY_USABLE)))
}

/// An object that has all of these fields and no others.
#[must_use]
pub fn record<'a>(fields: impl IntoIterator<Item = (&'a str, RefOr<Schema>)>) -> ObjectBuilder {
    let whole = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(false)));
    fields.into_iter().fold(whole, |object, (name, field)| object.property(name, field).required(name))
}

/// A schema that is defined in the document under this name.
#[must_use]
pub fn named(name: &str) -> RefOr<Schema> {
    RefOr::Ref(Ref::from_schema_name(name))
}
