//! Changing a brand: its colour, its logo.

use super::read::LogoRow;
use crate::domain::activity::{Action, Object};
use crate::domain::brand::{Brand, LogoHash};
use crate::domain::color::Color;
use crate::domain::entity_tag::ExpectedRevision;
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::activity;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::retry::Rounds;
use crate::store::engine::row::row;
use crate::store::engine::transaction::{Outcome, Transaction};
use crate::store::keys;
use crate::store::replay::{self, Answer};

/// Why a brand was not changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangeBrandError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The brand is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision,
    /// There is no logo to be deleted.
    #[error("no logo")]
    NoLogo,
}

/// What becomes of a brand.
enum Edit<'a> {
    Color(Color),
    Logo(LogoHash, &'a [u8]),
    NoLogo,
}

impl Table<Write> {
    /// Gives a brand this colour, starting from `brand`, and again from the latest revision whenever another request was faster. A
    /// brand that has the colour is not written. `answer` makes what is kept of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless others write too.
    ///
    /// # Errors
    /// [`ChangeBrandError`].
    pub async fn brand_set_color(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        brand: Brand,
        color: Color,
        answer: Answer<'_, Brand>,
    ) -> Result<Brand, ChangeBrandError> {
        self.brand_change(caller, expected, brand, &Edit::Color(color), answer).await
    }

    /// Gives a brand the logo with this PNG, in the same way. The image of the logo that it had is deleted: nobody reads it from then on.
    ///
    /// # Errors
    /// [`ChangeBrandError`].
    pub async fn brand_replace_logo(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        brand: Brand,
        png: &[u8],
        answer: Answer<'_, Brand>,
    ) -> Result<Brand, ChangeBrandError> {
        self.brand_change(caller, expected, brand, &Edit::Logo(LogoHash::of(png), png), answer).await
    }

    /// Deletes the logo of a brand and its image, in the same way.
    ///
    /// # Errors
    /// [`ChangeBrandError`]; [`ChangeBrandError::NoLogo`] when the brand has none.
    pub async fn brand_delete_logo(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        brand: Brand,
        answer: Answer<'_, Brand>,
    ) -> Result<Brand, ChangeBrandError> {
        self.brand_change(caller, expected, brand, &Edit::NoLogo, answer).await
    }

    async fn brand_change(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut current: Brand,
        edit: &Edit<'_>,
        answer: Answer<'_, Brand>,
    ) -> Result<Brand, ChangeBrandError> {
        caller.must(Policy::RESELLER)?;
        let (connection, reseller) = (&self.store.connection, caller.reseller());
        let key = keys::brand(reseller);
        let mut rounds = Rounds::default();
        loop {
            let changed = match edit {
                Edit::Color(color) => Brand { color: Some(*color), ..current.clone() },
                Edit::Logo(hash, _) => Brand { logo: Some(hash.clone()), ..current.clone() },
                Edit::NoLogo if current.logo.is_none() => return Err(ChangeBrandError::NoLogo),
                Edit::NoLogo => Brand { logo: None, ..current.clone() },
            };
            if !expected.admits(current.entity_tag(reseller)) {
                return Err(ChangeBrandError::OtherRevision);
            }
            if changed == current {
                connection.replay_keep(caller, || answer(&current)).await?;
                return Ok(current);
            }
            let changed = Brand { revision: current.revision + 1, ..changed };
            let is_known = match current.revision {
                0 => Expressions::when(IS_NEW),
                revision => Expressions::when("revision = :revision").number(":revision", revision),
            };
            let mut transaction = Transaction::default().put((), row(&key, &changed)?, is_known);
            if let Edit::Logo(hash, png) = edit {
                transaction = transaction.note(row(&keys::logo(reseller, hash), &LogoRow { png: png.to_vec() })?);
            }
            if let Some(former) = current.logo.as_ref().filter(|_| changed.logo != current.logo) {
                transaction = transaction.delete((), keys::logo(reseller, former), Expressions::always());
            }
            let change = activity::Change::of_reseller(caller, Action::BrandingUpdated, Object::branding(reseller));
            let fields = [("color", changed.color != current.color), ("logo", changed.logo != current.logo)];
            let transaction = activity::record(transaction, change.of_differing(fields))?;
            let transaction = replay::keep(transaction, caller, || answer(&changed))?;
            if connection.transact(transaction).await? == Outcome::Done {
                return Ok(changed);
            }
            rounds.pause(StoreError::Contended, "others changed the brand").await?;
            current = connection.read(vec![key.clone()]).await?.get(&key)?.unwrap_or_default();
        }
    }
}
