//! The environment of a function: every variable that it reads. No other module reads variables.
//!
//! The SDK reads its own variables besides: `AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB` and the credentials.

use std::env;

use tracing::level_filters::LevelFilter;

use crate::domain::mail::{MAXIMUM_ADDRESS, MailSettings};
use crate::domain::quota::{LEAST_UNITS, Quotas};
use crate::domain::validation;

/// The configuration that a function gets from its environment.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// `TABLE_NAME`: the DynamoDB table. Required.
    pub table_name: String,
    /// `LOG_LEVEL`: `off`, `error`, `warn`, `info`, `debug` or `trace`; `info` when it is not set.
    pub log_level: LevelFilter,
    /// The [`QUOTA_VARIABLES`]: what callers may use up in a minute. Each takes a number, or `none` for no limit: units from
    /// [`LEAST_UNITS`] on, requests from 1 on.
    pub quotas: Quotas,
    /// `FRONT_SECRET`: what the content network in front of the gateway sends with each request. Without it there is none, and
    /// requests come to the gateway directly.
    pub front_secret: Option<String>,
    /// `PUBLIC_ORIGIN`: scheme, host and, where it is not the usual one, port, at which people reach the pages, such as
    /// `https://portal.example.com`. Links begin with it; without it no function makes one.
    pub public_origin: Option<String>,
    /// `MAIL_SENDER`: the address in `From`. Without it the deployment sends no mail. `MAIL_FOLDER`: the folder that mails are
    /// written to instead of being sent.
    pub mail: Option<MailSettings>,
}

/// The variables with the quotas: the units of a key ([`KEY_UNITS`] when it is not set), its requests (no limit), the units of a
/// reseller ([`RESELLER_UNITS`]) and those of a source address ([`SOURCE_UNITS`]).
pub const QUOTA_VARIABLES: [&str; 4] =
    ["KEY_UNITS_PER_MINUTE", "KEY_REQUESTS_PER_MINUTE", "RESELLER_UNITS_PER_MINUTE", "SOURCE_UNITS_PER_MINUTE"];

/// The units of one key: a twentieth of the writes, or a third of the reads, that one partition of DynamoDB takes.
pub const KEY_UNITS: u64 = 60_000;

/// The units of all keys of a reseller: all the reads that one partition of DynamoDB takes.
pub const RESELLER_UNITS: u64 = 180_000;

/// The units of one source address that checks licences: 2,000 checks.
pub const SOURCE_UNITS: u64 = 6_000;

/// A variable that is missing or wrong. The text says which variable it is, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// A required variable is missing or empty.
    #[error("the environment variable {0} is not set: {1}")]
    Missing(&'static str, &'static str),
    /// A variable has an invalid value.
    #[error("the environment variable {0} is wrong: {1}")]
    Wrong(&'static str, &'static str),
}

impl Configuration {
    /// Reads the environment of this process.
    ///
    /// # Errors
    /// The first variable that is missing or wrong.
    pub fn from_environment() -> Result<Self, ConfigurationError> {
        Self::read(|name| env::var(name).ok())
    }

    fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigurationError> {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let log_level = match variable("LOG_LEVEL") {
            None => LevelFilter::INFO,
            Some(level) => level
                .parse()
                .map_err(|_| ConfigurationError::Wrong("LOG_LEVEL", "it takes off, error, warn, info, debug or trace"))?,
        };
        let table_name = variable("TABLE_NAME")
            .ok_or(ConfigurationError::Missing("TABLE_NAME", "it names the DynamoDB table that holds all records"))?;
        let quota = |name: &'static str, default, least, form| match variable(name).as_deref() {
            None => Ok(default),
            Some("none") => Ok(None),
            Some(limit) => match limit.parse::<u64>() {
                Ok(limit) if limit >= least => Ok(Some(limit)),
                _ => Err(ConfigurationError::Wrong(name, form)),
            },
        };
        let units = |name, default| quota(name, Some(default), LEAST_UNITS, "it takes a number from 100 on, or none");
        let [key_units, key_requests, reseller_units, source_units] = QUOTA_VARIABLES;
        let quotas = Quotas {
            key_units: units(key_units, KEY_UNITS)?,
            key_requests: quota(key_requests, None, 1, "it takes a number from 1 on, or none")?,
            reseller_units: units(reseller_units, RESELLER_UNITS)?,
            source_units: units(source_units, SOURCE_UNITS)?,
        };
        let mail = match variable("MAIL_SENDER") {
            None => None,
            Some(sent) => {
                let wrong =
                    || ConfigurationError::Wrong("MAIL_SENDER", "it takes an e-mail address such as no-reply@example.com");
                let sender =
                    validation::email(&sent, MAXIMUM_ADDRESS).ok().flatten().filter(|_| sent.is_ascii()).ok_or_else(wrong)?;
                Some(MailSettings { sender, folder: variable("MAIL_FOLDER").map(Into::into) })
            }
        };
        let public_origin = variable("PUBLIC_ORIGIN");
        if public_origin.as_deref().is_some_and(|origin| !is_origin(origin)) {
            return Err(ConfigurationError::Wrong("PUBLIC_ORIGIN", "it takes an origin such as https://portal.example.com"));
        }
        Ok(Self { table_name, log_level, quotas, front_secret: variable("FRONT_SECRET"), public_origin, mail })
    }
}

