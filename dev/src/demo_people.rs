//! The people of the demo data who can log in: of each reseller one of its own, and one of its demo customer.
//!
//! Their passwords are in `demo.json` and nowhere else, and no other deployment has the same. Somebody who can't log in any more with
//! the password there gets a new one; in place of somebody who was deactivated, another person does.

use serde::{Deserialize, Serialize};
use shared::domain::credential::Kind;
use shared::domain::customer::CustomerId;
use shared::domain::password::{Password, PresentedPassword};
use shared::domain::reseller::Reseller;
use shared::domain::token::{IssuedToken, PresentedToken};
use shared::domain::user::{MAXIMUM_EMAIL, Names, NewUser, Organization, Role, User};
use shared::domain::validation;
use shared::store::user::{CreateUserError, Invited, ProvisionUserError};
use shared::store::{Login, Operator, Policy, Read, Store, StoreError, Table, Write};

use crate::demo_error::DemoError;

/// The people, by their roles, their names and what their addresses begin with.
const PEOPLE: [(Role, [&str; 2], &str); 2] =
    [(Role::Reseller, ["Ann", "Rivers"], "ann"), (Role::Resellee, ["Bob", "Marsh"], "bob")];

/// People who were invited and have not followed their links yet: role, names, and what their addresses begin with.
const INVITED: [(Role, [&str; 2], &str); 4] = [
    (Role::Reseller, ["Céline", "Dubois-Lefèvre"], "celine"),
    (Role::Reseller, ["דנה", "לוי"], "dana"),
    (Role::Resellee, ["Maximilian-Alexander", "von und zu Wittelsbacher-Hohenschwangau"], "max"),
    (Role::Resellee, ["Zoë", "Ødegård"], "zoe"),
];

/// The letters and digits of passwords: 32 that nobody takes for one another.
const LETTERS: [u8; 32] = *b"abcdefghijkmnpqrstuvwxyz23456789";

/// What passwords begin with, so that they have an upper-case letter, a lower-case letter and a digit.
const BEGINNING: &str = "Demo1";

/// How many letters and digits follow, with five bits each.
const RANDOM: usize = 14;

/// Somebody who can log in at the portal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PortalUser {
    pub(crate) role: Role,
    pub(crate) email: String,
    pub(crate) password: String,
}

/// The people of one reseller.
pub(crate) struct People<'a> {
    pub(crate) store: &'a Store,
    pub(crate) reseller: &'a Reseller,
    /// A key of the reseller, which may read.
    pub(crate) key: &'a str,
    /// Its demo customer.
    pub(crate) customer: CustomerId,
}

