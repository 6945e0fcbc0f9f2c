//! Issuing, revoking, finding and checking licences.
//!
//! Whether a licence is valid is written in two rows: its own, and the header of its customer. A delete of the customer marks the
//! header, and with it revokes however many licences there are. So nothing here looks at a licence without its header.

use aws_sdk_dynamodb::types::AttributeValue::{N, Null, S};
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use serde::{Deserialize, Serialize};
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::access::{claim_keys, seal};
use super::keys;
use super::listing::UNVERIFIED_ROWS;
use super::retry::Rounds;
use super::schema::SORT_KEY;
use super::{Access, Caller, Item, Read, Rows, Sealed, Store, StoreError, Table, Write, row};
use crate::credentials::Claim;
use crate::customer::{Customer, CustomerId};
use crate::licence::{Licence, LicenceId, LicenceKey, NewLicence};
use crate::reseller::ResellerId;
use crate::timestamp::Timestamp;

/// The header of a customer's licences. A customer that never had one has none, until it is deleted.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Header {
    /// How many licences have been issued.
    #[serde(default)]
    last: u64,
    /// When the customer was deleted, which revoked them all.
    #[serde(default)]
    deleted_at: Option<Timestamp>,
}

impl Header {
    /// The licence as it is under this header. What happened first revoked it.
    fn over(self, licence: Licence) -> Licence {
        // Clocks differ: a licence is not revoked before it was issued.
        let deleted_at = self.deleted_at.map(|at| at.max(licence.issued_at));
        let revoked_at = [licence.revoked_at, deleted_at].into_iter().flatten().min();
        Licence { revoked_at, ..licence }
    }
}

/// The row that says which licence is the active one for a product and a host. It may name one that is revoked: a delete of a
/// customer can't clear the rows of all its licences.
#[derive(Serialize, Deserialize)]
struct Active {
    licence: LicenceId,
}

/// A row of a list.
#[derive(Debug)]
enum Row {
    /// Stands before the licences of its customer.
    Header(Header),
    Licence(Licence),
}

/// A customer that may be given licences.
#[derive(Clone, Copy, Debug)]
pub struct Licensee {
    customer: CustomerId,
    last: u64,
}

/// Why a licence was not issued.
#[derive(Clone, Debug, thiserror::Error)]
pub enum IssueError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A licence of the reseller is active for this product and this host.
    #[error("a licence is active for this product and host")]
    Active,
    /// The customer has had as many licences as it can.
    #[error("the customer can have no more licences")]
    Exhausted,
}

/// Which licences are asked for, in the order of their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LicenceListing {
    /// Those of this customer only.
    pub customer: Option<CustomerId>,
    /// Those behind this one only. It is one of the listing.
    pub after: Option<LicenceId>,
}

/// What the first calls of a listing of licences found.
#[derive(Debug)]
pub struct FirstLicences {
    /// Of the customer in the middle of whose licences the listing begins.
    header: Header,
    rows: Vec<Row>,
    rest: Option<Item>,
}

