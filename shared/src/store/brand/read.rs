//! Reading a brand, and the image of a logo.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::domain::brand::{Brand, LogoHash};
use crate::domain::reseller::ResellerId;
use crate::domain::token::IssuedToken;
use crate::store::access::caller::Caller;
use crate::store::access::sealed::{Content, Sealed};
use crate::store::access::table::{Access, Read, Table};
use crate::store::engine::error::StoreError;
use crate::store::keys;

/// The row of an image.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct LogoRow {
    #[serde(with = "serde_bytes")]
    pub(super) png: Vec<u8>,
}

impl Content for Brand {
    fn seen_by<A>(self, _: &Caller<A>) -> Self {
        self
    }
}

impl<A: Access> Table<A> {
    /// Reads, together with the credential of a token, the brand of its reseller.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn brand_load(&self, token: &IssuedToken) -> Result<Sealed<A, Brand>, StoreError> {
        let token_keys = self.store.token_keys(token);
        let brand = keys::brand(token.reseller());
        let rows = self.store.connection.read(token_keys.iter().cloned().chain([brand.clone()]).collect()).await?;
        self.store.seal(token, &token_keys, &rows, rows.get(&brand)?.unwrap_or_default())
    }
}

impl Table<Read> {
    /// The PNG of a reseller's logo with this hash; `None` when the reseller has no such logo. Everybody may read it, and the source
    /// address pays for it.
    ///
    /// One call; one more when this function has no copy of the secret.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`], or when the store fails.
    pub async fn logo_read(
        &self,
        reseller: ResellerId,
        hash: &LogoHash,
        source: Option<IpAddr>,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        // What the source has used up stands under a hash that the secret is the key of.
        self.store.check_presented(|_| Some(())).await?;
        let (logo, spent) = (keys::logo(reseller, hash), self.store.charge_to_source(source)?);
        let rows = self.store.connection.read(vec![logo.clone(), spent.clone()]).await?;
        self.store.check_source(&rows, &spent)?;
        Ok(rows.get::<LogoRow>(&logo)?.map(|row| row.png))
    }
}
