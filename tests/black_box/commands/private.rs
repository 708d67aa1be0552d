//! Without `DATABASE_URL`: a private PostgreSQL in the data folder, shared by the commands, gone with its owner.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::harness::event::{customer_created, story, subscribed};
use crate::harness::house::SECRET;
use crate::harness::program::{Ran, command, run};
use crate::harness::server::Server;
use crate::harness::until;

/// A short folder that PostgreSQL's own account can reach when the tests run as root.
fn folder() -> TempDir {
    tempfile::Builder::new().prefix("dbk").permissions(PermissionsExt::from_mode(0o755)).tempdir().unwrap()
}

async fn serve(folder: &Path) -> Server {
    let mut command = command(folder, &["serve", "--json", "--listen=127.0.0.1:0", "--worker-lease=1"]);
    command.env("DAYBOOK_WEBHOOK_SECRET", SECRET).env("DAYBOOK_MODE", "test");
    Server::start(command).await
}

async fn ask(folder: &Path, words: &[&str]) -> Ran {
    let mut command = command(folder, words);
    command.env("DAYBOOK_WEBHOOK_SECRET", SECRET).env("DAYBOOK_MODE", "test");
    run(command, b"").await
}

/// Command lines of PostgreSQL's processes that work in this folder.
fn servers_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir("/proc").expect("this test looks into /proc");
    let of = |entry: std::fs::DirEntry| {
        let cwd = std::fs::read_link(entry.path().join("cwd")).ok()?;
        let line = std::fs::read(entry.path().join("cmdline")).ok()?;
        let line = String::from_utf8_lossy(&line).replace('\0', " ");
        (cwd.starts_with(folder) && line.contains("postgres")).then_some(line)
    };
    entries.filter_map(|entry| of(entry.ok()?)).collect()
}

#[tokio::test]
async fn the_first_run_needs_nothing_and_a_second_command_shares_its_database() {
    let folder = folder();
    let mut server = serve(folder.path()).await;
    for body in story() {
        server.client().deliver(body).await.expect(200);
    }
    let created = ask(folder.path(), &["key", "create", "web", "--json"]).await.expect(0).json();
    let app = server.client().with_key(created["secret"].as_str().unwrap());
    let path = "/v1/customers/cus_ada/entitlements/pro?min_size=6";
    assert_eq!(app.get(path).await.expect(200).json()["allowed"], true);
    ask(folder.path(), &["entitlements", "cus_ada", "pro"]).await.expect(0);
    let address = server.log().lines().find_map(|line| Some(line.split_once("PostgreSQL at ")?.1.to_owned()));
    let address = address.expect("the log says where the database is");
    let mut elsewhere = command(folder.path(), &["entitlements", "cus_ada", "pro", "--data-dir=nowhere"]);
    elsewhere.env("DATABASE_URL", address.trim());
    run(elsewhere, b"").await.expect(0);
    let doctor = ask(folder.path(), &["doctor", "--verify"]).await.expect(0);
    assert!(doctor.out.contains("daybook_runtime may only read the log and add to it"), "{}", doctor.out);
    assert!(doctor.out.contains("Nothing is wrong."), "{}", doctor.out);
    assert!(server.stop().await.success());
    assert_eq!(servers_in(folder.path()), Vec::<String>::new(), "it has stopped with its owner");
    ask(folder.path(), &["entitlements", "cus_ada", "pro"]).await.expect(0);
    assert_eq!(servers_in(folder.path()), Vec::<String>::new(), "so has the one a command started");
}

#[tokio::test]
async fn a_killed_server_leaves_no_postgresql_behind_and_loses_nothing_it_acknowledged() {
    let folder = folder();
    let mut acknowledged = 0;
    for round in 0..4 {
        let mut server = serve(folder.path()).await;
        for number in 0..10 {
            let id = format!("evt_{round}_{number}");
            let position = server.client().record(customer_created(&id, &format!("cus_{number}"))).await;
            assert_eq!(position, acknowledged, "nothing acknowledged is missing");
            acknowledged += 1;
        }
        server.kill_and_wait().await;
        until("no process of PostgreSQL is left", async || servers_in(folder.path()).is_empty().then_some(())).await;
    }
    let page = ask(folder.path(), &["event", "list", "--json", "-n", "100"]).await.expect(0).json();
    assert_eq!(page["events"].as_array().unwrap().len(), usize::try_from(acknowledged).unwrap());
    ask(folder.path(), &["doctor", "--verify"]).await;
}

