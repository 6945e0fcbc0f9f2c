//! The operations of clients, at random: which calls they make, and the values that they send.
//!
//! An operation names a customer by its place in the order of creation, and a value by its relation to the customer (as shown, in
//! other case). So it keeps its meaning when operations before it are left out.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// A client, and the API that it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Client {
    Reseller,
    Licensing,
    /// A service user that was granted all accounts of the reseller.
    Management,
    /// A service user that was granted the first account alone.
    Limited,
}

/// The customer of an operation.
#[derive(Clone, Copy, Debug)]
pub enum Whom {
    /// A customer that was created in this sequence, modulo their number; it may be deleted.
    Made(usize),
    /// A customer of another reseller.
    Stranger,
    /// A customer that never existed.
    Nobody,
}

/// The value that is sent in a field.
#[derive(Clone, Debug)]
pub enum Sent {
    Text(String),
    /// The value that this API shows.
    Shown,
    /// The shown value, with white space around it.
    Padded,
    /// The shown value, in capitals.
    Capitals,
    Null,
    Number,
    Boolean(bool),
    /// The account at this place among those of the reseller.
    Account(usize),
    /// The account of another reseller.
    ForeignAccount,
    /// Nothing: the field is left out.
    Nothing,
}

/// The form of a body of the Management API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Json,
    /// JSON, in the member `object`.
    Object,
    /// XML with the fields as attributes.
    Attributes,
    /// XML with the fields as child elements.
    Elements,
    Form,
}

/// The fields that are sent, in order; if a field occurs twice, the last one counts.
pub type Fields = Vec<(&'static str, Sent)>;

/// The revision that a client expects, in `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    Current,
    /// The current one, as an answer in XML names it.
    CurrentInXml,
    Any,
    Other,
}

/// The headers that make a change safe.
#[derive(Clone, Copy, Debug)]
pub struct Safety {
    pub expected: Option<Expected>,
    /// Whether the change is sent with an idempotency key, at once a second time, and again at the end.
    pub is_repeated: bool,
}

impl Safety {
    pub const NONE: Self = Self { expected: None, is_repeated: false };
}

/// One call of a client.
#[derive(Clone, Debug)]
pub enum Operation {
    Create {
        client: Client,
        fields: Fields,
        format: Format,
        is_repeated: bool,
    },
    Change {
        client: Client,
        whom: Whom,
        /// Whether everything that the API shows is sent too.
        is_whole: bool,
        fields: Fields,
        format: Format,
        safety: Safety,
    },
    Delete {
        client: Client,
        whom: Whom,
        safety: Safety,
    },
    Read {
        client: Client,
        whom: Whom,
        /// Whether the customer is named by its code, which only the Management API understands.
        by_code: bool,
    },
    List {
        client: Client,
        query: Query,
    },
}

impl Operation {
    /// The fields that it sends.
    pub fn fields(&mut self) -> Option<&mut Fields> {
        match self {
            Self::Create { fields, .. } | Self::Change { fields, .. } => Some(fields),
            Self::Delete { .. } | Self::Read { .. } | Self::List { .. } => None,
        }
    }
}

/// The query of a list, as far as its API knows the parameters.
#[derive(Clone, Debug)]
pub struct Query {
    /// A field, and the value that customers must have in it.
    pub filter: Option<(&'static str, Sent)>,
    pub offset: Option<usize>,
    pub limit: Option<usize>,
    pub sort: Option<&'static str>,
    pub is_descending: bool,
}

/// The theme of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// A bit of everything.
    Anything,
    /// Few addresses, which go from one customer to another.
    Addresses,
    /// Values that one API showed are sent back through it, after others may have changed them.
    WriteBack,
    /// Codes, accounts and service users.
    Codes,
}

const RESELLER_FIELDS: [&str; 6] = ["name", "email", "phone", "is_active", "id", "last_modified"];
const LICENSING_FIELDS: [&str; 5] = ["company", "firstname", "lastname", "email", "customer_id"];
const MANAGEMENT_FIELDS: [&str; 14] = [
    "firstName",
    "lastName",
    "organizationName",
    "email",
    "phone",
    "street",
    "city",
    "state",
    "zipCode",
    "countryCode",
    "code",
    "accountId",
    "id",
    "createDate",
];

/// A sequence of operations.
pub fn sequences(theme: Theme) -> impl Strategy<Value = Vec<Operation>> {
    (vec(create(theme), 1..3), vec(operation(theme), 4..9)).prop_map(|(mut first, rest)| {
        first.extend(rest);
        first
    })
}

