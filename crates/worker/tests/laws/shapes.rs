//! The same history rendered in each of the five API shapes ends in the same balances and entitlements.

use std::collections::{BTreeMap, BTreeSet};

use daybook_domain::{
    accounting::Account,
    entitlement::{CustomerState, Policy, Source as EntitlementSource, evaluate_all},
    money::Currency,
    time::Timestamp,
};
use daybook_simulator::{ApiShape, History, Plan, ShapeChoice, simulate};
use daybook_store::generation;
use daybook_worker::{Loader, batch::Generations, engine::Engine, setup};
use sqlx::{Connection, PgConnection, Row};

use super::{
    harness,
    order_does_not_matter::records,
    world::{World, facts},
};

/// Histories.
const HISTORIES: u64 = 60;

fn history(seed: u64) -> History {
    let months = 3 + u32::try_from(seed % 8).unwrap();
    let (customers, shape) = (1, ShapeChoice::Mixed);
    let plan =
        Plan { seed: 40_000 + seed, customers, start: 1_700_000_000, months, shape, livemode: false, account: None };
    simulate(&plan).customer(0)
}

/// Balances by currency and account. What came from outside Stripe stands in `assets:bank` where the shape says so, and in
/// `suspense` since basil, where no event does: for once they count as one place.
fn balances(history: &History, shape: ApiShape) -> BTreeMap<(Currency, Account), i128> {
    let read: Vec<_> = history.render(shape).iter().flat_map(|event| facts(&event.body)).collect();
    let mut sums = BTreeMap::new();
    for ((_, currency, account), amount) in World::learning(&read).books().balances() {
        let account = if account == Account::Suspense { Account::Bank } else { account };
        *sums.entry((currency, account)).or_default() += amount;
    }
    sums.retain(|_, amount| *amount != 0);
    sums
}

#[test]
fn the_same_history_ends_in_the_same_balances_in_every_shape() {
    let mut wrong = Vec::new();
    for seed in 0..HISTORIES {
        let history = history(seed);
        let oldest = balances(&history, ApiShape::V2020);
        for shape in ApiShape::ALL {
            let found = balances(&history, shape);
            let keys: BTreeSet<_> = oldest.keys().chain(found.keys()).collect();
            for key in keys.into_iter().filter(|key| oldest.get(*key) != found.get(*key)) {
                let (was, is) = (oldest.get(key), found.get(key));
                wrong.push(format!("history {seed}, {shape:?}: {} {}: {is:?}, not {was:?}", key.1.as_str(), key.0));
            }
        }
    }
    assert!(wrong.is_empty(), "{} balances differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// What the customer may use at some times, by feature: whether, why and until when.
async fn entitlements(
    connection: &mut PgConnection,
    generations: &Generations,
    (history, shape): (&History, ApiShape),
) -> Vec<String> {
    let events = history.render(shape);
    let mut transaction = connection.begin().await.unwrap();
    generations.set_search_path(&mut transaction).await.unwrap();
    let mut engine = Engine::new(Loader::Any);
    let readings = records(&events).iter().map(daybook_worker::engine::Reading::of).collect();
    engine.apply(&mut transaction, readings).await.unwrap();
    engine.flush(&mut transaction, None).await.unwrap();
    engine.output.write_rows(&mut transaction).await.unwrap();
    let rows = sqlx::query("select source::text from entitlement_source order by kind, id")
        .fetch_all(&mut *transaction)
        .await
        .unwrap();
    transaction.rollback().await.unwrap();
    let sources = rows.iter().map(|row| serde_json::from_str(&row.get::<String, _>(0)).unwrap());
    // Stripe's own summaries came with later versions.
    let sources: Vec<EntitlementSource> =
        sources.filter(|source| !matches!(source, EntitlementSource::Summary { .. })).collect();
    let customer = CustomerState::Known { has_payment_method: Some(true) };
    let last = events.iter().map(|event| event.created).max().unwrap_or_default();
    let times = [0, 1, 15, 40, 400].map(|days| Timestamp::from_unix(last + days * 86_400).unwrap());
    let mut answers = Vec::new();
    for now in times {
        for (feature, answer) in evaluate_all(&Policy::default(), customer, &sources, now) {
            let next = answer.next_change.map(|next| next.at.unix());
            answers.push(format!("{feature} at {}: {} {:?} {next:?}", now.unix(), answer.code.as_str(), answer.value));
        }
    }
    answers
}

#[tokio::test]
async fn the_same_history_ends_in_the_same_entitlements_in_every_shape() {
    let (_test, database) = harness::database().await;
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let (mut wrong, mut answers) = (Vec::new(), 0);
    for seed in 0..HISTORIES {
        let history = history(seed);
        let newest = entitlements(&mut connection, &generations, (&history, ApiShape::Endive)).await;
        answers += newest.len();
        for shape in ApiShape::ALL {
            let found = entitlements(&mut connection, &generations, (&history, shape)).await;
            if found != newest {
                wrong.push(format!("history {seed}, {shape:?}:\n{found:#?}\nnot\n{newest:#?}"));
            }
        }
    }
    assert!(answers > 200, "{answers} answers");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}
