//! Starting other programs, and ending them with every process that they started.
//!
//! Each program gets a process group of its own, so that Ctrl-C reaches only `cargo dev`, which then ends the programs in order.
//! A group alone is not enough: a program may put its children into other groups or sessions, which a signal to its own group
//! does not reach. Processes that still run after they were asked to end are found through their parents and killed.

use std::collections::HashSet;
use std::fs;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, getpgrp, kill_process_group};
use tokio::io::AsyncReadExt;
use tokio::process::{Child, Command};

use crate::problem::Problem;
use crate::signals::Signals;
use crate::terminal::say;

/// How long a program may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running program. Dropping it kills the program and every process that it started.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    /// Its process group; `None` once the program was seen to end, because the number may then belong to another process.
    group: Option<Pid>,
}

impl Process {
    /// Starts a program. It writes to our terminal and gets no input.
    pub(crate) fn start(name: &'static str, command: &mut Command) -> Result<Self, Problem> {
        let started = command.stdin(Stdio::null()).process_group(0).spawn();
        let child = started.map_err(|cause| Problem::NotStarted { name, cause })?;
        let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        Ok(Self { name, child, group })
    }

    /// The output of the program until its end, if the command pipes it.
    pub(crate) async fn output(&mut self) -> Result<String, Problem> {
        let mut output = Vec::new();
        if let Some(stdout) = &mut self.child.stdout {
            let read = stdout.read_to_end(&mut output).await;
            read.map_err(|cause| Problem::Waiting { name: self.name, cause })?;
        }
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    /// The status with which it has ended by itself, if it has.
    pub(crate) fn has_ended(&mut self) -> Result<Option<ExitStatus>, Problem> {
        let status = self.child.try_wait().map_err(|cause| Problem::Waiting { name: self.name, cause })?;
        if status.is_some() {
            self.group = None;
        }
        Ok(status)
    }

    /// Waits until it ends by itself.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus, Problem> {
        let status = self.child.wait().await.map_err(|cause| Problem::Waiting { name: self.name, cause })?;
        self.group = None;
        Ok(status)
    }

    /// Ends it and every process that it started: politely at first, by force if that takes too long or the user asks again.
    pub(crate) async fn stop(mut self, signals: &mut Signals) -> Result<(), Problem> {
        let Some(group) = self.group else {
            return Ok(());
        };
        let family = family(group);
        let _ = kill_process_group(group, Signal::INT);
        tokio::select! {
            ended = self.ended() => {
                ended?;
                kill(&family);
                return Ok(());
            }
            () = tokio::time::sleep(PATIENCE) => say(format_args!("{} does not end: killing it", self.name)),
            () = signals.next() => say(format_args!("killing {}", self.name)),
        }
        self.kill();
        kill(&family);
        self.ended().await.map(|_| ())
    }