/// Kills every process of PostgreSQL in this folder, as a crash of the machine would.
fn crash(folder: &Path) {
    let entries = std::fs::read_dir("/proc").expect("this test looks into /proc");
    for entry in entries.flatten() {
        let is_in = std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
        let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let is_postgresql = String::from_utf8_lossy(&line).contains("postgres");
        if let Some(pid) = pid_of(&entry).filter(|_| is_in && is_postgresql) {
            // One that is gone already was what was wanted.
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
    }
}

fn pid_of(entry: &std::fs::DirEntry) -> Option<i32> {
    entry.file_name().to_str()?.parse().ok()
}

#[tokio::test]
async fn a_crash_of_postgresql_loses_nothing_acknowledged_and_read_models_that_were_put_back_catch_up() {
    let folder = folder();
    let mut acknowledged = 0;
    for round in 0..3 {
        let mut server = serve(folder.path()).await;
        for number in 0..30 {
            let id = format!("evt_{round}_{number}");
            let body = subscribed(&id, &format!("sub_{id}"), &format!("cus_{id}"), "pro");
            assert_eq!(server.client().record(body).await, acknowledged, "nothing acknowledged is missing");
            acknowledged += 1;
        }
        crash(folder.path());
        server.kill_and_wait().await;
        until("no process of PostgreSQL is left", async || servers_in(folder.path()).is_empty().then_some(())).await;
    }
    let server = serve(folder.path()).await;
    let created = ask(folder.path(), &["key", "create", "web", "--json"]).await.expect(0).json();
    let app = server.client().with_key(created["secret"].as_str().unwrap());
    for round in 0..3 {
        let path = format!("/v1/customers/cus_evt_{round}_29/entitlements/pro?min_size={acknowledged}&wait_ms=15000");
        assert_eq!(app.get(&path).await.expect(200).json()["allowed"], true);
    }
    ask(folder.path(), &["doctor", "--verify"]).await.expect(0);
    let rebuilt = ask(folder.path(), &["rebuild", "--all", "--yes", "--json"]).await.expect(0).json();
    assert_eq!(rebuilt["differences"], serde_json::json!([]), "{rebuilt:#}");
}

/// Delivers again until it is recorded, as Stripe does.
async fn redeliver(server: &Server, id: &str) {
    until("a delivery is recorded again", async || {
        let answer = server.client().deliver(customer_created(id, "cus_ada")).await;
        (answer.status == 200).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_server_goes_on_with_the_database_when_the_command_that_started_it_ends() {
    let folder = folder();
    let mut ingest = command(folder.path(), &["ingest", "-"]);
    ingest.env("DAYBOOK_WEBHOOK_SECRET", SECRET).env("DAYBOOK_MODE", "test").stdin(Stdio::piped());
    let mut ingest = ingest.spawn().unwrap();
    let note = folder.path().join("data/data/postmaster.pid");
    until("ingest has started a database", async || {
        std::fs::read_to_string(&note).is_ok_and(|note| note.contains("ready")).then_some(())
    })
    .await;
    let first = serve(folder.path()).await;
    let second = serve(folder.path()).await;
    first.client().record(customer_created("evt_1", "cus_ada")).await;
    drop(ingest.stdin.take());
    assert!(ingest.wait().await.unwrap().success());
    redeliver(&first, "evt_2").await;
    redeliver(&second, "evt_3").await;
    let inherits = |server: &Server| server.log().contains("this one runs it now");
    // It takes deliveries a moment before it says so.
    until("one of them runs it", async || (inherits(&first) || inherits(&second)).then_some(())).await;
    let (mut heir, mut other) = if inherits(&first) { (first, second) } else { (second, first) };
    assert!(inherits(&heir) && !inherits(&other), "{}\n{}", heir.log(), other.log());

    heir.kill_and_wait().await;
    redeliver(&other, "evt_4").await;
    until("the other one runs it", async || inherits(&other).then_some(())).await;
    let page = ask(folder.path(), &["event", "list", "--json"]).await.expect(0).json();
    assert_eq!(page["events"].as_array().unwrap().len(), 4);
    assert!(other.stop().await.success());
    assert_eq!(servers_in(folder.path()), Vec::<String>::new(), "it has stopped with its last owner");
}

#[tokio::test]
async fn a_data_folder_that_is_none_is_refused_with_the_name_of_its_variable() {
    let folder = folder();
    let ran = ask(folder.path(), &["event", "list", "--data-dir=/dev/null"]).await.expect(1);
    assert!(ran.err.contains("(DAYBOOK_DATA_DIR, --data-dir): /dev/null is no folder"), "{}", ran.err);
}

#[tokio::test]
async fn without_postgresql_one_clear_message_says_what_to_install() {
    let folder = folder();
    let mut none = command(folder.path(), &["key", "create", "web", "--mode=test"]);
    none.env("PATH", folder.path());
    let ran = run(none, b"").await;
    if ran.code == 1 && ran.err.contains("install") {
        assert_eq!(ran.err.matches("error:").count(), 1, "{}", ran.err);
        return;
    }
    // The usual system folders are searched too, so a machine can have it where no path leads.
    assert!(!ran.err.contains("panicked"), "{}", ran.err);
}
