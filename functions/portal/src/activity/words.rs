//! What was done, in words.

use shared::domain::activity::Action;

/// What was done. It continues a sentence that begins with who did it and ends with what it was done to.
pub(super) fn deed(action: Action) -> &'static str {
    match action {
        Action::CustomerCreated => "created the organization",
        Action::CustomerUpdated => "changed the organization",
        Action::CustomerDeleted => "deleted the organization",
        Action::LicenceCreated => "issued the licence",
        Action::LicenceRevoked => "revoked the licence",
        Action::KeyIssued => "issued the key",
        Action::KeyUpdated => "changed the key",
        Action::KeyRevoked => "revoked the key",
        Action::TokenCreated => "created the token",
        Action::TokenDeleted => "deleted the token",
        Action::SubscriptionCreated => "added the subscription",
        Action::SubscriptionUpdated => "changed the subscription",
        Action::SubscriptionDeleted => "ended the subscription",
        Action::PaymentOptionCreated => "added the payment option",
        Action::PaymentOptionUpdated => "changed the payment option",
        Action::UserCreated => "invited the user",
        Action::UserUpdated => "changed the user",
        Action::UserDeleted => "deleted the user",
        Action::UserInvited => "made a new link for the user",
        Action::BrandingUpdated => "changed",
        Action::ResellerCreated => "set this reseller up",
        Action::ResellerUpdated => "changed this reseller",
    }
}

/// What a field is called that was set or changed. Names that are words already stay as they are.
pub(super) fn field(name: &str) -> String {
    match name {
        "organization" => "name",
        "email" => "email address",
        "is_active" => "status",
        "zip_code" => "postal code",
        "country_code" => "country",
        "code" => "reference",
        "sku" => "plan",
        "account_id" | "account_ids" => "account",
        "suspended_at" => "suspension",
        "platform" => "kind",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_deed_is_told_apart() {
        assert_eq!(Action::ALL.iter().map(|action| deed(*action)).collect::<BTreeSet<_>>().len(), Action::ALL.len());
    }

    #[test]
    fn a_field_is_called_by_words() {
        let called = ["organization", "first_name", "subscription_end", "color"].map(field);
        assert_eq!(called, ["name", "first name", "subscription end", "color"]);
    }
}
