//! What a rebuild changes: the rows of the new generation beside the live ones, both at one size.
//!
//! Nothing is locked meanwhile. The live rows are read in one snapshot; the new generation is brought to just the size
//! of that snapshot first, and nobody else moves it. Tables are compared by a digest, and row by row only where those
//! differ, in bounded memory.

use std::{cmp::Ordering, collections::BTreeSet};

use daybook_projections::generation::{PARTS, Part};
use daybook_store::{Database, checkpoint, generation};
use futures::{TryStreamExt, stream::BoxStream};
use sqlx::{Connection, Executor, PgConnection, Postgres, Row, Transaction, postgres::PgRow};

use super::{Observer, What};
use crate::{
    Error,
    batch::{BatchLimits, Generations, Place, apply_next},
    engine::Engine,
};

/// Customers that are named of each table at most.
const NAMED: usize = 5;

/// How one table of the new generation differs from the live one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The read model.
    pub read_model: &'static str,
    /// Its table.
    pub table: &'static str,
    /// Rows of the live one.
    pub live: i64,
    /// Rows of the new one.
    pub rebuilt: i64,
    /// Rows that only one of them has, or that differ.
    pub differing: i64,
    /// Some of the customers they are about.
    pub customers: Vec<String>,
}

/// What came of comparing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The size at which both were compared.
    pub size: i64,
    /// Tables that differ; none when a reader could not tell the new generation from the live one.
    pub differences: Vec<Difference>,
}

/// How rows of a table are told apart, and whom they are about.
struct Compared {
    table: &'static str,
    key: &'static str,
    customer: &'static str,
}

/// Every table that readers ask.
const COMPARED: &[Compared] = &[
    Compared { table: "entitlement_source", key: "scope, kind, id, part", customer: "customer" },
    Compared { table: "subscription", key: "scope, id", customer: "customer" },
    Compared { table: "customer", key: "scope, id", customer: "id" },
    Compared { table: "account_link", key: "scope, kind, id, source, account", customer: "customer" },
    Compared { table: "posting", key: "scope, kind, id, transaction_key, line", customer: "customer" },
    Compared { table: "balance", key: "scope, customer, currency, account", customer: "customer" },
    Compared { table: "dispute", key: "scope, id", customer: "customer" },
    Compared { table: "invoice", key: "scope, id", customer: "customer" },
    Compared { table: "payment", key: "scope, kind, id", customer: "customer" },
    Compared { table: "attention", key: "scope, kind, id", customer: "customer" },
    Compared { table: "parked", key: "scope, kind, id", customer: "id" },
];

/// Brings the new generation to the size of the live one and compares what is being rebuilt; nothing is compared where nothing
/// live has been applied as far. Returns the size reached too.
pub(super) async fn compare(
    database: &Database,
    connection: &mut PgConnection,
    (engine, generation, mut size): (&mut Engine, i32, i64),
    what: What,
    observer: &Observer<'_>,
) -> Result<(i64, Option<Comparison>), Error> {
    let mut other = database.dedicated_connection().await?;
    let mut live = other.begin_with("begin isolation level repeatable read, read only").await?;
    let pointer = generation::pointer(&mut live).await?;
    let Some(newest) = Generations::live(&pointer).newest() else { return Ok((size, None)) };
    let wanted = checkpoint::read(&mut live, newest).await?.size;
    while size < wanted {
        stop_if_asked(observer)?;
        let limits = BatchLimits { records: (wanted - size).min(1_000), ..BatchLimits::default() };
        size = apply_next(connection, engine, (Place::Apart, &Generations::one(generation)), size, 0, &limits).await?;
    }
    if size > wanted {
        return Ok((size, None));
    }
    let mut comparison = Comparison { size, differences: Vec::new() };
    for part in PARTS.iter().filter(|part| what.compares(part)) {
        let Some(before) = pointer.get(part.name) else { continue };
        for compared in COMPARED.iter().filter(|compared| part.tables.contains(&compared.table)) {
            stop_if_asked(observer)?;
            let sides = Sides { live: &mut live, rebuilt: &mut *connection, before: *before, after: generation };
            comparison.differences.extend(sides.compare(part, compared).await?);
        }
    }
    live.rollback().await?;
    other.close().await?;
    Ok((size, Some(comparison)))
}

fn stop_if_asked(observer: &Observer<'_>) -> Result<(), Error> {
    if observer.shutdown.is_cancelled() { Err(Error::Stopped) } else { Ok(()) }
}

/// Two generations, and the connections on which they are read.
struct Sides<'a, 'c> {
    live: &'a mut Transaction<'c, Postgres>,
    rebuilt: &'a mut PgConnection,
    before: i32,
    after: i32,
}

/// How many rows a table has, and a sum over all of them that does not depend on their order.
#[derive(PartialEq, Eq)]
struct Digest {
    rows: i64,
    sum: String,
}