impl<A: Access> Table<A> {
    /// Reads the credential of a claim and, together with it, one licence of its reseller. Without an id, or with one that does
    /// not exist, the content is `None`.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_licence(&self, claim: &Claim, id: Option<LicenceId>) -> Result<Sealed<A, Option<Licence>>, StoreError> {
        let keys = id.map(|id| licence_keys(claim.reseller(), id)).into_iter().flatten();
        let rows = self.store.read(claim_keys(claim).into_iter().chain(keys).collect()).await?;
        let licence = id.map(|id| rows.licence(claim.reseller(), id)).transpose()?.flatten();
        seal(claim, &rows, licence)
    }

    /// Begins a listing of licences: reads the credential of the claim and, at the same time, its first rows.
    ///
    /// Two parallel calls. What they read is bounded: nobody has been verified yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_licences(&self, claim: &Claim, listing: &LicenceListing) -> Result<Sealed<A, FirstLicences>, StoreError> {
        let reseller = claim.reseller();
        // Whose licences the rows begin in the middle of, its header is not among them.
        let header = listing.after.map(|id| keys::licence_header(reseller, id.customer()));
        let start = listing.after.map(|id| to_item(keys::licence(reseller, id))).transpose()?;
        let (read, (rows, rest)) = futures_util::try_join!(
            self.store.read(claim_keys(claim).into_iter().chain(header.clone()).collect()),
            self.store.licence_rows(reseller, listing, start, Some(UNVERIFIED_ROWS)),
        )?;
        let header = header.map(|key| read.get(&key)).transpose()?.flatten().unwrap_or_default();
        seal(claim, &read, FirstLicences { header, rows, rest })
    }

    /// Completes a listing that [`Self::begin_licences`] began: hands over one licence after the other until `take` refuses one,
    /// and tells whether it did.
    ///
    /// No call when the first rows were enough, else one for each further 1 MB.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish_licences(
        &self,
        caller: &Caller<A>,
        listing: &LicenceListing,
        first: FirstLicences,
        mut take: impl FnMut(&Licence) -> bool,
    ) -> Result<bool, StoreError> {
        let FirstLicences { mut header, mut rows, mut rest } = first;
        loop {
            for row in rows {
                match row {
                    Row::Header(next) => header = next,
                    Row::Licence(licence) => {
                        if !take(&header.over(licence)) {
                            return Ok(true);
                        }
                    }
                }
            }
            if rest.is_none() {
                return Ok(false);
            }
            (rows, rest) = self.store.licence_rows(caller.reseller(), listing, rest, None).await?;
        }
    }
}

impl Table<Read> {
    /// The licence of this key; `None` when the key was never issued. A key is its own credential: whoever has it may ask.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn check_licence(&self, key: &LicenceKey) -> Result<Option<Licence>, StoreError> {
        let licence = self.store.licence(key.reseller(), key.licence()).await?.filter(|licence| licence.key == *key);
        if licence.is_some() {
            tracing::Span::current().record("reseller", key.reseller().number());
        }
        Ok(licence)
    }
}

