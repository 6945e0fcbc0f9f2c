//! Through which door a request comes, and which customer it is about. The customer follows from the door, never from a body.

use reseller::Error;
use reseller::request::{POLICY, customer_in_path, token, token_of_repeatable};
use shared::domain::credential::Kind;
use shared::domain::customer::CustomerId;
use shared::domain::token::IssuedToken;
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::{Access, Caller, Content, Policy, Sealed, Table};

/// The callers that a call takes at each door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doors {
    customer: Policy,
    has_idempotency_keys: bool,
}

impl Doors {
    /// The reseller, and the customer itself.
    pub(crate) const BOTH: Self = Self { customer: Policy::of_kinds(&[Kind::Customer]), has_idempotency_keys: true };

    /// The same, for a call that is safe to repeat by itself, and looks at no `Idempotency-Key`.
    pub(crate) const BOTH_REPEATABLE: Self = Self { has_idempotency_keys: false, ..Self::BOTH };

    /// The reseller alone: no token of the customer may do this.
    pub(crate) const RESELLER_ONLY: Self = Self { customer: Policy::of_kinds(&[]), has_idempotency_keys: true };
}

/// A request that has come in, with a token that is not verified yet.
#[derive(Debug)]
pub(crate) struct Visit {
    /// The token.
    pub(crate) token: IssuedToken,
    /// The customer that the request is about; `None` if there can be no such customer.
    pub(crate) customer: Option<CustomerId>,
    policy: Policy,
    malformed: Faults,
}

impl Visit {
    /// Takes the request in.
    pub(crate) async fn begin<A: Access>(table: &Table<A>, request: &Request, doors: Doors) -> Result<Self, Error> {
        // Only the reseller's door names a customer.
        let is_own = request.path_parameter("id").is_empty();
        let policy = if is_own { doors.customer } else { POLICY };
        let token = match doors.has_idempotency_keys {
            true => token(table, request, policy).await?,
            false => token_of_repeatable(table, request).await?,
        };
        let (customer, malformed) = if is_own { (token.customer(), None) } else { customer_in_path(request) };
        Ok(Self { token, customer, policy, malformed: malformed.unwrap_or_default() })
    }

    /// The value of another parameter of the path, if it could be read. A fault of it is told with those of the others.
    pub(crate) fn read<T>(&mut self, parameter: &str, read: Result<Option<T>, &'static str>) -> Option<T> {
        self.malformed.collect(parameter, read).flatten()
    }

    /// Verifies the caller, and returns what was read with its token. Only a verified caller learns which ids are malformed.
    pub(crate) fn open<A: Access, T: Content>(&self, sealed: Sealed<A, T>) -> Result<(Caller<A>, T), Error> {
        let opened = sealed.open(self.policy)?;
        Ok(self.malformed.clone().none_or(opened)?)
    }

    /// Returns what was read from the request. If it is wrong, the caller is verified first.
    pub(crate) async fn tell<A: Access, T>(&self, table: &Table<A>, read: Result<T, Error>) -> Result<T, Error> {
        table.tell_caller(&self.token, self.policy, read).await
    }
}