fn operation(theme: Theme) -> impl Strategy<Value = Operation> {
    let weights = match theme {
        Theme::Anything => [3, 5, 2, 2, 2],
        Theme::Addresses => [4, 6, 2, 0, 1],
        Theme::WriteBack => [1, 9, 1, 1, 0],
        Theme::Codes => [4, 4, 2, 2, 2],
    };
    prop_oneof![
        weights[0] => create(theme),
        weights[1] => change(theme),
        weights[2] => (select(vec![Client::Reseller, Client::Licensing]), whom(), safety())
            .prop_map(|(client, whom, safety)| Operation::Delete { client, whom, safety }),
        weights[3] => (client(theme), whom(), any::<bool>())
            .prop_map(|(client, whom, by_code)| Operation::Read { client, whom, by_code }),
        weights[4] => list(theme),
    ]
}

fn client(theme: Theme) -> impl Strategy<Value = Client> {
    let weights = match theme {
        Theme::Codes => [1, 1, 4, 3],
        _ => [3, 3, 3, 1],
    };
    prop_oneof![
        weights[0] => Just(Client::Reseller),
        weights[1] => Just(Client::Licensing),
        weights[2] => Just(Client::Management),
        weights[3] => Just(Client::Limited),
    ]
}

fn whom() -> impl Strategy<Value = Whom> {
    prop_oneof![16 => (0..5_usize).prop_map(Whom::Made), 1 => Just(Whom::Stranger), 1 => Just(Whom::Nobody)]
}

fn is_repeated() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.25)
}

fn safety() -> impl Strategy<Value = Safety> {
    let expected = prop_oneof![
        8 => Just(None),
        2 => Just(Some(Expected::Current)),
        1 => Just(Some(Expected::CurrentInXml)),
        1 => Just(Some(Expected::Any)),
        2 => Just(Some(Expected::Other)),
    ];
    (expected, is_repeated()).prop_map(|(expected, is_repeated)| Safety { expected, is_repeated })
}

fn format() -> impl Strategy<Value = Format> {
    select(vec![Format::Json, Format::Attributes, Format::Object, Format::Elements, Format::Form])
}

/// A create that succeeds more often than not: the required fields, and others that may be wrong.
fn create(theme: Theme) -> impl Strategy<Value = Operation> {
    let parts = (client(theme), name(), name(), right_email(), format(), is_repeated());
    parts.prop_flat_map(move |(client, one, other, email, format, is_repeated)| {
        let text = Sent::Text;
        let base: Fields = match client {
            Client::Reseller => vec![("name", text(one)), ("email", text(email))],
            Client::Licensing => vec![("company", text(one)), ("lastname", text(other)), ("email", text(email))],
            Client::Management | Client::Limited => {
                let account = Sent::Account(usize::from(other.len() == 3 && client == Client::Management));
                vec![("accountId", account), ("firstName", text(one)), ("lastName", text(other)), ("email", text(email))]
            }
        };
        let more = 0..if theme == Theme::Addresses { 2 } else { 4 };
        vec(field(client, theme), more).prop_map(move |others| {
            let fields = base.iter().cloned().chain(others).collect();
            Operation::Create { client, fields, format, is_repeated }
        })
    })
}

fn change(theme: Theme) -> impl Strategy<Value = Operation> {
    (client(theme), whom(), format(), safety()).prop_flat_map(move |(client, whom, format, safety)| {
        // Fields that are not sent, the reseller API clears or reports as missing.
        let whole = if theme == Theme::WriteBack || client == Client::Reseller { 0.8 } else { 0.2 };
        let more = 0..if theme == Theme::WriteBack { 3 } else { 4 };
        (prop::bool::weighted(whole), vec(field(client, theme), more)).prop_map(move |(is_whole, fields)| Operation::Change {
            client,
            whom,
            is_whole,
            fields,
            format,
            safety,
        })
    })
}

fn list(theme: Theme) -> impl Strategy<Value = Operation> {
    let filter = prop_oneof![
        (select(vec!["name", "firstName", "lastName", "organizationName", "city"]), name().prop_map(Sent::Text)),
        (Just("email"), right_email().prop_map(Sent::Text)),
        (Just("phone"), select(vec!["+31 012 345678", "12", ""]).prop_map(|phone| Sent::Text(phone.to_owned()))),
        (Just("accountId"), sent("accountId")),
        (Just("is_active"), select(vec!["true", "FALSE", "1"]).prop_map(|status| Sent::Text(status.to_owned()))),
    ];
    let query = (
        prop::option::of(filter),
        prop::option::of(0..4_usize),
        prop::option::of(select(vec![1, 2, 1000, 1001])),
        prop::option::of(select(vec!["id", "name", "email", "phone", "is_active"])),
        any::<bool>(),
    );
    (client(theme), query).prop_map(|(client, (filter, offset, limit, sort, is_descending))| {
        let query = Query { filter, offset, limit, sort, is_descending };
        Operation::List { client, query }
    })
}

