//! A payment option of a customer on the wire.

use shared::domain::entity_tag::EntityTag;
use shared::domain::payment_option::{
    ExpirationMonth, LastFour, MOST_PAYMENT_OPTIONS, NewPaymentOption, PaymentDetails, PaymentType, ProcessorToken,
};
use shared::domain::validation::{self, Invalid, Text};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::payment_option::{ChangePaymentOptionError, EditedPaymentOption, RankedPaymentOption};

use crate::Error;
use crate::answer::{Fields, Shown, code, create_date};
use crate::resource::{CODE, Resource};
use crate::sent::{Sent, check_code};

pub(crate) const TYPE: &str = "type";
pub(crate) const HOLDER_NAME: (&str, usize) = ("holderName", 100);
pub(crate) const BRAND: (&str, usize) = ("brand", 30);
pub(crate) const LAST_FOUR: &str = "lastFour";
pub(crate) const EXPIRATION_DATE: &str = "expirationDate";
pub(crate) const TOKEN: (&str, usize) = ("token", 255);
pub(crate) const IS_PRIMARY: &str = "isPrimary";
pub(crate) const CREATE_DATE: &str = "createDate";

/// Payment options.
pub(crate) const PAYMENT_OPTION: Resource = Resource {
    element: "paymentOption",
    list: "paymentOptions",
    fields: &["id", CODE.0, TYPE, HOLDER_NAME.0, BRAND.0, LAST_FOUR, EXPIRATION_DATE, TOKEN.0, IS_PRIMARY, CREATE_DATE],
    is_about_payment: true,
};

impl Shown for RankedPaymentOption {
    const RESOURCE: &'static Resource = &PAYMENT_OPTION;

    fn entity_tag(&self) -> EntityTag {
        self.record.entity_tag()
    }

