//! The functions: how they are built, run, and run again after a new build.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use dev::workspace;
use serde::Deserialize;
use tokio::process::Command;
use tokio::time::sleep;

use crate::environment;
use crate::problem::Problem;
use crate::processes::Process;
use crate::terminal::say;

/// The time between two checks whether a function has ended, and the least time between two starts of it.
const PAUSE: Duration = Duration::from_secs(1);

/// The executables of functions, by the functions' names.
pub(crate) type Executables = BTreeMap<String, PathBuf>;

/// Builds all functions with a single cargo, which compiles and links several at a time. It names no package, so that features
/// are those of the whole workspace, as for `cargo dev` itself and the tests.
pub(crate) async fn build() -> Result<Executables, Problem> {
    let mut command = Command::new("cargo");
    command.args(["build", "--bins", "--message-format=json-render-diagnostics"]).current_dir(workspace::root());
    command.stdout(Stdio::piped());
    environment::forget_cargo_run(&mut command);
    let mut process = Process::start("cargo build", &mut command)?;
    let messages = process.output().await?;
    if !process.ended().await?.success() {
        return Err(Problem::NotBuilt);
    }
    Ok(executables(&messages, &workspace::root().join("functions")))
}

/// A message of cargo about something that it has built.
#[derive(Deserialize)]
struct Message {
    manifest_path: PathBuf,
    target: Target,
    executable: PathBuf,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

/// The executables of the packages in a folder, from the messages of cargo.
fn executables(messages: &str, folder: &Path) -> Executables {
    // Messages about libraries and build scripts have another form.
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Message>(line).ok());
    let of_folder = messages.filter(|message| message.manifest_path.starts_with(folder));
    of_folder.map(|message| (message.target.name, message.executable)).collect()
}

/// The functions that run. Dropping them ends them all.
#[derive(Debug)]
pub(crate) struct Functions {
    /// The address of the gateway.
    gateway: SocketAddr,
    /// The URL of the database.
    endpoint: String,
    /// The folder for mails.
    mail: PathBuf,
    /// The origin at which people reach the pages.
    public_origin: String,
    running: BTreeMap<String, Running>,
}

#[derive(Debug)]
struct Running {
    process: Process,
    executable: PathBuf,
    /// The time at which the executable was built.
    built: Option<SystemTime>,
    started: Instant,
}

impl Functions {
    /// No functions yet. The gateway will call them, the table is at `endpoint`, people reach them at `public_origin`, and mails go
    /// into the folder `mail`.
    pub(crate) fn new(gateway: SocketAddr, endpoint: &str, public_origin: &str, mail: PathBuf) -> Self {
        let (endpoint, public_origin) = (endpoint.to_owned(), public_origin.to_owned());
        Self { gateway, endpoint, public_origin, mail, running: BTreeMap::new() }
    }

    /// Runs these functions and no others. A running function that was not built again goes on.
    pub(crate) fn run(&mut self, executables: &Executables) -> Result<(), Problem> {
        self.running.retain(|name, running| {
            executables.get(name) == Some(&running.executable) && running.built == built(&running.executable)
        });
        for (name, executable) in executables {
            if !self.running.contains_key(name) {
                let running = self.start(name, executable)?;
                self.running.insert(name.clone(), running);
            }
        }
        Ok(())
    }

    /// Starts every function again that ends, as Lambda does, for ever.
    pub(crate) async fn keep_running(&mut self) -> Result<(), Problem> {
        loop {
            sleep(PAUSE).await;
            let mut ended = Vec::new();
            for (name, running) in &mut self.running {
                if running.started.elapsed() > PAUSE
                    && let Some(status) = running.process.has_ended()?
                {
                    say(format_args!("{name} has ended ({status}): starting it anew"));
                    ended.push((name.clone(), running.executable.clone()));
                }
            }
            for (name, executable) in ended {
                let running = self.start(&name, &executable)?;
                self.running.insert(name, running);
            }
        }
    }

    fn start(&self, name: &str, executable: &Path) -> Result<Running, Problem> {
        // Read before the start: a file that is built later is not the one that runs.
        let built = built(executable);
        let mut command = Command::new(executable);
        environment::point_to_table(&mut command, &self.endpoint);
        environment::lift_quotas(&mut command);
        environment::mail_into(&mut command, &self.mail);
        command.envs(environment::of_function(name, self.gateway, &self.public_origin)).current_dir(workspace::root());
        let process = Process::start("a function", &mut command)?;
        Ok(Running { process, executable: executable.to_owned(), built, started: Instant::now() })
    }
}

