//! What the tests share. A [`house::House`] is a database of its own with everything a test does to it; servers and commands are processes.

pub mod client;
pub mod event;
pub mod house;
pub mod log;
pub mod program;
pub mod server;
pub mod show;
pub mod tables;

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long anything may take that another process does.
const PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until `found` finds something, and fails when it does not for a minute.
pub async fn until<T>(what: &str, mut found: impl AsyncFnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = found().await {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "not within {} s: {what}", PATIENCE.as_secs());
        sleep(PAUSE).await;
    }
}

/// Seconds since 1970, as signatures have them.
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}
