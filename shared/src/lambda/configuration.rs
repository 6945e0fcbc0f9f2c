//! The environment of a function: every variable that it reads. No other module reads variables.
//!
//! The SDK reads its own variables besides: `AWS_REGION`, `AWS_ENDPOINT_URL_DYNAMODB` and the credentials.

use std::env;

use tracing::level_filters::LevelFilter;

/// The configuration that a function gets from its environment.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// `TABLE_NAME`: the DynamoDB table. Required.
    pub table_name: String,
    /// `LOG_LEVEL`: `off`, `error`, `warn`, `info`, `debug` or `trace`; `info` when it is not set.
    pub log_level: LevelFilter,
}

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
        Ok(Self { table_name, log_level })
    }
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
