//! Every change of a user: one transaction of its row, the reservation of its address, the numbers of users, the entry of the
//! activity and the answer.

use serde::{Deserialize, Serialize};

use crate::domain::activity::{Action, Object};
use crate::domain::customer::CustomerId;
use crate::domain::mail::Posted;
use crate::domain::reseller::ResellerId;
use crate::domain::user::{MOST_USERS, Organization, User, UserId, UserStatus};
use crate::domain::validation::Text;
use crate::store::access::caller::Caller;
use crate::store::access::table::Write;
use crate::store::activity;
use crate::store::customer::count::count_users;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;
use crate::store::mail;
use crate::store::replay;
use crate::store::root::Store;

/// The row of the reservation of an address: which user has it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::store) struct Person {
    /// The customer whose people the user belongs to; `None` for the reseller's own.
    pub(in crate::store) customer: Option<CustomerId>,
    /// The user.
    pub(in crate::store) user_id: UserId,
}

/// A change of a user from one revision to another; `None` is a user that does not exist.
#[derive(Clone, Copy)]
pub(in crate::store) struct Change<'a> {
    pub(in crate::store) by: By<'a>,
    pub(in crate::store) action: Action,
    pub(in crate::store) before: Option<&'a User>,
    pub(in crate::store) after: Option<&'a User>,
    /// Who has the address of a new user, and belongs to a customer that was deleted.
    pub(in crate::store) displaced: Option<&'a Person>,
}

/// Who makes a change.
#[derive(Clone, Copy)]
pub(in crate::store) enum By<'a> {
    /// A verified caller. The other one makes the answer to the request, which is kept if the request has an idempotency key.
    Caller(&'a Caller<Write>, &'a (dyn Fn() -> Vec<u8> + Sync)),
    /// The user, who has no session.
    Oneself(ResellerId),
}

impl By<'_> {
    fn reseller(self) -> ResellerId {
        match self {
            Self::Caller(caller, _) => caller.reseller(),
            Self::Oneself(reseller) => reseller,
        }
    }
}

/// The purpose of a write in the transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store) enum Purpose {
    /// The user itself.
    Record,
    /// No other user of the reseller has its address.
    Address,
    /// The organization exists, has room for the user, and is left with an active user if it needs one.
    Organization,
    /// The number of users of all customers.
    Count,
    /// A session of the user.
    Session,
    /// The mail that the user is to get.
    Mail,
}

impl Store {
    /// Carries out a whole change, or nothing of it, and posts what the user is told by mail.
    pub(super) async fn user_commit(&self, change: Change<'_>, mail: Option<&Posted>) -> Result<Outcome<Purpose>, StoreError> {
        let Some(user) = change.after.or(change.before) else {
            return Ok(Outcome::Done);
        };
        let mut transaction = transaction(change, user)?;
        if let Some(mail) = mail {
            transaction = mail::post(transaction, self, mail).await?;
        }
        self.connection.transact(transaction).await
    }
}

/// The transaction of a change of this user.
pub(in crate::store) fn transaction(change: Change<'_>, user: &User) -> Result<Transaction<Purpose>, StoreError> {
    let Change { by, action, before, after, displaced } = change;
    let reseller = by.reseller();
    let key = keys::user(user.place(reseller));
    let condition = match before {
        Some(before) => Expressions::when("revision = :revision").number(":revision", before.revision),
        None => Expressions::when(IS_NEW),
    };
    let mut transaction = Transaction::default();
    transaction = match after {
        Some(after) => transaction.put(Purpose::Record, row(&key, after)?, condition),
        None => transaction.delete(Purpose::Record, key, condition),
    };
    let address = keys::person(reseller, user.email.as_str());
    match (before, after) {
        (None, Some(_)) => {
            let is_free = displaced.map_or_else(|| Expressions::when(IS_NEW), |held| is_of(held.user_id));
            let person = Person { customer: user.customer, user_id: user.id };
            transaction = transaction.put(Purpose::Address, row(&address, &person)?, is_free);
        }
        (Some(_), None) => transaction = transaction.delete(Purpose::Address, address, is_of(user.id)),
        _ => {}
    }
    transaction = counted(transaction, reseller, user.organization(), [before, after]);
    let entry = match by {
        By::Caller(caller, _) => activity::Change::by(caller, action, user.customer, Object::user(user.id)),
        By::Oneself(reseller) => activity::Change::by_user(reseller, user, action),
    };
    transaction = activity::record(transaction, entry.of_fields(fields(before, after)))?;
    match by {
        By::Caller(caller, answer) => {
            caller.must_see(user.organization())?;
            replay::keep(transaction, caller, answer)
        }
        By::Oneself(_) => Ok(transaction),
    }
}

