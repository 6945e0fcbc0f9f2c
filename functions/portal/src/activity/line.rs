//! A change, as pages tell it.

use shared::domain::activity::{Entry, Object, ObjectId, ObjectKind};
use shared::domain::credential::Kind;
use shared::domain::customer::CustomerId;
use shared::domain::principal::Principal;
use shared::domain::timestamp::Timestamp;
use shared::domain::user::UserId;
use shared::store::activity::{ActivityEntry, ActivityNames};

use super::words::{deed, field};
use crate::frame::Section;
use crate::organization::Tab;

/// Something that a line names, and the page that shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) text: String,
    /// The address of its page; `None` where it has none, or no longer exists.
    pub(crate) link: Option<String>,
}

/// A line of the activity: who did what, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) time: Timestamp,
    pub(crate) who: String,
    /// What else is known of who did it; empty for a person.
    pub(crate) by: String,
    /// What was done, in a sentence that begins with who did it and ends with what it was done to.
    pub(crate) deed: &'static str,
    /// What it was done to; `None` where the sentence says that.
    pub(crate) object: Option<Named>,
    /// The organization that it concerns.
    pub(crate) organization: Option<(u64, Named)>,
    /// The fields that were set or changed, in words.
    pub(crate) fields: String,
}

impl Line {
    /// The line of an entry.
    pub(crate) fn of(shown: &ActivityEntry, names: &ActivityNames) -> Self {
        let Entry { time, actor, action, customer, object, fields, .. } = &shown.entry;
        let (who, by) = who(actor, shown.label.as_deref());
        Self {
            time: *time,
            who,
            by,
            deed: deed(*action),
            object: named_object(object, *customer, names),
            organization: customer.map(|id| (id.number(), organization(id, names))),
            fields: fields.iter().map(|name| field(name)).collect::<Vec<_>>().join(", "),
        }
    }

    /// The organization that the object belongs to; `None` where the object is the organization.
    pub(crate) fn of_organization(&self) -> Option<&Named> {
        let organization = self.organization.as_ref().map(|(_, named)| named);
        organization.filter(|named| self.object.as_ref() != Some(named))
    }
}

/// Who did it, and with what.
fn who(actor: &Principal, label: Option<&str>) -> (String, String) {
    match actor {
        Principal::User(_, id) => match label {
            Some(name) => (name.to_owned(), String::new()),
            None => (format!("User {id}"), "deleted since".to_owned()),
        },
        Principal::Key(kind, hash) => {
            let kind = match kind {
                Kind::Reseller => "API key",
                Kind::Licensing => "licensing token",
                Kind::ServiceUser => "service user",
                Kind::Customer => "token of an organization",
            };
            let id = hash.key_id();
            label.map_or_else(
                || ("A program".to_owned(), format!("{kind} {id}")),
                |label| (label.to_owned(), format!("{kind} {id}")),
            )
        }
        Principal::Operator => ("Platform operator".to_owned(), String::new()),
    }
}

fn organization(id: CustomerId, names: &ActivityNames) -> Named {
    match names.customers.get(&id) {
        Some(name) => Named { text: name.clone(), link: Some(format!("{}/{id}", Section::Organizations.path())) },
        None => Named { text: id.to_string(), link: None },
    }
}