impl Sides<'_, '_> {
    /// Compares one table; none when the rows are equal, or when the live generation has no such table.
    async fn compare(mut self, part: &'static Part, compared: &'static Compared) -> Result<Option<Difference>, Error> {
        let live_table = format!("{}.{}", generation::schema(self.before), compared.table);
        let new_table = format!("{}.{}", generation::schema(self.after), compared.table);
        let old_columns = columns(self.live, &live_table).await?;
        let shared: Vec<String> =
            columns(self.rebuilt, &new_table).await?.into_iter().filter(|name| old_columns.contains(name)).collect();
        if shared.is_empty() {
            return Ok(None);
        }
        let row = format!("row({})::text", shared.join(", "));
        let (live, rebuilt) =
            tokio::try_join!(digest(self.live, &live_table, &row), digest(self.rebuilt, &new_table, &row))?;
        if live == rebuilt {
            return Ok(None);
        }
        let (differing, customers) = self.row_by_row(compared, &row, [&live_table, &new_table]).await?;
        Ok(Some(Difference {
            read_model: part.name,
            table: compared.table,
            live: live.rows,
            rebuilt: rebuilt.rows,
            differing,
            customers,
        }))
    }

    /// Counts the rows that differ, and names some of the customers.
    async fn row_by_row(
        &mut self,
        compared: &Compared,
        row: &str,
        [live_table, new_table]: [&str; 2],
    ) -> Result<(i64, Vec<String>), Error> {
        let statement = |table: &str| {
            format!(
                "select row({})::text collate \"C\" as key, coalesce({}, '') as customer, hashtextextended({row}, 0) as hash
                 from {table} order by 1",
                compared.key, compared.customer
            )
        };
        let (live_statement, new_statement) = (statement(live_table), statement(new_table));
        let mut live = Side::new(self.live.fetch(live_statement.as_str())).await?;
        let mut rebuilt = Side::new(self.rebuilt.fetch(new_statement.as_str())).await?;
        let (mut differing, mut customers) = (0, BTreeSet::new());
        loop {
            let order = match (&live.next, &rebuilt.next) {
                (None, None) => break,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(live), Some(rebuilt)) => live.key.cmp(&rebuilt.key),
            };
            let ahead = if order == Ordering::Greater { &rebuilt.next } else { &live.next };
            let same = order == Ordering::Equal && live.next == rebuilt.next;
            if let Some(line) = ahead.as_ref().filter(|_| !same) {
                differing += 1;
                if customers.len() < NAMED && !line.customer.is_empty() {
                    customers.insert(line.customer.clone());
                }
            }
            if order != Ordering::Greater {
                live.step().await?;
            }
            if order != Ordering::Less {
                rebuilt.step().await?;
            }
        }
        Ok((differing, customers.into_iter().collect()))
    }
}

/// One row of a table, as far as comparing needs it.
#[derive(PartialEq, Eq)]
struct Line {
    key: String,
    customer: String,
    hash: i64,
}

/// The rows of one side, in the order of their keys.
struct Side<'s> {
    rows: BoxStream<'s, Result<PgRow, sqlx::Error>>,
    next: Option<Line>,
}

impl<'s> Side<'s> {
    async fn new(rows: BoxStream<'s, Result<PgRow, sqlx::Error>>) -> Result<Self, Error> {
        let mut side = Self { rows, next: None };
        side.step().await?;
        Ok(side)
    }

    async fn step(&mut self) -> Result<(), Error> {
        self.next = match self.rows.try_next().await? {
            Some(row) => Some(Line { key: row.try_get(0)?, customer: row.try_get(1)?, hash: row.try_get(2)? }),
            None => None,
        };
        Ok(())
    }
}

// Not checked at compile time, all three: the tables' names are made of ours and of a generation's number.

/// A table's columns; none when there is no such table.
async fn columns(connection: &mut PgConnection, table: &str) -> Result<Vec<String>, Error> {
    let statement = format!(
        "select attname::text from pg_attribute
         where attrelid = to_regclass('{table}') and attnum > 0 and not attisdropped order by attnum"
    );
    let rows = connection.fetch_all(statement.as_str()).await?;
    Ok(rows.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?)
}

async fn digest(connection: &mut PgConnection, table: &str, row: &str) -> Result<Digest, Error> {
    let statement =
        format!("select count(*), coalesce(sum(hashtextextended({row}, 0)::numeric), 0)::text from {table}");
    let one = connection.fetch_one(statement.as_str()).await?;
    Ok(Digest { rows: one.try_get(0)?, sum: one.try_get(1)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_that_readers_ask_is_compared() {
        let tables: Vec<&str> = PARTS.iter().skip(1).flat_map(|part| part.tables).copied().collect();
        assert_eq!(COMPARED.iter().map(|compared| compared.table).collect::<Vec<_>>(), tables);
    }
}
