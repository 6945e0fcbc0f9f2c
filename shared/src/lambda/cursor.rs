//! The cursor of a list: where the next page begins. It is valid only in the list that it was given for.
//!
//! A cursor is encrypted under the deployment's secret, and bound to the reseller and to everything that decides the order and
//! content of the list, so that a client can't read a cursor, write one, or change the list in the middle of a walk:
//!
//! ```text
//! base64url( <version of the secret: 2 bytes> <nonce: 12> <encrypted JSON> <tag: 16> )
//! ```

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::domain::customer::CustomerId;
use crate::domain::reseller::ResellerId;
use crate::domain::sealing::CryptographyFailed;
use crate::domain::secret::{Purpose, Secret, SecretVersion};
use crate::store::customer::list::{Listing, Position, Search};
use crate::store::transcription::TranscriptionListing;
use crate::store::{StoreError, Table};

/// The longest cursor is shorter: a sorted value has at most 900 bytes, which JSON can make six times as long, and base64 a third
/// longer again.
const MAXIMUM_LENGTH: usize = 8192;

/// The list that a cursor belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CursorContext(String);

impl CursorContext {
    /// The list of customers of this reseller, in the order and with the filters and the search of this listing, as this API
    /// gives it.
    #[must_use]
    pub fn customers(api: &str, reseller: ResellerId, listing: &Listing) -> Self {
        let mut filters: Vec<_> = listing.filters.iter().map(|filter| (filter.field().name(), filter.comparables())).collect();
        filters.sort_unstable();
        filters.dedup();
        let search = listing.search.as_ref().map(Search::comparable);
        Self(json!(["customers", api, reseller, listing.sort.name(), listing.direction.name(), filters, search]).to_string())
    }

    /// The activity of this reseller, all of it or what concerns one customer.
    #[must_use]
    pub fn activity(reseller: ResellerId, customer: Option<CustomerId>) -> Self {
        Self(json!(["activity", reseller, customer]).to_string())
    }

    /// A report of the usage of this reseller's customers, or of one of them, with these parameters.
    #[must_use]
    pub fn usage(reseller: ResellerId, customer: Option<CustomerId>, parameters: &[Option<&str>]) -> Self {
        Self(json!(["usage", reseller, customer, parameters]).to_string())
    }

    /// The list of licences of this reseller, or of one of its customers.
    #[must_use]
    pub fn licences(reseller: ResellerId, customer: Option<CustomerId>) -> Self {
        Self(json!(["licences", reseller, customer]).to_string())
    }

    /// The list of transcriptions of a customer of this reseller, in the order and with the filters and days of this listing.
    #[must_use]
    pub fn transcriptions(reseller: ResellerId, customer: Option<CustomerId>, listing: &TranscriptionListing) -> Self {
        let mut filters = listing.filters.clone();
        filters.sort_unstable();
        filters.dedup();
        Self(json!(["transcriptions", reseller, customer, listing.direction.name(), filters, listing.days]).to_string())
    }

    /// The cursor that names a place in this list.
    fn seal(&self, version: &SecretVersion, place: &impl Serialize) -> Result<String, CryptographyFailed> {
        let content = json!(place).to_string();
        let sealed = version.seal(Purpose::Cursor, self.0.as_bytes(), content.as_bytes())?;
        Ok(URL_SAFE_NO_PAD.encode([&version.number().to_be_bytes(), &sealed[..]].concat()))
    }

