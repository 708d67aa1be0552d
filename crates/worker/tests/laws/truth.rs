//! What the read models say is what the simulator knows to have happened, in every API shape.

use std::collections::BTreeMap;

use daybook_simulator::{
    ApiShape, History, Own, Plan, ShapeChoice, Story,
    deliver::{Disorder, disorder},
    simulate,
};
use daybook_store::{Database, generation, snapshot::Snapshot};
use daybook_worker::{
    Loader,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
    setup,
};
use sqlx::{Executor, Row};

use super::harness;

/// Customers per shape.
const CUSTOMERS: usize = 60;

/// Balances by customer, currency and account.
type Balances = BTreeMap<(String, String, String), i64>;

/// The seller's own money by currency and account.
type SellersOwn = BTreeMap<(String, &'static str), i64>;

fn add_own(sum: &mut SellersOwn, own: &BTreeMap<&'static str, Own>) {
    for (currency, money) in own {
        for (account, amount) in [
            ("assets:payouts:in_transit", money.in_transit),
            ("assets:bank", money.bank),
            ("income:application_fees", -money.application_fees),
            ("assets:stripe:balance", money.balance),
        ] {
            *sum.entry(((*currency).to_owned(), account)).or_default() += amount;
        }
    }
}

/// Where the books hold something else. Customers' payments outside Stripe reach the bank as well; payouts name no customer.
fn other_than_own(own: &SellersOwn, balances: &Balances) -> Vec<String> {
    let found = |currency: &str, account: &str| -> i64 {
        let counts = |customer: &str| account != "assets:bank" || customer.is_empty();
        let of_account =
            balances.iter().filter(|((customer, of, name), _)| of == currency && name == account && counts(customer));
        of_account.map(|(_, amount)| amount).sum()
    };
    own.iter()
        .filter(|((currency, account), expected)| found(currency, account) != **expected)
        .map(|((currency, account), expected)| {
            format!("{account} is {} {currency}, not {expected}", found(currency, account))
        })
        .collect()
}

async fn apply_all(database: &Database) {
    let mut connection = database.dedicated_connection().await.unwrap();
    setup::ensure_generation(&mut connection).await.unwrap();
    let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
    let mut engine = Engine::new(Loader::Any);
    let (mut size, mut before) = (0, -1);
    while size > before {
        before = size;
        size = apply_next(&mut connection, &mut engine, (Place::Live, &generations), size, 1, &BatchLimits::default())
            .await
            .unwrap();
    }
}

async fn statuses(snapshot: &mut Snapshot) -> BTreeMap<String, String> {
    let rows = snapshot.fetch_all("select id, status from subscription").await.unwrap();
    rows.iter().map(|row| (row.get("id"), row.get("status"))).collect()
}

async fn balances(snapshot: &mut Snapshot) -> Balances {
    let rows = snapshot.fetch_all("select customer, currency, account, amount from balance").await.unwrap();
    rows.iter().map(|row| ((row.get("customer"), row.get("currency"), row.get("account")), row.get("amount"))).collect()
}

async fn agrees_in(shape: ApiShape) {
    let plan = Plan {
        seed: 4_242,
        customers: CUSTOMERS,
        start: 1_700_000_000,
        months: 9,
        shape: ShapeChoice::One(shape),
        livemode: false,
        account: None,
    };
    let world = simulate(&plan);
    let (_test, database) = harness::database().await;
    // Those by chance, and every story once.
    let stories = Story::ALL.into_iter().enumerate().map(|(place, story)| world.story_of(CUSTOMERS + place, &[story]));
    let histories: Vec<History> = world.histories().chain(stories).collect();
    let mut events = world.catalogue().render(shape);
    events.extend(histories.iter().flat_map(|history| history.render(shape)));
    events.sort_by_key(|event| event.created);
    harness::append(&database, &disorder(events, 1, &Disorder::TYPICAL)).await;
    apply_all(&database).await;
    let mut snapshot = Snapshot::begin(database.pool()).await.unwrap();
    let statuses = statuses(&mut snapshot).await;
    let balances = balances(&mut snapshot).await;
    let mut wrong = Vec::new();
    let mut own = SellersOwn::new();
    for history in &histories {
        let customer = history.customer.clone().unwrap();
        let truth = history.truth();
        for (id, status) in &truth.subscriptions {
            if statuses.get(id).map(String::as_str) != Some(status) {
                wrong.push(format!("{customer}: {id} is {:?}, and was {status}", statuses.get(id)));
            }
        }
        add_own(&mut own, &truth.own);
        for (currency, money) in &truth.money {
            // Since basil no event says where such money came from; it waits in suspense.
            let unexplained = if shape.is_basil_or_later() { money.paid_out_of_band } else { 0 };
            let balance = |account: &str| {
                let key = (customer.clone(), (*currency).to_owned(), account.to_owned());
                balances.get(&key).copied().unwrap_or_default()
            };
            for (account, expected) in [
                ("assets:receivable", money.outstanding),
                ("liabilities:customer_credit", -money.credit),
                ("assets:disputes:contested", money.contested),
                ("suspense", unexplained - money.hidden),
            ] {
                if balance(account) != expected {
                    wrong.push(format!("{customer}: {account} is {} {currency}, not {expected}", balance(account)));
                }
            }
        }
    }
    wrong.extend(other_than_own(&own, &balances));
    assert!(wrong.is_empty(), "{shape:?}: {} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn standings_and_balances_agree_with_what_happened_in_2020() {
    agrees_in(ApiShape::V2020).await;
}

#[tokio::test]
async fn standings_and_balances_agree_with_what_happened_in_acacia() {
    agrees_in(ApiShape::Acacia).await;
}

#[tokio::test]
async fn standings_and_balances_agree_with_what_happened_in_basil() {
    agrees_in(ApiShape::Basil).await;
}

#[tokio::test]
async fn standings_and_balances_agree_with_what_happened_in_clover() {
    agrees_in(ApiShape::Clover).await;
}

#[tokio::test]
async fn standings_and_balances_agree_with_what_happened_in_endive() {
    agrees_in(ApiShape::Endive).await;
}
