//! Recorded events, when the folder with them stands beside the workspace. Every one is accepted and translated or listed as without effect.
//! They are no part of the project: without the folder nothing is tried.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use serde_json::Value;

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

/// The bytes of a recording as they are, with the event's id. Recordings share ids: where another has had it already, its
/// text alone is replaced.
fn recorded(file: &Path, number: usize, seen: &mut HashSet<String>) -> (String, Vec<u8>) {
    let bytes = std::fs::read(file).unwrap();
    let id = id_of(&bytes);
    if seen.insert(id.clone()) {
        return (id, bytes);
    }
    let own = format!("evt_recorded_{number:03}");
    let text = String::from_utf8(bytes).unwrap();
    let body = text.replacen(&format!("\"{id}\""), &format!("\"{own}\""), 1).into_bytes();
    assert_eq!(id_of(&body), own, "{}", file.display());
    (own, body)
}

fn id_of(event: &[u8]) -> String {
    let event: Value = serde_json::from_slice(event).unwrap();
    event["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_recorded_event_is_accepted_and_translated_or_without_effect() {
    let files = files();
    if files.is_empty() {
        return;
    }
    let (house, server) = House::with_server().await;
    let mut seen = HashSet::new();
    let (ids, bodies): (Vec<String>, Vec<Vec<u8>>) =
        files.iter().enumerate().map(|(number, file)| recorded(file, number, &mut seen)).unzip();
    for (file, body) in files.iter().zip(&bodies) {
        let answer = server.client().deliver(body.clone()).await;
        assert_eq!(answer.status, 200, "{}: {}", file.display(), answer.text());
    }
    house.applied(&server).await;
    let records = log::assert_whole(&house.database.pool).await;
    let stored: Vec<&Vec<u8>> = records.iter().map(|record| &record.body).collect();
    assert_eq!(stored, bodies.iter().collect::<Vec<_>>(), "byte for byte");
    let analyst = server.client().with_key(&house.key("analyst").await);
    for (id, file) in ids.iter().zip(&files) {
        let shown = analyst.get(&format!("/v1/events/{id}")).await.expect(200).json();
        let outcome = shown["outcome"].as_str().unwrap();
        assert!(
            ["translated", "without_effect"].contains(&outcome),
            "{}: {outcome}: {}",
            file.display(),
            shown["reason"]
        );
    }
}
