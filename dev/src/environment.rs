//! The environment of the programs that `cargo dev` starts.

use std::env;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;

use http::Uri;
use shared::lambda::configuration::QUOTA_VARIABLES;
use tokio::process::Command;

/// The name of the table on any engine.
pub(crate) const TABLE_NAME: &str = "clientele";

/// The address that mails come from.
pub(crate) const MAIL_SENDER: &str = "no-reply@clientele.localhost";

/// The variables that name hosts to be reached without a proxy. Some programs read one of them, some the other.
const PROXY_EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The variables that lead a function, or the AWS CLI, to the table.
pub(crate) fn of_table(endpoint: &str) -> [(&'static str, String); 6] {
    [
        ("TABLE_NAME", TABLE_NAME.to_owned()),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint.to_owned()),
        ("AWS_REGION", "us-east-1".to_owned()),
        // The same for the AWS CLI.
        ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "local".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
    ]
}

/// The variables in which Lambda tells a function its name and the source of its requests, the gateway at this address; and the origin
/// at which people reach the pages.
pub(crate) fn of_function(name: &str, gateway: SocketAddr, public_origin: &str) -> [(&'static str, String); 5] {
    [
        ("PUBLIC_ORIGIN", public_origin.to_owned()),
        ("AWS_LAMBDA_RUNTIME_API", format!("http://{gateway}/.rt/{name}")),
        ("AWS_LAMBDA_FUNCTION_NAME", name.to_owned()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1".to_owned()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
    ]
}

/// Makes the function that is `command` use the table at this endpoint and nothing else of AWS, whatever the user's shell or home
/// folder says.
pub(crate) fn point_to_table(command: &mut Command, endpoint: &str) {
    forget(command, leads_elsewhere);
    command.envs(of_table(endpoint));
    // A profile can name another endpoint, or make the SDK ignore all endpoints.
    command.envs([("AWS_CONFIG_FILE", "/dev/null"), ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")]);
    // The SDK uses the proxy in `HTTP_PROXY` for addresses of this machine too. Cargo may need that proxy.
    let host = endpoint.parse().ok().and_then(|uri: Uri| uri.host().map(str::to_owned));
    let direct = PROXY_EXCEPTIONS.into_iter().filter_map(|name| env::var(name).ok()).chain(host).collect::<Vec<_>>().join(",");
    command.envs(PROXY_EXCEPTIONS.map(|name| (name, &direct)));
}

/// Lifts the quotas of the function that is `command`, except those that the user's shell sets: a test suite on one machine sends in
/// a minute what clients send in an hour.
pub(crate) fn lift_quotas(command: &mut Command) {
    command.envs(QUOTA_VARIABLES.into_iter().filter(|name| env::var_os(name).is_none()).map(|name| (name, "none")));
}

/// Makes the function that is `command` post mails, and write those that it sends into this folder.
pub(crate) fn mail_into(command: &mut Command, folder: &Path) {
    command.env("MAIL_SENDER", MAIL_SENDER).env("MAIL_FOLDER", folder);
}

/// Gives the cargo that `command` starts the environment that it has when a user starts it. `cargo dev` itself runs below `cargo
/// run`, which sets variables about the package `dev`; a build script that reads such a variable would run again each time.
pub(crate) fn forget_cargo_run(command: &mut Command) {
    forget(command, is_of_cargo_run);
}

fn forget(command: &mut Command, is_meant: impl Fn(&str) -> bool) {
    for (name, _) in env::vars_os() {
        if name.to_str().is_some_and(&is_meant) {
            command.env_remove::<&OsStr>(&name);
        }
    }
}

fn leads_elsewhere(name: &str) -> bool {
    // AWS_LC_SYS_… configure the build of a C library.
    name.starts_with("AWS_") && !name.starts_with("AWS_LC_")
}

fn is_of_cargo_run(name: &str) -> bool {
    name.starts_with("CARGO_PKG_") || matches!(name, "CARGO" | "CARGO_BIN_NAME" | "CARGO_MANIFEST_DIR" | "CARGO_MANIFEST_PATH")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_another_table_or_account_is_forgotten() {
        for name in ["AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] {
            assert!(leads_elsewhere(name), "{name}");
        }
        for name in ["AWS_LC_SYS_NO_JITTER_ENTROPY", "LOG_LEVEL", "PATH"] {
            assert!(!leads_elsewhere(name), "{name}");
        }
    }

    #[test]
    fn what_a_person_tells_cargo_is_kept() {
        for name in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "CARGO_BUILD_JOBS", "RUSTFLAGS"] {
            assert!(!is_of_cargo_run(name), "{name}");
        }
        assert!(is_of_cargo_run("CARGO_PKG_NAME") && is_of_cargo_run("CARGO_MANIFEST_DIR"));
    }
}
