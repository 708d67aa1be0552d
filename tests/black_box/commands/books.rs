//! `daybook balances --trial`, `daybook verify books` and `daybook export journal`: the books read, proved and handed on.

use std::process::Stdio;

use daybook_simulator::{ApiShape, Plan, ShapeChoice, simulate};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::harness::house::House;
use crate::harness::show;

/// A house whose books hold the histories of some customers.
async fn with_histories(shape: ShapeChoice) -> House {
    let (house, server) = House::with_server().await;
    let plan = Plan { seed: 77, customers: 12, start: 1_735_689_600, months: 9, shape, livemode: false, account: None };
    let world = simulate(&plan);
    let lines: Vec<u8> = world.events().into_iter().flat_map(|event| [event.body, b"\n".to_vec()].concat()).collect();
    house.write("history.jsonl", &lines);
    house.run(&["ingest", "history.jsonl", "--mode=test"]).await.expect(0);
    house.applied(&server).await;
    house
}

/// The schema of the live journal.
async fn schema(house: &House) -> String {
    let live = sqlx::query_scalar("select 'generation_' || generation from live_generation where name = 'journal'");
    live.fetch_one(&house.database.pool).await.unwrap()
}

#[tokio::test]
async fn a_trial_balance_is_told_as_of_any_time_on_either_basis_and_at_any_size() {
    let (house, _server, _) = House::with_story("app").await;
    let trial = async |words: &[&str]| house.run(&[&["balances", "--trial"], words].concat()).await.expect(0).out;
    insta::assert_snapshot!(trial(&[]).await);
    insta::assert_snapshot!(trial(&["--as-of=2025-07-02T12:00:00Z", "--basis=earned"]).await);
    insta::assert_snapshot!(trial(&["--as-of=2025-01-01T00:00:01Z"]).await);
    insta::assert_snapshot!(trial(&["--known-at=3"]).await);
    insta::assert_snapshot!(trial(&["--known-at=0"]).await);
    insta::assert_snapshot!(house.run(&["balances", "--trial", "--known-at=7"]).await.expect(2).err);
    let json = house.run(&["balances", "--trial", "--known-at=6", "--json"]).await.expect(0).json();
    let now = house.run(&["balances", "--trial", "--json"]).await.expect(0).json();
    assert_eq!(json, now, "at the size it has, the past is the present");
    let generations: i64 =
        sqlx::query_scalar("select count(*) from generation").fetch_one(&house.database.pool).await.unwrap();
    assert_eq!(generations, 1, "nothing of the past is left");
}

#[tokio::test]
async fn the_balances_of_one_customer_are_told_as_of_any_time_and_size() {
    let (house, _server, _) = House::with_story("app").await;
    let earned = house.run(&["balances", "cus_ada", "--as-of=2025-07-02T12:00:00Z", "--basis=earned"]).await.expect(0);
    insta::assert_snapshot!(earned.out);
    insta::assert_snapshot!(house.run(&["balances", "cus_ada", "--known-at=3"]).await.expect(0).out);
    house.run(&["balances"]).await.expect(2);
    house.run(&["balances", "cus_ada", "--basis=cash"]).await.expect(2);
}

#[tokio::test]
async fn books_that_hold_together_are_clean_and_damage_is_named() {
    let house = with_histories(ShapeChoice::Mixed).await;
    let clean = house.run(&["verify", "books", "--json"]).await.expect(0).json();
    assert!(clean["clean"] == true && clean["sales"].as_i64() > Some(20), "{clean:#}");
    let schema = schema(&house).await;
    let damage = format!(
        "update {schema}.posting set amount = amount + 1
         where (id, transaction_key, line) =
             (select id, transaction_key, line from {schema}.posting where account = 'assets:receivable' order by id limit 1)
         returning id"
    );
    let damaged: String = sqlx::query_scalar(&damage).fetch_one(&house.database.pool).await.unwrap();
    let found = house.run(&["verify", "books", "--json"]).await.expect(3).json();
    let findings = found["findings"].as_array().unwrap();
    let broken: Vec<&str> = findings.iter().map(|one| one["invariant"].as_str().unwrap()).collect();
    assert!(broken.contains(&"I1") && broken.contains(&"I4"), "{found:#}");
    assert!(findings.iter().any(|one| one["object"].as_str().unwrap().contains(&damaged)), "{damaged}: {found:#}");
    let told = house.run(&["verify", "books", "--name=1"]).await.expect(3).out;
    assert!(told.contains("I1 broken") && told.contains("receivables are what invoices leave to pay"), "{told}");
}

