//! The key strings of the table: its on-disk format. After a change, rows that were written before are no longer found.
//!
//! Every partition key begins with the kind of its rows, so that a function's role can be limited to the kinds that it needs.

use super::engine::row::RowKey;
use crate::domain::activity::EntryId;
use crate::domain::brand::LogoHash;
use crate::domain::customer::CustomerId;
use crate::domain::date::Date;
use crate::domain::hash::sha256_hex;
use crate::domain::licence::LicenceId;
use crate::domain::mail::MailId;
use crate::domain::normalization::normalize;
use crate::domain::payment_option::PaymentOptionId;
use crate::domain::plan::Sku;
use crate::domain::quota::Minute;
use crate::domain::replay::Replay;
use crate::domain::reseller::{AccountId, ResellerId, ShortName};
use crate::domain::subscription::SubscriptionId;
use crate::domain::timestamp::Timestamp;
use crate::domain::token::{KeyId, TokenHash};
use crate::domain::transcription::TranscriptionId;
use crate::domain::usage::{Dimensions, EventId, Language};
use crate::domain::usage_report::Range;
use crate::domain::user::{Organization, UserPlace};

/// How many rows the counts of one reseller are spread over, so that simultaneous creates seldom write to the same row.
pub(super) const COUNT_SHARDS: u64 = 16;

/// How many rows each sum of a customer's usage is spread over, so that simultaneous events seldom add to the same row.
const USAGE_SHARDS: u32 = 4;

/// The same of the sums of all customers of a reseller, to which more events add at the same time.
const RESELLER_USAGE_SHARDS: u32 = 16;

/// The beginning of the sort keys of all customer rows, and of those of deleted customers.
pub(super) const CUSTOMER_PREFIX: &str = "CUSTOMER#";

/// The beginning of the sort keys of all rows of the directory.
pub(super) const DIRECTORY_PREFIX: &str = "RESELLER#";

/// The beginning of the sort keys of all licence rows.
pub(super) const LICENCE_PREFIX: &str = "LICENCE#";

/// The beginning of the sort keys of all credential rows.
pub(super) const CREDENTIAL_PREFIX: &str = "KEY#";

/// The partition of the directory, and of what else is the platform's. The counters have one of their own, so that a function that
/// only counts can't write here.
pub(super) const SYSTEM: &str = "SYSTEM";

/// A value that only one customer of a reseller can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// An e-mail address.
    Email,
    /// The reseller's own reference.
    Code,
}

/// What belongs to a customer and has a code that is unique among the customer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coded {
    /// A subscription.
    Subscription,
    /// A payment option.
    PaymentOption,
}

/// What the tries of passwords in one row have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TriedBy {
    Address,
    AddressAndSource,
    Source,
}

/// A counter that never returns a number twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    Customer,
    Reseller,
    Account,
    Subscription,
    PaymentOption,
    User,
}

fn key(partition: impl Into<String>, sort: impl Into<String>) -> RowKey {
    RowKey { partition: partition.into(), sort: sort.into() }
}

pub(super) fn reseller_partition(reseller: ResellerId) -> String {
    format!("RESELLER#{reseller}")
}

pub(super) fn customer(reseller: ResellerId, id: CustomerId) -> RowKey {
    key(reseller_partition(reseller), format!("{CUSTOMER_PREFIX}{}", padded(id)))
}

/// The id as sixteen digits, so that its texts sort like the numbers.
pub(super) fn padded(id: CustomerId) -> String {
    format!("{:016}", id.number())
}

pub(super) fn reseller(reseller: ResellerId) -> RowKey {
    key(reseller_partition(reseller), "RESELLER")
}

/// The header of a customer, which outlives it: what a delete must note and other calls must respect.
pub(super) fn customer_header(reseller: ResellerId, id: CustomerId) -> RowKey {
    organization_header(reseller, Organization::Customer(id))
}

/// The header of an organization: that of a customer, or the reseller's own, which counts its people.
pub(super) fn organization_header(reseller: ResellerId, organization: Organization) -> RowKey {
    key(format!("HEADERS#{reseller}"), format!("{CUSTOMER_PREFIX}{}", organization_number(organization)))
}

