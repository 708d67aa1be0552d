//! A smoke test over recorded events, when the folder that holds them stands beside the project.

use std::{fs, path::Path};

use daybook_stripe::{Translation, translate};

#[test]
fn every_recorded_event_is_translated_or_without_effect() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/events");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: there is no folder of recorded events beside the project");
        return;
    };
    let mut translated = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let body = fs::read(&path).unwrap();
        match translate(&body).translation {
            Translation::Facts(facts) => translated += facts.len(),
            Translation::WithoutEffect { .. } => {}
            other => panic!("{}: {other:?}", path.display()),
        }
    }
    assert!(translated > 0);
}
