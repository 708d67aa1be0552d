//! Databases that are no longer wanted. Dropping them is a kindness to the server's disk and never fails a test.

use sqlx::{Connection, PgConnection};

use crate::server::{Server, now};

/// A run that is older than this many seconds is over.
const OLD: u64 = 6 * 60 * 60;

/// Drops a database from a thread of its own: the test's runtime may be gone.
pub(crate) fn drop_soon(server: String, name: String) {
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            // Left behind at worst.
            let _ = runtime.block_on(drop_now(&server, &name));
        }
    });
}

/// Drops what earlier runs left on a server that outlives them.
pub(crate) async fn drop_old(server: &Server) {
    for name in named_by_us(server).await.unwrap_or_default() {
        if is_old(&name) {
            // Another process may do the same.
            let _ = drop_now(&server.url, &name).await;
        }
    }
}

async fn drop_now(server: &str, name: &str) -> Result<(), sqlx::Error> {
    let mut admin = PgConnection::connect(server).await?;
    sqlx::query(&format!("drop database if exists {name} with (force)")).execute(&mut admin).await?;
    admin.close().await
}

async fn named_by_us(server: &Server) -> Result<Vec<String>, sqlx::Error> {
    let mut admin = PgConnection::connect(&server.url).await?;
    sqlx::query_scalar(
        "select datname::text from pg_database where datname ~ '^daybook_(test|template)_[0-9]+_[a-z0-9_]+$'",
    )
    .fetch_all(&mut admin)
    .await
}

/// The third word of a name is the second it was made in.
fn is_old(name: &str) -> bool {
    let made = name.split('_').nth(2).and_then(|word| word.parse::<u64>().ok());
    made.is_some_and(|made| made.saturating_add(OLD) < now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_is_read_from_the_name() {
        assert!(is_old("daybook_test_1700000000_1_2"));
        assert!(is_old("daybook_template_1700000000_ledger"));
        assert!(!is_old(&format!("daybook_test_{}_1_2", now())));
        assert!(!is_old("daybook_test_mine"));
    }
}