/// A field of the client's API, and the value that is sent in it.
fn field(client: Client, theme: Theme) -> BoxedStrategy<(&'static str, Sent)> {
    let known = match client {
        Client::Reseller => RESELLER_FIELDS.to_vec(),
        Client::Licensing => LICENSING_FIELDS.to_vec(),
        Client::Management | Client::Limited => MANAGEMENT_FIELDS.to_vec(),
    };
    let any_field = select(known).prop_flat_map(|field| (Just(field), sent(field)));
    match theme {
        Theme::Addresses => prop_oneof![3 => (Just("email"), sent("email")), 1 => any_field].boxed(),
        Theme::Codes if matches!(client, Client::Management | Client::Limited) => {
            let read_only = select(vec!["code", "accountId", "code", "id"]).prop_flat_map(|field| (Just(field), sent(field)));
            prop_oneof![2 => read_only, 1 => any_field].boxed()
        }
        _ => any_field.boxed(),
    }
}

fn sent(field: &'static str) -> BoxedStrategy<Sent> {
    let own = match field {
        "is_active" => any::<bool>().prop_map(Sent::Boolean).boxed(),
        "accountId" => prop_oneof![
            4 => (0..2_usize).prop_map(Sent::Account),
            1 => Just(Sent::ForeignAccount),
            1 => Just(Sent::Text("x".to_owned())),
        ]
        .boxed(),
        _ => text(field).prop_map(Sent::Text).boxed(),
    };
    let of_shown = select(vec![Sent::Shown, Sent::Padded, Sent::Capitals]);
    let odd = select(vec![Sent::Nothing, Sent::Null, Sent::Text(String::new()), Sent::Text(" \t".to_owned()), Sent::Number]);
    prop_oneof![6 => own, 2 => of_shown, 1 => odd].boxed()
}

fn text(field: &str) -> BoxedStrategy<String> {
    match field {
        "email" => prop_oneof![8 => right_email(), 1 => odd_email()].boxed(),
        "phone" => select(vec![
            "+31 012 345678",
            "+31 (0)20 123.456-78",
            "+1234567",
            "020 123 45 67",
            "12",
            "++",
            "+31 20 12345678901234567",
            "phone",
        ])
        .prop_map(str::to_owned)
        .boxed(),
        "state" => select(vec!["NY", "ny", "Abc", "N-Y", "ABCD"]).prop_map(str::to_owned).boxed(),
        "countryCode" => select(vec!["NL", "nl", "De", "XX", "NLD"]).prop_map(str::to_owned).boxed(),
        "zipCode" => select(vec!["1234 AB", "12345", "12345678901"]).prop_map(str::to_owned).boxed(),
        "code" => prop_oneof![
            6 => select(vec!["A-1", "a-1", "B 2/ü", "C+3%"]).prop_map(str::to_owned),
            2 => select(vec!["1", "42", "007"]).prop_map(str::to_owned),
            1 => Just("c".repeat(61)),
        ]
        .boxed(),
        "id" | "customer_id" => select(vec!["1", "999999"]).prop_map(str::to_owned).boxed(),
        _ => name().boxed(),
    }
}

/// Any text: common ones, ones that a format must escape, and ones around the limits of each API.
fn name() -> impl Strategy<Value = String> {
    let long = select(vec![50, 51, 125, 126, 128, 129, 255, 256]).prop_map(|length| "é".repeat(length));
    prop_oneof![
        12 => select(vec!["Acme", "ACME", "Ann", "Lee", "Ann Lee"]).prop_map(str::to_owned),
        3 => select(vec!["O'Neil & <Söhne> \"GmbH\"", "two\r\nlines\tand a tab", "😀+1 %41=x;y", "&amp;&#9;"]).prop_map(str::to_owned),
        1 => Just("bell\u{7}".to_owned()),
        2 => long,
    ]
}

fn right_email() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => Just("ann@example.com".to_owned()),
        2 => Just("Ann@Example.COM".to_owned()),
        4 => Just("bob@example.com".to_owned()),
        1 => Just("o'neil+x@bücher.example".to_owned()),
        1 => Just(format!("{}@example.com", "a".repeat(100))),
    ]
}

fn odd_email() -> impl Strategy<Value = String> {
    let too_long = format!("{}@example.com", "a".repeat(243));
    select(vec!["no address".to_owned(), "ann@example".to_owned(), "ann@@example.com".to_owned(), too_long])
}
