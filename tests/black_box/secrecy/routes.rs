//! Every question of the committed description of the API, to every role. A route that is new is asked without a word here, unless its path names something that
//! this does not know: then it fails, and says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{Marked, canary};
use crate::harness::client::Client;

const ROLES: &[&str] = &["app", "analyst", "auditor", "operator"];
/// What shows a raw body, and to whom.
const RAW: &[&str] = &["/v1/events/{id}", "/v1/events/{id}/body"];
const MAY_SEE_RAW: &[&str] = &["auditor", "operator"];

/// Asks everything.
pub async fn answers_of_every_route_to_every_role(marked: &Marked) {
    let mut answered: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    let ids = Ids::of(marked, &marked.server.client().with_key(&marked.house.key("analyst").await)).await;
    for role in ROLES {
        let client = marked.server.client().with_key(&marked.house.key(role).await);
        // Roles differ in what they may ask; one of them asks about everything.
        let most = if *role == "analyst" { usize::MAX } else { 3 };
        for path in questions() {
            if RAW.contains(&path.as_str()) && MAY_SEE_RAW.contains(role) {
                continue;
            }
            for asked in ids.fill(&path).into_iter().take(most) {
                let answer = client.get(&asked).await;
                let headers = format!("{:?}", answer.headers);
                assert!(!canary::is_in(&headers), "{role}: {asked}: {headers}");
                assert!(!canary::is_in(&answer.text()), "{role}: {asked}: {}", canary::around(&answer.text()));
                answered.entry(path.clone()).or_default().insert(answer.status);
            }
        }
        let check = json!({"checks": [{"customer": marked.customers[0], "features": ["pro"]}]});
        let answer = client.post("/v1/entitlements/check?explain=true", &check).await.expect(200);
        assert!(!canary::is_in(&answer.text()), "{role}: {}", answer.text());
    }
    for (path, statuses) in answered {
        // Of a raw body, those who may see one are asked elsewhere.
        let expected = if path == RAW[1] { 403 } else { 200 };
        assert!(statuses.contains(&expected), "{path} was never answered: {statuses:?}");
    }
}

/// What was planted is there, or nothing was tried.
pub async fn raw_bodies_for_auditors(marked: &Marked) {
    let auditor = marked.server.client().with_key(&marked.house.key("auditor").await);
    let mut kinds = BTreeSet::new();
    let mut marks = 0;
    for event in &marked.events {
        let shown = auditor.get(&format!("/v1/events/{event}")).await.expect(200).json();
        let raw = auditor.get(&format!("/v1/events/{event}/body")).await.expect(200);
        assert!(!canary::has_secret(&raw.text()), "{event}: a client secret left");
        let body = raw.json();
        let object = &body["data"]["object"];
        if event.starts_with("evt_thin") || event.starts_with("evt_parked") || event == "evt_unreadable" {
            continue;
        }
        kinds.insert(object["object"].as_str().unwrap().to_owned());
        let in_shown = canary::all(&shown["body"].to_string());
        assert!(in_shown.len() >= 30, "{event}: {in_shown:?}");
        assert_eq!(in_shown, canary::all(&body.to_string()), "{event}");
        assert_eq!(raw.header("daybook-masked"), Some("client_secret"), "{event}");
        marks += in_shown.len();
    }
    assert!(kinds.len() > 25 && marks > 10_000, "{marks} marks in {kinds:?}");
}

/// The paths of all questions.
fn questions() -> Vec<String> {
    let described = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/openapi.json")).unwrap();
    let described: Value = serde_json::from_slice(&described).unwrap();
    let paths = described["paths"].as_object().unwrap();
    paths.iter().filter(|(_, methods)| methods.get("get").is_some()).map(|(path, _)| path.clone()).collect()
}

/// What the braces of a path can stand for, by what stands before them.
struct Ids(BTreeMap<&'static str, Vec<String>>);

impl Ids {
    async fn of(marked: &Marked, analyst: &Client) -> Self {
        let mut ids = BTreeMap::from([
            ("/v1/customers/", marked.customers.clone()),
            ("/v1/subscriptions/", marked.subscriptions.clone()),
            ("/v1/events/", marked.events.clone()),
            ("/v1/accounts/", vec!["user_1".to_owned()]),
        ]);
        for (before, list, name) in [
            ("/v1/invoices/", "/v1/invoices?limit=200", "invoices"),
            ("/v1/payments/", "/v1/payments?limit=200", "payments"),
            ("/v1/disputes/", "/v1/disputes?limit=200", "disputes"),
        ] {
            let found = analyst.get(list).await.expect(200).json();
            let found = found[name].as_array().unwrap_or_else(|| panic!("{found}"));
            let found: Vec<String> = found.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
            assert!(!found.is_empty(), "there are {name}");
            ids.insert(before, found);
        }
        Self(ids)
    }

    /// A path with ids in place of its braces, and what makes answers longer.
    fn fill(&self, path: &str) -> Vec<String> {
        let Some((before, after)) = path.split_once("{id}") else {
            assert!(!path.contains('{'), "{path}: teach this test what stands in the braces");
            return if path.starts_with("/v1/") && has_pages(path) {
                vec![format!("{path}?limit=200")]
            } else {
                vec![path.to_owned()]
            };
        };
        let ids = self.0.get(before).unwrap_or_else(|| panic!("{path}: teach this test what is at {before}"));
        let after = after.replace("{feature}", "pro");
        assert!(!after.contains('{'), "{path}: teach this test what stands in the braces");
        let explained = if after.contains("entitlements") { "?explain=true" } else { "" };
        ids.iter().map(|id| format!("{before}{id}{after}{explained}")).collect()
    }
}

fn has_pages(path: &str) -> bool {
    ["/v1/attention", "/v1/disputes", "/v1/events", "/v1/invoices", "/v1/parked", "/v1/payments"].contains(&path)
}
