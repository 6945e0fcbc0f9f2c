//! Finding a reseller's customers: in any order, with filters, by page, with an exact total.
//!
//! Rows are read from whichever of the table and its indexes needs the fewest of them. Without filters, or with one on whether
//! customers are active, a page is read from the index of its sort order and the total from the counts, so that both cost the
//! same however many customers there are. Any other filter reads all rows that its narrowest condition leaves, which are the
//! matches where that is an id, a name, an organization, an e-mail address or a time; an order without an index reads all
//! customers. Where the total may stay unknown, reading stops behind the page.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue::S;
use serde::Deserialize;
use serde_dynamo::aws_sdk_dynamodb_1::{from_item, to_item};

use super::access::{claim_keys, seal};
use super::keys;
use super::{Access, Caller, Item, Sealed, Store, StoreError, Table};
use crate::credentials::Claim;
use crate::customer::{Customer, CustomerId};
use crate::normalization::normalize;
use crate::reseller::{AccountId, Reseller, ResellerId};
use crate::validation::Text;

/// How many bytes of a value are sorted by in an index; DynamoDB allows 1,024 for a sort key, of which the id takes 17.
const SORTED_BYTES: usize = 900;

/// Stands between the value and the id in an index attribute. No value contains it, and nothing sorts before it.
const SEPARATOR: char = '\0';

/// How many rows are read at the most before the caller has been verified. Whoever forges the checksum of a token makes us read
/// as many, and no more.
pub(super) const UNVERIFIED_ROWS: u64 = 101;

/// A property that customers are sorted and filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// The id, as a number.
    Id,
    /// The derived name.
    Name,
    /// The e-mail address.
    Email,
    /// The phone number. Has no index.
    Phone,
    /// Whether the customer is active; inactive sorts first.
    IsActive,
    /// When it was created.
    CreatedAt,
    /// When it was last changed.
    ModifiedAt,
    /// The organization. Whoever has one has its name.
    Organization,
    /// The first name. Has no index, as all that follow.
    FirstName,
    /// The last name.
    LastName,
    /// Street and house number.
    Street,
    /// The city.
    City,
    /// The state or province.
    State,
    /// The postal code.
    ZipCode,
    /// The country.
    CountryCode,
    /// The account.
    Account,
}

impl Field {
    const INDEXED: [Self; 5] = [Self::Name, Self::Email, Self::IsActive, Self::CreatedAt, Self::ModifiedAt];

    /// The comparable form of this property: texts are equal without case exactly when these are equal, absent values are empty
    /// and sort first.
    #[must_use]
    pub fn comparable(self, customer: &Customer) -> String {
        let text = |value: &Option<Text>| value.as_ref().map(|text| normalize(text.as_str())).unwrap_or_default();
        match self {
            Self::Id => keys::padded(customer.id),
            Self::Name => normalize(&customer.profile.name()),
            Self::Email => text(&customer.profile.email),
            Self::Phone => text(&customer.profile.phone),
            Self::Organization => text(&customer.profile.organization),
            Self::FirstName => text(&customer.profile.first_name),
            Self::LastName => text(&customer.profile.last_name),
            Self::Street => text(&customer.profile.street),
            Self::City => text(&customer.profile.city),
            Self::State => text(&customer.profile.state),
            Self::ZipCode => text(&customer.profile.zip_code),
            Self::CountryCode => text(&customer.profile.country_code),
            Self::Account => customer.account_id.0.to_string(),
            Self::IsActive => status(customer.profile.is_active).to_owned(),
            Self::CreatedAt => customer.created_at.to_string(),
            Self::ModifiedAt => customer.modified_at.to_string(),
        }
    }