/// Applies an account of so many customers, verifies its books, sends every event again, and looks whether anything moved.
async fn clean_and_unmoved_by_repetition(customers: usize, months: u32) {
    let (house, server) = House::with_server().await;
    let (start, shape) = (1_704_067_200, ShapeChoice::Mixed);
    let plan = Plan { seed: 2_024, customers, start, months, shape, livemode: false, account: None };
    let events: Vec<_> = simulate(&plan).stream().map(|event| event.body).collect();
    let lines: Vec<u8> = events.iter().flat_map(|body| body.iter().copied().chain([b'\n'])).collect();
    house.write("history.jsonl", &lines);
    house.run(&["ingest", "history.jsonl", "--mode=test"]).await.expect(0);
    house.applied(&server).await;
    let began = std::time::Instant::now();
    let verified = house.run(&["verify", "books", "--json"]).await.expect(0).json();
    println!("{} events: verified in {:?}: {verified:#}", events.len(), began.elapsed());
    assert_eq!(verified["size"].as_u64(), u64::try_from(events.len()).ok(), "{verified:#}");
    let before = house.run(&["balances", "--trial", "--json"]).await.expect(0).out;
    house.run(&["ingest", "history.jsonl", "--mode=test"]).await.expect(0);
    house.applied(&server).await;
    assert_eq!(house.run(&["balances", "--trial", "--json"]).await.expect(0).out, before);
}

#[tokio::test]
async fn the_books_of_a_simulated_account_are_clean_and_repeating_its_events_changes_nothing() {
    clean_and_unmoved_by_repetition(40, 6).await;
}

#[tokio::test]
#[ignore = "takes minutes: the same with a hundred thousand events; run it by hand"]
async fn the_books_of_a_hundred_thousand_events_are_clean_and_repeating_them_changes_nothing() {
    clean_and_unmoved_by_repetition(1_500, 14).await;
}

#[tokio::test]
async fn an_export_holds_every_posting_once_and_nothing_personal_or_secret() {
    let house = with_histories(ShapeChoice::One(ApiShape::Clover)).await;
    let postings: i64 = sqlx::query_scalar(&format!("select count(*) from {}.posting", schema(&house).await))
        .fetch_one(&house.database.pool)
        .await
        .unwrap();
    for format in ["hledger", "beancount", "csv", "jsonl"] {
        let out = house.run(&["export", "journal", "--format", format]).await.expect(0).out;
        for private in ["@", "client_secret", "_secret_", "\"name\"", "address", "4242"] {
            let line = out.lines().find(|line| line.contains(private) && !line.contains("time"));
            assert_eq!(line, None, "{format} holds {private}");
        }
        assert_eq!(house.run(&["export", "journal", "--format", format]).await.expect(0).out, out, "in a stable order");
        let found = match format {
            "hledger" => out.lines().filter(|line| line.starts_with("    ")).count(),
            "beancount" => {
                out.lines().filter(|line| line.starts_with("  ") && line.contains("  ") && is_leg(line)).count()
            }
            "csv" => out.lines().count() - 1,
            _ => out
                .lines()
                .map(|line| serde_json::from_str::<Value>(line).unwrap())
                .map(|one| one["postings"].as_array().unwrap().len())
                .sum(),
        };
        assert_eq!(i64::try_from(found).unwrap(), postings, "{format}");
    }
}

/// A line of beancount that begins with an account.
fn is_leg(line: &str) -> bool {
    ["Assets:", "Liabilities:", "Income:", "Expenses:", "Equity:"]
        .iter()
        .any(|root| line.trim_start().starts_with(root))
}

#[tokio::test]
async fn an_export_can_be_of_one_customer_and_of_a_time() {
    let house = with_histories(ShapeChoice::Mixed).await;
    let all = house.run(&["export", "journal", "--format=jsonl"]).await.expect(0).out;
    let transactions: Vec<Value> = all.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let customer = transactions.iter().find_map(|one| one["postings"][0]["customer"].as_str()).unwrap();
    let own = house.run(&["export", "journal", "--format=jsonl", "--customer", customer]).await.expect(0).out;
    let expected = transactions.iter().filter(|one| one["postings"][0]["customer"] == customer).count();
    assert_eq!(own.lines().count(), expected);
    let (before, after) = ("--until=2025-06-01", "--from=2025-06-01");
    let halves = [before, after].map(|part| ["export", "journal", "--format=jsonl", part]);
    let first = house.run(&halves[0]).await.expect(0).out;
    let second = house.run(&halves[1]).await.expect(0).out;
    assert_eq!(first + &second, all, "what happened before a time and what happened since make all of it");
}

/// Runs a program over a text, if this machine has it. Returns what it found wrong.
async fn checked_by(program: &str, words: &[&str], text: &str) -> Option<Result<(), String>> {
    let mut command = Command::new(program);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut input = child.stdin.take().unwrap();
    input.write_all(text.as_bytes()).await.unwrap();
    drop(input);
    let output = child.wait_with_output().await.unwrap();
    Some(if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) })
}

#[tokio::test]
async fn hledger_accepts_the_export_under_its_strictest_checks() {
    let house = with_histories(ShapeChoice::Mixed).await;
    let out = house.run(&["export", "journal"]).await.expect(0).out;
    let checks = ["-f", "-", "check", "--strict", "ordereddates"];
    match checked_by("hledger", &checks, &out).await {
        Some(checked) => assert_eq!(checked, Ok(())),
        // Ours is strict too: every line is one of those the format has, and every transaction balances.
        None => assert_eq!(grammar(&out), Ok(())),
    }
    assert_eq!(grammar(&out), Ok(()));
}

