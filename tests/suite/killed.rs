//! Functions that are killed in the middle of a change, as `cargo dev` runs them: a request that is repeated with its
//! `Idempotency-Key` is carried out once.
//!
//! Ignored by default, because it needs a running `cargo dev`; `.ci/served` shows how to run it.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::routes::workspace;
use crate::harness::running::{BASE, call, demo, text};

/// How often a function is killed.
const KILLS: u32 = 12;

/// How long a client waits for an answer before it sends the request again.
const PATIENCE: Duration = Duration::from_secs(3);

/// The processes of this function that run from this workspace.
fn processes(function: &str) -> Vec<String> {
    let binary = workspace().join("target/debug").join(function);
    let processes = std::fs::read_dir("/proc").unwrap().map(|process| process.unwrap().path());
    let runs = |process: &PathBuf| std::fs::read_link(process.join("exe")).is_ok_and(|running| running == binary);
    processes.filter(runs).map(|process| process.file_name().unwrap().to_str().unwrap().to_owned()).collect()
}

/// Creates a customer with this address and this idempotency key. The status and the body of the answer, if there is one in time.
fn create(email: &str, idempotency_key: &str) -> Option<(u16, String)> {
    let configuration = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
    let agent: ureq::Agent = configuration.build().into();
    let demo = demo();
    let request = ureq::http::Request::builder()
        .method("POST")
        .uri(format!("{}{BASE}/", text(&demo["base_url"])))
        .header("x-zoom-s2t-key", text(&demo["resellers"][0]["reseller_key"]))
        .header("content-type", "application/json")
        .header("idempotency-key", idempotency_key)
        .body(format!("{{\"name\": \"Killed\", \"email\": \"{email}\"}}"))
        .unwrap();
    let mut response = agent.run(request).ok()?;
    Some((response.status().as_u16(), response.body_mut().read_to_string().ok()?))
}

#[test]
#[ignore = "needs a running `cargo dev`"]
fn a_change_whose_function_is_killed_is_made_once_when_it_is_repeated() {
    const FUNCTION: &str = "reseller-create-customer";
    let run = std::process::id();
    let mut killed = 0;
    for round in 0..KILLS {
        let (email, key) = (format!("killed-{run}-{round}@example.com"), format!("killed {run} {round}"));
        // The function runs before it is killed.
        create(&format!("warm-{run}-{round}@example.com"), &format!("warm {run} {round}"));
        let first = std::thread::scope(|scope| {
            let first = scope.spawn(|| create(&email, &key));
            std::thread::sleep(Duration::from_millis(u64::from(round)));
            for process in processes(FUNCTION) {
                killed += u32::from(Command::new("kill").args(["-KILL", &process]).status().unwrap().success());
            }
            first.join().unwrap()
        });
        let begun = Instant::now();
        let answer = loop {
            assert!(begun.elapsed() < Duration::from_secs(60), "no answer in a minute, after {first:?}");
            match create(&email, &key) {
                Some((201, body)) => break body,
                _ => std::thread::sleep(Duration::from_millis(200)),
            }
        };
        if let Some((201, body)) = first {
            assert_eq!(answer, body, "another answer than the first one");
        }
        let key = text(&demo()["resellers"][0]["reseller_key"]).to_owned();
        let found = call("GET", &format!("{BASE}?filter=email={email}"), Some(&key), None).expect(200);
        assert_eq!(found.json()["total_results"], 1, "{found}");
    }
    assert!(killed >= KILLS / 2, "the function was killed {killed} times only");
}
