//! Every seed that is kept, and so everything that fuzzing ever found, holds what its target promises.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{collections::BTreeSet, fs, path::Path};

use daybook_fuzzing::{
    Target,
    event::{self, Verdict},
    fold,
    signature::{self, NOW},
};

/// What all seeds together may weigh, in bytes: they are cloned with everything else.
const MOST: usize = 400_000;

fn seeds(target: Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/seeds").join(target.name());
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut seeds: Vec<_> =
        entries.map(|path| (path.file_name().unwrap().to_string_lossy().into(), fs::read(path).unwrap())).collect();
    seeds.sort();
    seeds
}

#[test]
fn every_seed_of_every_target_holds_its_promises() {
    let mut weight = 0;
    for target in Target::ALL {
        let seeds = seeds(target);
        assert!(seeds.len() >= 10, "{target:?} has {} seeds", seeds.len());
        for (name, seed) in seeds {
            weight += seed.len();
            let tried = target.check(&seed);
            assert!(tried.is_ok(), "fuzz/seeds/{}/{name}: {}", target.name(), tried.unwrap_err());
        }
    }
    assert!(weight <= MOST, "the seeds weigh {weight} bytes, at most {MOST} are kept");
}

#[test]
fn the_seeds_of_the_header_show_every_verdict() {
    let verdict = |seed: &[u8]| format!("{:?}", signature::check(seed).unwrap());
    let found: BTreeSet<String> = seeds(Target::Signature).iter().map(|(_, seed)| verdict(seed)).collect();
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["OutOfTime", "Refused", "Verified"]);
}

#[test]
fn the_seeds_of_the_event_show_every_verdict() {
    let (mut accepted, mut others) = (0, BTreeSet::new());
    for (_, seed) in seeds(Target::Event) {
        match event::check(&seed).unwrap() {
            Verdict::Accepted(_) => accepted += 1,
            other => _ = others.insert(format!("{other:?}")),
        }
    }
    assert!(accepted > 40, "{accepted} seeds are translated");
    assert_eq!(others.into_iter().collect::<Vec<_>>(), ["NeedsFetch", "Quarantined", "Refused", "WithoutEffect"]);
}

#[test]
fn the_seeds_of_the_fold_make_rows_and_transactions() {
    let folded: Vec<fold::Folded> = seeds(Target::Fold).iter().map(|(_, seed)| fold::check(seed).unwrap()).collect();
    let with_money = folded.iter().filter(|one| one.transactions > 3 && one.rows > 10).count();
    assert!(with_money > 20, "{folded:?}");
    assert!(folded.iter().any(|one| one.telling < one.events), "in some, a bent event says nothing any more");
}

#[test]
fn a_promise_that_is_broken_is_told() {
    let charge = |id: &str, amount: i64| {
        let object = format!(
            r#"{{"id":"ch_1","object":"charge","amount":{amount},"amount_captured":{amount},"captured":true,"currency":"usd","status":"succeeded"}}"#
        );
        let (kind, rest) = ("charge.succeeded", r#""object":"event","livemode":false,"created":1700000000"#);
        let body = format!(r#"{{"id":"{id}","type":"{kind}",{rest},"data":{{"object":{object}}}}}"#);
        fold::Event { kind: kind.into(), body: body.into_bytes() }
    };
    let told = fold::check_events(&[charge("evt_1", 500), charge("evt_2", 700)], &[0, 1]).unwrap();
    assert!(told.telling == 2 && told.transactions > 0, "{told:?}");
    // The log keeps one record of an id. Were there two that differ, their order would decide, and that has to be seen.
    let broken = fold::check_events(&[charge("evt_1", 500), charge("evt_1", 700)], &[0, 1]).unwrap_err();
    assert_eq!(broken.promise, "neither order nor repetition changes a row");
    let stale = format!("t={},v1={{1}}\n{{}}", NOW - 301);
    assert_eq!(signature::check(stale.as_bytes()), Ok(signature::Verdict::OutOfTime));
}
