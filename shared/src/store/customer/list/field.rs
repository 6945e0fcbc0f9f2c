//! The properties that customers are sorted and filtered by.

use crate::domain::customer::Customer;
use crate::domain::normalization::normalize;
use crate::domain::validation::Text;
use crate::store::keys;

/// A property that customers are sorted and filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The id, compared as a number.
    Id,
    /// The derived name.
    Name,
    /// The e-mail address.
    Email,
    /// The phone number. It has no index.
    Phone,
    /// Whether the customer is active; inactive sorts first.
    IsActive,
    /// When the customer was created.
    CreatedAt,
    /// When the customer was last changed.
    ModifiedAt,
    /// The organization. It is the name of a customer that has one.
    Organization,
    /// The first name. It has no index; nor has any field that follows.
    FirstName,
    /// The last name.
    LastName,
    /// Street and house number.
    Street,
    /// The city.
    City,
    /// The state or province.
    State,
    /// The postal code.
    ZipCode,
    /// The country.
    CountryCode,
    /// The account.
    Account,
}

impl Field {
    /// The name of this property in cursors. A change of a name ends the cursors that were given.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::IsActive => "is_active",
            Self::CreatedAt => "created_at",
            Self::ModifiedAt => "modified_at",
            Self::Organization => "organization",
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::Street => "street",
            Self::City => "city",
            Self::State => "state",
            Self::ZipCode => "zip_code",
            Self::CountryCode => "country_code",
            Self::Account => "account",
        }
    }

    /// The comparable form of this property. Texts are equal without regard to case exactly when their comparable forms are
    /// equal; an absent value is empty and sorts first.
    #[must_use]
    pub fn comparable(self, customer: &Customer) -> String {
        let text = |value: &Option<Text>| value.as_ref().map(|text| normalize(text.as_str())).unwrap_or_default();
        match self {
            Self::Id => keys::padded(customer.id),
            Self::Name => normalize(&customer.profile.name()),
            Self::Email => text(&customer.profile.email),
            Self::Phone => text(&customer.profile.phone),
            Self::Organization => text(&customer.profile.organization),
            Self::FirstName => text(&customer.profile.first_name),
            Self::LastName => text(&customer.profile.last_name),
            Self::Street => text(&customer.profile.street),
            Self::City => text(&customer.profile.city),
            Self::State => text(&customer.profile.state),
            Self::ZipCode => text(&customer.profile.zip_code),
            Self::CountryCode => text(&customer.profile.country_code),
            Self::Account => customer.account_id.0.to_string(),
            Self::IsActive => status(customer.profile.is_active).to_owned(),
            Self::CreatedAt => customer.created_at.to_string(),
            Self::ModifiedAt => customer.modified_at.to_string(),
        }
    }

    /// The index in which customers with the same value of this property stand together. It is sorted by the attribute of the
    /// same name. An organization stands in the index of names, because it is the name of the customer that has it.
    pub(in crate::store::customer) fn index(self) -> Option<&'static str> {
        match self {
            Self::Id
            | Self::Phone
            | Self::FirstName
            | Self::LastName
            | Self::Street
            | Self::City
            | Self::State
            | Self::ZipCode
            | Self::CountryCode
            | Self::Account => None,
            Self::Name | Self::Organization => Some("by_name"),
            Self::Email => Some("by_email"),
            Self::IsActive => Some("by_status"),
            Self::CreatedAt => Some("by_registered"),
            Self::ModifiedAt => Some("by_modified"),
        }
    }
}

pub(super) fn status(is_active: bool) -> &'static str {
    if is_active { "1" } else { "0" }
}