fn built(executable: &Path) -> Option<SystemTime> {
    fs::metadata(executable).and_then(|found| found.modified()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{IpAddr, Ipv4Addr};
    use std::os::unix::fs::PermissionsExt;

    const GATEWAY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 9);

    #[test]
    fn the_executables_of_a_folder_are_found_among_what_cargo_says() {
        let messages = [
            r#"{"reason":"compiler-artifact","manifest_path":"/w/functions/a/Cargo.toml","target":{"name":"a"},"executable":null}"#,
            r#"{"reason":"compiler-artifact","manifest_path":"/w/functions/a/Cargo.toml","target":{"name":"a-get"},"executable":"/t/a-get"}"#,
            r#"{"reason":"compiler-artifact","manifest_path":"/w/dev/Cargo.toml","target":{"name":"dev"},"executable":"/t/dev"}"#,
            r#"{"reason":"build-finished","success":true}"#,
            "not JSON",
        ];
        let expected = Executables::from([("a-get".to_owned(), PathBuf::from("/t/a-get"))]);
        assert_eq!(executables(&messages.join("\n"), Path::new("/w/functions")), expected);
    }

    /// A folder with programs that record each of their starts.
    struct Programs(PathBuf);

    impl Programs {
        fn new(test: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("clientele-{}-{test}", std::process::id()));
            fs::create_dir_all(&folder).unwrap();
            Self(folder)
        }

        /// Makes a program with this modification time, in seconds. After it has recorded its start it runs `then`.
        fn build(&self, name: &str, second: u64, then: &str) -> Executables {
            let path = self.0.join(name);
            let script = format!(
                "#!/bin/sh\necho \"$AWS_LAMBDA_FUNCTION_NAME $AWS_LAMBDA_RUNTIME_API $PUBLIC_ORIGIN\" >>\"$0.log\"\n{then}\n"
            );
            fs::write(self.0.join("new"), script).unwrap();
            fs::set_permissions(self.0.join("new"), fs::Permissions::from_mode(0o700)).unwrap();
            let built = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
            fs::File::open(self.0.join("new")).unwrap().set_modified(built).unwrap();
            fs::rename(self.0.join("new"), &path).unwrap();
            Executables::from([(name.to_owned(), path)])
        }

        /// Waits until a program was started this many times. Returns what it recorded.
        async fn starts(&self, name: &str, times: usize) -> Vec<String> {
            let deadline = Instant::now() + Duration::from_secs(5);
            loop {
                let log = fs::read_to_string(self.0.join(format!("{name}.log"))).unwrap_or_default();
                let lines: Vec<String> = log.lines().map(str::to_owned).collect();
                if lines.len() >= times || Instant::now() > deadline {
                    return lines;
                }
                sleep(Duration::from_millis(10)).await;
            }
        }
    }

    impl Drop for Programs {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[tokio::test]
    async fn only_what_was_built_anew_is_started_anew() {
        let programs = Programs::new("anew");
        let mut all = programs.build("a-get", 1, "exec sleep 1000");
        all.extend(programs.build("a-list", 1, "exec sleep 1000"));
        let mut functions = Functions::new(GATEWAY, "http://127.0.0.1:1", "http://127.0.0.1:2", programs.0.clone());
        functions.run(&all).unwrap();
        assert_eq!(programs.starts("a-get", 1).await, ["a-get http://127.0.0.1:9/.rt/a-get http://127.0.0.1:2"]);
        programs.starts("a-list", 1).await;
        programs.build("a-get", 2, "exec sleep 1000");
        functions.run(&all).unwrap();
        assert_eq!(programs.starts("a-get", 2).await.len(), 2);
        assert_eq!(programs.starts("a-list", 1).await.len(), 1);
        all.remove("a-list");
        functions.run(&all).unwrap();
        assert_eq!(functions.running.keys().collect::<Vec<_>>(), ["a-get"]);
    }

    #[tokio::test]
    async fn a_function_that_ends_is_started_anew() {
        let programs = Programs::new("ends");
        let mut functions = Functions::new(GATEWAY, "http://127.0.0.1:1", "http://127.0.0.1:2", programs.0.clone());
        functions.run(&programs.build("a-get", 1, "exit 1")).unwrap();
        tokio::select! {
            ended = functions.keep_running() => panic!("{ended:?}"),
            starts = programs.starts("a-get", 2) => assert_eq!(starts.len(), 2),
        }
    }
}