    /// Kills it and those of its descendants that still run below it.
    fn kill(&self) {
        if let Some(group) = self.group {
            kill(&family(group));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Runs a program to its end, unless the user asks to stop first.
pub(crate) async fn run(name: &'static str, command: &mut Command, signals: &mut Signals) -> Result<ExitStatus, Problem> {
    let mut process = Process::start(name, command)?;
    match signals.unless(process.ended()).await {
        Ok(ended) => ended,
        Err(interrupted) => {
            process.stop(signals).await?;
            Err(interrupted)
        }
    }
}

fn kill(groups: &HashSet<Pid>) {
    for &group in groups {
        // Most of them have ended by now, so that this fails.
        let _ = kill_process_group(group, Signal::KILL);
    }
}

/// The process groups of a process, which leads one itself, and of all its descendants.
fn family(ancestor: Pid) -> HashSet<Pid> {
    let all = everybody();
    let mut members = HashSet::from([ancestor]);
    // A parent may be listed after its children, so this repeats until nothing is added.
    loop {
        let known = members.len();
        members
            .extend(all.iter().filter(|process| members.contains(&process.parent)).map(|process| process.id).collect::<Vec<_>>());
        if members.len() == known {
            break;
        }
    }
    let groups = all.iter().filter(|process| members.contains(&process.id)).map(|process| process.group);
    groups.chain([ancestor]).filter(|&group| group != getpgrp()).collect()
}

/// A process of this machine.
#[derive(Debug, PartialEq, Eq)]
struct Running {
    id: Pid,
    parent: Pid,
    group: Pid,
}

/// All processes of this machine. From `/proc` if there is one, because small images have no `ps`, otherwise from `ps`.
fn everybody() -> Vec<Running> {
    if let Ok(entries) = fs::read_dir("/proc") {
        let stats = entries.filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
        let found: Vec<Running> = stats.filter_map(|stat| from_proc(&stat)).collect();
        if !found.is_empty() {
            return found;
        }
    }
    let listed = std::process::Command::new("ps").args(["-A", "-o", "pid=,ppid=,pgid="]).stderr(Stdio::null()).output();
    let listed = listed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    listed.lines().filter_map(|line| numbers(&mut line.split_whitespace())).collect()
}

/// Reads `/proc/<id>/stat`: id, name in parentheses, state, parent, group, and more.
fn from_proc(stat: &str) -> Option<Running> {
    let (id, _) = stat.split_once(' ')?;
    // The name can contain anything, parentheses and spaces included.
    let (_, behind_name) = stat.rsplit_once(')')?;
    let mut fields = behind_name.split_whitespace();
    let _state = fields.next()?;
    numbers(&mut std::iter::once(id).chain(fields))
}

fn numbers<'a>(fields: &mut impl Iterator<Item = &'a str>) -> Option<Running> {
    let mut number = || Pid::from_raw(fields.next()?.parse().ok()?);
    // Processes without a parent and those of other sessions have a 0 here. They are not ours.
    Some(Running { id: number()?, parent: number()?, group: number()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::process::ChildStdout;

    fn pid(number: i32) -> Pid {
        Pid::from_raw(number).unwrap()
    }

    #[test]
    fn a_process_is_read_from_either_source() {
        let running = || Running { id: pid(12), parent: pid(3), group: pid(11) };
        assert_eq!(from_proc("12 (a ) odd (name) S 3 11 11 0 -1"), Some(running()));
        assert_eq!(from_proc("1 (init) S 0 1 1 0"), None);
        assert_eq!(numbers(&mut "   12  3 11".split_whitespace()), Some(running()));
    }

    #[tokio::test]
    async fn a_program_runs_to_its_end() {
        let mut signals = Signals::listen().unwrap();
        let status = run("sh", Command::new("sh").args(["-c", "exit 7"]), &mut signals).await.unwrap();
        assert_eq!(status.code(), Some(7));
        let missing = run("nothing", &mut Command::new("/nonexistent/program"), &mut signals).await;
        assert!(matches!(missing, Err(Problem::NotStarted { name: "nothing", .. })));
    }

    /// Starts a script, and waits for its first output.
    async fn script(text: &str) -> (Process, ChildStdout) {
        let mut command = Command::new("bash");
        let mut process = Process::start("bash", command.args(["-c", text]).stdout(Stdio::piped())).unwrap();
        let mut stdout = process.child.stdout.take().unwrap();
        stdout.read_u8().await.unwrap();
        (process, stdout)
    }

    /// Waits until no process can write there any more: then every process that the script started has ended.
    async fn closed(mut stdout: ChildStdout) {
        let mut rest = Vec::new();
        let reading = stdout.read_to_end(&mut rest);
        tokio::time::timeout(Duration::from_secs(5), reading).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn stopping_a_program_ends_what_it_started_in_other_groups() {
        // With `-m` each job gets a process group of its own.
        let (process, stdout) = script("set -m; sleep 1000 & sleep 1000 & echo .; wait").await;
        assert_eq!(family(process.group.unwrap()).len(), 3);
        process.stop(&mut Signals::listen().unwrap()).await.unwrap();
        closed(stdout).await;
    }

    #[tokio::test]
    async fn dropping_a_program_kills_it_even_when_it_ignores_signals() {
        let (process, stdout) = script("trap '' INT TERM; echo .; while true; do sleep 1000; done").await;
        drop(process);
        closed(stdout).await;
    }
}
