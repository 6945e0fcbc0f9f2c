//! Through which door a request comes, and which organization it is about. The organization follows from the door, never from a body.

use reseller::Error;
use reseller::request::{customer_in_path, token, token_of_repeatable};
use shared::domain::credential::Kind;
use shared::domain::customer::CustomerId;
use shared::domain::token::IssuedToken;
use shared::domain::user::Organization;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::{Access, Caller, Content, Policy, Sealed, Table};

/// What the addresses of the reseller's doors begin with.
const OF_RESELLER: &str = "/api/v3/reseller/";

/// A request that has come in, with a token that is not verified yet.
#[derive(Debug)]
pub struct Visit {
    /// The token.
    pub token: IssuedToken,
    /// The customer that the request is about; `None` if there can be no such customer.
    pub customer: Option<CustomerId>,
    door: Door,
    policy: Policy,
    malformed: Faults,
}

impl Visit {
    /// Takes the request in, for a call that takes these callers. The reseller's door is for its own keys, and the customer's for the
    /// customer's.
    ///
    /// # Errors
    /// [`Error::Refused`], a fault of `Idempotency-Key`, and the failures of the store.
    pub async fn begin<A: Access>(table: &Table<A>, request: &Request, policy: Policy) -> Result<Self, Error> {
        let door = Door::of(request);
        let policy = door.restrict(policy);
        Ok(Self::of(request, door, policy, token(table, request, policy).await?))
    }

    /// The same for a call that is safe to repeat by itself, and looks at no `Idempotency-Key`.
    ///
    /// # Errors
    /// [`Error::Refused`], and the failures of the store.
    pub async fn begin_repeatable<A: Access>(table: &Table<A>, request: &Request, policy: Policy) -> Result<Self, Error> {
        let door = Door::of(request);
        Ok(Self::of(request, door, door.restrict(policy), token_of_repeatable(table, request).await?))
    }

    fn of(request: &Request, door: Door, policy: Policy, token: IssuedToken) -> Self {
        let (customer, malformed) = match door {
            Door::ToCustomer => customer_in_path(request),
            Door::ToReseller | Door::OfCustomer => (token.customer(), None),
        };
        Self { token, customer, door, policy, malformed: malformed.unwrap_or_default() }
    }

    /// The organization whose people the request is about; `None` if there can be no such customer.
    #[must_use]
    pub fn organization(&self) -> Option<Organization> {
        match self.door {
            Door::ToReseller => Some(Organization::Reseller),
            Door::ToCustomer | Door::OfCustomer => self.customer.map(Organization::Customer),
        }
    }

    /// The value of another parameter of the path, if it could be read. A fault of it is told with those of the others.
    pub fn read<T>(&mut self, parameter: &str, read: Result<Option<T>, &'static str>) -> Option<T> {
        self.malformed.collect(parameter, read).flatten()
    }

    /// Verifies the caller, and returns what was read with its token. Only a verified caller learns which ids are malformed.
    ///
    /// # Errors
    /// Why the caller is refused, otherwise the ids that are malformed.
    pub fn open<A: Access, T: Content>(&self, sealed: Sealed<A, T>) -> Result<(Caller<A>, T), Error> {
        let opened = sealed.open(self.policy)?;
        Ok(self.malformed.clone().none_or(opened)?)
    }

    /// Returns what was read from the request. If it is wrong, the caller is verified first.
    ///
    /// # Errors
    /// Why the caller is refused, otherwise what is wrong.
    pub async fn tell<A: Access, T>(&self, table: &Table<A>, read: Result<T, Error>) -> Result<T, Error> {
        table.tell_caller(&self.token, self.policy, read).await
    }
}

/// The door that an address leads through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    /// The reseller's, to one of its customers, whom the path names.
    ToCustomer,
    /// The reseller's, to what is its own.
    ToReseller,
    /// The customer's own.
    OfCustomer,
}

impl Door {
    fn of(request: &Request) -> Self {
        if !request.path_parameter("id").is_empty() {
            Self::ToCustomer
        } else if request.path().starts_with(OF_RESELLER) {
            Self::ToReseller
        } else {
            Self::OfCustomer
        }
    }

    /// The policy at this door, which is for one kind of key.
    fn restrict(self, policy: Policy) -> Policy {
        policy.at(match self {
            Self::ToCustomer | Self::ToReseller => Kind::Reseller,
            Self::OfCustomer => Kind::Customer,
        })
    }
}
