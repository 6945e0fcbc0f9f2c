//! What the page shows at which people log in, before anybody is known.

use std::net::IpAddr;

use crate::domain::brand::Brand;
use crate::domain::reseller::{ResellerId, ShortName};
use crate::store::access::table::{Login, Table};
use crate::store::engine::error::StoreError;
use crate::store::keys;
use crate::store::reseller::short_name::ShortNameRow;

impl Table<Login> {
    /// The reseller with this short name, and its brand; `None` when there is no such reseller. Everybody may see it, and the source address
    /// pays for it.
    ///
    /// Two calls, one after the other, one if there is no such reseller; one more when this function has no copy of the secret.
    ///
    /// # Errors
    /// [`StoreError::QuotaExceeded`], or when the store fails.
    pub async fn brand_of_short_name(
        &self,
        name: &ShortName,
        source: Option<IpAddr>,
    ) -> Result<Option<(ResellerId, Brand)>, StoreError> {
        // What the source has used up stands under a hash that the secret is the key of.
        self.store.check_presented(|_| Some(())).await?;
        let (named, spent) = (keys::short_name(name), self.store.charge_to_source(source)?);
        let rows = self.store.connection.read(vec![named.clone(), spent.clone()]).await?;
        self.store.check_source(&rows, &spent)?;
        let Some(ShortNameRow { reseller }) = rows.get(&named)? else {
            return Ok(None);
        };
        let brand = keys::brand(reseller);
        Ok(Some((reseller, self.store.connection.read(vec![brand.clone()]).await?.get(&brand)?.unwrap_or_default())))
    }
}
