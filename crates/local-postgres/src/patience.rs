//! Waiting for something that another process does. The kernel offers no event for "that server is ready", so it is looked at again and
//! again, up to a limit. Never waits for time alone.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(20);

/// Looks until `look` finds something; `None` when the limit has passed.
pub(crate) fn wait_for<T, E>(limit: Duration, mut look: impl FnMut() -> Result<Option<T>, E>) -> Result<Option<T>, E> {
    let start = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(Some(found));
        }
        if start.elapsed() >= limit {
            return Ok(None);
        }
        pause();
    }
}

#[expect(clippy::disallowed_methods, reason = "the pause between two looks at a condition of another process")]
fn pause() {
    std::thread::sleep(PAUSE);
}
