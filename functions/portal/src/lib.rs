//! The reseller portal: what programs do by the APIs, a person does here in a browser, by the same code below the handlers.
//!
//! Functions by duty, not by page: `show_page` reads, `submit_form` writes, `log_in` takes passwords and links, `replace_logo` reads images,
//! and `show_asset` has the files of the pages. Pages are made on the server and work without script. They take a cookie and no keys.

mod activity;
mod address;
mod all_usage;
mod assets;
mod chart;
mod cookies;
mod dashboard;
mod download;
mod duration;
mod error;
mod form;
mod format;
mod frame;
mod log_in;
mod login_page;
mod merge;
mod multipart;
mod organization;
mod organizations;
mod origin;
mod page;
mod paging;
mod people;
mod profile;
mod query;
mod replace_logo;
mod show_asset;
mod show_page;
mod submit_form;
mod usage_chart;
mod usage_query;
mod usage_table;
mod visit;

pub use error::Error;
pub use log_in::log_in;
pub use replace_logo::replace_logo;
pub use show_asset::show_asset;
pub use show_page::show_page;
pub use submit_form::submit_form;

shared::routed_functions!(log_in, replace_logo, show_asset, show_page, submit_form);