fn named_object(object: &Object, customer: Option<CustomerId>, names: &ActivityNames) -> Option<Named> {
    let id = match &object.id {
        ObjectId::Number(number) => number.to_string(),
        ObjectId::Text(text) => text.clone(),
    };
    let there = customer.filter(|id| names.customers.contains_key(id));
    let tab = |tab: Tab| there.map(|id| tab.of_reseller(id));
    Some(match (object.kind, &object.id) {
        (ObjectKind::Customer, ObjectId::Number(number)) => organization(CustomerId::new(*number)?, names),
        (ObjectKind::User, ObjectId::Number(number)) => match names.users.get(&UserId::new(*number)?) {
            Some(name) => {
                let link = if customer.is_some() { tab(Tab::Users) } else { Some(Section::Users.path().to_owned()) };
                Named { text: name.clone(), link }
            }
            None => Named { text: id, link: None },
        },
        (ObjectKind::Token, _) => Named { text: id, link: tab(Tab::Tokens) },
        (ObjectKind::Subscription, _) => Named { text: id, link: tab(Tab::Subscription) },
        (ObjectKind::Branding, _) => Named { text: "the brand".to_owned(), link: Some(Section::Profile.path().to_owned()) },
        (ObjectKind::Reseller, _) => return None,
        (ObjectKind::Customer | ObjectKind::User | ObjectKind::Licence | ObjectKind::Key | ObjectKind::PaymentOption, _) => {
            Named { text: id, link: None }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::domain::activity::Action;
    use shared::domain::licence::LicenceId;
    use shared::domain::reseller::ResellerId;
    use shared::domain::token::{KeyId, TokenHash};

    fn entry(actor: Principal, action: Action, customer: Option<u64>, object: Object) -> Entry {
        let time: Timestamp = "2026-11-29T12:34:56.789Z".parse().unwrap();
        let fields = vec!["organization".to_owned(), "is_active".to_owned()];
        let customer = customer.and_then(CustomerId::new);
        let id = shared::domain::activity::EntryId::generate(time).unwrap();
        Entry { id, time, actor, action, customer, object, fields }
    }

    fn line(entry: Entry, label: Option<&str>) -> Line {
        let names = ActivityNames {
            customers: [(CustomerId::new(7).unwrap(), "Acme".to_owned())].into(),
            users: [(UserId::new(3).unwrap(), "Bob Stone".to_owned())].into(),
        };
        Line::of(&ActivityEntry { entry, label: label.map(str::to_owned) }, &names)
    }

    fn named(text: &str, link: Option<&str>) -> Option<Named> {
        Some(Named { text: text.to_owned(), link: link.map(str::to_owned) })
    }

    #[test]
    fn a_line_says_who_did_what_to_what() {
        let acme = Object::customer(CustomerId::new(7).unwrap());
        let told =
            line(entry(Principal::User(None, UserId::new(1).unwrap()), Action::CustomerUpdated, Some(7), acme), Some("Ann"));
        assert_eq!((told.time.minute().as_str(), told.who.as_str(), told.by.as_str()), ("2026-11-29 12:34 UTC", "Ann", ""));
        assert_eq!((told.deed, told.fields.as_str()), ("changed the organization", "name, status"));
        assert_eq!(told.object, named("Acme", Some("/reseller/7")));
        assert_eq!(told.of_organization(), None);
    }

    #[test]
    fn who_did_it_is_told_even_when_it_is_gone() {
        let hash = serde_json::from_value::<TokenHash>("0".repeat(64).into()).unwrap();
        let id = hash.key_id();
        let key = |kind| Principal::Key(kind, hash.clone());
        let brand = || Object::branding(ResellerId::new(1).unwrap());
        let told = |actor, label| {
            let line = line(entry(actor, Action::BrandingUpdated, None, brand()), label);
            (line.who, line.by)
        };
        let pair = |who: &str, by: String| (who.to_owned(), by);
        assert_eq!(told(Principal::Operator, None), pair("Platform operator", String::new()));
        assert_eq!(told(Principal::User(None, UserId::new(9).unwrap()), None), pair("User 9", "deleted since".to_owned()));
        assert_eq!(told(key(Kind::Reseller), Some("Billing")), pair("Billing", format!("API key {id}")));
        assert_eq!(told(key(Kind::Customer), None), pair("A program", format!("token of an organization {id}")));
        assert_eq!(told(key(Kind::Licensing), Some("x")).1, format!("licensing token {id}"));
        assert_eq!(told(key(Kind::ServiceUser), Some("x")).1, format!("service user {id}"));
    }

    #[test]
    fn what_has_a_page_is_linked_as_long_as_it_is_there() {
        let operator = || Principal::Operator;
        let object = |action, customer, object| line(entry(operator(), action, customer, object), None).object;
        let user = |id| Object::user(UserId::new(id).unwrap());
        let token = KeyId::parse("0123456789ab").unwrap();
        assert_eq!(object(Action::UserCreated, Some(7), user(3)), named("Bob Stone", Some("/reseller/7?tab=3")));
        assert_eq!(object(Action::UserCreated, None, user(3)), named("Bob Stone", Some("/reseller/users")));
        assert_eq!(object(Action::UserDeleted, Some(7), user(4)), named("4", None));
        assert_eq!(
            object(Action::TokenCreated, Some(7), Object::token(&token)),
            named(token.as_str(), Some("/reseller/7?tab=2"))
        );
        assert_eq!(object(Action::TokenCreated, Some(8), Object::token(&token)), named(token.as_str(), None));
        assert_eq!(object(Action::KeyIssued, None, Object::key(&token)), named(token.as_str(), None));
        let licence = LicenceId::new(CustomerId::new(7).unwrap(), 5).unwrap();
        assert_eq!(object(Action::LicenceCreated, Some(7), Object::licence(licence)), named(&licence.number().to_string(), None));
        let reseller = ResellerId::new(1).unwrap();
        assert_eq!(object(Action::BrandingUpdated, None, Object::branding(reseller)), named("the brand", Some("/profile")));
        assert_eq!(object(Action::ResellerCreated, None, Object::reseller(reseller)), None);
        let gone = line(entry(operator(), Action::CustomerDeleted, Some(8), Object::customer(CustomerId::new(8).unwrap())), None);
        assert_eq!((gone.object.clone(), gone.of_organization()), (named("8", None), None));
        let of = line(entry(operator(), Action::UserDeleted, Some(7), user(4)), None);
        assert_eq!(of.of_organization().cloned(), named("Acme", Some("/reseller/7")));
    }
}
