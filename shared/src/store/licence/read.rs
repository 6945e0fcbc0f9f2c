//! Reading one licence, and checking a key.

use std::net::IpAddr;

use crate::domain::licence::{Licence, LicenceId, PresentedLicenceKey};
use crate::domain::reseller::ResellerId;
use crate::domain::token::IssuedToken;
use crate::store::access::caller::Caller;
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Access, Read, Table};
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::connection::Connection;
use crate::store::engine::error::StoreError;
use crate::store::engine::read::Rows;
use crate::store::engine::row::RowKey;
use crate::store::keys;

impl Content for Option<Licence> {
    fn seen_by<A>(self, caller: &Caller<A>) -> Self {
        let seen = self.filter(|licence| caller.sees_belongings_of(licence.id.customer()));
        if let Some(licence) = &seen {
            tracing::Span::current().record("customer", licence.id.customer().number());
        }
        seen
    }
}

/// The licence as the header of its customer makes it: revoked by its own revocation or by the customer's delete, whichever came
/// first.
pub(super) fn under(header: &CustomerHeader, licence: Licence) -> Licence {
    // Clocks differ, but a licence can't be revoked before it was issued.
    let deleted_at = header.deleted_at.map(|at| at.max(licence.issued_at));
    let revoked_at = [licence.revoked_at, deleted_at].into_iter().flatten().min();
    Licence { revoked_at, ..licence }
}

/// The keys of the rows that say whether a licence is valid.
fn licence_keys(reseller: ResellerId, id: LicenceId) -> [RowKey; 2] {
    [keys::customer_header(reseller, id.customer()), keys::licence(reseller, id)]
}

fn licence_in(rows: &Rows, reseller: ResellerId, id: LicenceId) -> Result<Option<Licence>, StoreError> {
    let [header, licence] = licence_keys(reseller, id);
    let header: CustomerHeader = rows.get(&header)?.unwrap_or_default();
    Ok(rows.get(&licence)?.map(|licence| under(&header, licence)))
}

impl Connection {
    /// The licence with this number. One call.
    pub(super) async fn licence(&self, reseller: ResellerId, id: LicenceId) -> Result<Option<Licence>, StoreError> {
        licence_in(&self.read(licence_keys(reseller, id).to_vec()).await?, reseller, id)
    }
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, one licence of its reseller. The content is `None` without an id, or with
    /// an id that does not exist or that the caller does not see.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn licence_load(
        &self,
        token: &IssuedToken,
        id: Option<LicenceId>,
    ) -> Result<Sealed<A, Option<Licence>>, StoreError> {
        let token_keys = self.store.token_keys(token);
        let of_licence = id.map(|id| licence_keys(token.reseller(), id)).into_iter().flatten();
        let rows = self.store.connection.read(token_keys.iter().cloned().chain(of_licence).collect()).await?;
        let licence = id.map(|id| licence_in(&rows, token.reseller(), id)).transpose()?.flatten();
        self.store.seal(token, &token_keys, &rows, licence)
    }
}

impl Table<Read> {
    /// The licence with this key; `None` when this deployment never issued the key. A licence key is its own credential: it can
    /// be checked even while the reseller is suspended. The source address pays for the check, because a stranger who has a
    /// licence key must not use up what its reseller may use up.
    ///
    /// One call; none for a malformed, invented or forged key.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`], or when the store fails.
    pub async fn licence_check(
        &self,
        presented: Option<PresentedLicenceKey>,
        source: Option<IpAddr>,
    ) -> Result<Option<Licence>, StoreError> {
        let Some(presented) = presented else {
            return Ok(None);
        };
        let issued = self.store.check_presented(|secret| presented.is_issued_by(secret).then_some(())).await?;
        if issued.is_none() {
            return Ok(None);
        }
        let spent = self.store.charge_to_source(source)?;
        let of_licence = licence_keys(presented.reseller(), presented.licence());
        let secret_key = self.store.secret.key_when_old();
        let keys = of_licence.into_iter().chain([spent.clone()]).chain(secret_key.clone()).collect();
        let rows = self.store.connection.read(keys).await?;
        self.store.check_source(&rows, &spent)?;
        if secret_key.is_some() {
            self.store.secret.renew(&rows)?;
            if !self.store.secret.get().is_some_and(|secret| presented.is_issued_by(&secret)) {
                return Ok(None);
            }
        }
        let licence = licence_in(&rows, presented.reseller(), presented.licence())?;
        let licence = licence.filter(|licence| licence.key == *presented.key());
        if licence.is_some() {
            let span = tracing::Span::current();
            span.record("reseller", presented.reseller().number());
            span.record("customer", presented.licence().customer().number());
        }
        Ok(licence)
    }
}
