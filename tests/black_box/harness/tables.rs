//! The live read models as text, so that two builds of them can be compared row by row.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{PgPool, Row};

/// Tables, each with its rows, sorted.
pub type Tables = BTreeMap<String, Vec<String>>;

/// Not the same in two builds: `change` lists who changed at which size of a batch, `object` is the worker's own memory in a form of its own.
const OF_ITS_OWN: &[&str] = &["change", "object"];

/// These name positions.
const WHEN_LEARNED: &[&str] = &["event", "record_outcome"];

/// Every row of every table that answers, by the names of the tables.
pub async fn live(pool: &PgPool) -> Tables {
    let mut tables = Tables::new();
    let generations: Vec<i32> =
        sqlx::query_scalar("select distinct generation from live_generation order by generation")
            .fetch_all(pool)
            .await
            .unwrap();
    assert!(!generations.is_empty(), "read models are live");
    for generation in generations {
        let names: Vec<String> =
            sqlx::query_scalar("select table_name::text from information_schema.tables where table_schema = $1")
                .bind(format!("generation_{generation}"))
                .fetch_all(pool)
                .await
                .unwrap();
        for name in names.into_iter().filter(|name| !OF_ITS_OWN.contains(&name.as_str())) {
            let statement = format!("select t::text as line from generation_{generation}.{name} t");
            let rows = sqlx::query(&statement).fetch_all(pool).await.unwrap();
            let mut lines: Vec<String> = rows.iter().map(|row| row.get("line")).collect();
            lines.sort_unstable();
            tables.insert(name, lines);
        }
    }
    tables
}

/// The tables whose rows do not say when something was learned.
pub async fn readers(pool: &PgPool) -> Tables {
    let mut tables = live(pool).await;
    tables.retain(|name, _| !WHEN_LEARNED.contains(&name.as_str()));
    tables
}

/// Fails with the first rows that differ.
pub fn assert_same(one: &Tables, other: &Tables) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (name, rows) in one {
        let others = &other[name];
        let (here, there): (BTreeSet<_>, BTreeSet<_>) = (rows.iter().collect(), others.iter().collect());
        let added = here.difference(&there).next();
        let missing = there.difference(&here).next();
        assert!(rows == others, "{name} differs\nonly in the one: {added:?}\nonly in the other: {missing:?}");
    }
}
