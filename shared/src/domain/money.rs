//! Money: currencies, amounts, and the arithmetic of a cost. All of it is decimal, because a binary fraction can't hold `0.10`.

use std::fmt;
use std::num::NonZeroU64;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The codes that ISO 4217 lists with minor units (list one, published on 1 January 2026), by how many digits those have. A code
/// that ISO withdraws stays here, because subscriptions that were sold in it must still be read.
const CURRENCIES: [(u32, &str); 4] = [
    (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
    (
        2,
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU \
         CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES \
         KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR \
         NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP \
         TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
    ),
    (3, "BHD IQD JOD KWD LYD OMR TND"),
    (4, "CLF UYW"),
];

/// A currency, by its ISO 4217 code. Gold, bonds, special drawing rights and the codes for tests are none: they have no minor
/// units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    digits: u32,
}

/// A text that is not the code of a currency. Its own text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be an ISO 4217 code in upper case such as EUR")]
pub struct NotACurrency;

impl Currency {
    /// The most digits that an amount in any currency has behind the point.
    pub const MOST_DIGITS: u32 = 4;

    /// The currency of this code: three letters in upper case.
    ///
    /// # Errors
    /// [`NotACurrency`].
    pub fn parse(sent: &str) -> Result<Self, NotACurrency> {
        Self::all().find(|currency| currency.code == sent).ok_or(NotACurrency)
    }

    /// All currencies.
    pub fn all() -> impl Iterator<Item = Self> {
        CURRENCIES.into_iter().flat_map(|(digits, codes)| codes.split(' ').map(move |code| Self { code, digits }))
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// How many digits its amounts have behind the point: 0, 2, 3 or 4.
    #[must_use]
    pub fn digits(self) -> u32 {
        self.digits
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// Why a text is not an amount. Its own text completes a sentence that begins with the name of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAmount {
    /// Anything else than digits, or digits, a point and digits.
    #[error("must be an amount in plain decimal notation such as 12.50")]
    NotPlain,
    /// More than [`Amount::MOST_DIGITS_BEFORE`] digits before the point.
    #[error("must have at most {} digits before the point", Amount::MOST_DIGITS_BEFORE)]
    TooLarge,
    /// More digits behind the point than this many.
    #[error("{}", at_most_behind(*.0))]
    TooFine(u32),
}

fn at_most_behind(digits: u32) -> String {
    match digits {
        0 => "must have no digits behind the point".to_owned(),
        1 => "must have at most 1 digit behind the point".to_owned(),
        _ => format!("must have at most {digits} digits behind the point"),
    }
}

/// An amount of money in some currency, never negative. It remembers with how many digits it was written, but `12.5` and `12.50`
/// are equal. Stored as a text without trailing zeros.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// The most digits that people can give an amount before the point.
    pub const MOST_DIGITS_BEFORE: usize = 12;

    /// The least amount with more digits before the point: 10¹².
    const TOO_LARGE: Decimal = Decimal::from_parts(0xd4a5_1000, 0xe8, 0, false, 0);

    /// The most digits that people can give any amount behind the point.
    pub const MOST_DIGITS_BEHIND: u32 = 12;

    /// Reads an amount as people write it, be it the content of a JSON string or the text of a JSON number: digits, and a point
    /// and more digits where it has any. No sign, exponent or blank; no leading zero but one that stands alone before the point.
    ///
    /// `digits` is how many it may have behind the point, trailing zeros included, and never more than
    /// [`Amount::MOST_DIGITS_BEHIND`].
    ///
    /// # Errors
    /// [`InvalidAmount`].
    pub fn parse(sent: &str, digits: u32) -> Result<Self, InvalidAmount> {
        let (whole, behind) = parts(sent).ok_or(InvalidAmount::NotPlain)?;
        let digits = digits.min(Self::MOST_DIGITS_BEHIND);
        if whole.len() > Self::MOST_DIGITS_BEFORE {
            return Err(InvalidAmount::TooLarge);
        }
        let amount = Self::exactly(sent).filter(|_| behind.len() <= Self::MOST_DIGITS_BEHIND as usize);
        let amount = amount.ok_or(InvalidAmount::TooFine(digits))?;
        amount.check(digits)?;
        Ok(amount)
    }

    /// Checks that people could have given it: with at most [`Amount::MOST_DIGITS_BEFORE`] digits before the point, and written
    /// with at most so many behind it, trailing zeros included.
    ///
    /// # Errors
    /// [`InvalidAmount::TooLarge`], [`InvalidAmount::TooFine`].
    pub fn check(self, digits: u32) -> Result<(), InvalidAmount> {
        if self.0 >= Self::TOO_LARGE {
            Err(InvalidAmount::TooLarge)
        } else if self.0.scale() > digits {
            Err(InvalidAmount::TooFine(digits))
        } else {
            Ok(())
        }
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0.is_zero()
    }

    /// As prices and costs are shown: with exactly the digits of the currency. What is finer is rounded, half to the even digit.
    #[must_use]
    pub fn with_digits(self, currency: Currency) -> String {
        let plain = Self(self.0.round_dp_with_strategy(currency.digits, RoundingStrategy::MidpointNearestEven)).plain();
        let width = currency.digits as usize;
        match plain.split_once('.') {
            Some((whole, behind)) => format!("{whole}.{behind:0<width$}"),
            None if width == 0 => plain,
            None => format!("{plain}.{:0<width$}", ""),
        }
    }

    /// As prices of units are shown: without trailing zeros.
    #[must_use]
    pub fn plain(self) -> String {
        self.0.normalize().to_string()
    }

    /// The sum of both; `None` when that is more than an amount can be (about 7.9 × 10²⁸ of the last digit).
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let (one, other) = (self.0.normalize(), other.0.normalize());
        let sum = one.checked_add(other)?;
        // Rather than fail, `rust_decimal` drops digits of a sum that is too long for all of them.
        (sum.scale() >= one.scale().max(other.scale())).then_some(Self(sum))
    }