/// The number of an organization as sixteen digits. The reseller's own is 0, which no customer has.
fn organization_number(organization: Organization) -> String {
    format!("{:016}", organization.customer().map_or(0, CustomerId::number))
}

pub(super) fn account_partition(reseller: ResellerId) -> String {
    format!("ACCOUNTS#{reseller}")
}

/// The beginning of the sort keys of the rows of one account.
pub(super) fn account_prefix(account: AccountId) -> String {
    format!("{:016}#", account.0)
}

/// The row by which a customer is found among those of its account.
pub(super) fn customer_of_account(reseller: ResellerId, account: AccountId, id: CustomerId) -> RowKey {
    key(account_partition(reseller), format!("{}{}", account_prefix(account), padded(id)))
}

pub(super) fn credential_partition(reseller: ResellerId) -> String {
    format!("KEYS#{reseller}")
}

pub(super) fn credential(reseller: ResellerId, hash: &TokenHash) -> RowKey {
    key(credential_partition(reseller), credential_prefix(hash.as_str()))
}

/// The beginning of the sort key of a credential, for the beginning of its token's hash.
pub(super) fn credential_prefix(hash: &str) -> String {
    format!("{CREDENTIAL_PREFIX}{hash}")
}

pub(super) fn count_partition(reseller: ResellerId) -> String {
    format!("COUNTS#{reseller}")
}

/// The row that counts this customer. It follows from the id, so that a delete undoes what the create did.
pub(super) fn count(reseller: ResellerId, id: CustomerId) -> RowKey {
    key(count_partition(reseller), format!("CUSTOMERS#{}", id.number() % COUNT_SHARDS))
}

/// The beginning of the sort keys of the rows that count the users of customers. They stand beside those that count customers, each by
/// the customer's id in the same way.
pub(super) const USER_COUNT_PREFIX: &str = "USERS#";

/// The row that counts the users of this customer.
pub(super) fn user_count(reseller: ResellerId, id: CustomerId) -> RowKey {
    key(count_partition(reseller), format!("{USER_COUNT_PREFIX}{}", id.number() % COUNT_SHARDS))
}

/// The reservation of a value: which customer holds it. Values are compared without regard to case. The key contains a hash,
/// because a key is bounded and a value need not be.
pub(super) fn reservation(reseller: ResellerId, what: Reserved, value: &str) -> RowKey {
    let name = match what {
        Reserved::Email => "EMAIL",
        Reserved::Code => "CODE",
    };
    key(format!("RESERVATIONS#{reseller}"), format!("{name}#{}", sha256_hex(normalize(value))))
}

/// The reservation of a name among the tokens of a customer, compared as reserved values are.
pub(super) fn token_name(reseller: ResellerId, id: CustomerId, name: &str) -> RowKey {
    key(format!("RESERVATIONS#{reseller}"), format!("TOKEN#{}", sha256_hex(format!("{}\0{}", padded(id), normalize(name)))))
}

/// The reservation of a code among what a customer has of this kind, compared as reserved values are.
pub(super) fn belonging_code(reseller: ResellerId, id: CustomerId, what: Coded, code: &str) -> RowKey {
    let name = match what {
        Coded::Subscription => "SUBSCRIPTION",
        Coded::PaymentOption => "PAYMENTOPTION",
    };
    let hash = sha256_hex(format!("{}\0{}", padded(id), normalize(code)));
    key(format!("RESERVATIONS#{reseller}"), format!("{name}#{hash}"))
}

/// The reservation of an address: which user of the reseller has it, in whichever organization.
pub(super) fn person(reseller: ResellerId, email: &str) -> RowKey {
    key(format!("RESERVATIONS#{reseller}"), format!("PERSON#{}", sha256_hex(normalize(email))))
}

pub(super) fn user_partition(reseller: ResellerId) -> String {
    format!("USERS#{reseller}")
}

/// The beginning of the sort keys of the users of one organization.
pub(super) fn user_prefix(organization: Organization) -> String {
    format!("USER#{}#", organization_number(organization))
}

pub(super) fn user(place: UserPlace) -> RowKey {
    let UserPlace { reseller, organization, user } = place;
    key(user_partition(reseller), format!("{}{:016}", user_prefix(organization), user.number()))
}

