//! The task that keeps the cache right: it hears of every batch the worker commits, or looks by itself when it hears nothing, learns who changed, and
//! moves the horizon. One runs in each process.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use daybook_projections::changes::{self, EVERYBODY, LISTED, SIZE_CHANNEL};
use daybook_projections::inquiry;
use daybook_store::generation;
use daybook_store::notify::News;
use daybook_store::snapshot::Snapshot;
use tokio::time::{Instant, timeout};

use super::account_key;
use super::horizon::Live;
use super::shard::Change;
use crate::Problem;
use crate::state::{App, Shared};

/// How long a look may take.
const PATIENCE: Duration = Duration::from_secs(2);

impl App {
    /// Follows the live read models until `shutdown` is ready. Without it nothing is kept, and nobody who waits is woken.
    pub async fn follow(self: Shared, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        let mut news = News::new(&self.database, &[SIZE_CHANNEL]);
        loop {
            let looked = timeout(PATIENCE, look(&self)).await;
            if !matches!(looked, Ok(Ok(()))) {
                self.horizon.miss();
                tracing::debug!("the live size could not be confirmed");
            }
            tokio::select! {
                biased;
                () = &mut shutdown => return,
                _ = news.wait(self.config.cache.poll) => {}
            }
        }
    }
}

/// Looks once: forgets who changed since the last look, then moves the horizon.
///
/// # Errors
/// When the database does not answer.
pub async fn look(app: &Shared) -> Result<(), Problem> {
    let asked = Instant::now();
    let mut snapshot = Snapshot::begin(&app.following).await?;
    let size = snapshot.size();
    let pointer = generation::pointer(&mut snapshot).await?;
    let known = app.horizon.live();
    // What happened while nobody looked for long may be listed no more.
    let lost_track = app.horizon.unconfirmed() > app.config.cache.refuse_after;
    let live = match known {
        Some(known) if *known.pointer == pointer && !lost_track && (0..=LISTED).contains(&(size - known.size)) => {
            if size > known.size {
                let changed = changes::between(&mut snapshot, known.size, size).await?;
                let accounts = accounts_of(app, &mut snapshot, &changed).await?;
                let forgotten: Vec<_> = changed.into_iter().map(change).chain(accounts).collect();
                app.entitlements.advance(size, &forgotten);
            }
            Live { size, pointer: known.pointer }
        }
        _ => {
            let pointer = Arc::new(pointer);
            app.entitlements.begin_again(size, &pointer);
            Live { size, pointer }
        }
    };
    snapshot.end().await?;
    app.horizon.confirm(live, asked);
    Ok(())
}

/// The accounts whose answers may have changed with these customers.
async fn accounts_of(
    app: &Shared,
    snapshot: &mut Snapshot,
    changed: &[changes::Changed],
) -> Result<Vec<Change>, Problem> {
    if !app.entitlements.expects_accounts() {
        return Ok(Vec::new());
    }
    let customers: Vec<_> = changed.iter().map(|one| (one.scope, one.customer.to_string())).collect();
    let accounts = inquiry::accounts_beside(snapshot, &customers).await?;
    let key = |account: &str| Some(account_key(account).into_boxed_str());
    Ok(accounts.into_iter().map(|(scope, account)| Change { scope, customer: key(&account) }).collect())
}

fn change(changed: changes::Changed) -> Change {
    let customer = Some(changed.customer).filter(|customer| **customer != *EVERYBODY);
    Change { scope: changed.scope, customer }
}
