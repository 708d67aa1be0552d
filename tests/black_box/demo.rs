//! `daybook demo`: needs nothing, and ends with a story.

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, BufReader};

use crate::harness::client::Client;
use crate::harness::program::{command, run};

#[tokio::test]
async fn the_demo_tells_what_happened_and_what_to_try() {
    let folder = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let ran =
        run(command(folder.path(), &["demo", "--exit", "--events=300", "--listen=127.0.0.1:0"]), b"").await.expect(0);
    for told in [
        "signed webhooks",
        "new events are in the log",
        "0 in conflict, 0 refused",
        "One of the customers, cus_",
        "So the subscription stands:",
        "So the customer may:",
        "because evt_",
        "And the books say:",
        "KEY=dbk_",
        "curl -s -H \"Authorization: Bearer $KEY\" 'http://127.0.0.1:",
    ] {
        assert!(ran.out.contains(told), "{told:?} is missing in:\n{}", ran.out);
    }
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it leaves nothing behind");
}

#[tokio::test]
async fn the_demo_speaks_json_to_programs() {
    let folder = tempfile::tempdir().unwrap();
    let words = ["demo", "--exit", "--events=100", "--json", "--seed=7", "--listen=127.0.0.1:0"];
    let told = run(command(folder.path(), &words), b"").await.expect(0).json();
    assert_eq!((&told["conflicts"], &told["refused"]), (&0.into(), &0.into()), "{told:#}");
    assert!(told["events"].as_u64().is_some_and(|events| events >= 100), "{told:#}");
    assert!(told["story"]["entitlements"]["entitlements"].as_array().is_some_and(|all| !all.is_empty()), "{told:#}");
}

#[tokio::test]
async fn the_demo_goes_on_serving_and_its_lines_can_be_tried() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = command(folder.path(), &["demo", "--events=100", "--listen=127.0.0.1:0"]).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (mut key, mut urls, mut database, mut commands) = (None, Vec::new(), None, Vec::new());
    while let Some(line) = lines.next_line().await.unwrap() {
        key = key.or_else(|| line.trim().strip_prefix("KEY=").map(str::to_owned));
        urls.extend(line.split_once("'http://").map(|(_, url)| url.trim_end_matches('\'').to_owned()));
        let line = line.trim();
        if let Some(url) = line.strip_prefix("export DATABASE_URL=") {
            database = Some(url.trim_matches('\'').to_owned());
        } else if database.is_some() && line.contains("daybook") {
            commands.push(line.split(' ').skip(1).map(str::to_owned).collect::<Vec<_>>());
        }
        if line.starts_with("All of this took") {
            break;
        }
    }
    assert!(urls.len() >= 3, "{urls:?}");
    for url in urls {
        let (address, path) = url.split_once('/').unwrap();
        let client = Client::new(address.parse().unwrap(), "").with_key(key.as_deref().unwrap());
        client.get(&format!("/{path}")).await.expect(200);
    }
    assert_eq!(commands.len(), 3, "{commands:?}");
    for words in commands {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut beside = command(folder.path(), &words);
        beside.env("DATABASE_URL", database.as_deref().unwrap());
        let ran = run(beside, b"").await;
        assert!(!ran.out.is_empty() && ran.err.is_empty(), "{words:?}: {}{}", ran.out, ran.err);
    }
    child.kill().await.unwrap();
}
