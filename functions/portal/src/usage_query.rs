//! What the address of a page about usage asks for, and the links to what else it could ask for.

mod choices;
mod parse;
mod ranges;

pub(crate) use choices::Controls;
pub(crate) use parse::{Pages, UsageQuery};
