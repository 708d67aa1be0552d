//! What somebody who knows only the documents stumbles over: a wrong folder, a misspelt word, a customer that is none, answers of an earlier size. Each is said in words.

use std::os::unix::fs::PermissionsExt;

use crate::harness::event::customer_created;
use crate::harness::house::House;
use crate::harness::program::{command, run};

/// One of every command that only reads.
const READING: &[&[&str]] = &[
    &["entitlements", "cus_1"],
    &["balances", "cus_1"],
    &["balances", "--trial"],
    &["invoices"],
    &["payments"],
    &["disputes"],
    &["attention"],
    &["parked"],
    &["story", "cus_1"],
    &["grants", "cus_1"],
    &["event", "list"],
    &["event", "show", "evt_1"],
    &["event", "conflicts"],
    &["key", "list"],
    &["policy", "show"],
    &["verify", "books"],
    &["export", "journal"],
    &["rebuild", "--all", "--yes"],
];

#[tokio::test]
async fn a_reading_command_in_a_wrong_folder_makes_nothing_and_says_what_is_missing() {
    let folder = tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o755)).tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    for words in READING {
        let ran = run(command(folder.path(), words), b"").await.expect(2);
        let missing = format!("there is no private database in {}/data yet", folder.path().display());
        assert!(ran.err.contains(&missing), "{words:?}: {}", ran.err);
        for way in ["--data-dir", "DATABASE_URL", "daybook serve"] {
            assert!(ran.err.contains(way), "{words:?}: {}", ran.err);
        }
        assert!(ran.out.is_empty(), "{words:?}: {}", ran.out);
        run(command(folder.path(), &[words, &["--data-dir=empty"][..]].concat()), b"").await.expect(2);
    }
    run(command(folder.path(), &["doctor", "--data-dir=empty"]), b"").await;
    assert!(!folder.path().join("data").exists(), "nothing was made");
    assert_eq!(std::fs::read_dir(folder.path().join("empty")).unwrap().count(), 0, "nothing was made");
}

#[tokio::test]
async fn records_that_nobody_applies_are_told_beside_every_answer_and_never_in_it() {
    let (house, mut server, _) = House::with_story("app").await;
    let told = "1 record of the log has not been applied to the read models, and nobody is applying";
    let late = customer_created("evt_late", "cus_late");
    let beside =
        house.run_with(&["ingest", "-", "--mode=test"], &customer_created("evt_more", "cus_more")).await.expect(0);
    assert!(beside.err.is_empty(), "somebody works: {}", beside.err);
    house.applied(&server).await;
    assert!(server.stop().await.success());
    let ran = house.run_with(&["ingest", "-", "--mode=test"], &late).await.expect(0);
    assert!(ran.err.contains("follow when `daybook serve` runs"), "{}", ran.err);
    for words in READING.iter().filter(|words| !["key", "rebuild"].contains(&words[0])) {
        for form in [None, Some("--json")] {
            let words: Vec<&str> = words.iter().copied().chain(form.filter(|_| words[0] != "export")).collect();
            let ran = house.run(&words).await;
            assert!(ran.err.contains(told) && ran.err.contains("as of size 7"), "{words:?}: {}", ran.err);
            assert!(!ran.out.contains("nobody is applying"), "{words:?}: {}", ran.out);
        }
    }
    let server = house.serve(&[]).await;
    house.applied(&server).await;
    let ran = house.run(&["entitlements", "cus_late"]).await.expect(0);
    assert!(!ran.err.contains("applied"), "{}", ran.err);
}

#[tokio::test]
async fn a_customer_that_nobody_named_is_told_from_one_without_invoices() {
    let (house, _server, _) = House::with_story("app").await;
    for words in [
        &["entitlements", "cus_nope"][..],
        &["grants", "cus_nope"],
        &["attention", "--customer=cus_nope"],
        &["invoices", "--customer=cus_nope"],
        &["payments", "--customer=cus_nope"],
        &["disputes", "--customer=cus_nope"],
        &["event", "list", "--customer=cus_nope"],
        &["export", "journal", "--customer=cus_nope"],
    ] {
        let ran = house.run(words).await.expect(3);
        assert!(ran.err.contains("names a customer cus_nope"), "{words:?}: {}", ran.err);
    }
    for words in [
        &["entitlements", "cus_ada"][..],
        &["grants", "cus_ada"],
        &["disputes", "--customer=cus_ada"],
        &["payments", "--customer=cus_ada", "--kind=refund"],
        &["export", "journal", "--customer=cus_ada"],
    ] {
        let ran = house.run(words).await.expect(0);
        assert!(ran.err.is_empty(), "{words:?}: {}", ran.err);
    }
    house.run(&["grant", "cus_new", "pro", "--force", "--reason=a pilot"]).await.expect(0);
    house.run(&["entitlements", "cus_new"]).await.expect(0);
    house.run(&["grants", "cus_new"]).await.expect(0);
}

#[tokio::test]
async fn a_status_that_is_none_is_told_with_those_there_are() {
    let (house, _server, _) = House::with_story("app").await;
    for (words, meant) in [
        (["payments", "--status", "sucseeded"], "succeeded"),
        (["invoices", "--status", "payed"], "paid"),
        (["disputes", "--status", "lsot"], "lost"),
    ] {
        let ran = house.run(&words).await.expect(0);
        assert!(ran.err.contains("Stripe documents no such status") && ran.err.contains(meant), "{}", ran.err);
        let json = house.run(&[&words[..], &["--json"]].concat()).await.expect(0);
        assert!(json.json().is_object() && json.err == ran.err, "{}", json.err);
    }
    for words in
        [["invoices", "--status", "paid"], ["disputes", "--status", "lost"], ["payments", "--status", "authorized"]]
    {
        assert!(house.run(&words).await.expect(0).err.is_empty(), "{words:?}");
    }
}

#[tokio::test]
async fn a_span_that_ends_before_it_begins_is_refused() {
    let (house, _server, _) = House::with_story("app").await;
    for words in [
        &["export", "journal", "--from=2026-02-01", "--until=2026-01-01"][..],
        &["export", "journal", "--from=2026-02-01", "--as-of=2026-01-01"],
        &["event", "list", "--since=2026-02-01", "--until=2026-01-01"],
    ] {
        let ran = house.run(words).await.expect(2);
        assert!(ran.err.contains("is later than") && ran.out.is_empty(), "{words:?}: {}", ran.err);
    }
    house.run(&["export", "journal", "--from=2025-01-01", "--until=2026-01-01"]).await.expect(0);
}