/// The condition that a reservation is this user's.
pub(super) fn is_of(user: UserId) -> Expressions {
    Expressions::when("user_id = :user").number(":user", user)
}

/// Adds to a transaction what the change means for the numbers of users in the organization's header and, of a customer, in the
/// counts of the reseller; and that a customer is not deleted.
fn counted(
    transaction: Transaction<Purpose>,
    reseller: ResellerId,
    organization: Organization,
    [before, after]: [Option<&User>; 2],
) -> Transaction<Purpose> {
    let one = |user: Option<&User>| i8::from(user.is_some());
    let one_active = |user: Option<&User>| i8::from(user.is_some_and(|user| user.status() == UserStatus::Active));
    let (all, active) = (one(after) - one(before), one_active(after) - one_active(before));
    let header = keys::organization_header(reseller, organization);
    match organization {
        Organization::Customer(_) if all == 0 => {
            transaction.check(Purpose::Organization, header, Expressions::when("attribute_not_exists(deleted_at)"))
        }
        Organization::Customer(id) => {
            let is_there = Expressions::when("attribute_not_exists(deleted_at)");
            let added = if all > 0 { with_room(is_there) } else { is_there };
            let added = users(added.update("ADD #users :all")).number(":all", all);
            let transaction = transaction.update(Purpose::Organization, header, added);
            count_users(transaction, Purpose::Count, reseller, id, all.into())
        }
        Organization::Reseller if (all, active) == (0, 0) => transaction,
        Organization::Reseller => {
            // One has to remain who can log in.
            let remains =
                if active < 0 { Expressions::when("active_users > :one").number(":one", 1) } else { Expressions::always() };
            let added = if all > 0 { with_room(remains) } else { remains };
            let added = users(added.update("ADD #users :all, active_users :active"));
            transaction.update(Purpose::Organization, header, added.number(":all", all).number(":active", active))
        }
    }
}

/// Adds the condition that the organization can have one user more.
fn with_room(expressions: Expressions) -> Expressions {
    expressions.and("(attribute_not_exists(#users) OR #users < :most)").number(":most", MOST_USERS)
}

/// Adds the name of the number of users, which DynamoDB reserves.
fn users(expressions: Expressions) -> Expressions {
    expressions.name("#users", "users")
}

/// The stored names of the fields that people know and that a change sets or changes. A delete changes none.
fn fields(before: Option<&User>, after: Option<&User>) -> impl Iterator<Item = &'static str> {
    let differs =
        |is_same: fn(&User, &User) -> bool| after.is_some_and(|after| before.is_none_or(|before| !is_same(before, after)));
    let name = |field: fn(&User) -> Option<&Text>| after.is_some_and(|after| before.and_then(field) != field(after));
    let fields = [
        ("email", differs(|one, other| one.email == other.email)),
        ("first_name", name(|user| user.first_name.as_ref())),
        ("last_name", name(|user| user.last_name.as_ref())),
        ("role", differs(|one, other| one.role == other.role)),
        ("is_active", differs(|one, other| one.is_active == other.is_active)),
        ("password", before.is_some() && differs(|one, other| one.password == other.password)),
    ];
    fields.into_iter().filter(|(_, is_changed)| *is_changed).map(|(name, _)| name)
}
