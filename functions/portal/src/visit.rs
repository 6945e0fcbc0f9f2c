//! A person's request: from the cookie to the verified caller.

use shared::domain::credential::Refusal;
use shared::domain::replay::{IdempotencyKey, SentRequest};
use shared::domain::token::{IssuedToken, PresentedToken};
use shared::lambda::request::Request;
use shared::lambda::response::Response;
use shared::store::{Access, Caller, Content, Policy, Sealed, StoreError, Table, Write};

use crate::Error;
use crate::cookies::session;
use crate::form::Form;
use crate::origin;
use crate::page::compressed;

/// The hidden field with the random key of a form, by which the same form is known again when it comes twice.
const FORM_KEY: &str = "form_key";

/// A request with a session that is not verified yet.
pub(crate) struct Visit<'a, A> {
    pub(crate) table: &'a Table<A>,
    pub(crate) request: &'a Request,
    pub(crate) token: IssuedToken,
}

impl<'a, A: Access> Visit<'a, A> {
    /// Takes a request for a page in.
    ///
    /// # Errors
    /// [`Error::Refused`] without a session that this deployment issued, and the failures of the store.
    pub(crate) async fn begin(table: &'a Table<A>, request: &'a Request) -> Result<Self, Error> {
        let sent = session(request).ok_or(Refusal::Missing)?;
        let token = table.token_check(PresentedToken::session(sent)).await?;
        Ok(Self { table, request, token })
    }

    /// Verifies the caller by the policy of a page, notes that the session is used, and returns what was read with it.
    ///
    /// # Errors
    /// [`Error::Refused`]; [`Error::NotFound`] for a page that the caller's role does not see.
    pub(crate) async fn open<T: Content>(&self, sealed: Sealed<A, T>, policy: Policy) -> Result<(Caller<A>, T), Error> {
        let opened = sealed.open(policy)?;
        self.table.session_seen(&opened.0).await?;
        Ok(opened)
    }

    /// The answer to this visit as it is sent: compressed if the browser takes that. That nothing is there is told in the frame of the pages
    /// that the caller sees, whom one more call verifies.
    ///
    /// # Errors
    /// Those of `answered`, and of [`Visit::caller`].
    pub(crate) async fn end(&self, answered: Result<Response, Error>) -> Result<Response, Error> {
        match answered {
            Err(Error::NotFound) => Err(Error::not_found(&self.caller(Policy::ONESELF).await?)),
            answered => Ok(compressed(self.request, answered?)),
        }
    }

    /// The verified caller, for pages that show nothing but what it brings.
    ///
    /// # Errors
    /// Those of [`Visit::open`].
    pub(crate) async fn caller(&self, policy: Policy) -> Result<Caller<A>, Error> {
        let caller = self.table.authenticate(&self.token, policy).await?;
        self.table.session_seen(&caller).await?;
        Ok(caller)
    }
}

impl<'a> Visit<'a, Write> {
    /// Takes in what one of this portal's pages sent, whatever its body is.
    ///
    /// # Errors
    /// [`Error::ElsewhereSent`], and those of [`Visit::begin`].
    pub(crate) async fn sent(table: &'a Table<Write>, request: &'a Request) -> Result<Self, Error> {
        if !origin::is_own(request, table.public_origin()?) {
            return Err(Error::ElsewhereSent);
        }
        Self::begin(table, request).await
    }

    /// Takes a form in that one of this portal's pages sent. If it has a key, the same form is answered as before when it comes again.
    ///
    /// # Errors
    /// [`Error::Malformed`], and those of [`Visit::sent`].
    pub(crate) async fn submitted(table: &'a Table<Write>, request: &'a Request) -> Result<(Self, Form), Error> {
        let visit = Self::sent(table, request).await?;
        let form = Form::parse(request)?;
        let Some(key) = form.given(FORM_KEY) else {
            return Ok((visit, form));
        };
        let key = IdempotencyKey::parse(key).map_err(|fault| Error::Malformed(format!("The key of the form {fault}.")))?;
        let (method, path) = (request.method().to_owned(), request.path().to_owned());
        let sent = SentRequest { method, path, body: request.body().unwrap_or_default() };
        let token = visit.token.with_replay(&key, &sent).map_err(StoreError::from)?;
        Ok((Self { token, ..visit }, form))
    }
}