pub(super) fn session_partition(reseller: ResellerId) -> String {
    format!("SESSIONS#{reseller}")
}

/// The beginning of the sort keys of the sessions of all users of one organization.
pub(super) fn session_prefix(organization: Organization) -> String {
    format!("SESSION#{}#", organization_number(organization))
}

/// The beginning of the sort keys of the sessions of one user.
pub(super) fn session_prefix_of(place: UserPlace) -> String {
    format!("{}{:016}#", session_prefix(place.organization), place.user.number())
}

/// The session whose token has this hash.
pub(super) fn session(place: UserPlace, hash: &TokenHash) -> RowKey {
    key(session_partition(place.reseller), format!("{}{}", session_prefix_of(place), hash.as_str()))
}

pub(super) fn customer_token_partition(reseller: ResellerId) -> String {
    format!("TOKENS#{reseller}")
}

/// The beginning of the sort keys of the tokens of one customer.
pub(super) fn customer_token_prefix(id: CustomerId) -> String {
    format!("TOKEN#{}#", padded(id))
}

pub(super) fn customer_token(reseller: ResellerId, id: CustomerId, token: &KeyId) -> RowKey {
    key(customer_token_partition(reseller), format!("{}{token}", customer_token_prefix(id)))
}

/// The beginning of the sort keys of the deleted tokens of one customer.
pub(super) fn deleted_customer_token_prefix(id: CustomerId) -> String {
    format!("DELETED#{}#", padded(id))
}

/// Where a token stands once it is deleted.
pub(super) fn deleted_customer_token(reseller: ResellerId, id: CustomerId, token: &KeyId) -> RowKey {
    key(customer_token_partition(reseller), format!("{}{token}", deleted_customer_token_prefix(id)))
}

/// The partition of the deleted customers of all resellers of which something is left to be erased.
pub(super) const DELETED: &str = "DELETED";

/// The row that says that something is left of a deleted customer.
pub(super) fn deleted_customer(reseller: ResellerId, id: CustomerId) -> RowKey {
    key(DELETED, format!("{CUSTOMER_PREFIX}{:08}#{}", reseller.number(), padded(id)))
}

/// The partition of the mails of all resellers that wait to be sent.
pub(super) const MAIL: &str = "MAIL";

/// A mail that waits. Mails stand in the order in which they were posted.
pub(super) fn mail(id: &MailId) -> RowKey {
    key(MAIL, id.as_str())
}

/// The partition of the plans of the platform, which belong to no reseller.
pub(super) const PLANS: &str = "PLANS";

/// The beginning of the sort keys of all plans.
pub(super) const PLAN_PREFIX: &str = "PLAN#";

pub(super) fn plan(sku: &Sku) -> RowKey {
    key(PLANS, format!("{PLAN_PREFIX}{}", sku.key()))
}

pub(super) fn subscription_partition(reseller: ResellerId) -> String {
    format!("SUBSCRIPTIONS#{reseller}")
}

/// The beginning of the sort keys of the subscriptions of one customer.
pub(super) fn subscription_prefix(id: CustomerId) -> String {
    format!("SUBSCRIPTION#{}#", padded(id))
}

pub(super) fn subscription(reseller: ResellerId, id: CustomerId, subscription: SubscriptionId) -> RowKey {
    key(subscription_partition(reseller), format!("{}{:016}", subscription_prefix(id), subscription.number()))
}

/// The beginning of the sort keys of the rows that count active subscriptions.
pub(super) const SUBSCRIPTION_DAY_PREFIX: &str = "DAY#";

/// How many more subscriptions of all customers are active from this day on than on the day before.
pub(super) fn subscriptions_begun(reseller: ResellerId, day: Date) -> RowKey {
    key(subscription_partition(reseller), format!("{SUBSCRIPTION_DAY_PREFIX}{day}"))
}

/// The event with this id. It stands in one of 256 partitions, because events are never deleted.
pub(super) fn usage_event(reseller: ResellerId, id: CustomerId, event: &EventId) -> RowKey {
    let hash = sha256_hex(event.as_str());
    let partition: String = hash.chars().take(2).collect();
    key(format!("EVENTS#{reseller}#{id}#{partition}"), hash)
}