    /// This amount, plus `rate` × `units` / `size`: what so many units cost when `size` of them cost `rate`. It is exact until
    /// the end and then rounded once, half to the even digit, to the currency's digits.
    ///
    /// `None` when this amount has more digits than the currency, or the sum is more than an amount can be (7.9 × 10²⁴ in the
    /// currencies with the most digits, and more in others).
    #[must_use]
    pub fn plus_units(self, rate: Self, units: u128, size: NonZeroU64, currency: Currency) -> Option<Self> {
        let fixed = self.0.normalize();
        let fixed = fixed.mantissa().unsigned_abs().checked_mul(ten_to(currency.digits.checked_sub(fixed.scale())?)?)?;
        let rate = rate.0.normalize();
        let finer = rate.scale().max(currency.digits);
        let rate = (rate.mantissa().unsigned_abs().checked_mul(ten_to(finer - rate.scale())?)?, finer - currency.digits);
        let variable = Quotient::of(rate.0, units, u128::from(size.get()).checked_mul(ten_to(rate.1)?)?)?;
        let minor = variable.plus(fixed)?.half_even()?;
        Decimal::try_from_i128_with_scale(i128::try_from(minor).ok()?, currency.digits).ok().map(Self)
    }

    fn exactly(plain: &str) -> Option<Self> {
        Decimal::from_str_exact(plain).ok().map(Self)
    }
}

/// The digits before and behind the point of an amount in plain notation; `None` for any other text.
fn parts(text: &str) -> Option<(&str, &str)> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, behind) = text.split_once('.').map_or((text, None), |(whole, behind)| (whole, Some(behind)));
    let is_plain = is_number(whole) && (whole == "0" || !whole.starts_with('0')) && behind.is_none_or(is_number);
    is_plain.then_some((whole, behind.unwrap_or_default()))
}