impl People<'_> {
    /// Makes sure that there are people who can log in: `kept` as far as that is still true.
    pub(crate) async fn provide(&self, kept: &[PortalUser]) -> Result<Vec<PortalUser>, DemoError> {
        let token = Table::<Read>::new(self.store.clone()).token_check(PresentedToken::api_key(self.key)).await?;
        let mut people = Vec::new();
        for (role, names, begin) in PEOPLE {
            let organization = self.organization(role);
            let known = self.known(&token, organization).await?;
            let kept = kept.iter().filter(|kept| kept.role == role).find(|kept| can_log_in(kept, &known));
            people.extend(match kept {
                Some(kept) => Some(kept.clone()),
                None => self.somebody(role, names, begin).await?,
            });
        }
        Ok(people)
    }

    /// Invites others, who fill the lists of people.
    pub(crate) async fn invite_others(&self) -> Result<(), DemoError> {
        for (role, names, begin) in INVITED {
            match self.invite(role, names, &self.address(begin)).await {
                Ok(_) | Err(ProvisionUserError::Inactive | ProvisionUserError::NotMade(CreateUserError::Refused { .. })) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Whose people have this role.
    fn organization(&self, role: Role) -> Organization {
        Organization::of((role != Role::Reseller).then_some(self.customer))
    }

    fn address(&self, begin: &str) -> String {
        format!("{begin}@{}.example", self.reseller.short_name())
    }

    /// Invites somebody with a new link, or somebody new.
    async fn invite(&self, role: Role, [first, last]: [&str; 2], email: &str) -> Result<Invited, ProvisionUserError> {
        let text = |sent| validation::text(sent, MAXIMUM_EMAIL).ok().flatten();
        let names = Names { first: text(first), last: text(last) };
        let email = text(email).ok_or_else(|| StoreError::Internal("a demo person has no address".to_owned()))?;
        let operator = Table::<Operator>::new(self.store.clone());
        operator.user_provision(self.reseller.id, self.organization(role), |_| Ok(NewUser { email, names, role })).await
    }

    async fn known(&self, token: &IssuedToken, organization: Organization) -> Result<Vec<User>, DemoError> {
        let listed = Table::<Read>::new(self.store.clone()).user_list(token, Some(organization)).await?;
        let (_, listed) = listed.open(Policy::of_kinds(&[Kind::Reseller]))?;
        Ok(listed.map(|listed| listed.content).unwrap_or_default())
    }

    /// Somebody of this role who gets a new password: the first whose address nobody else has and who is not inactive. `None` when the
    /// organization is full of others, or inactive.
    async fn somebody(&self, role: Role, names: [&str; 2], begin: &str) -> Result<Option<PortalUser>, DemoError> {
        for number in 1_u64.. {
            let number = if number == 1 { String::new() } else { number.to_string() };
            let email = self.address(&format!("{begin}{number}"));
            match self.invite(role, names, &email).await {
                Ok(invited) => {
                    let password = self.new_password(&invited).await?;
                    return Ok(password.map(|password| PortalUser { role, email, password }));
                }
                Err(ProvisionUserError::Inactive)
                | Err(ProvisionUserError::NotMade(CreateUserError::Refused { is_email_taken: true, .. })) => {}
                Err(ProvisionUserError::NotMade(CreateUserError::Refused { .. })) => break,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(None)
    }

    /// Follows the link of somebody who was invited, and returns the password that the person has then; `None` when the organization is
    /// inactive. Nobody stays logged in.
    async fn new_password(&self, invited: &Invited) -> Result<Option<String>, DemoError> {
        let password = random_password()?;
        let parsed = Password::parse(&password).map_err(|_| DemoError::Impossible("a demo password breaks a rule"))?;
        let (_, link) = invited.url.rsplit_once('/').ok_or(DemoError::Impossible("a link has no token"))?;
        let Some(session) = Table::<Login>::new(self.store.clone()).link_use(link, &parsed, None).await? else {
            return Ok(None);
        };
        let writer = Table::<Write>::new(self.store.clone());
        let token = writer.token_check(PresentedToken::session(session.token.reveal())).await?;
        writer.session_end(&token).await?;
        Ok(Some(password))
    }
}

/// Whether one of these users is this person, and has this password. It costs no try, as a login would.
fn can_log_in(person: &PortalUser, users: &[User]) -> bool {
    let password = PresentedPassword::new(&person.password);
    let is_so = |user: &User| user.password.as_ref().is_some_and(|hash| hash.verify(&password).is_ok_and(|is_right| is_right));
    users.iter().any(|user| user.email.as_str() == person.email && user.is_active && is_so(user))
}

fn random_password() -> Result<String, DemoError> {
    let mut random = [0; RANDOM];
    getrandom::fill(&mut random).map_err(|_| DemoError::Impossible("there is no randomness for a password"))?;
    let letters = random.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32))).map(|letter| char::from(*letter));
    Ok(BEGINNING.chars().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use shared::domain::customer::{Customer, NewCustomer, Profile};
    use shared::domain::entity_tag::ExpectedRevision;
    use shared::domain::password::Parameters;
    use shared::domain::reseller::ShortName;
    use shared::domain::user::UserEdit;
    use shared::store::Caller;
    use shared::store::customer::{AddressRule, WriteError};
    use shared::store::reseller::NewReseller;
    use shared::store::session::{Attempt, LoggedIn, LoginError};
    use shared::store::user::ChangeUserError;

    use super::*;
    use crate::demo_error::text;
    use crate::engine::{Engine, Storage};
    use crate::port;

    #[test]
    fn a_password_breaks_no_rule_and_is_nobody_elses() {
        let passwords = [(); 2].map(|()| random_password().unwrap());
        for password in &passwords {
            assert!(Password::parse(password).is_ok() && password.len() == BEGINNING.len() + RANDOM, "{password}");
        }
        assert_ne!(passwords[0], passwords[1]);
    }

    /// A reseller with a customer.
    struct House {
        _engine: Engine,
        store: Store,
        reseller: Reseller,
        key: String,
        customer: Customer,
    }

    impl House {
        async fn open() -> Self {
            let engine = Engine::start(Storage::Memory, port::listen(0, "cargo dev").unwrap()).unwrap();
            let store = Store::local(engine.endpoint(), "people").with_public_origin(Some("http://127.0.0.1:9000"));
            let store = store.with_hashing(Parameters::new(8, 1, 1).unwrap());
            store.create_table().await.unwrap();
            let name = text("Northwind").unwrap();
            let short_name = ShortName::parse("northwind");
            let new =
                NewReseller { name: name.clone(), short_name, platform: false, key_label: name.clone(), key_valid_until: None };
            let made = Table::<Operator>::new(store.clone()).reseller_provision(new).await.unwrap();
            let (reseller, key) = (made.reseller, made.key.token.reveal().to_owned());
            let writer = writing(&store, &key).await;
            let profile = Profile { organization: Some(name), ..Profile::empty() };
            let new = NewCustomer { account_id: writer.first_account().unwrap(), code: None, profile, holds_email: false };
            let customer = Table::new(store.clone()).customer_create(&writer, new, &|_| Vec::new()).await.unwrap();
            Self { _engine: engine, store, reseller, key, customer }
        }

        fn people(&self) -> People<'_> {
            People { store: &self.store, reseller: &self.reseller, key: &self.key, customer: self.customer.id }
        }

        async fn provided(&self, kept: &[PortalUser]) -> Vec<PortalUser> {
            let people = self.people().provide(kept).await.unwrap();
            assert_eq!(people.iter().map(|person| person.role).collect::<Vec<_>>(), [Role::Reseller, Role::Resellee]);
            for person in &people {
                assert!(self.log_in(person).await.is_ok(), "{person:?}");
            }
            people
        }

        async fn log_in(&self, person: &PortalUser) -> Result<LoggedIn, LoginError> {
            let password = PresentedPassword::new(&person.password);
            let attempt = Attempt { short_name: "northwind", email: &person.email, password, source: None, browser: None };
            Table::<Login>::new(self.store.clone()).log_in(&attempt).await
        }

        /// The user that is this person, and the caller that changes it.
        async fn user(&self, person: &PortalUser) -> (Caller<Write>, User) {
            let token = Table::<Read>::new(self.store.clone()).token_check(PresentedToken::api_key(&self.key)).await.unwrap();
            let organization = self.people().organization(person.role);
            let known = self.people().known(&token, organization).await.unwrap();
            let user = known.into_iter().find(|user| user.email.as_str() == person.email).unwrap();
            (writing(&self.store, &self.key).await, user)
        }
    }

    async fn writing(store: &Store, key: &str) -> Caller<Write> {
        let writer = Table::<Write>::new(store.clone());
        let token = writer.token_check(PresentedToken::api_key(key)).await.unwrap();
        writer.authenticate(&token, Policy::of_kinds(&[Kind::Reseller])).await.unwrap()
    }

    #[tokio::test]
    async fn who_can_log_in_is_kept_and_a_lost_or_changed_password_is_made_anew() {
        let house = House::open().await;
        let first = house.provided(&[]).await;
        assert_eq!(first[0].email, "ann@northwind.example");
        assert_eq!(house.provided(&first).await, first);

        let lost = house.provided(&[]).await;
        let changed = [lost[0].clone(), PortalUser { password: "Another horse 7".into(), ..lost[1].clone() }];
        let renewed = house.provided(&changed).await;
        assert_eq!(renewed[0], lost[0]);
        for (old, new) in [(&first, &lost), (&lost, &renewed)] {
            assert_eq!((&old[1].email, old[1].password == new[1].password), (&new[1].email, false));
            assert!(matches!(house.log_in(&old[1]).await, Err(LoginError::Refused)));
        }
    }

    #[tokio::test]
    async fn in_place_of_who_is_inactive_there_is_another_person_and_who_was_deleted_is_made_again() {
        let house = House::open().await;
        let first = house.provided(&[]).await;
        let writer = Table::<Write>::new(house.store.clone());
        // The last one of a reseller who can log in can't be deactivated.
        house.people().somebody(Role::Reseller, ["Cleo", "Brook"], "cleo").await.unwrap().unwrap();
        for person in &first {
            let (caller, user) = house.user(person).await;
            let edit =
                |user: &User| Ok::<_, ChangeUserError>(UserEdit { names: Names::default(), role: user.role, is_active: false });
            writer.user_update(&caller, &ExpectedRevision::default(), user, edit, &|_| Vec::new()).await.unwrap().unwrap();
        }
        let second = house.provided(&first).await;
        assert_eq!(
            second.iter().map(|person| person.email.as_str()).collect::<Vec<_>>(),
            ["ann2@northwind.example", "bob2@northwind.example"]
        );
        let (caller, user) = house.user(&second[1]).await;
        writer.user_delete(&caller, &ExpectedRevision::default(), user, &|()| Vec::new()).await.unwrap().unwrap();
        let third = house.provided(&second).await;
        assert_eq!((&third[0], &third[1].email), (&second[0], &second[1].email));
        assert_ne!(third[1].password, second[1].password);
    }

    #[tokio::test]
    async fn a_deactivated_customer_keeps_its_person_and_gets_no_other() {
        let house = House::open().await;
        let first = house.provided(&[]).await;
        let writer = Table::<Write>::new(house.store.clone());
        let caller = writing(&house.store, &house.key).await;
        let edit = |customer: &Customer| Ok::<_, WriteError>(Profile { is_active: false, ..customer.profile.clone() });
        let customer = house.customer.clone();
        let any = ExpectedRevision::default();
        writer.customer_update(&caller, AddressRule::HeldWhereFree, &any, customer, edit, &|_| Vec::new()).await.unwrap();
        assert_eq!(house.people().provide(&first).await.unwrap(), first);
        let without_file = house.people().provide(&[]).await.unwrap();
        assert_eq!(without_file.iter().map(|person| person.role).collect::<Vec<_>>(), [Role::Reseller]);
    }
}