/// The partition of the sums of one customer's usage.
pub(super) fn usage_partition(reseller: ResellerId, id: CustomerId) -> String {
    format!("USAGE#{reseller}#{id}")
}

/// A part of the sum of a customer's usage in these dimensions. What is absent in them is empty; a language contains no `#`.
pub(super) fn usage_sum(reseller: ResellerId, id: CustomerId, dimensions: &Dimensions, shard: u32) -> RowKey {
    let Dimensions { day, language, token, subscription } = dimensions;
    let language = language.as_ref().map(Language::as_str).unwrap_or_default();
    let token = token.as_ref().map(KeyId::as_str).unwrap_or_default();
    let subscription = subscription.map(|subscription| format!("{:016}", subscription.number())).unwrap_or_default();
    key(usage_partition(reseller, id), format!("{day}#{language}#{token}#{subscription}#{}", shard % USAGE_SHARDS))
}

/// The dimensions in the sort key of [`usage_sum`].
pub(super) fn usage_dimensions(sort: &str) -> Option<Dimensions> {
    let mut parts = sort.split('#');
    let mut part = || parts.next().map(|part| Some(part).filter(|part| !part.is_empty()));
    Some(Dimensions {
        day: part()??.parse().ok()?,
        language: part()?.map(Language::parse).transpose().ok()?,
        token: part()?.and_then(KeyId::parse),
        subscription: part()?.and_then(|number| SubscriptionId::parse(number).ok()),
    })
}

/// The first and the last sort key that sums of these days can have, behind `prefix`.
pub(super) fn usage_days(prefix: &str, days: Range) -> [String; 2] {
    // Behind a day comes `#`, and `$` comes behind that.
    [format!("{prefix}{}#", days.from), format!("{prefix}{}$", days.to)]
}

/// The partition of the sums of the usage of all customers in a month, such as `2026-11`.
pub(super) fn reseller_usage_partition(reseller: ResellerId, month: &str) -> String {
    format!("USAGE#{reseller}#{month}")
}

/// The beginning of the sort keys of the sums by day and language.
pub(super) const USAGE_DAY_PREFIX: &str = "DAY#";

/// A part of the sum of all customers' usage of a day in a language.
pub(super) fn reseller_usage_of_day(reseller: ResellerId, dimensions: &Dimensions, shard: u32) -> RowKey {
    let Dimensions { day, language, .. } = dimensions;
    let language = language.as_ref().map(Language::as_str).unwrap_or_default();
    let sort = format!("{USAGE_DAY_PREFIX}{day}#{language}#{}", shard % RESELLER_USAGE_SHARDS);
    key(reseller_usage_partition(reseller, &day.month()), sort)
}

/// The day and the language in the sort key of [`reseller_usage_of_day`].
pub(super) fn usage_day_and_language(sort: &str) -> Option<(Date, Option<Language>)> {
    let mut parts = sort.strip_prefix(USAGE_DAY_PREFIX)?.split('#');
    let day = parts.next()?.parse().ok()?;
    let language = parts.next().filter(|part| !part.is_empty());
    Some((day, language.map(Language::parse).transpose().ok()?))
}

/// A part of the sum of one customer's usage in a month.
pub(super) fn usage_of_customer(reseller: ResellerId, id: CustomerId, month: &str, shard: u32) -> RowKey {
    let sort = format!("{CUSTOMER_PREFIX}{}#{}", padded(id), shard % USAGE_SHARDS);
    key(reseller_usage_partition(reseller, month), sort)
}

/// The customer in the sort key of [`usage_of_customer`].
pub(super) fn customer_in_usage(sort: &str) -> Option<CustomerId> {
    CustomerId::parse(sort.strip_prefix(CUSTOMER_PREFIX)?.split('#').next()?).ok()
}

/// How many rows the transcriptions of a customer's day are counted in, so that simultaneous ones seldom count in the same row.
const TRANSCRIPTION_SHARDS: u64 = 4;

/// The partition of the transcriptions of one customer that were registered in a month, such as `2026-11`.
pub(super) fn transcription_partition(reseller: ResellerId, id: CustomerId, month: &str) -> String {
    format!("{}#{month}", transcription_day_partition(reseller, id))
}