/// Whether it is an origin (RFC 6454) without anything behind it.
fn is_origin(sent: &str) -> bool {
    let host = sent.strip_prefix("https://").or_else(|| sent.strip_prefix("http://"));
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']');
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(is_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
        Configuration::read(|wanted| variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_table_is_required_and_the_level_has_a_default() {
        let configuration = read(&[("TABLE_NAME", "clientele")]).unwrap();
        assert_eq!(configuration.table_name, "clientele");
        assert_eq!(configuration.log_level, LevelFilter::INFO);
        assert_eq!(read(&[("TABLE_NAME", "t"), ("LOG_LEVEL", "debug")]).unwrap().log_level, LevelFilter::DEBUG);
    }

    #[test]
    fn quotas_have_defaults_and_can_be_lifted() {
        let defaults = read(&[("TABLE_NAME", "t")]).unwrap().quotas;
        assert_eq!((defaults.key_units, defaults.key_requests), (Some(60_000), None));
        assert_eq!((defaults.reseller_units, defaults.source_units), (Some(180_000), Some(6_000)));
        let set = |name: &str, limit: &str| read(&[("TABLE_NAME", "t"), (name, limit)]).map(|configuration| configuration.quotas);
        assert_eq!(set("KEY_UNITS_PER_MINUTE", "100").unwrap(), Quotas { key_units: Some(100), ..defaults });
        assert_eq!(set("KEY_REQUESTS_PER_MINUTE", "1").unwrap(), Quotas { key_requests: Some(1), ..defaults });
        assert_eq!(set("KEY_UNITS_PER_MINUTE", "none").unwrap(), Quotas { key_units: None, ..defaults });
        for (name, least) in [("KEY_UNITS_PER_MINUTE", LEAST_UNITS), ("KEY_REQUESTS_PER_MINUTE", 1)] {
            for wrong in ["-1", "1.5", "many", "99999999999999999999", &(least - 1).to_string()] {
                assert_eq!(
                    set(name, wrong).unwrap_err().to_string(),
                    format!("the environment variable {name} is wrong: it takes a number from {least} on, or none"),
                    "{wrong}"
                );
            }
        }
    }

    #[test]
    fn an_origin_has_nothing_behind_the_host() {
        let read = |origin: &str| read(&[("TABLE_NAME", "t"), ("PUBLIC_ORIGIN", origin)]).map(|read| read.public_origin);
        for origin in ["https://portal.example.com", "http://127.0.0.1:9000", "http://[::1]:9000"] {
            assert_eq!(read(origin).unwrap().as_deref(), Some(origin));
        }
        assert_eq!(read("").unwrap(), None);
        for wrong in ["portal.example.com", "https://", "https://portal.example.com/", "https://a b", "ftp://a"] {
            assert_eq!(
                read(wrong).unwrap_err().to_string(),
                "the environment variable PUBLIC_ORIGIN is wrong: it takes an origin such as https://portal.example.com",
                "{wrong}"
            );
        }
    }

    #[test]
    fn mail_is_off_without_a_sender() {
        let mail = |variables: &[(&str, &str)]| {
            let table = [("TABLE_NAME", "t")];
            read(&[&table[..], variables].concat()).map(|configuration| configuration.mail)
        };
        assert_eq!(mail(&[]), Ok(None));
        assert_eq!(mail(&[("MAIL_SENDER", ""), ("MAIL_FOLDER", "mail")]), Ok(None));
        let sent = mail(&[("MAIL_SENDER", "no-reply@example.com")]).unwrap().unwrap();
        assert_eq!((sent.sender.as_str(), sent.folder), ("no-reply@example.com", None));
        let kept = mail(&[("MAIL_SENDER", "no-reply@example.com"), ("MAIL_FOLDER", "mail")]).unwrap().unwrap();
        assert_eq!(kept.folder, Some("mail".into()));
        for wrong in ["no-reply", "Clientele <no-reply@example.com>", "nö-reply@example.com", "a@example.com\nBcc: b@example.com"]
        {
            assert_eq!(
                mail(&[("MAIL_SENDER", wrong)]).unwrap_err().to_string(),
                "the environment variable MAIL_SENDER is wrong: it takes an e-mail address such as no-reply@example.com"
            );
        }
    }

    #[test]
    fn an_error_names_the_variable_and_says_what_it_is_for() {
        for variables in [&[][..], &[("TABLE_NAME", "")]] {
            assert_eq!(
                read(variables).unwrap_err().to_string(),
                "the environment variable TABLE_NAME is not set: it names the DynamoDB table that holds all records"
            );
        }
        assert_eq!(
            read(&[("TABLE_NAME", "t"), ("LOG_LEVEL", "loud")]).unwrap_err().to_string(),
            "the environment variable LOG_LEVEL is wrong: it takes off, error, warn, info, debug or trace"
        );
    }
}
