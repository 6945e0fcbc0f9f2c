//! What a path names: a customer, and something that it has.

use std::fmt;

use shared::domain::customer::{Customer, CustomerId};
use shared::domain::normalization::normalize;
use shared::domain::token::IssuedToken;
use shared::domain::validation::{Text, whole_number};
use shared::lambda::faults::Faults;
use shared::lambda::request::Request;
use shared::store::customer::WithCustomer;
use shared::store::{Access, Caller, Coded, Sealed, Table};

use crate::Error;
use crate::answer::code;
use crate::request::{POLICY, token};

/// A call about a customer, about what it has, or about one of these things. The path names each by its id, or by `*` and its code.
///
/// Each code that is not an id takes a call of its own. The rest is read in one go, and is opened here.
pub(crate) struct Visit<A> {
    /// The issued token of the caller.
    pub(crate) token: IssuedToken,
    /// The customer; `None` if there can be no such one.
    pub(crate) customer: Option<CustomerId>,
    customer_code: Option<String>,
    /// The verified caller, where its token looked up the customer's code.
    caller: Option<Caller<A>>,
    belonging_code: Option<String>,
    faults: Faults,
}

impl<A: Access> Visit<A> {
    /// Reads which customer the path names.
    pub(crate) async fn begin(table: &Table<A>, request: &Request) -> Result<Self, Error> {
        let token = token(table, request).await?;
        let mut visit =
            Self { token, customer: None, customer_code: None, caller: None, belonging_code: None, faults: Faults::default() };
        let named = request.path_parameter("id");
        match named.strip_prefix('*') {
            None => visit.customer = visit.faults.collect("id", number(&named)).and_then(CustomerId::new),
            Some(code) => {
                visit.customer = match whole_number(&normalize(code)) {
                    Some(id) => CustomerId::new(id),
                    None => {
                        let (caller, holder) = table.customer_load_holder(&visit.token, code).await?.open(POLICY)?;
                        visit.caller = Some(caller);
                        holder
                    }
                };
                visit.customer_code = Some(code.to_owned());
            }
        }
        Ok(visit)
    }

    /// Reads which of the things that the customer has this parameter of the path names; `None` if there can be no such one.
    pub(crate) async fn belonging(
        &mut self,
        table: &Table<A>,
        request: &Request,
        parameter: &str,
        what: Coded,
    ) -> Result<Option<u64>, Error> {
        let named = request.path_parameter(parameter);
        let Some(code) = named.strip_prefix('*') else {
            return Ok(self.faults.collect(parameter, number(&named)));
        };
        self.belonging_code = Some(code.to_owned());
        match whole_number(&normalize(code)) {
            Some(id) => Ok(Some(id)),
            None => Ok(table.belonging_load_holder(&self.token, self.customer, what, code).await?.open(POLICY)?.1),
        }
    }

    /// The verified caller, and its customer that the path names; `None` when the caller has no such customer, or the customer is in an
    /// account that the caller was not granted. Only a verified caller learns that an id is malformed.
    ///
    /// One call, or none for a code that nobody has.
    pub(crate) async fn customer(self, table: &Table<A>) -> Result<(Caller<A>, Option<Customer>), Error> {
        let (caller, customer) = match (self.customer, self.caller) {
            (None, Some(caller)) => return Ok((caller, None)),
            (id, _) => table.customer_load(&self.token, id).await?.open(POLICY)?,
        };
        let customer = customer.filter(|customer| is_named(self.customer_code.as_deref(), customer));
        Ok(self.faults.none_or((caller, customer))?)
    }

    /// The verified caller, and what was read with its token about the customer that the path names; `None` as in
    /// [`Visit::customer`].
    pub(crate) fn open<T>(&self, sealed: Sealed<A, Option<WithCustomer<T>>>) -> Result<(Caller<A>, Option<T>), Error> {
        let (caller, found) = sealed.open(POLICY)?;
        let found = found.filter(|found| is_named(self.customer_code.as_deref(), &found.customer));
        Ok(self.faults.clone().none_or((caller, found.map(|found| found.content)))?)
    }

    /// Whether the path names the thing with this code and this id.
    pub(crate) fn names(&self, own: Option<&Text>, id: impl fmt::Display) -> bool {
        self.belonging_code.as_ref().is_none_or(|code| is_known_by(code, own, id))
    }
}

/// The number that a part of a path is; one that is too large to exist becomes the largest, which nothing has.
fn number(sent: &str) -> Result<u64, &'static str> {
    whole_number(sent).ok_or("must be an integer, or * and a code")
}

/// Whether an object with this code and this id is known by the code that a path has behind the star.
fn is_known_by(sent: &str, own: Option<&Text>, id: impl fmt::Display) -> bool {
    normalize(&code(own, id)) == normalize(sent)
}

/// Whether a path with this code, if it has one, names this customer. Since the code was looked up, another one may have got it.
fn is_named(sent: Option<&str>, customer: &Customer) -> bool {
    sent.is_none_or(|sent| is_known_by(sent, customer.code.as_ref(), customer.id))
}
