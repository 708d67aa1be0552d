//! Every command that shows, lists or writes something, for people and for programs; and what is said of configuration and input that is wrong.

use super::{API_KEY, Marked, SECOND_SECRET, canary};
use crate::harness::program::{self, Ran};

/// Commands that act, start something or show made-up customers; what they say is looked at here and in tests of their own.
const NOT_ASKED: &[&str] = &[
    "serve", "demo", "rebuild", "grant", "revoke", "end", "link", "unlink", "release", "settle", "migrate", "help",
    "ingest",
];

/// Runs everything.
pub async fn output_of_every_command(marked: &Marked) {
    let (customer, event) = (marked.customers[0].as_str(), marked.events[0].as_str());
    let of = |path: &str| marked.events.iter().position(|event| event == path).unwrap().to_string();
    let (rare, unreadable) = (of("evt_rare_0"), of("evt_unreadable"));
    let asked: Vec<Vec<&str>> = vec![
        vec!["event", "list", "-n", "500"],
        vec!["event", "list", "--outcome", "quarantined"],
        vec!["event", "show", event],
        vec!["event", "show", &rare],
        vec!["event", "show", &unreadable],
        vec!["event", "conflicts"],
        vec!["event", "conflicts", "1"],
        vec!["entitlements", customer],
        vec!["balances", customer],
        vec!["balances", "--trial"],
        vec!["invoices"],
        vec!["payments"],
        vec!["disputes"],
        vec!["attention"],
        vec!["parked"],
        vec!["story", customer],
        vec!["grants", customer],
        vec!["key", "list"],
        vec!["policy", "show"],
        vec!["doctor"],
        vec!["verify", "books"],
        vec!["export", "journal", "--format", "hledger"],
        vec!["export", "journal", "--format", "beancount"],
        vec!["export", "journal", "--format", "csv"],
        vec!["export", "journal", "--format", "jsonl"],
    ];
    for words in &asked {
        for form in [None, Some("--json")] {
            let words: Vec<&str> = words.iter().copied().chain(form.filter(|_| words[0] != "export")).collect();
            let ran = marked.house.run(&words).await;
            assert!([0, 3].contains(&ran.code), "{words:?}: {}", ran.err);
            assert!(!ran.out.is_empty(), "{words:?} says something");
            hides(&ran, &words);
        }
    }
    for words in [["event", "show", event, "--raw"], ["event", "conflicts", "1", "--raw"]] {
        let raw = marked.house.run(&words).await.expect(0);
        assert!(
            canary::is_in(&raw.out) && !canary::has_secret(&raw.out),
            "{words:?}: whoever asks for the raw body sees it"
        );
    }
    every_command_is_here(marked, &asked).await;
    input_that_is_wrong(marked).await;
    configuration_that_is_wrong(marked).await;
}

fn hides(ran: &Ran, words: &[&str]) {
    for text in [&ran.out, &ran.err] {
        assert!(!canary::is_in(text), "{words:?}: {}", canary::around(text));
    }
}

/// A command that is new has to be added above.
async fn every_command_is_here(marked: &Marked, asked: &[Vec<&str>]) {
    let help = marked.house.run(&["--help"]).await.expect(0).out;
    let commands = help.split_once("Commands:").unwrap().1.split_once("Options:").unwrap().0;
    // What a line says goes on further to the right.
    let begins = |line: &&str| line.starts_with("  ") && !line.starts_with("   ");
    let names: Vec<&str> = commands.lines().filter(begins).filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.contains(&"story"), "{names:?}");
    for name in names {
        let known = NOT_ASKED.contains(&name) || asked.iter().any(|words| words[0] == name);
        assert!(known, "{name}: say in this test how it is asked");
    }
}

async fn input_that_is_wrong(marked: &Marked) {
    let lines = br#"{"id": "evt_i1", "object": "event", "created": "canary-created@example.com"
{"id": "canary-id@example.com", "email": "canary-line@example.com"}
{"id": "evt_i2", "object": "event", "type": "invoice.paid", "created": "canary@example.com", "livemode": false, "data": {}}
canary-text@example.com
"#;
    for form in [None, Some("--json")] {
        let words: Vec<&str> = ["ingest", "-"].into_iter().chain(form).collect();
        let ran = marked.house.run_with(&words, lines).await;
        assert_eq!(ran.code, 3, "{}", ran.err);
        hides(&ran, &words);
    }
}

async fn configuration_that_is_wrong(marked: &Marked) {
    let house = &marked.house;
    house.write("quoted.toml", format!("[[endpoint]]\nname = \"connect\"\nsecrets = \"{SECOND_SECRET}\"\n"));
    house.write("broken.toml", format!("[[endpoint]]\nsecrets = [\"{SECOND_SECRET}\" \"x\"]\n"));
    let api_key = format!("--webhook-secret={API_KEY}");
    let endpoint = format!("--endpoint={SECOND_SECRET}");
    let stray = format!("--stripe-account={API_KEY}");
    for words in [
        vec!["serve", "--config=quoted.toml"],
        vec!["serve", "--config=broken.toml"],
        vec!["serve", &api_key],
        vec!["serve", &endpoint],
        vec!["serve", &stray],
        vec!["serve", SECOND_SECRET],
        vec!["doctor", "--config=quoted.toml"],
        vec![SECOND_SECRET],
        vec!["event", "list", "--database-url=postgres://canary:canary@nowhere.invalid/canary"],
        vec!["event", "list", "--database-url=postgres://canary:can ary@:nowhere"],
        vec!["doctor", "--database-url=postgres://canary:canary@127.0.0.1:1/daybook"],
    ] {
        let mut command = program::command(house.folder.path(), &words);
        if !words.iter().any(|word| word.contains("database-url")) {
            command.env("DATABASE_URL", &house.database.url);
        }
        let ran = program::run(command, b"").await;
        assert_ne!(ran.code, 0, "{words:?}: {}", ran.out);
        // The name of a login is no secret, and PostgreSQL repeats it; the test names it so that the password next to it is not overlooked.
        hides(&ran, &words);
    }
}
