//! The payment option: a card, an account or another means by which a customer pays, as its processor knows it.
//!
//! It holds a reference to the processor and what people recognize it by, and never the number of a card or an account.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::date::Date;
use super::entity_tag::EntityTag;
use super::timestamp::Timestamp;
use super::validation::Text;

/// How many payment options a customer has at most.
pub const MOST_PAYMENT_OPTIONS: u64 = 20;

/// The number of a payment option. The platform gives it, and never gives it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaymentOptionId(u64);

impl PaymentOptionId {
    /// The largest number: sort keys give it 16 digits.
    pub const MAX: u64 = 9_999_999_999_999_999;

    /// The payment option of this number; `None` beyond [`PaymentOptionId::MAX`].
    #[must_use]
    pub fn new(number: u64) -> Option<Self> {
        (number <= Self::MAX).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

impl fmt::Display for PaymentOptionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// By what a customer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentType {
    /// A credit or debit card.
    Card,
    /// A bank account.
    Bank,
    /// Anything else.
    Other,
}

/// A text that names no type. Its own text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be card, bank or other")]
pub struct NotAPaymentType;

impl PaymentType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Card, Self::Bank, Self::Other];

    /// Its name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Bank => "bank",
            Self::Other => "other",
        }
    }

    /// The type with this name.
    ///
    /// # Errors
    /// [`NotAPaymentType`].
    pub fn parse(sent: &str) -> Result<Self, NotAPaymentType> {
        Self::ALL.into_iter().find(|of| of.as_str() == sent).ok_or(NotAPaymentType)
    }
}

/// The last four digits of the number of a card or an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LastFour(String);

/// A text that is not four digits. Its own text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be exactly four digits")]
pub struct NotLastFour;

impl LastFour {
    /// Reads four ASCII digits.
    ///
    /// # Errors
    /// [`NotLastFour`].
    pub fn parse(sent: &str) -> Result<Self, NotLastFour> {
        let is_four = sent.len() == 4 && sent.bytes().all(|byte| byte.is_ascii_digit());
        is_four.then(|| Self(sent.to_owned())).ok_or(NotLastFour)
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The month at whose end a means of payment expires. Its text is `2027-12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ExpirationMonth(Date);

/// A text that is not a month. Its own text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a month in the form YYYY-MM")]
pub struct NotAMonth;

impl ExpirationMonth {
    /// Reads a month: four digits for the year, two for the month and a hyphen between them.
    ///
    /// # Errors
    /// [`NotAMonth`].
    pub fn parse(sent: &str) -> Result<Self, NotAMonth> {
        Date::parse(&format!("{sent}-01")).map(Self).map_err(|_| NotAMonth)
    }
}

impl fmt::Display for ExpirationMonth {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.month())
    }
}

impl TryFrom<String> for ExpirationMonth {
    type Error = NotAMonth;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<ExpirationMonth> for String {
    fn from(month: ExpirationMonth) -> Self {
        month.to_string()
    }
}

/// The reference by which the processor knows the means of payment. Whoever has it may be able to charge the customer, so that it
/// is never shown, and `Debug` does not print it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProcessorToken(Text);

impl ProcessorToken {
    /// This text as a reference.
    #[must_use]
    pub fn new(token: Text) -> Self {
        Self(token)
    }
}

impl fmt::Debug for ProcessorToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ProcessorToken(…)")
    }
}

/// The part of a payment option that clients write at any time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDetails {
    /// By what the customer pays.
    pub payment_type: PaymentType,
    /// The name of the holder.
    pub holder_name: Option<Text>,
    /// The brand of the card, or the name of the bank.
    pub brand: Option<Text>,
    /// The last four digits of its number.
    pub last_four: Option<LastFour>,
    /// The month at whose end it expires; it may be over.
    pub expires: Option<ExpirationMonth>,
    /// The processor's reference.
    pub token: ProcessorToken,
}

/// A payment option to be created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPaymentOption {
    /// The reseller's own reference, unique within the customer; `None` stands for the id.
    pub code: Option<Text>,
    /// What it is.
    pub details: PaymentDetails,
    /// Whether it becomes the primary one even if the customer has another.
    pub becomes_primary: bool,
}

/// A payment option on record. Which of a customer's is the primary one stands with the customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentOption {
    /// The number that the platform gave it.
    pub id: PaymentOptionId,
    /// The reseller's own reference, unique within the customer; `None` stands for the id.
    pub code: Option<Text>,
    /// What it is.
    #[serde(flatten)]
    pub details: PaymentDetails,
    /// When it was created.
    pub created_at: Timestamp,
    /// 1 at first, and 1 more after each change of what it is or of whether it is the primary one.
    pub revision: u64,
}

impl PaymentOption {
    /// The tag of this revision.
    #[must_use]
    pub fn entity_tag(&self) -> EntityTag {
        EntityTag::new(self.id.number(), self.revision)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::validation::text;

    #[test]
    fn last_four_are_four_digits() {
        assert_eq!(LastFour::parse("0042").unwrap().as_str(), "0042");
        for sent in ["", "042", "00042", "004a", "００４２", " 042"] {
            assert_eq!(LastFour::parse(sent), Err(NotLastFour), "{sent:?}");
        }
    }

    #[test]
    fn a_month_is_one_of_the_calendar() {
        for sent in ["2027-12", "1999-01"] {
            assert_eq!(ExpirationMonth::parse(sent).unwrap().to_string(), sent);
        }
        for sent in ["", "2027", "2027-13", "2027-00", "2027-1", "27-01", "12/27", "2027-12-01", " 2027-12", "0000-01"] {
            assert_eq!(ExpirationMonth::parse(sent), Err(NotAMonth), "{sent:?}");
        }
    }

    #[test]
    fn names_of_types_are_those_that_are_stored() {
        for of in PaymentType::ALL {
            assert_eq!(serde_json::json!(of), of.as_str());
            assert_eq!(PaymentType::parse(of.as_str()), Ok(of));
        }
        assert_eq!(PaymentType::parse("Card"), Err(NotAPaymentType));
    }

    #[test]
    fn the_reference_is_not_printed() {
        let token = ProcessorToken::new(text("tok_secret", 255).unwrap().unwrap());
        assert_eq!(format!("{token:?}"), "ProcessorToken(…)");
    }
}