    /// The index in which customers with one value of this property stand together, which is also the name of its attribute. It is
    /// sorted by the property, but for the organization, which is the name of whoever has one.
    fn index(self) -> Option<&'static str> {
        match self {
            Self::Id
            | Self::Phone
            | Self::FirstName
            | Self::LastName
            | Self::Street
            | Self::City
            | Self::State
            | Self::ZipCode
            | Self::CountryCode
            | Self::Account => None,
            Self::Name | Self::Organization => Some("by_name"),
            Self::Email => Some("by_email"),
            Self::IsActive => Some("by_status"),
            Self::CreatedAt => Some("by_registered"),
            Self::ModifiedAt => Some("by_modified"),
        }
    }

    /// The attributes by which a customer's row is found in the indexes.
    pub(super) fn index_attributes(customer: &Customer) -> HashMap<String, aws_sdk_dynamodb::types::AttributeValue> {
        Self::INDEXED
            .into_iter()
            .filter_map(|field| Some((field.index()?.to_owned(), S(Position::of(field, customer).sort_key()))))
            .collect()
    }
}

fn status(is_active: bool) -> &'static str {
    if is_active { "1" } else { "0" }
}

/// A condition that a customer meets or not: this property equals one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    field: Field,
    /// One value, but for accounts.
    comparables: Vec<String>,
}

impl Filter {
    /// Meets the customer with this id.
    #[must_use]
    pub fn id(id: CustomerId) -> Self {
        Self { field: Field::Id, comparables: vec![keys::padded(id)] }
    }

    /// Meets customers that are active, or those that are not.
    #[must_use]
    pub fn is_active(is_active: bool) -> Self {
        Self { field: Field::IsActive, comparables: vec![status(is_active).to_owned()] }
    }

    /// Meets customers of these accounts.
    #[must_use]
    pub fn accounts(accounts: &[AccountId]) -> Self {
        Self { field: Field::Account, comparables: accounts.iter().map(|account| account.0.to_string()).collect() }
    }

    /// Meets customers whose property has this value, compared whole and without case; a time in its canonical form.
    #[must_use]
    pub fn text(field: Field, value: &str) -> Self {
        let comparable = match field {
            Field::CreatedAt | Field::ModifiedAt => value.to_owned(),
            _ => normalize(value),
        };
        Self { field, comparables: vec![comparable] }
    }

    /// Meets nobody: for a value that no customer can have.
    #[must_use]
    pub fn nobody() -> Self {
        Self { field: Field::Id, comparables: vec!["none".to_owned()] }
    }

    /// The property.
    #[must_use]
    pub fn field(&self) -> Field {
        self.field
    }

    /// The values, in their comparable form.
    #[must_use]
    pub fn comparables(&self) -> &[String] {
        &self.comparables
    }

    fn meets(&self, customer: &Customer) -> bool {
        self.is_met_by(&self.field.comparable(customer))
    }

    fn is_met_by(&self, comparable: &str) -> bool {
        self.comparables.iter().any(|wanted| wanted == comparable)
    }

    /// What the rows of its matches begin with, in its index; empty for a filter that no index is for.
    fn begins_with(&self) -> &str {
        self.comparables.first().map(String::as_str).unwrap_or_default()
    }
}

/// The order of a list. Ties are broken by id, in the same direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A place in a list: just behind the customer that has this value and this id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    value: String,
    id: CustomerId,
}

impl Position {
    /// The place behind this value, cut to what an index holds, and this id.
    #[must_use]
    pub fn new(value: &str, id: CustomerId) -> Self {
        Self { value: cut(value).to_owned(), id }
    }

    /// The place behind this customer, in a list that is sorted by `field`.
    #[must_use]
    pub fn of(field: Field, customer: &Customer) -> Self {
        Self::new(&field.comparable(customer), customer.id)
    }

    /// The value sorted by.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> CustomerId {
        self.id
    }

    fn sort_key(&self) -> String {
        format!("{}{SEPARATOR}{}", self.value, keys::padded(self.id))
    }
}

/// At most [`SORTED_BYTES`] of the value, whole characters.
fn cut(value: &str) -> &str {
    value.get(..value.floor_char_boundary(SORTED_BYTES)).unwrap_or(value)
}

