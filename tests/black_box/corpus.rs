//! Recorded events, when the folder with them stands beside the workspace. Every one is accepted and translated or listed as without effect.
//! They are no part of the project: without the folder nothing is tried.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::harness::house::House;
use crate::harness::log;

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus/events");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("there are no recorded events beside the workspace");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Recordings share ids; each gets its own.
fn with_its_own_id(file: &Path, number: usize) -> Vec<u8> {
    let mut event: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    event["id"] = json!(format!("evt_recorded_{number:03}"));
    event.to_string().into_bytes()
}

#[tokio::test]
async fn every_recorded_event_is_accepted_and_translated_or_without_effect() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let (house, server) = House::with_server().await;
    let bodies: Vec<Vec<u8>> = files.iter().enumerate().map(|(number, file)| with_its_own_id(file, number)).collect();
    for (file, body) in files.iter().zip(&bodies) {
        let answer = server.client().deliver(body.clone()).await;
        assert_eq!(answer.status, 200, "{}: {}", file.display(), answer.text());
    }
    house.applied(&server).await;
    let records = log::assert_whole(&house.database.pool).await;
    let stored: Vec<&Vec<u8>> = records.iter().map(|record| &record.body).collect();
    assert_eq!(stored, bodies.iter().collect::<Vec<_>>(), "byte for byte");
    let analyst = server.client().with_key(&house.key("analyst").await);
    for (number, file) in files.iter().enumerate() {
        let shown = analyst.get(&format!("/v1/events/evt_recorded_{number:03}")).await.expect(200).json();
        let outcome = shown["outcome"].as_str().unwrap();
        assert!(
            ["translated", "without_effect"].contains(&outcome),
            "{}: {outcome}: {}",
            file.display(),
            shown["reason"]
        );
    }
}