impl Table<Write> {
    /// Reads the credential of a claim and, together with it, whether one customer of its reseller may be given licences. Without
    /// an id, or with one that does not exist, the content is `None`.
    ///
    /// One call.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn load_licensee(
        &self,
        claim: &Claim,
        id: Option<CustomerId>,
    ) -> Result<Sealed<Write, Option<Licensee>>, StoreError> {
        let of = |id| [keys::customer(claim.reseller(), id), keys::licence_header(claim.reseller(), id)];
        let rows = self.store.read(claim_keys(claim).into_iter().chain(id.map(of).into_iter().flatten()).collect()).await?;
        let licensee = match id.map(|id| (id, of(id))) {
            Some((id, [customer, header])) if rows.get::<Customer>(&customer)?.is_some() => {
                Some(Licensee { customer: id, last: rows.get::<Header>(&header)?.unwrap_or_default().last })
            }
            _ => None,
        };
        seal(claim, &rows, licensee)
    }

    /// Issues a licence to a customer. `None` when the customer is gone.
    ///
    /// One call, a transaction, when nobody else writes and no licence is named as the active one for the product and host.
    ///
    /// # Errors
    /// [`IssueError`]; then nothing is on record.
    pub async fn issue_licence(
        &self,
        caller: &Caller<Write>,
        licensee: Licensee,
        new: &NewLicence,
    ) -> Result<Option<Licence>, IssueError> {
        let (reseller, customer) = (caller.reseller(), licensee.customer);
        let header = keys::licence_header(reseller, customer);
        let active = keys::active_licence(reseller, new.product.as_str(), new.host.as_str());
        let mut rounds = Rounds::default();
        let mut last = licensee.last;
        let mut revoked_holder = None;
        loop {
            let id = LicenceId::new(customer, last + 1).ok_or(IssueError::Exhausted)?;
            let licence = Licence::issue(reseller, id, new.clone()).map_err(StoreError::from)?;
            let failed = self.store.transact(self.store.issue_items(reseller, &licence, revoked_holder)?).await?;
            if failed.is_empty() {
                return Ok(Some(licence));
            }
            // That the product and host have an active licence, or had, is no sign of others who write, the first time.
            if failed != [ACTIVE_PLACE] || revoked_holder.is_some() {
                rounds.pause(StoreError::Contended, "others issued licences to the customer").await?;
            }
            let rows = self.store.read(vec![header.clone(), active.clone()]).await?;
            let latest: Header = rows.get(&header)?.unwrap_or_default();
            if latest.deleted_at.is_some() {
                return Ok(None);
            }
            last = latest.last;
            revoked_holder = rows.get::<Active>(&active)?.map(|active| active.licence);
            if let Some(holder) = revoked_holder
                && self.store.licence(reseller, holder).await?.is_some_and(|licence| licence.revoked_at.is_none())
            {
                return Err(IssueError::Active);
            }
        }
    }

    /// Revokes a licence, for ever. One that was revoked before keeps its first time, and nothing is written.
    ///
    /// One call, a transaction, when nobody else writes.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn revoke_licence(&self, caller: &Caller<Write>, mut licence: Licence) -> Result<Licence, StoreError> {
        let mut rounds = Rounds::default();
        while licence.revoked_at.is_none() {
            let revoked_at = licence.issued_at.next_change();
            if self.store.transact(self.store.revoke_items(caller.reseller(), &licence, revoked_at)?).await?.is_empty() {
                return Ok(Licence { revoked_at: Some(revoked_at), ..licence });
            }
            rounds.pause(StoreError::Contended, "others changed the licence").await?;
            licence = self
                .store
                .licence(caller.reseller(), licence.id)
                .await?
                .ok_or_else(|| StoreError::Internal("a licence is not on record any more".to_owned()))?;
        }
        Ok(licence)
    }
}

/// The rows that say whether a licence is valid.
fn licence_keys(reseller: ResellerId, id: LicenceId) -> [keys::Key; 2] {
    [keys::licence_header(reseller, id.customer()), keys::licence(reseller, id)]
}

fn read_row(item: Item) -> Result<Row, StoreError> {
    let is_header = matches!(item.get(SORT_KEY), Some(S(sort)) if sort.ends_with(keys::LICENCE_HEADER_SUFFIX));
    Ok(if is_header { Row::Header(from_item(item)?) } else { Row::Licence(from_item(item)?) })
}

impl Rows {
    /// The licence of this number, as it is under its header.
    fn licence(&self, reseller: ResellerId, id: LicenceId) -> Result<Option<Licence>, StoreError> {
        let [header, licence] = licence_keys(reseller, id);
        let header: Header = self.get(&header)?.unwrap_or_default();
        Ok(self.get(&licence)?.map(|licence| header.over(licence)))
    }
}

/// Where the row of the active licence stands among the items that issue one.
const ACTIVE_PLACE: usize = 2;

impl Store {
    async fn licence(&self, reseller: ResellerId, id: LicenceId) -> Result<Option<Licence>, StoreError> {
        self.read(licence_keys(reseller, id).to_vec()).await?.licence(reseller, id)
    }