    // The processor's reference is never shown.
    fn fields(&self) -> Fields {
        let (record, details) = (&self.record, &self.record.details);
        let text = |name, value: Option<&str>| value.map(|value| (name, value.into()));
        [
            Some(("id", record.id.number().into())),
            Some((CODE.0, code(record.code.as_ref(), record.id).into())),
            text(TYPE, Some(details.payment_type.as_str())),
            text(HOLDER_NAME.0, details.holder_name.as_ref().map(Text::as_str)),
            text(BRAND.0, details.brand.as_ref().map(Text::as_str)),
            text(LAST_FOUR, details.last_four.as_ref().map(LastFour::as_str)),
            details.expires.map(|month| (EXPIRATION_DATE, month.to_string().into())),
            Some((IS_PRIMARY, self.is_primary.into())),
            Some((CREATE_DATE, create_date(record.created_at).into())),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl From<ChangePaymentOptionError> for Error {
    fn from(error: ChangePaymentOptionError) -> Self {
        match error {
            ChangePaymentOptionError::Store(error) => error.into(),
            ChangePaymentOptionError::Full => Self::Full(format!("{MOST_PAYMENT_OPTIONS} payment options")),
            ChangePaymentOptionError::CodeTaken => Self::Code("is the code of another payment option of the customer"),
            ChangePaymentOptionError::OtherRevision => Self::OtherRevision("payment option"),
        }
    }
}

/// What a body says of a payment option. Of a field that was not sent it is `None`, and of one that can be cleared and was sent empty
/// `Some(None)`.
pub(crate) struct SentPaymentOption {
    sent: Sent,
    code: Option<Text>,
    payment_type: Option<PaymentType>,
    holder_name: Option<Option<Text>>,
    brand: Option<Option<Text>>,
    last_four: Option<Option<LastFour>>,
    expires: Option<Option<ExpirationMonth>>,
    token: Option<ProcessorToken>,
    is_primary: Option<bool>,
}

impl SentPaymentOption {
    /// Reads the body.
    pub(crate) fn parse(request: &Request) -> Result<Self, Error> {
        let sent = Sent::parse(request, &PAYMENT_OPTION)?;
        let mut faults = sent.faults();
        let code = faults.collect(CODE.0, sent.code()).flatten();
        let payment_type = faults.collect(TYPE, sent.optional(TYPE, PaymentType::parse)).flatten();
        let [holder_name, brand, token] = [HOLDER_NAME, BRAND, TOKEN].map(|(field, maximum)| {
            let text = sent.text(field).and_then(|text| validation::text(text.unwrap_or_default(), maximum));
            faults.collect(field, text).flatten()
        });
        let last_four = faults.collect(LAST_FOUR, sent.optional(LAST_FOUR, LastFour::parse)).flatten();
        let expires = sent.optional(EXPIRATION_DATE, ExpirationMonth::parse);
        let expires = faults.collect(EXPIRATION_DATE, expires).flatten();
        let is_primary = faults.collect(IS_PRIMARY, sent.boolean(IS_PRIMARY)).flatten();
        faults.none_or(())?;
        Ok(Self {
            code,
            payment_type,
            holder_name: sent.has(HOLDER_NAME.0).then_some(holder_name),
            brand: sent.has(BRAND.0).then_some(brand),
            last_four: sent.has(LAST_FOUR).then_some(last_four),
            expires: sent.has(EXPIRATION_DATE).then_some(expires),
            token: token.map(ProcessorToken::new),
            is_primary,
            sent,
        })
    }

    /// The new payment option. One that is not to be the primary one becomes it nevertheless if it is the first.
    pub(crate) fn creation(self) -> Result<NewPaymentOption, Error> {
        let mut missing = Faults::default();
        for (field, is_given) in [(TYPE, self.payment_type.is_some()), (TOKEN.0, self.token.is_some())] {
            if !is_given {
                missing.add(field, Invalid::Required);
            }
        }
        let (Some(payment_type), Some(token)) = (self.payment_type, self.token) else {
            return Err(Error::Missing(missing));
        };
        check_code(self.code.as_ref())?;
        let details = PaymentDetails {
            payment_type,
            holder_name: self.holder_name.flatten(),
            brand: self.brand.flatten(),
            last_four: self.last_four.flatten(),
            expires: self.expires.flatten(),
            token,
        };
        Ok(NewPaymentOption { code: self.code, details, becomes_primary: self.is_primary == Some(true) })
    }

    /// What a payment option becomes. Fields that were not sent stay.
    pub(crate) fn modification(&self, current: &RankedPaymentOption) -> Result<EditedPaymentOption, Error> {
        let RankedPaymentOption { record, is_primary } = current;
        self.sent.check_read_only([
            ("id", Some(record.id.to_string())),
            (CODE.0, Some(code(record.code.as_ref(), record.id))),
            (CREATE_DATE, Some(create_date(record.created_at))),
        ])?;
        let mut missing = Faults::default();
        let values =
            [(TYPE, self.payment_type.is_some()), (TOKEN.0, self.token.is_some()), (IS_PRIMARY, self.is_primary.is_some())];
        for (field, has_value) in values {
            if self.sent.has(field) && !has_value {
                missing.add(field, Invalid::Required);
            }
        }
        missing.none_or(()).map_err(Error::Missing)?;
        if *is_primary && self.is_primary == Some(false) {
            let fault = "can't be false for the primary payment option: make another one the primary one";
            return Err(Error::Contradictory(Faults::one(IS_PRIMARY, fault)));
        }
        let stays = record.details.clone();
        let details = PaymentDetails {
            payment_type: self.payment_type.unwrap_or(stays.payment_type),
            holder_name: self.holder_name.clone().unwrap_or(stays.holder_name),
            brand: self.brand.clone().unwrap_or(stays.brand),
            last_four: self.last_four.clone().unwrap_or(stays.last_four),
            expires: self.expires.unwrap_or(stays.expires),
            token: self.token.clone().unwrap_or(stays.token),
        };
        Ok(EditedPaymentOption { details, becomes_primary: self.is_primary == Some(true) })
    }
}
