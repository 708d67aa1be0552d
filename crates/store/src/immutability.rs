//! The proof, for the doctor, that nobody can change the log by accident: in a transaction that is rolled back, every kind of change is
//! tried on every protected table, and the triggers are looked up. It changes nothing, whatever it finds.

use sqlx::{Acquire, PgConnection, PgPool, Postgres, Transaction};

use crate::Error;

/// The tables whose rows are never changed.
pub const PROTECTED: [&str; 9] =
    ["scope", "head", "record", "body", "batch", "delivery", "conflict", "api_key", "api_key_revocation"];

/// What was found out about one kind of change of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// the table
    pub table: &'static str,
    /// `update`, `delete`, `truncate`, or `triggers` for the look at the catalogue
    pub attempt: &'static str,
    /// what happened
    pub verdict: Verdict,
}

/// Whether a change is kept out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was refused, for want of the right or by a trigger.
    Refused,
    /// It would have gone through.
    Possible,
    /// It could not be tried: the database's own words.
    Untried(String),
}

/// Tries every change of every protected table and rolls everything back. Truncation waits at most a fifth of a second for its lock.
///
/// # Errors
/// When the database cannot be asked.
pub async fn immutability_self_test(pool: &PgPool) -> Result<Vec<Finding>, Error> {
    let mut transaction = pool.begin_with("begin; set local lock_timeout = '200ms'").await?;
    let mut findings = Vec::new();
    for table in PROTECTED {
        let verdict = triggers(&mut transaction, table).await?;
        findings.push(Finding { table, attempt: "triggers", verdict });
        for (attempt, statement) in attempts(table) {
            let verdict = try_change(&mut transaction, &statement).await?;
            findings.push(Finding { table, attempt, verdict });
        }
    }
    transaction.rollback().await?;
    Ok(findings)
}

/// The statements that must not pass. Their text is made of our own table names only, so they are not checked at compile time.
fn attempts(table: &'static str) -> [(&'static str, String); 3] {
    let column = match table {
        "head" => "singleton",
        "scope" => "id",
        "api_key" => "name",
        "batch" => "size",
        "api_key_revocation" => "api_key",
        _ => "position",
    };
    [
        ("update", format!("update {table} set {column} = {column} where false")),
        ("delete", format!("delete from {table} where false")),
        ("truncate", format!("truncate {table} cascade")),
    ]
}

async fn try_change(transaction: &mut Transaction<'_, Postgres>, statement: &str) -> Result<Verdict, Error> {
    let mut savepoint = transaction.begin().await?;
    let result = sqlx::query(statement).execute(&mut *savepoint).await;
    savepoint.rollback().await?;
    match result {
        Ok(_) => Ok(Verdict::Possible),
        Err(sqlx::Error::Database(refusal)) => match refusal.code().as_deref() {
            // restrict violation (our trigger), insufficient privilege
            Some("23001" | "42501") => Ok(Verdict::Refused),
            _ => Ok(Verdict::Untried(refusal.message().to_owned())),
        },
        Err(error) => Err(error.into()),
    }
}

/// Both triggers must be there and fire always, `session_replication_role = replica` included.
async fn triggers(connection: &mut PgConnection, table: &str) -> Result<Verdict, Error> {
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from pg_trigger
         where tgrelid = to_regclass($1) and tgname in ('immutable_row', 'immutable_table') and tgenabled = 'A'"#,
        table,
    )
    .fetch_one(connection)
    .await?;
    Ok(if count == 2 { Verdict::Refused } else { Verdict::Possible })
}
