//! Waiting for news. PostgreSQL announces, but an announcement can be lost with its connection; so a wait always ends after a while, notified or
//! not, and whoever waits looks for himself.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::postgres::PgListener;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::Database;

/// A listener on some channels, on a connection of its own that is opened again when it breaks.
#[derive(Debug)]
pub struct News {
    pool: PgPool,
    channels: Vec<String>,
    listener: Option<PgListener>,
}

/// Why a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woken {
    /// Something was announced, or the listener was opened just now and something may have been missed.
    ByNews,
    /// Nothing was heard for the whole time.
    ByTime,
}

impl News {
    /// A listener on these channels. It connects when it first waits.
    pub fn new(database: &Database, channels: &[&str]) -> Self {
        Self {
            pool: database.listener_pool(),
            channels: channels.iter().map(|channel| (*channel).to_owned()).collect(),
            listener: None,
        }
    }

    /// Waits for an announcement on any of the channels, at most this long. What was announced in a burst wakes once. It never fails: while
    /// the database does not answer it waits out the time.
    pub async fn wait(&mut self, longest: Duration) -> Woken {
        let deadline = Instant::now() + longest;
        let heard = timeout_at(deadline, self.listen()).await;
        match heard {
            Ok(Ok(())) => Woken::ByNews,
            Ok(Err(error)) => {
                tracing::warn!(%error, "not listening for news: polling instead");
                self.listener = None;
                sleep_until(deadline).await;
                Woken::ByTime
            }
            Err(_) => Woken::ByTime,
        }
    }

    async fn listen(&mut self) -> Result<(), sqlx::Error> {
        let Some(listener) = self.listener.as_mut() else {
            let mut listener = PgListener::connect_with(&self.pool).await?;
            listener.listen_all(self.channels.iter().map(String::as_str)).await?;
            self.listener = Some(listener);
            return Ok(());
        };
        listener.recv().await?;
        while listener.next_buffered().is_some() {}
        Ok(())
    }
}

impl Drop for News {
    /// Says goodbye to the server: into a closed pool the listener's connection is not put back but ended in order.
    fn drop(&mut self) {
        // Closing begins with the call; the rest would only wait for it.
        drop(self.pool.close());
    }
}