fn ten_to(power: u32) -> Option<u128> {
    10_u128.checked_pow(power)
}

/// The result of a division of whole numbers, nothing lost.
#[derive(Clone, Copy)]
struct Quotient {
    whole: u128,
    rest: u128,
    divisor: u128,
}

impl Quotient {
    /// `one` × `other` / `divisor`. The product can have more than 128 bits: `other` is taken digit by digit, and each step is
    /// divided before the next.
    fn of(one: u128, other: u128, divisor: u128) -> Option<Self> {
        other.to_string().chars().filter_map(|digit| digit.to_digit(10)).try_fold(
            Self { whole: 0, rest: 0, divisor },
            |so_far, digit| {
                let step = so_far.rest.checked_mul(10)?.checked_add(one.checked_mul(digit.into())?)?;
                let whole = so_far.whole.checked_mul(10)?.checked_add(step.checked_div(divisor)?)?;
                Some(Self { whole, rest: step.checked_rem(divisor)?, divisor })
            },
        )
    }

    fn plus(self, whole: u128) -> Option<Self> {
        Some(Self { whole: self.whole.checked_add(whole)?, ..self })
    }

    /// The nearest whole number, the even one of two that are equally near.
    fn half_even(self) -> Option<u128> {
        let missing = self.divisor.checked_sub(self.rest)?;
        let is_up = self.rest > missing || (self.rest == missing && self.whole % 2 == 1);
        self.whole.checked_add(u128::from(is_up))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.plain())
    }
}

