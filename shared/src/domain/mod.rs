//! Models and values. Nothing here calls AWS, or knows the table or the wire format of an API.

pub mod activity;
pub mod base62;
pub mod billing;
pub mod credential;
pub mod customer;
pub mod customer_token;
pub mod date;
pub mod entity_tag;
pub mod hash;
pub mod licence;
pub mod money;
pub mod normalization;
pub mod plan;
pub mod principal;
pub mod quota;
pub mod replay;
pub mod reseller;
pub mod sealing;
pub mod secret;
pub mod signed;
pub mod subscription;
pub mod timestamp;
pub mod token;
pub mod usage;
pub mod usage_report;
pub mod validation;