/// Which customers are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// What they are sorted by.
    pub sort: Field,
    /// In which direction.
    pub direction: Direction,
    /// What all of them meet.
    pub filters: Vec<Filter>,
    /// Behind which place to begin.
    pub after: Option<Position>,
    /// How many to pass over from there.
    pub offset: u64,
    /// How many to give at most.
    pub limit: u16,
    /// How much is read for it.
    pub scope: Scope,
}

/// Which customers a listing is out of, and whether all that match are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Those of the reseller, with an exact total, whatever that takes.
    Reseller,
    /// Those of the accounts that the caller may use, with the total where that is known without reading on.
    GrantedAccounts,
}

/// A page of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The customers, in order.
    pub customers: Vec<Customer>,
    /// How many meet the filters, whatever the page; exact when no write overlaps the read. Only [`Scope::GrantedAccounts`] can
    /// leave it unknown; then these are as many as were met.
    pub total: u64,
    /// Whether these are all.
    pub is_total: bool,
    /// Where the next page begins, when there is more.
    pub next: Option<Position>,
}

/// Where the rows of a listing are read.
struct Plan {
    index: Option<&'static str>,
    begins_with: Option<String>,
    /// Whether rows come in the order asked for, and the total is in the counts: then reading can begin and stop at a page.
    by_page: bool,
    /// How many rows it takes to know the page and whether there is more; `None` when rows are passed over, or all are needed.
    needed: Option<u64>,
}

impl Listing {
    /// All customers in the order of their ids, from the first one on.
    #[must_use]
    pub fn by_id(limit: u16) -> Self {
        Self {
            sort: Field::Id,
            direction: Direction::Ascending,
            filters: Vec::new(),
            after: None,
            offset: 0,
            limit,
            scope: Scope::Reseller,
        }
    }

    /// The way that reads the fewest rows.
    fn plan(&self, counts: Counts) -> Plan {
        let counted = self.is_counted();
        let needed = self.offset.saturating_add(u64::from(self.limit)).saturating_add(1);
        let on = |field| self.filters.iter().find(|filter| filter.field == field);
        let indexed = [Field::Id, Field::Email, Field::Name, Field::Organization, Field::CreatedAt, Field::ModifiedAt];
        let narrowest = indexed.into_iter().find_map(on).or_else(|| {
            let matches = self.total(counts);
            let all_are_needed = !counted || self.sort == Field::Phone;
            let is_in_order = matches!(self.sort, Field::Id | Field::IsActive);
            // Else a walk in the order asked for meets a match in every `customers / matches` rows. It is shorter than reading
            // all matches, unless these are few.
            let are_few = matches.saturating_mul(matches) <= needed.saturating_mul(counts.customers);
            on(Field::IsActive).filter(|_| all_are_needed || is_in_order || are_few)
        });
        let read = narrowest.map_or(self.sort, |filter| filter.field);
        let begins_with = match (narrowest, read) {
            (Some(filter), Field::Id) => Some(format!("{}{}", keys::CUSTOMER_PREFIX, filter.begins_with())),
            (Some(filter), _) => Some(format!("{}{SEPARATOR}", cut(filter.begins_with()))),
            (None, Field::Id | Field::Phone) => Some(keys::CUSTOMER_PREFIX.to_owned()),
            (None, _) => None,
        };
        // Where all have the same value, they stand in the order of their ids.
        let in_order = self.sort != Field::Phone && (narrowest.is_none() || self.sort == read || self.sort == Field::Id);
        let by_page = in_order && (counted || self.scope == Scope::GrantedAccounts);
        let passes_over = self.filters.iter().any(|filter| narrowest != Some(filter));
        Plan { index: read.index(), begins_with, by_page, needed: (by_page && !passes_over).then_some(needed) }
    }

    /// Whether the counts tell how many customers match.
    fn is_counted(&self) -> bool {
        self.filters.iter().all(|filter| filter.field == Field::IsActive)
    }