#[tokio::test]
async fn beancount_accepts_the_export_where_it_is_installed() {
    let house = with_histories(ShapeChoice::Mixed).await;
    let out = house.run(&["export", "journal", "--format=beancount"]).await.expect(0).out;
    house.write("journal.beancount", &out);
    let path = house.folder.path().join("journal.beancount");
    if let Some(checked) = checked_by("bean-check", &[path.to_str().unwrap()], "").await {
        assert_eq!(checked, Ok(()));
    }
    // Ours: every leg stands under one of the five roots, with a number and a commodity, and transactions balance.
    let mut sums: std::collections::BTreeMap<String, i128> = std::collections::BTreeMap::new();
    for line in out.lines().filter(|line| is_leg(line)) {
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words.len(), 3, "{line}");
        *sums.entry(words[2].to_owned()).or_default() += words[1].replace('.', "").parse::<i128>().unwrap();
    }
    assert!(!sums.is_empty() && sums.values().all(|sum| *sum == 0), "{sums:?}");
}

/// What hledger's manual says of the lines that an export has.
fn grammar(text: &str) -> Result<(), String> {
    let mut sums: std::collections::BTreeMap<&str, i128> = std::collections::BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let fault = || format!("line {}: {line}", number + 1);
        if let Some(leg) = line.strip_prefix("    ") {
            let (leg, _) = leg.split_once("  ; ").ok_or_else(fault)?;
            let (_, amount) = leg.split_once("  ").ok_or_else(fault)?;
            let (number, commodity) = amount.trim().split_once(' ').ok_or_else(fault)?;
            *sums.entry(commodity).or_default() += number.replace('.', "").parse::<i128>().map_err(|_| fault())?;
        } else {
            if sums.values().any(|sum| *sum != 0) {
                return Err(format!("what ends before {} does not balance", fault()));
            }
            sums.clear();
            let known = ["", "; ", "account ", "commodity ", "20"];
            if !line.is_empty() && !known[1..].iter().any(|begin| line.starts_with(begin)) {
                return Err(fault());
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_trial_balance_over_http_is_the_one_of_the_command_line() {
    let (house, _server, analyst) = House::with_story("analyst").await;
    let path = "/v1/trial-balance?as_of=2025-07-02T12:00:00Z&basis=earned";
    let shown = analyst.get(path).await.expect(200);
    insta::assert_snapshot!(show::answer(&shown));
    let words = ["balances", "--trial", "--as-of=2025-07-02T12:00:00Z", "--basis=earned", "--json"];
    let told = house.run(&words).await.expect(0).json();
    assert_eq!(told["accounts"], shown.json()["accounts"]);
}

#[tokio::test]
async fn the_books_as_they_were_known_are_the_same_over_http_and_at_the_command_line() {
    let (house, server, analyst) = House::with_story("analyst").await;
    let now = analyst.get("/v1/trial-balance").await.expect(200).json();
    for size in ["0", "3", "5", "6"] {
        let asked = analyst.get(&format!("/v1/trial-balance?known_at={size}")).await.expect(200).json();
        let told = house.run(&["balances", "--trial", "--known-at", size, "--json"]).await.expect(0).json();
        assert_eq!((&asked["accounts"], &asked["totals"]), (&told["accounts"], &told["totals"]), "{size}");
        assert_eq!(asked["size"].to_string(), size);
        let path = format!("/v1/customers/cus_ada/balances?known_at={size}");
        let asked = analyst.get(&path).await.expect(if size == "0" { 404 } else { 200 }).json();
        let told = house.run(&["balances", "cus_ada", "--known-at", size, "--json"]).await.expect(0).json();
        if size != "0" {
            assert_eq!((&asked["summary"], &asked["postings"]), (&told["summary"], &told["postings"]), "{size}");
        }
    }
    assert_ne!(analyst.get("/v1/trial-balance?known_at=3").await.json()["accounts"], now["accounts"]);
    let both = analyst.get("/v1/trial-balance?known_at=6&as_of=2025-01-01&basis=earned").await.expect(200).json();
    assert_eq!((&both["size"], &both["basis"]), (&6.into(), &"earned".into()));
    for query in ["known_at=7", "known_at=-1", "known_at=soon"] {
        assert_eq!(
            analyst.get(&format!("/v1/trial-balance?{query}")).await.expect(400).reason(),
            "malformed",
            "{query}"
        );
    }
    let app = server.client().with_key(&house.key("app").await);
    assert_eq!(app.get("/v1/trial-balance?known_at=3").await.expect(403).reason(), "role_too_low");
    let left = "select count(*) from information_schema.schemata where schema_name like 'generation_%'";
    let left: i64 = sqlx::query_scalar(left).fetch_one(&house.database.pool).await.unwrap();
    assert_eq!(left, 1, "what was folded for a question is gone");
}
