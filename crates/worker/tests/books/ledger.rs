//! Events in, postings and balances out, through the tables.

use std::collections::BTreeMap;

use daybook_domain::scope::ScopeId;
use daybook_store::{Database, Source, generation};
use daybook_testing::TestDatabase;
use daybook_worker::{
    Loader,
    batch::Generations,
    engine::{Engine, Reading, Record},
    setup,
};
use serde_json::Value;
use sqlx::{Connection, PgConnection, Row};

/// What the tables say after some events.
#[derive(Debug, PartialEq, Eq)]
pub struct Ledger {
    /// By transaction key.
    postings: BTreeMap<String, Vec<Leg>>,
    /// By account and currency.
    balances: BTreeMap<(String, String), i64>,
}

/// Account, currency, amount, and why a person should look at it.
type Leg = (String, String, i64, Option<String>);

impl Ledger {
    /// Tells the events in the order given and in these others (by their place), and expects the same books each time.
    pub async fn of(events: &[Value], orders: &[&[usize]]) -> Self {
        let (_test, database) = database().await;
        let mut connection = database.dedicated_connection().await.unwrap();
        setup::ensure_generation(&mut connection).await.unwrap();
        let generations = Generations::live(&generation::pointer(&mut connection).await.unwrap());
        let straight = told(&mut connection, &generations, events.iter()).await;
        for order in orders {
            let mut places = order.to_vec();
            places.sort_unstable();
            assert!(places.into_iter().eq(0..events.len()), "{order:?} names each event once");
            let other = told(&mut connection, &generations, order.iter().map(|place| &events[*place])).await;
            assert_eq!(straight, other, "in the order {order:?}");
        }
        straight
    }

    /// All transactions, by key.
    pub fn keys(&self) -> Vec<&str> {
        self.postings.keys().map(String::as_str).collect()
    }

    /// One transaction as `debits / credits`, accounts by the last word of their names.
    pub fn entry(&self, key: &str) -> String {
        self.sides(key, |_| true)
    }

    /// The part of a transaction in one currency.
    pub fn entry_in(&self, key: &str, currency: &str) -> String {
        self.sides(key, |of| of == currency)
    }

    fn sides(&self, key: &str, counts: impl Fn(&str) -> bool) -> String {
        let postings = self.postings.get(key).unwrap_or_else(|| panic!("no {key} among {:?}", self.keys()));
        let side = |debit: bool| {
            let legs = postings.iter().filter(|(_, currency, amount, _)| counts(currency) && (*amount > 0) == debit);
            let legs =
                legs.map(|(account, _, amount, _)| format!("{} {}", account.rsplit(':').next().unwrap(), amount.abs()));
            legs.collect::<Vec<_>>().join(", ")
        };
        format!("{} / {}", side(true), side(false))
    }

    /// What an account holds in US dollars, debit positive.
    pub fn balance(&self, account: &str) -> i64 {
        self.balance_in(account, "usd")
    }

    /// What an account holds, debit positive.
    pub fn balance_in(&self, account: &str, currency: &str) -> i64 {
        self.balances.get(&(account.to_owned(), currency.to_owned())).copied().unwrap_or_default()
    }

    /// Marks for a person, by transaction key.
    pub fn problems(&self) -> Vec<(&str, &str)> {
        let marked = self.postings.iter().filter_map(|(key, legs)| Some((key.as_str(), legs.first()?.3.as_deref()?)));
        marked.collect()
    }
}

async fn database() -> (TestDatabase, Database) {
    let test =
        TestDatabase::from_template("log", async |pool| Database::from_pool(pool).migrate().await).await.unwrap();
    let database = Database::from_pool(test.pool.clone());
    (test, database)
}

/// Every event is a batch of its own: its states come from the tables and go back there. Nothing stays.
async fn told(
    connection: &mut PgConnection,
    generations: &Generations,
    events: impl Iterator<Item = &Value>,
) -> Ledger {
    let mut transaction = connection.begin().await.unwrap();
    generations.set_search_path(&mut transaction).await.unwrap();
    for (event, position) in events.zip(0..) {
        let mut engine = Engine::new(Loader::Any);
        let body = event.to_string();
        let kind = event["type"].as_str().unwrap();
        let scope = ScopeId(1);
        let record = Record { position, scope, source: Source::Import, kind, body: body.as_bytes() };
        engine.apply(&mut transaction, vec![Reading::of(&record)]).await.unwrap();
        engine.flush(&mut transaction, None).await.unwrap();
        engine.output.remove_replaced(&mut transaction).await.unwrap();
        engine.output.write_rows(&mut transaction).await.unwrap();
        engine.output.deltas.write(&mut transaction).await.unwrap();
    }
    let refused = sqlx::query("select reason from record_outcome where outcome = 'quarantined'");
    let refused = refused.fetch_optional(&mut *transaction).await.unwrap();
    assert!(refused.is_none(), "an event was not read: {:?}", refused.map(|row| row.get::<String, _>(0)));
    let ledger = read(&mut transaction).await;
    transaction.rollback().await.unwrap();
    ledger
}

async fn read(connection: &mut PgConnection) -> Ledger {
    let rows = sqlx::query(
        "select transaction_key, account, currency, amount, problem from posting order by transaction_key, line",
    );
    let mut postings: BTreeMap<String, Vec<Leg>> = BTreeMap::new();
    for row in rows.fetch_all(&mut *connection).await.unwrap() {
        let leg = (row.get("account"), row.get("currency"), row.get("amount"), row.get("problem"));
        postings.entry(row.get("transaction_key")).or_default().push(leg);
    }
    let rows = sqlx::query("select account, currency, sum(amount)::bigint as amount from balance group by 1, 2");
    let rows = rows.fetch_all(&mut *connection).await.unwrap();
    let balances = rows.iter().map(|row| ((row.get("account"), row.get("currency")), row.get("amount"))).collect();
    Ledger { postings, balances }
}