    fn total(&self, counts: Counts) -> u64 {
        let wanted = |is_active| self.filters.iter().all(|filter| filter.is_met_by(status(is_active)));
        let active = if wanted(true) { counts.active } else { 0 };
        let inactive = if wanted(false) { counts.customers.saturating_sub(counts.active) } else { 0 };
        active + inactive
    }

    fn meets(&self, customer: &Customer) -> bool {
        self.filters.iter().all(|filter| filter.meets(customer))
    }
}

/// What one count row says, or all of them together.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Counts {
    customers: u64,
    active: u64,
}

/// Rows of one answer of DynamoDB, and where the next answer continues.
#[derive(Debug, Default)]
struct Rows {
    customers: Vec<Customer>,
    rest: Option<Item>,
}

/// What the first calls of a listing found.
#[derive(Debug)]
pub struct FirstPage {
    counts: Counts,
    /// The first rows, where they could be read before the caller was verified.
    rows: Option<Rows>,
    /// The accounts of the reseller, where the caller may be limited to some of them.
    accounts: Vec<AccountId>,
}

impl<A: Access> Table<A> {
    /// Begins a listing: reads the credential of the claim and, at the same time, the counts of its reseller where they tell the
    /// total, and the first rows of its page where they are the only ones that are needed.
    ///
    /// Up to three parallel calls. What they read is bounded, whatever is asked for: nobody has been verified yet.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn begin_list(&self, claim: &Claim, listing: &Listing) -> Result<Sealed<A, FirstPage>, StoreError> {
        let reseller = claim.reseller();
        let plan = listing.plan(Counts::default());
        let tenant = keys::reseller(reseller);
        let limited = (listing.scope == Scope::GrantedAccounts).then(|| tenant.clone());
        let (credential, counts, rows) = futures_util::try_join!(
            self.store.read(claim_keys(claim).into_iter().chain(limited).collect()),
            async { if listing.is_counted() { self.store.counts(reseller).await } else { Ok(Counts::default()) } },
            async {
                // How much there is to read must not tell who is not verified whether a value exists.
                let Some(needed) = plan.needed.filter(|_| listing.is_counted()) else {
                    return Ok(None);
                };
                let start = plan.start(reseller, listing)?;
                self.store.rows(reseller, &plan, listing.direction, start, Some(needed.min(UNVERIFIED_ROWS))).await.map(Some)
            },
        )?;
        let accounts = credential.get::<Reseller>(&tenant)?.map(|reseller| reseller.account_ids).unwrap_or_default();
        seal(claim, &credential, FirstPage { counts, rows, accounts })
    }

    /// Completes a listing that [`Self::begin_list`] began.
    ///
    /// No call when the first rows were enough, which they are for a page of up to 100 customers that passes nothing over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn finish_list(&self, caller: &Caller<A>, listing: &Listing, first: FirstPage) -> Result<Listed, StoreError> {
        let mut listing = listing.clone();
        if first.accounts.iter().any(|account| !caller.accounts().contains(account)) {
            if caller.accounts().is_empty() {
                return Ok(Listed { customers: Vec::new(), total: 0, is_total: true, next: None });
            }
            listing.filters.push(Filter::accounts(caller.accounts()));
        }
        let listing = &listing;
        let plan = listing.plan(first.counts);
        let limit = usize::from(listing.limit);
        let mut total = listing.total(first.counts);
        let mut rows = match first.rows {
            Some(rows) => rows,
            None => {
                let start = plan.start(caller.reseller(), listing)?;
                self.store.rows(caller.reseller(), &plan, listing.direction, start, plan.needed).await?
            }
        };
        let mut seen = 0;
        let mut passed_over = 0;
        let mut customers: Vec<Customer> = Vec::new();
        let has_seen_all = loop {
            let Rows { customers: read, rest } = rows;
            seen += read.len() as u64;
            for customer in read.into_iter().filter(|customer| listing.meets(customer)) {
                if plan.by_page && passed_over < listing.offset {
                    passed_over += 1;
                } else {
                    customers.push(customer);
                }
            }
            let is_beyond_end = listing.is_counted() && listing.offset >= total;
            let enough = plan.by_page && (customers.len() > limit || is_beyond_end);
            match rest {
                None => break true,
                Some(_) if enough => break false,
                Some(rest) => {
                    let left = plan.needed.map(|needed| needed.saturating_sub(seen).max(1));
                    rows = self.store.rows(caller.reseller(), &plan, listing.direction, Some(rest), left).await?;
                }
            }
        };
        let is_total = listing.is_counted() || has_seen_all && (listing.after.is_none() || !plan.by_page);
        if !listing.is_counted() {
            total = passed_over + customers.len() as u64;
        }
        if !plan.by_page {
            customers = sorted(customers, listing);
        }
        let has_more = customers.len() > limit;
        customers.truncate(limit);
        let next = customers.last().filter(|_| has_more).map(|last| Position::of(listing.sort, last));
        Ok(Listed { customers, total, is_total, next })
    }
}

