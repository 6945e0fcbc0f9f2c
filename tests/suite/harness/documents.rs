//! The OpenAPI documents, as the code writes them. Every answer that the suite gets is held against the document of its API.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jsonschema::Validator;
use roxmltree::Node;
use serde_json::{Map, Value};

use super::Answer;

static DOCUMENTS: LazyLock<Documents> = LazyLock::new(Documents::read);

/// The documents, by the names of their APIs.
pub fn documents() -> [(&'static str, String); 4] {
    let documents = [
        ("customer", user::openapi::customer_document()),
        ("licensing", licensing::openapi::document()),
        ("management", management::openapi::document()),
        ("reseller", branding::openapi::with_branding(user::openapi::with_users(customer::openapi::reseller_draft())).written()),
    ];
    documents.map(|(api, document)| (api, document.to_pretty_json().unwrap() + "\n"))
}

/// What the documents say of answers.
struct Documents {
    /// What each function answers where it is called, by statuses.
    operations: BTreeMap<String, Vec<BTreeMap<u16, Documented>>>,
    /// The errors of each API.
    errors: BTreeMap<String, Validator>,
}

/// The answers with one status.
struct Documented {
    headers: BTreeMap<String, Header>,
    /// The bodies, by their media types; none where the answer has no body.
    contents: BTreeMap<String, Content>,
}

struct Header {
    is_required: bool,
    is_number: bool,
    values: Validator,
}

struct Content {
    /// The schema with everything that it refers to.
    schema: Value,
    bodies: Validator,
    examples: Vec<Value>,
}

impl Documents {
    fn read() -> Self {
        let mut all = Self { operations: BTreeMap::new(), errors: BTreeMap::new() };
        for (api, document) in documents() {
            let document: Value = serde_json::from_str(&document).unwrap();
            let components = &document["components"];
            for operation in document["paths"].as_object().unwrap().values().flat_map(members) {
                let answers = members(&operation["responses"]).zip(operation["responses"].as_object().unwrap().keys());
                let answers = answers.map(|(answer, status)| (status.parse().unwrap(), Documented::read(answer, components)));
                let function = function_of(operation["operationId"].as_str().unwrap()).to_owned();
                all.operations.entry(function).or_default().push(answers.collect());
            }
            all.errors.insert(api.to_owned(), validator(&components["schemas"]["Error"]));
        }
        all
    }
}

/// The function of an operation. One that serves several addresses has operations of which all but one say more behind a dot.
pub fn function_of(operation_id: &str) -> &str {
    operation_id.split('.').next().unwrap()
}

fn members(of: &Value) -> impl Iterator<Item = &Value> {
    of.as_object().unwrap().values()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap()
}

impl Documented {
    fn read(answer: &Value, components: &Value) -> Self {
        let named = |place: &str| answer[place].as_object().cloned().unwrap_or_default();
        let headers = named("headers").into_iter().map(|(name, header)| {
            let is_number = header["schema"]["type"] == "integer";
            let header = Header { is_required: header["required"] == true, is_number, values: validator(&header["schema"]) };
            (name.to_lowercase(), header)
        });
        let contents = named("content").into_iter().map(|(media_type, content)| {
            let mut schema = content["schema"].clone();
            schema["components"] = components.clone();
            let examples = members(&content["examples"]).map(|example| example["value"].clone()).collect();
            (media_type, Content { bodies: validator(&schema), schema, examples })
        });
        Self { headers: headers.collect(), contents: contents.collect() }
    }

    /// What is wrong with the headers and the body of an answer with this status.
    fn fault(&self, answer: &Answer) -> Option<String> {
        let sent = answer.headers.iter().filter(|(name, _)| name != "content-type");
        let undocumented = sent.clone().find(|(name, _)| !self.headers.contains_key(name));
        if let Some((name, _)) = undocumented {
            return Some(format!("it has the header {name}"));
        }
        let missing = self.headers.iter().find(|(name, header)| header.is_required && answer.header(name).is_none());
        if let Some((name, _)) = missing {
            return Some(format!("it has no header {name}"));
        }
        if let Some((name, value)) = sent.clone().find(|(name, value)| !self.headers[name].takes(value)) {
            return Some(format!("{name} is {value}"));
        }
        let Some(media_type) = answer.header("content-type").map(|sent| sent.split(';').next().unwrap_or_default()) else {
            return (!self.contents.is_empty() || !answer.body.is_empty()).then(|| "it has no media type".to_owned());
        };
        match self.contents.get(media_type) {
            Some(content) => content.fault(media_type, &answer.body),
            None => Some(format!("it is {media_type}")),
        }
    }
}

impl Header {
    fn takes(&self, value: &str) -> bool {
        let number = || value.parse::<u64>().map(Value::from);
        let value = if self.is_number { number() } else { Ok(value.into()) };
        value.is_ok_and(|value| self.values.is_valid(&value))
    }
}

impl Content {
    fn fault(&self, media_type: &str, body: &str) -> Option<String> {
        let body = match media_type {
            "application/json" => serde_json::from_str(body).map_err(|error| error.to_string()),
            "image/png" | "text/csv" => Ok(body.into()),
            _ => self.parsed(body),
        };
        match body {
            Ok(body) => {
                self.bodies.iter_errors(&body).next().map(|error| format!("{error} at {:?}", error.instance_path().as_str()))
            }
            Err(fault) => Some(fault),
        }
    }

    /// A document in XML as the value that the schema describes.
    fn parsed(&self, xml: &str) -> Result<Value, String> {
        let document = roxmltree::Document::parse(xml).map_err(|error| error.to_string())?;
        self.value(document.root_element(), &self.schema)
    }

    fn value(&self, element: Node<'_, '_>, schema: &Value) -> Result<Value, String> {
        // A schema of an error is that of all errors, and its codes.
        let schema = schema["allOf"].get(0).unwrap_or(schema);
        let schema = match schema["$ref"].as_str() {
            Some(reference) => self.schema.pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        };
        let name = element.tag_name().name();
        if schema["xml"]["name"] != name {
            return Err(format!("the element is called {name}"));
        }
        if schema["type"] == "array" {
            return element.children().map(|child| self.value(child, &schema["items"])).collect();
        }
        if element.has_children() {
            return Err(format!("{name} has children"));
        }
        let fields = element.attributes().map(|attribute| {
            let value = attribute.value();
            let typed = match schema["properties"][attribute.name()]["type"].as_str() {
                Some("integer") => value.parse::<u64>().ok().map(Value::from),
                Some("boolean") => value.parse::<bool>().ok().map(Value::from),
                _ => None,
            };
            (attribute.name().to_owned(), typed.unwrap_or_else(|| value.into()))
        });
        Ok(Value::Object(fields.collect::<Map<_, _>>()))
    }
}

/// Whether a function shows the page of the documents, and so is in none of them.
pub fn is_of_the_page(function: &str) -> bool {
    documentation::functions().iter().any(|of_page| of_page == function)
}

/// Whether a function is in no document: it shows pages, to people.
pub fn is_undocumented(function: &str) -> bool {
    is_of_the_page(function) || portal::functions().iter().any(|of_portal| of_portal == function)
}

/// Why this answer of a function is not as the document says; `None` when it is.
pub fn fault(function: &str, answer: &Answer) -> Option<String> {
    let Some(operations) = DOCUMENTS.operations.get(function) else {
        return Some("no document has this function".to_owned());
    };
    let faults: Option<Vec<String>> = operations
        .iter()
        .map(|operation| match operation.get(&answer.status) {
            Some(documented) => documented.fault(answer),
            None => Some(format!("it has the status {}", answer.status)),
        })
        .collect();
    faults.and_then(|faults| faults.into_iter().next())
}

/// Checks an answer of this function against the document of its API.
#[track_caller]
pub fn expect_documented(function: &str, answer: &Answer) {
    if let Some(fault) = fault(function, answer) {
        panic!("the document of {function} does not have such an answer: {fault}\n{answer}");
    }
}

/// Checks an answer of this function that came by HTTP, with headers of the server and of the gateway.
#[track_caller]
pub fn expect_documented_over_http(function: &str, answer: &Answer) {
    let answers = || DOCUMENTS.operations.values().flatten().flat_map(BTreeMap::values);
    // A gateway may give a media type to a body that is not there.
    let is_ours = |name: &str| {
        name == "content-type" && !answer.body.is_empty() || answers().any(|answer| answer.headers.contains_key(name))
    };
    let ours = answer.headers.iter().filter(|(name, _)| is_ours(name)).cloned().collect();
    expect_documented(function, &Answer { headers: ours, ..answer.clone() });
}

/// Checks an answer of this function to a path that goes on behind its route, which is an operation of no document.
#[track_caller]
pub fn expect_no_such_route(function: &str, answer: &Answer) {
    // The package of users has no document of its own: its calls are in the customer's, too.
    let package = function.split('-').next().filter(|package| *package != "user");
    let errors = &DOCUMENTS.errors[package.unwrap_or("customer")];
    assert!(answer.status == 404 && errors.is_valid(&answer.json()), "{answer}");
}

/// The faults of all examples of answers in the documents, and how many examples there are.
pub fn faults_of_examples() -> (Vec<String>, usize) {
    let answers = DOCUMENTS.operations.values().flatten().flat_map(BTreeMap::values);
    let contents = answers.flat_map(|answer| &answer.contents);
    let examples =
        contents.flat_map(|(media_type, content)| content.examples.iter().map(move |example| (media_type, content, example)));
    let checked = examples.map(|(media_type, content, example)| {
        let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        content.fault(media_type, &body)
    });
    let checked: Vec<Option<String>> = checked.collect();
    let count = checked.len();
    (checked.into_iter().flatten().collect(), count)
}