/// Reads any amount in plain notation, also one that is larger than people can give, because a sum of costs can be.
impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parts(&text).and_then(|_| Self::exactly(&text)).ok_or_else(|| serde::de::Error::custom(InvalidAmount::NotPlain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn amount(text: &str) -> Amount {
        Amount::parse(text, 12).unwrap()
    }

    #[test]
    fn every_currency_is_there_once() {
        let mut codes: Vec<&str> = Currency::all().map(Currency::code).collect();
        assert_eq!(codes.len(), 165);
        assert!(codes.iter().all(|code| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase())));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 165);
        assert_eq!(Currency::all().map(Currency::digits).max(), Some(Currency::MOST_DIGITS));
    }

    #[test]
    fn a_currency_is_known_by_its_code_and_has_its_digits() {
        for (code, digits) in [("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("BHD", 3), ("TND", 3), ("CLF", 4), ("XCG", 2)] {
            assert_eq!((currency(code).digits(), currency(code).to_string().as_str()), (digits, code));
            assert_eq!(serde_json::from_str::<Currency>(&format!("\"{code}\"")).unwrap(), currency(code));
            assert_eq!(serde_json::to_string(&currency(code)).unwrap(), format!("\"{code}\""));
        }
        for other in ["", "eur", "Eur", " EUR", "EUR ", "EU", "EURO", "EUR USD", "XXX", "XTS", "XAU", "DEM", "BGN", "978", "€"]
        {
            assert_eq!(Currency::parse(other), Err(NotACurrency), "{other:?}");
        }
    }

    #[test]
    fn amounts_are_in_plain_notation() {
        for (sent, shown) in [
            ("0", "0"),
            ("0.0", "0"),
            ("0.000000000001", "0.000000000001"),
            ("7", "7"),
            ("12.50", "12.5"),
            ("10", "10"),
            ("100.100", "100.1"),
            ("999999999999.999999999999", "999999999999.999999999999"),
        ] {
            assert_eq!(Amount::parse(sent, 12).map(Amount::plain).as_deref(), Ok(shown), "{sent}");
        }
        for other in [
            "", " ", ".", ".5", "5.", "+1", "-1", "-0", "1e3", "1E3", "1.5e0", "00", "01", "00.5", "1,5", "1_000", "1 000", " 1",
            "1 ", "1\n", "1.2.3", "1..2", "1.-2", "１", "0x1", "NaN", "inf", "null", "1.5 ", "1.٥",
        ] {
            assert_eq!(Amount::parse(other, 12), Err(InvalidAmount::NotPlain), "{other:?}");
        }
    }

    #[test]
    fn an_amount_has_no_more_digits_than_allowed_and_trailing_zeros_count() {
        for (sent, digits, problem) in [
            ("1.234", 2, InvalidAmount::TooFine(2)),
            ("1.200", 2, InvalidAmount::TooFine(2)),
            ("1.0", 0, InvalidAmount::TooFine(0)),
            ("0.0000000000001", 99, InvalidAmount::TooFine(12)),
            (&format!("0.{}", "3".repeat(400)), 99, InvalidAmount::TooFine(12)),
            (&format!("0.{}", "0".repeat(400)), 12, InvalidAmount::TooFine(12)),
            ("1000000000000", 2, InvalidAmount::TooLarge),
            (&"9".repeat(400), 12, InvalidAmount::TooLarge),
            (&format!("{0}.{0}", "9".repeat(400)), 12, InvalidAmount::TooLarge),
        ] {
            assert_eq!(Amount::parse(sent, digits), Err(problem), "{sent}");
        }
        assert!(Amount::parse("999999999999.99", 2).is_ok());
        assert_eq!(amount("1.50").check(1), Err(InvalidAmount::TooFine(1)));
        assert_eq!(amount("1.50").check(2), Ok(()));
        let sum = amount("999999999999.99").checked_add(amount("0.01")).unwrap();
        assert_eq!((sum.plain().as_str(), sum.check(2)), ("1000000000000", Err(InvalidAmount::TooLarge)));
    }

    #[test]
    fn a_client_reads_how_an_amount_must_be() {
        for (problem, text) in [
            (InvalidAmount::NotPlain, "must be an amount in plain decimal notation such as 12.50"),
            (InvalidAmount::TooLarge, "must have at most 12 digits before the point"),
            (InvalidAmount::TooFine(0), "must have no digits behind the point"),
            (InvalidAmount::TooFine(1), "must have at most 1 digit behind the point"),
            (InvalidAmount::TooFine(2), "must have at most 2 digits behind the point"),
        ] {
            assert_eq!(problem.to_string(), text);
        }
    }

    #[test]
    fn a_price_is_shown_with_the_digits_of_its_currency() {
        for (sent, code, shown) in [
            ("12.5", "EUR", "12.50"),
            ("12.50", "EUR", "12.50"),
            ("0", "EUR", "0.00"),
            ("100", "EUR", "100.00"),
            ("0", "JPY", "0"),
            ("1200", "JPY", "1200"),
            ("1.5", "BHD", "1.500"),
            ("0.0001", "CLF", "0.0001"),
            ("999999999999", "CLF", "999999999999.0000"),
            ("0.125", "EUR", "0.12"),
            ("0.135", "EUR", "0.14"),
            ("0.9951", "EUR", "1.00"),
            ("2.5", "JPY", "2"),
        ] {
            assert_eq!(amount(sent).with_digits(currency(code)), shown, "{sent} {code}");
        }
    }

    #[test]
    fn an_amount_is_stored_as_a_text() {
        assert_eq!(serde_json::to_string(&amount("12.50")).unwrap(), "\"12.5\"");
        assert_eq!(serde_json::from_str::<Amount>("\"12.5\"").unwrap(), amount("12.50"));
        for other in ["12.5", "1", "null", "\"-1\"", "\"1e3\"", "\"1_0\"", "\"\"", "\"79228162514264337593543950336\""] {
            assert!(serde_json::from_str::<Amount>(other).is_err(), "{other}");
        }
        let largest: Amount = serde_json::from_str("\"79228162514264337593543950335\"").unwrap();
        assert_eq!(largest.with_digits(currency("CLF")), "79228162514264337593543950335.0000");
    }

    #[test]
    fn sums_are_exact_or_refused() {
        assert_eq!(amount("0.1").checked_add(amount("0.20")), Some(amount("0.3")));
        let stored = |text: &str| serde_json::from_str::<Amount>(&format!("\"{text}\"")).unwrap();
        let largest = stored("79228162514264337593543950335");
        assert_eq!(largest.checked_add(amount("1")), None);
        assert_eq!(largest.checked_add(amount("0.01")), None);
        assert_eq!(largest.checked_add(amount("0.00")), Some(largest));
    }

    fn units(fixed: &str, rate: &str, units: u128, size: u64, code: &str) -> Option<String> {
        let code = currency(code);
        amount(fixed).plus_units(amount(rate), units, NonZeroU64::new(size).unwrap(), code).map(|sum| sum.with_digits(code))
    }

    #[test]
    fn what_units_cost_is_rounded_once_at_the_end() {
        for (fixed, rate, count, size, code, sum) in [
            ("10.00", "1.20", 3_600, 3_600, "EUR", "11.20"),
            ("10.00", "1.20", 1_800, 3_600, "EUR", "10.60"),
            ("0", "0.000000000001", 1_000_000_000_000, 1, "EUR", "1.00"),
            ("0", "0.01", 1, 2, "EUR", "0.00"),
            ("0", "0.01", 3, 2, "EUR", "0.02"),
            ("0.01", "0.01", 1, 2, "EUR", "0.02"),
            ("0.02", "0.01", 1, 2, "EUR", "0.02"),
            ("0", "1", 1, 3, "BHD", "0.333"),
            ("0", "2", 1, 3, "CLF", "0.6667"),
            ("0", "5", 1, 2, "JPY", "2"),
            ("1", "5", 1, 2, "JPY", "4"),
            ("0", "1", 0, 3_600, "EUR", "0.00"),
        ] {
            assert_eq!(units(fixed, rate, count, size, code).as_deref(), Some(sum), "{fixed} + {rate} × {count} / {size} {code}");
        }
    }

    #[test]
    fn what_is_more_than_an_amount_can_be_is_no_amount() {
        let million_billion = 1_000_000_000_000_000;
        let largest = "999999999999.999999999999";
        assert_eq!(units("0", largest, million_billion, 3_600, "EUR").as_deref(), Some("277777777777777777777777.50"));
        assert_eq!(units("0", largest, 1_000_000_000_000, 1, "CLF").as_deref(), Some("999999999999999999999999.0000"));
        assert_eq!(units("0", largest, million_billion, 1, "EUR"), None);
        assert_eq!(units("0", largest, u128::MAX, 1, "EUR"), None);
        assert_eq!(units("0", "0.01", u128::MAX, 1, "EUR"), None);
        assert_eq!(units("0", "1", u128::MAX, u64::MAX, "JPY").as_deref(), Some("18446744073709551617"));
        assert_eq!(units("0.001", "1", 1, 1, "EUR"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC*|[0-9.+e-]{0,30}", digits in 0..20u32) {
            if let Ok(amount) = Amount::parse(&text, digits) {
                prop_assert_eq!(Amount::parse(&amount.plain(), digits), Ok(amount));
                prop_assert!(text.starts_with(&amount.plain()));
            }
        }

        #[test]
        fn storing_changes_nothing(text in "(0|[1-9][0-9]{0,11})(\\.[0-9]{1,12})?") {
            let stored = serde_json::to_string(&amount(&text)).unwrap();
            prop_assert_eq!(serde_json::from_str::<Amount>(&stored).unwrap(), amount(&text));
        }

        #[test]
        fn amounts_sort_as_numbers(one in 0..10_000_000u64, other in 0..10_000_000u64) {
            let cents = |cents: u64| amount(&format!("{}.{:02}", cents / 100, cents % 100));
            prop_assert_eq!(cents(one).cmp(&cents(other)), one.cmp(&other));
            prop_assert_eq!(cents(one).checked_add(cents(other)), Some(cents(one + other)));
        }
    }
}