    /// The place in this list that a cursor names; `None` when it names none, or a place in another list.
    fn open<T: DeserializeOwned>(&self, secret: &Secret, cursor: &str) -> Option<T> {
        if cursor.len() > MAXIMUM_LENGTH {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (number, sealed) = bytes.split_first_chunk()?;
        let version = secret.version(u16::from_be_bytes(*number))?;
        serde_json::from_slice(&version.open(Purpose::Cursor, self.0.as_bytes(), sealed)?).ok()
    }

    /// The cursor that names a place in this list.
    ///
    /// # Errors
    /// [`StoreError::Internal`] without a secret, or when the cryptographic library fails.
    pub fn write<A>(&self, table: &Table<A>, place: &impl Serialize) -> Result<String, StoreError> {
        Ok(self.seal(&table.issuing_version()?, place)?)
    }

    /// The place in this list that a cursor names; `None` when this deployment did not give the cursor for this list.
    ///
    /// No call, except one when the cursor fits no version of the secret and the copy of the secret is older than five minutes.
    ///
    /// # Errors
    /// The failure of the store in that call.
    pub async fn read<A, T: DeserializeOwned>(&self, table: &Table<A>, cursor: &str) -> Result<Option<T>, StoreError> {
        table.check_presented(|secret| self.open(secret, cursor)).await
    }
}

/// The place of a position in a list of customers, as a cursor holds it.
#[must_use]
pub fn place_of(position: &Position) -> (CustomerId, &str) {
    (position.id(), position.value())
}

/// The position of a place that a cursor held.
#[must_use]
pub fn position_at((id, value): (u64, String)) -> Option<Position> {
    Some(Position::new(&value, CustomerId::new(id)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::timestamp::Timestamp;
    use crate::store::customer::list::{Direction, Field, Filter};
    use proptest::prelude::*;

    fn secret() -> Secret {
        Secret::first(SecretVersion::generate(1, Timestamp::now()).unwrap())
    }

    fn listing() -> Listing {
        Listing {
            sort: Field::Name,
            direction: Direction::Ascending,
            filters: vec![Filter::is_active(true), Filter::text(Field::Name, "Acme")],
            ..Listing::by_id(10)
        }
    }

    fn reseller(number: u64) -> ResellerId {
        ResellerId::new(number).unwrap()
    }

    fn write(secret: &Secret, position: &Position) -> String {
        let context = CursorContext::customers("api", reseller(1), &listing());
        context.seal(&secret.versions()[0], &place_of(position)).unwrap()
    }

    fn read(secret: &Secret, cursor: &str, of: u64, listing: &Listing) -> Option<Position> {
        CursorContext::customers("api", reseller(of), listing).open(secret, cursor).and_then(position_at)
    }

    #[test]
    fn a_cursor_is_of_one_list_only() {
        let secret = secret();
        let position = Position::new("acme", CustomerId::new(5).unwrap());
        let cursor = write(&secret, &position);
        let read_in = |of, listing: Listing| read(&secret, &cursor, of, &listing);
        assert_eq!(read_in(1, listing()), Some(position));
        assert_eq!(read_in(2, listing()), None);
        assert_eq!(read_in(1, Listing { sort: Field::Email, ..listing() }), None);
        assert_eq!(read_in(1, Listing { direction: Direction::Descending, ..listing() }), None);
        assert_eq!(read_in(1, Listing { filters: vec![Filter::is_active(true)], ..listing() }), None);
        assert_eq!(read_in(1, Listing { search: Search::parse("acme").unwrap(), ..listing() }), None);
        assert_eq!(CursorContext::customers("another", reseller(1), &listing()).open::<(u64, String)>(&secret, &cursor), None);
        assert_eq!(CursorContext::licences(reseller(1), None).open::<(u64, String)>(&secret, &cursor), None);
    }

    #[test]
    fn the_page_size_and_the_order_of_filters_may_change() {
        let secret = secret();
        let position = Position::new("acme", CustomerId::new(5).unwrap());
        let cursor = write(&secret, &position);
        let filters = listing().filters.into_iter().rev().collect();
        assert_eq!(read(&secret, &cursor, 1, &Listing { filters, limit: 500, ..listing() }), Some(position));
    }

    #[test]
    fn nobody_reads_a_cursor_or_writes_one() {
        let secret = secret();
        let cursor = write(&secret, &Position::new("ann@example.com", CustomerId::new(5).unwrap()));
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("ann"), "{bytes:?}");
        assert_eq!(read(&self::secret(), &cursor, 1, &listing()), None, "another deployment");
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1;
            assert_eq!(read(&secret, &URL_SAFE_NO_PAD.encode(&changed), 1, &listing()), None);
        }
    }

    proptest! {
        #[test]
        fn every_position_comes_back(value in any::<String>(), id in 0..=CustomerId::MAX) {
            let secret = secret();
            let position = Position::new(&value, CustomerId::new(id).unwrap());
            let cursor = write(&secret, &position);
            prop_assert!(cursor.len() <= MAXIMUM_LENGTH);
            prop_assert_eq!(read(&secret, &cursor, 1, &listing()), Some(position));
        }

        #[test]
        fn no_text_is_taken_for_a_cursor(text in any::<String>()) {
            prop_assert_eq!(read(&secret(), &text, 1, &listing()), None);
        }
    }
}