    /// What puts a licence on record, if it is the customer's next one, the customer is still there, and the licence that is
    /// named as the active one for its product and host is `revoked_holder`.
    fn issue_items(
        &self,
        reseller: ResellerId,
        licence: &Licence,
        revoked_holder: Option<LicenceId>,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let last = licence.id.ordinal() - 1;
        let mut numbers = Item::from([(":this".to_owned(), N(licence.id.ordinal().to_string()))]);
        let is_next = if last == 0 {
            "attribute_not_exists(#last)"
        } else {
            numbers.insert(":last".to_owned(), N(last.to_string()));
            "#last = :last"
        };
        let header = Update::builder()
            .table_name(self.table_name())
            .set_key(Some(to_item(keys::licence_header(reseller, licence.id.customer()))?))
            .update_expression("SET #last = :this")
            .condition_expression(format!("{is_next} AND attribute_not_exists(deleted_at)"))
            .expression_attribute_names("#last", "last")
            .set_expression_attribute_values(Some(numbers))
            .build()?;
        let put = Put::builder()
            .table_name(self.table_name())
            .set_item(Some(row(&keys::licence(reseller, licence.id), licence)?))
            .condition_expression("attribute_not_exists(PK)")
            .build()?;
        let key = keys::active_licence(reseller, licence.product.as_str(), licence.host.as_str());
        let active = Put::builder()
            .table_name(self.table_name())
            .set_item(Some(row(&key, &Active { licence: licence.id })?))
            .condition_expression(if revoked_holder.is_some() { "licence = :holder" } else { "attribute_not_exists(PK)" })
            .set_expression_attribute_values(
                revoked_holder.map(|holder| Item::from([(":holder".to_owned(), N(holder.to_string()))])),
            )
            .build()?;
        let builder = TransactWriteItem::builder;
        Ok(vec![builder().update(header).build(), builder().put(put).build(), builder().put(active).build()])
    }

    fn revoke_items(
        &self,
        reseller: ResellerId,
        licence: &Licence,
        revoked_at: Timestamp,
    ) -> Result<Vec<TransactWriteItem>, StoreError> {
        let revoke = Update::builder()
            .table_name(self.table_name())
            .set_key(Some(to_item(keys::licence(reseller, licence.id))?))
            .update_expression("SET revoked_at = :now")
            .condition_expression("attribute_exists(PK) AND revoked_at = :never")
            .expression_attribute_values(":now", S(revoked_at.to_string()))
            .expression_attribute_values(":never", Null(true))
            .build()?;
        let release = Delete::builder()
            .table_name(self.table_name())
            .set_key(Some(to_item(keys::active_licence(reseller, licence.product.as_str(), licence.host.as_str()))?))
            .condition_expression("licence = :licence")
            .expression_attribute_values(":licence", N(licence.id.to_string()))
            .build()?;
        Ok(vec![TransactWriteItem::builder().update(revoke).build(), TransactWriteItem::builder().delete(release).build()])
    }

    /// What revokes all licences of a customer that is deleted, however many there are, and lets none be issued any more.
    pub(super) fn revoke_all_item(&self, reseller: ResellerId, customer: CustomerId) -> Result<TransactWriteItem, StoreError> {
        let mark = Update::builder()
            .table_name(self.table_name())
            .set_key(Some(to_item(keys::licence_header(reseller, customer))?))
            .update_expression("SET deleted_at = :now")
            .expression_attribute_values(":now", S(Timestamp::now().to_string()))
            .build()?;
        Ok(TransactWriteItem::builder().update(mark).build())
    }

    /// Rows in the order of the ids, and where the next ones begin.
    async fn licence_rows(
        &self,
        reseller: ResellerId,
        listing: &LicenceListing,
        start: Option<Item>,
        limit: Option<u64>,
    ) -> Result<(Vec<Row>, Option<Item>), StoreError> {
        let output = self
            .query(|query| {
                query
                    .key_condition_expression("PK = :partition AND begins_with(SK, :prefix)")
                    .expression_attribute_values(":partition", S(keys::licence_partition(reseller)))
                    .expression_attribute_values(":prefix", S(keys::licence_prefix(listing.customer)))
                    .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
                    .set_exclusive_start_key(start)
            })
            .await?;
        let rows = output.items.unwrap_or_default().into_iter().map(read_row).collect::<Result<_, _>>()?;
        Ok((rows, output.last_evaluated_key))
    }
}