pub(super) fn transcription(reseller: ResellerId, id: CustomerId, transcription: TranscriptionId) -> RowKey {
    key(transcription_partition(reseller, id, &transcription.day().month()), transcription_sort(transcription))
}

/// The sort key of a transcription. The id has sixteen digits, so that its texts sort like the numbers.
pub(super) fn transcription_sort(transcription: TranscriptionId) -> String {
    format!("{:016}", transcription.number())
}

/// The partition of the rows that count the transcriptions of one customer by day.
pub(super) fn transcription_day_partition(reseller: ResellerId, id: CustomerId) -> String {
    format!("TRANSCRIPTIONS#{reseller}#{id}")
}

/// The beginning of the sort keys of those rows.
pub(super) const TRANSCRIPTION_DAY_PREFIX: &str = "DAY#";

/// The row that counts this transcription among those of its day. It follows from the id, so that a delete undoes what the
/// registration did.
pub(super) fn transcription_day(reseller: ResellerId, id: CustomerId, transcription: TranscriptionId) -> RowKey {
    let shard = transcription.number() % TRANSCRIPTION_SHARDS;
    key(transcription_day_partition(reseller, id), format!("{TRANSCRIPTION_DAY_PREFIX}{}#{shard}", transcription.day()))
}

/// Before and behind the sort keys of the rows that count the transcriptions of these days, both included.
pub(super) fn transcription_days(first: Date, last: Date) -> [String; 2] {
    // A dollar sign comes right after the number sign.
    [format!("{TRANSCRIPTION_DAY_PREFIX}{first}#"), format!("{TRANSCRIPTION_DAY_PREFIX}{last}$")]
}

/// The day in the sort key of [`transcription_day`].
pub(super) fn day_of_transcriptions(sort: &str) -> Option<Date> {
    sort.strip_prefix(TRANSCRIPTION_DAY_PREFIX)?.split('#').next()?.parse().ok()
}

pub(super) fn payment_option_partition(reseller: ResellerId) -> String {
    format!("PAYMENTOPTIONS#{reseller}")
}

/// The beginning of the sort keys of the payment options of one customer.
pub(super) fn payment_option_prefix(id: CustomerId) -> String {
    format!("PAYMENTOPTION#{}#", padded(id))
}

pub(super) fn payment_option(reseller: ResellerId, id: CustomerId, option: PaymentOptionId) -> RowKey {
    key(payment_option_partition(reseller), format!("{}{:016}", payment_option_prefix(id), option.number()))
}

pub(super) fn brand(reseller: ResellerId) -> RowKey {
    key(format!("BRAND#{reseller}"), "BRAND")
}

/// The image of a logo. It is not in the row of the brand, which is read more often.
pub(super) fn logo(reseller: ResellerId, hash: &LogoHash) -> RowKey {
    key(format!("BRAND#{reseller}"), format!("LOGO#{}", hash.as_str()))
}

/// The partition of the activity of a month, such as `2025-01`. A partition for each month bounds its size.
pub(super) fn activity_partition(reseller: ResellerId, month: &str) -> String {
    format!("ACTIVITY#{reseller}#{month}")
}

pub(super) fn activity(reseller: ResellerId, moment: Timestamp, id: &EntryId) -> RowKey {
    key(activity_partition(reseller, &moment.month()), id.as_str())
}

/// The answer to a request with an idempotency key, at the place that follows from its credential and the key.
pub(super) fn replay(reseller: ResellerId, replay: &Replay) -> RowKey {
    key(format!("REPLAYS#{reseller}"), replay.place())
}

/// What the keys of a reseller have used up in a minute.
pub(super) fn spent(reseller: ResellerId, minute: Minute) -> RowKey {
    key(format!("SPENT#{reseller}"), minute.to_string())
}

/// What the source address with this hash, which has 64 hexadecimal digits, has used up in a minute. No reseller has such a number.
pub(super) fn spent_by_source(hash: &str, minute: Minute) -> RowKey {
    key(format!("SPENT#{hash}"), minute.to_string())
}