/// All of them in the order of the listing, from where it begins.
fn sorted(customers: Vec<Customer>, listing: &Listing) -> Vec<Customer> {
    let mut placed: Vec<(Position, Customer)> =
        customers.into_iter().map(|customer| (Position::of(listing.sort, &customer), customer)).collect();
    placed.sort_unstable_by(|(one, _), (other, _)| match listing.direction {
        Direction::Ascending => one.cmp(other),
        Direction::Descending => other.cmp(one),
    });
    let is_behind = |position: &Position| match (&listing.after, listing.direction) {
        (None, _) => true,
        (Some(after), Direction::Ascending) => position > after,
        (Some(after), Direction::Descending) => position < after,
    };
    placed
        .into_iter()
        .filter(|(position, _)| is_behind(position))
        .skip(usize::try_from(listing.offset).unwrap_or(usize::MAX))
        .map(|(_, customer)| customer)
        .collect()
}

impl Plan {
    /// The key of the row at which the listing begins, whether or not that row still exists.
    fn start(&self, reseller: ResellerId, listing: &Listing) -> Result<Option<Item>, StoreError> {
        let Some(after) = listing.after.as_ref().filter(|_| self.by_page) else {
            return Ok(None);
        };
        let mut start: Item = to_item(keys::customer(reseller, after.id))?;
        if let Some(index) = self.index {
            let place = match &self.begins_with {
                Some(value) => format!("{value}{}", keys::padded(after.id)),
                None => after.sort_key(),
            };
            start.insert(index.to_owned(), S(place));
        }
        Ok(Some(start))
    }
}

impl Store {
    async fn counts(&self, reseller: ResellerId) -> Result<Counts, StoreError> {
        let output = self
            .query(|query| {
                query
                    .key_condition_expression("PK = :partition")
                    .expression_attribute_values(":partition", S(keys::count_partition(reseller)))
            })
            .await?;
        let mut sum = Counts::default();
        for shard in output.items.unwrap_or_default() {
            let shard: Counts = from_item(shard)?;
            sum.customers += shard.customers;
            sum.active += shard.active;
        }
        Ok(sum)
    }

    /// Whether a customer of this reseller, other than `except`, has this address.
    pub(super) async fn has_other_with_email(
        &self,
        reseller: ResellerId,
        email: &Text,
        except: Option<CustomerId>,
    ) -> Result<bool, StoreError> {
        let listing = Listing { filters: vec![Filter::text(Field::Email, email.as_str())], ..Listing::by_id(1) };
        let plan = listing.plan(Counts::default());
        let mut start = None;
        loop {
            // One besides the excepted one is enough to know.
            let rows = self.rows(reseller, &plan, listing.direction, start, Some(2)).await?;
            if rows.customers.iter().any(|customer| Some(customer.id) != except && listing.meets(customer)) {
                return Ok(true);
            }
            start = rows.rest;
            if start.is_none() {
                return Ok(false);
            }
        }
    }

