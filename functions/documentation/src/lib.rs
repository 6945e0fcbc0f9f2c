//! The page that shows the OpenAPI documents. Everybody may read it, and it reads nothing of the table.

mod error;
mod files;
mod show;

pub use error::Error;
pub use show::show;

shared::routed_functions!(show,);