/// The tries of a password by the address, by the source, or by both, with this keyed hash. Each has a partition of its own, so that
/// what one person or one source does never gets in the way of others.
pub(super) fn tries(by: TriedBy, hash: &str) -> RowKey {
    let name = match by {
        TriedBy::Address => "ADDRESS",
        TriedBy::AddressAndSource => "BOTH",
        TriedBy::Source => "SOURCE",
    };
    key(format!("TRIES#{hash}"), name)
}

pub(super) fn licence_partition(reseller: ResellerId) -> String {
    format!("LICENCES#{reseller}")
}

pub(super) fn licence(reseller: ResellerId, id: LicenceId) -> RowKey {
    key(licence_partition(reseller), format!("{}{:06}", licence_prefix(Some(id.customer())), id.ordinal()))
}

/// The beginning of the sort keys of the licences of one customer, or of all.
pub(super) fn licence_prefix(customer: Option<CustomerId>) -> String {
    customer.map_or_else(|| LICENCE_PREFIX.to_owned(), |customer| format!("{LICENCE_PREFIX}{}#", padded(customer)))
}

/// The row that says which licence is the active one for this product and host, compared as reserved values are. A text contains
/// no NUL, so that two different pairs never become the same text.
pub(super) fn active_licence(reseller: ResellerId, product: &str, host: &str) -> RowKey {
    let hash = sha256_hex(format!("{}\0{}", normalize(product), normalize(host)));
    key(licence_partition(reseller), format!("ACTIVE#{hash}"))
}

pub(super) fn counter(counter: Counter) -> RowKey {
    let name = match counter {
        Counter::Customer => "CUSTOMER",
        Counter::Reseller => "RESELLER",
        Counter::Account => "ACCOUNT",
        Counter::Subscription => "SUBSCRIPTION",
        Counter::PaymentOption => "PAYMENTOPTION",
        Counter::User => "USER",
    };
    key("COUNTERS", name)
}

/// The row by which operators find a reseller. The id has eight digits, so that its texts sort like the numbers.
pub(super) fn directory(reseller: ResellerId) -> RowKey {
    key(SYSTEM, format!("{DIRECTORY_PREFIX}{:08}", reseller.number()))
}

/// The row that says which reseller has this short name.
pub(super) fn short_name(name: &ShortName) -> RowKey {
    key(SYSTEM, format!("SHORTNAME#{name}"))
}

/// The row that says which reseller is the platform's own.
pub(super) fn platform() -> RowKey {
    key(SYSTEM, "PLATFORM")
}