    async fn rows(
        &self,
        reseller: ResellerId,
        plan: &Plan,
        direction: Direction,
        start: Option<Item>,
        limit: Option<u64>,
    ) -> Result<Rows, StoreError> {
        let output = self
            .query(|query| {
                let query = query
                    .set_index_name(plan.index.map(str::to_owned))
                    .scan_index_forward(direction == Direction::Ascending)
                    .set_limit(limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX)))
                    .set_exclusive_start_key(start)
                    .expression_attribute_values(":partition", S(keys::reseller_partition(reseller)));
                match &plan.begins_with {
                    None => query.key_condition_expression("PK = :partition"),
                    Some(prefix) => query
                        .key_condition_expression("PK = :partition AND begins_with(#sort, :prefix)")
                        .expression_attribute_names("#sort", plan.index.unwrap_or(super::schema::SORT_KEY))
                        .expression_attribute_values(":prefix", S(prefix.clone())),
                }
            })
            .await?;
        let customers = output.items.unwrap_or_default().into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(Rows { customers, rest: output.last_evaluated_key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::customer::{NewCustomer, Profile};
    use crate::reseller::AccountId;
    use crate::table::schema::Definition;
    use crate::timestamp::Timestamp;
    use crate::validation;
    use proptest::prelude::*;

    fn named(name: &str) -> Customer {
        let new = NewCustomer {
            account_id: AccountId(1001),
            code: None,
            profile: Profile { organization: validation::text(name, 255).unwrap(), ..Profile::empty() },
            holds_email: false,
        };
        Customer::first(CustomerId::new(7).unwrap(), new, Timestamp::now())
    }

    #[test]
    fn every_index_of_the_table_has_its_attribute() {
        let mut attributes: Vec<String> = Field::index_attributes(&named("Acme")).into_keys().collect();
        attributes.sort();
        let mut indexes = Definition::read().unwrap().indexes;
        indexes.sort_unstable();
        assert_eq!(attributes, indexes);
    }

    #[test]
    fn the_index_attributes_are_these() {
        let attributes = Field::index_attributes(&named("Ａcme"));
        assert_eq!(attributes["by_name"], S("acme\u{0}0000000000000007".into()));
        assert_eq!(attributes["by_email"], S("\u{0}0000000000000007".into()));
        assert_eq!(attributes["by_status"], S("1\u{0}0000000000000007".into()));
    }

    #[test]
    fn the_longest_values_fit_into_a_sort_key() {
        // U+FDFA becomes eighteen characters when it is normalized.
        for name in ["😀".repeat(255), "\u{fdfa}".repeat(255), "ß".repeat(255)] {
            for attribute in Field::index_attributes(&named(&name)).values() {
                assert!(attribute.as_s().unwrap().len() <= 1024);
            }
        }
    }

    proptest! {
        #[test]
        fn a_cut_value_is_a_beginning_of_whole_characters(value in any::<String>(), times in 1_usize..80) {
            let long = value.repeat(times);
            let short = cut(&long);
            prop_assert!(long.starts_with(short) && short.len() <= SORTED_BYTES);
            prop_assert!(long.len() <= SORTED_BYTES && short == long || short.len() + 4 > SORTED_BYTES);
        }

        #[test]
        fn sort_keys_order_as_values_and_then_ids_do(
            one in "\\PC{0,20}", other in "\\PC{0,20}", first in 0..=CustomerId::MAX, second in 0..=CustomerId::MAX,
        ) {
            let place = |value: &str, id| Position::new(&normalize(value), CustomerId::new(id).unwrap());
            let (one, other) = (place(&one, first), place(&other, second));
            prop_assert_eq!(one.cmp(&other), one.sort_key().cmp(&other.sort_key()));
        }
    }
}