pub(super) fn secret() -> RowKey {
    key("SECRET", "SECRET")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::user::UserId;

    /// The on-disk format, written out. A failure here means that rows written by earlier versions would be lost.
    #[test]
    fn the_key_strings_are_these() {
        let id = CustomerId::new(42).unwrap();
        let of = ResellerId::new(7).unwrap();
        let show = |key: RowKey| format!("{} / {}", key.partition, key.sort);

        assert_eq!(show(customer(of, id)), "RESELLER#7 / CUSTOMER#0000000000000042");
        assert_eq!(show(customer(of, CustomerId::new(CustomerId::MAX).unwrap())), "RESELLER#7 / CUSTOMER#9999999999999999");
        assert_eq!(show(reseller(of)), "RESELLER#7 / RESELLER");
        assert_eq!(show(customer_header(of, id)), "HEADERS#7 / CUSTOMER#0000000000000042");
        assert_eq!(show(customer_of_account(of, AccountId(1001), id)), "ACCOUNTS#7 / 0000000000001001#0000000000000042");
        assert_eq!(show(count(of, id)), "COUNTS#7 / CUSTOMERS#10");
        assert_eq!(USER_COUNT_PREFIX, "USERS#");
        assert_eq!(
            show(reservation(of, Reserved::Email, "Customer@Example.com")),
            "RESERVATIONS#7 / EMAIL#e233d4a29013e9d87150c6237c6777bedf379ebf1acdc5d6126fec7e8bb74fb5"
        );
        assert_eq!(
            show(reservation(of, Reserved::Code, "A-1")),
            "RESERVATIONS#7 / CODE#2f8fe63a6224321de5d0a24cf30067d37a358706b1ed38b015282ab68dc69ae9"
        );
        assert_eq!(
            show(token_name(of, id, "Call Centre")),
            "RESERVATIONS#7 / TOKEN#9f042a63e962c1ebb10ec15ef3d7a6b116900685bebad11988771bc197602f64"
        );
        let code = "b88148e53d2047df88a90ed3f120dd907e795a025a55f0b2e8f37713f90f7b33";
        assert_eq!(show(belonging_code(of, id, Coded::Subscription, "A-1")), format!("RESERVATIONS#7 / SUBSCRIPTION#{code}"));
        assert_eq!(show(belonging_code(of, id, Coded::PaymentOption, "A-1")), format!("RESERVATIONS#7 / PAYMENTOPTION#{code}"));
        let token = KeyId::parse("0123456789ab").unwrap();
        assert_eq!(show(customer_token(of, id, &token)), "TOKENS#7 / TOKEN#0000000000000042#0123456789ab");
        assert_eq!(show(deleted_customer_token(of, id, &token)), "TOKENS#7 / DELETED#0000000000000042#0123456789ab");
        assert_eq!(show(plan(&Sku::parse("Voice.100").unwrap())), "PLANS / PLAN#voice.100");
        let subscription_id = SubscriptionId::new(9).unwrap();
        assert_eq!(
            show(subscription(of, id, subscription_id)),
            "SUBSCRIPTIONS#7 / SUBSCRIPTION#0000000000000042#0000000000000009"
        );
        let option = PaymentOptionId::new(9).unwrap();
        assert_eq!(show(payment_option(of, id, option)), "PAYMENTOPTIONS#7 / PAYMENTOPTION#0000000000000042#0000000000000009");
        let day: Date = "2026-11-29".parse().unwrap();
        assert_eq!(show(subscriptions_begun(of, day)), "SUBSCRIPTIONS#7 / DAY#2026-11-29");
        let event = EventId::parse("job-1").unwrap();
        assert_eq!(
            show(usage_event(of, id, &event)),
            format!("EVENTS#7#42#{} / {}", &sha256_hex("job-1")[..2], sha256_hex("job-1"))
        );
        let whole = Dimensions {
            day,
            language: Language::parse("fr-fr").ok(),
            token: Some(token.clone()),
            subscription: Some(subscription_id),
        };
        let bare = Dimensions { day, language: None, token: None, subscription: None };
        assert_eq!(show(usage_sum(of, id, &whole, 6)), "USAGE#7#42 / 2026-11-29#fr-fr#0123456789ab#0000000000000009#2");
        assert_eq!(show(usage_sum(of, id, &bare, 0)), "USAGE#7#42 / 2026-11-29####0");
        for dimensions in [whole.clone(), bare.clone()] {
            assert_eq!(usage_dimensions(&usage_sum(of, id, &dimensions, 3).sort), Some(dimensions));
        }
        let days = Range { from: day, to: day.next_day() };
        assert_eq!(usage_days("", days), ["2026-11-29#", "2026-11-30$"]);
        assert_eq!(show(reseller_usage_of_day(of, &whole, 17)), "USAGE#7#2026-11 / DAY#2026-11-29#fr-fr#1");
        assert_eq!(show(reseller_usage_of_day(of, &bare, 15)), "USAGE#7#2026-11 / DAY#2026-11-29##15");
        assert_eq!(usage_day_and_language("DAY#2026-11-29#fr-fr#1"), Some((day, whole.language)));
        assert_eq!(usage_day_and_language("DAY#2026-11-29##15"), Some((day, None)));
        assert_eq!(show(usage_of_customer(of, id, "2026-11", 5)), "USAGE#7#2026-11 / CUSTOMER#0000000000000042#1");
        assert_eq!(customer_in_usage("CUSTOMER#0000000000000042#1"), Some(id));
        let transcribed = TranscriptionId::parse("117669888004095").unwrap();
        assert_eq!(show(transcription(of, id, transcribed)), "TRANSCRIPTIONS#7#42#2026-11 / 0117669888004095");
        assert_eq!(show(transcription_day(of, id, transcribed)), "TRANSCRIPTIONS#7#42 / DAY#2026-11-29#3");
        assert_eq!(transcription_days(day, day), ["DAY#2026-11-29#", "DAY#2026-11-29$"]);
        assert_eq!(day_of_transcriptions("DAY#2026-11-29#3"), Some(day));
        assert_eq!(show(deleted_customer(of, id)), "DELETED / CUSTOMER#00000007#0000000000000042");
        let place = |organization| UserPlace { reseller: of, organization, user: UserId::new(9).unwrap() };
        assert_eq!(show(user(place(Organization::Customer(id)))), "USERS#7 / USER#0000000000000042#0000000000000009");
        assert_eq!(show(user(place(Organization::Reseller))), "USERS#7 / USER#0000000000000000#0000000000000009");
        let hash = TokenHash::of("token");
        assert_eq!(
            show(session(place(Organization::Customer(id)), &hash)),
            format!("SESSIONS#7 / SESSION#0000000000000042#0000000000000009#{}", hash.as_str())
        );
        assert_eq!(show(organization_header(of, Organization::Reseller)), "HEADERS#7 / CUSTOMER#0000000000000000");
        assert_eq!(show(user_count(of, id)), "COUNTS#7 / USERS#10");
        assert_eq!(
            show(person(of, "Customer@Example.com")),
            "RESERVATIONS#7 / PERSON#e233d4a29013e9d87150c6237c6777bedf379ebf1acdc5d6126fec7e8bb74fb5"
        );
        let posted: MailId = serde_json::from_str("\"019ab83cd681ffffffffffffffff\"").unwrap();
        assert_eq!(show(mail(&posted)), "MAIL / 019ab83cd681ffffffffffffffff");
        assert_eq!(credential_partition(of), "KEYS#7");
        assert_eq!(credential_prefix("0123456789ab"), "KEY#0123456789ab");
        assert_eq!(show(licence(of, LicenceId::new(id, 3).unwrap())), "LICENCES#7 / LICENCE#0000000000000042#000003");
        assert_eq!(
            show(active_licence(of, "Script", "Server.example.com")),
            "LICENCES#7 / ACTIVE#ab60ad686da96a17b7eba8a86289f0448599545bffd79272ba3e243f44c69062"
        );
        assert_eq!(show(brand(of)), "BRAND#7 / BRAND");
        assert_eq!(show(logo(of, &LogoHash::of(b"png"))), format!("BRAND#7 / LOGO#{}", sha256_hex("png")));
        let moment: Timestamp = "2026-11-25T09:00:00.001Z".parse().unwrap();
        let entry = EntryId::parse("019ab83cd681ffffffffffffffff").unwrap();
        assert_eq!(show(activity(of, moment, &entry)), "ACTIVITY#7#2026-11 / 019ab83cd681ffffffffffffffff");
        let minute = Minute::of(moment);
        assert_eq!(show(spent(of, minute)), "SPENT#7 / 0029926620");
        assert_eq!(show(spent_by_source(&"a".repeat(64), minute)), format!("SPENT#{} / 0029926620", "a".repeat(64)));
        assert_eq!(show(tries(TriedBy::Address, "a1")), "TRIES#a1 / ADDRESS");
        assert_eq!(show(tries(TriedBy::AddressAndSource, "a1")), "TRIES#a1 / BOTH");
        assert_eq!(show(tries(TriedBy::Source, "a1")), "TRIES#a1 / SOURCE");
        assert_eq!(show(counter(Counter::Customer)), "COUNTERS / CUSTOMER");
        assert_eq!(show(counter(Counter::Reseller)), "COUNTERS / RESELLER");
        assert_eq!(show(counter(Counter::Account)), "COUNTERS / ACCOUNT");
        assert_eq!(show(counter(Counter::Subscription)), "COUNTERS / SUBSCRIPTION");
        assert_eq!(show(counter(Counter::PaymentOption)), "COUNTERS / PAYMENTOPTION");
        assert_eq!(show(counter(Counter::User)), "COUNTERS / USER");
        assert_eq!(show(directory(of)), "SYSTEM / RESELLER#00000007");
        assert_eq!(show(short_name(&ShortName::parse("acme").unwrap())), "SYSTEM / SHORTNAME#acme");
        assert_eq!(show(platform()), "SYSTEM / PLATFORM");
        assert_eq!(show(secret()), "SECRET / SECRET");
    }
}
