//! Keys, looked up once and remembered for a short while. A remembered key is looked up again beside the requests that use it, so that none of them
//! waits; one that was revoked stops working when that look-up returns, at the latest when its longest time is over. While the database is away, keys
//! that were known go on working for as long as stale answers may be given.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::http::{HeaderMap, header};
use daybook_store::key;
use sha2::{Digest, Sha256};
use sqlx::PgPool;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::Access;
use crate::Problem;
use crate::config::{CacheLimits, KeyLimits};

/// A key's SHA-256: what is remembered of it.
type Fingerprint = [u8; 32];

/// Look-ups that may run at once, so that guessing keys cannot take all connections.
const LOOK_UPS: usize = 4;
/// Of those who come with a key nobody remembers, so many may wait; guessing must not grow a queue.
const STRANGERS: usize = 256;

/// Remembered keys.
#[derive(Debug)]
pub struct Keyring {
    pool: PgPool,
    remembered: RwLock<HashMap<Fingerprint, Remembered>>,
    /// For keys that are not remembered.
    look_ups: Semaphore,
    /// For those that are: whoever guesses does not stand before them.
    renewals: Semaphore,
    strangers: Semaphore,
    limits: KeyLimits,
    /// How long a key works that cannot be looked up.
    without_database: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Remembered {
    access: Access,
    checked: Instant,
    /// Since when a look-up beside the requests is running.
    asked: Option<Instant>,
    /// The last look-up found the database away.
    away: bool,
}

/// What a remembered key is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Worth {
    Good,
    /// Good, and to be looked up again beside the request.
    Ageing,
    /// To be looked up before the request is answered.
    Old,
}

impl Remembered {
    fn worth(&self, now: Instant, limits: &KeyLimits, without_database: Duration) -> Worth {
        let age = now.saturating_duration_since(self.checked);
        let longest = if self.away { without_database.max(limits.longest) } else { limits.longest };
        let asking = self.asked.is_some_and(|asked| now.saturating_duration_since(asked) < limits.longest);
        if age > longest {
            Worth::Old
        } else if age > limits.fresh && !asking {
            Worth::Ageing
        } else {
            Worth::Good
        }
    }
}

impl Keyring {
    /// A keyring that knows no key yet.
    pub fn new(pool: PgPool, limits: KeyLimits, cache: &CacheLimits) -> Arc<Self> {
        Arc::new(Self {
            pool,
            remembered: RwLock::default(),
            look_ups: Semaphore::new(LOOK_UPS),
            renewals: Semaphore::new(LOOK_UPS),
            strangers: Semaphore::new(STRANGERS),
            limits,
            without_database: cache.refuse_after,
        })
    }

    /// What the key in these headers opens.
    ///
    /// # Errors
    /// [`Problem::NoKey`], [`Problem::UnknownKey`], or the database is away and the key was not known.
    pub async fn authenticate(self: &Arc<Self>, headers: &HeaderMap) -> Result<Access, Problem> {
        let token = bearer(headers)?;
        let fingerprint = fingerprint(token);
        if let Some(access) = self.recall(&fingerprint, token) {
            return Ok(access);
        }
        match self.look_up(&fingerprint, token).await {
            Ok(found) => found.ok_or(Problem::UnknownKey),
            // One that was not used for a while is still known while answers may be stale.
            Err(problem @ Problem::DatabaseAway(_)) => {
                self.change(&fingerprint, |known| known.away = true);
                self.recall(&fingerprint, token).ok_or(problem)
            }
            Err(problem) => Err(problem),
        }
    }

    /// What the key in these headers opens, if it is remembered well enough. Never waits.
    pub fn recognise(self: &Arc<Self>, headers: &HeaderMap) -> Option<Access> {
        let token = bearer(headers).ok()?;
        self.recall(&fingerprint(token), token)
    }

    fn recall(self: &Arc<Self>, fingerprint: &Fingerprint, token: &str) -> Option<Access> {
        let now = Instant::now();
        let known = *self.remembered.read().unwrap_or_else(PoisonError::into_inner).get(fingerprint)?;
        match known.worth(now, &self.limits, self.without_database) {
            Worth::Good => Some(known.access),
            Worth::Ageing => {
                self.look_up_beside(*fingerprint, token.to_owned(), now);
                Some(known.access)
            }
            Worth::Old => None,
        }
    }

    fn look_up_beside(self: &Arc<Self>, fingerprint: Fingerprint, token: String, now: Instant) {
        self.change(&fingerprint, |known| known.asked = Some(now));
        let keyring = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(Problem::DatabaseAway(_)) = keyring.look_up(&fingerprint, &token).await {
                keyring.change(&fingerprint, |known| (known.asked, known.away) = (None, true));
            }
        });
    }

    async fn look_up(&self, fingerprint: &Fingerprint, token: &str) -> Result<Option<Access>, Problem> {
        if !looks_like_a_key(token) {
            return Ok(None);
        }
        let known = self.remembered.read().unwrap_or_else(PoisonError::into_inner).contains_key(fingerprint);
        let _place = if known { None } else { Some(self.strangers.try_acquire().map_err(|_| Problem::Busy)?) };
        let turns = if known { &self.renewals } else { &self.look_ups };
        let _turn = turns.acquire().await.map_err(|_| Problem::Stopping)?;
        let checked = Instant::now();
        let mut connection = self.pool.acquire().await?;
        let key = key::find(&mut connection, token).await?;
        let access = key.map(|key| Access { key: key.id, role: key.role, scope: key.scope_id });
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        match access {
            Some(access) => {
                make_room(&mut remembered, fingerprint, self.limits.remembered);
                remembered.insert(*fingerprint, Remembered { access, checked, asked: None, away: false });
            }
            None => drop(remembered.remove(fingerprint)),
        }
        Ok(access)
    }

    fn change(&self, fingerprint: &Fingerprint, change: impl FnOnce(&mut Remembered)) {
        let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = remembered.get_mut(fingerprint) {
            change(known);
        }
    }
}

fn make_room(remembered: &mut HashMap<Fingerprint, Remembered>, coming: &Fingerprint, limit: usize) {
    if remembered.len() < limit.max(1) || remembered.contains_key(coming) {
        return;
    }
    let oldest = remembered.iter().min_by_key(|(_, known)| known.checked).map(|(fingerprint, _)| *fingerprint);
    if let Some(oldest) = oldest {
        remembered.remove(&oldest);
    }
}

/// The token of `Authorization: Bearer ...`.
fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    let value = headers.get(header::AUTHORIZATION).ok_or(Problem::NoKey)?.as_bytes();
    let (scheme, token) = value.split_at_checked(b"Bearer ".len()).ok_or(Problem::NoKey)?;
    if !scheme.eq_ignore_ascii_case(b"Bearer ") {
        return Err(Problem::NoKey);
    }
    std::str::from_utf8(token).map(str::trim).map_err(|_| Problem::UnknownKey)
}

/// What can be no key costs no look-up.
fn looks_like_a_key(token: &str) -> bool {
    token.len() <= 200 && token.starts_with("dbk_")
}

fn fingerprint(token: &str) -> Fingerprint {
    Sha256::digest(token.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use daybook_domain::scope::ScopeId;
    use daybook_store::key::Role;
    use sqlx::postgres::PgPoolOptions;

    use super::*;

    fn known(age: Duration, away: bool) -> (Remembered, Instant) {
        let checked = Instant::now();
        let access = Access { key: 1, role: Role::App, scope: ScopeId(1) };
        (Remembered { access, checked, asked: None, away }, checked + age)
    }

    fn worth(age: Duration, away: bool) -> Worth {
        let (known, now) = known(age, away);
        known.worth(now, &KeyLimits::default(), Duration::from_secs(60))
    }

    #[test]
    fn a_key_is_remembered_then_looked_up_beside_then_waited_for() {
        assert_eq!(worth(Duration::from_secs(1), false), Worth::Good);
        assert_eq!(worth(Duration::from_secs(5), false), Worth::Ageing);
        assert_eq!(worth(Duration::from_secs(11), false), Worth::Old);
    }

    #[test]
    fn a_known_key_outlasts_a_database_that_is_away_but_not_for_ever() {
        assert_eq!(worth(Duration::from_secs(30), true), Worth::Ageing);
        assert_eq!(worth(Duration::from_secs(61), true), Worth::Old);
    }

    #[test]
    fn only_one_look_up_runs_beside_the_requests() {
        let (mut known, now) = known(Duration::from_secs(5), false);
        known.asked = Some(now);
        assert_eq!(known.worth(now, &KeyLimits::default(), Duration::from_secs(60)), Worth::Good);
    }

    #[test]
    fn a_header_that_holds_no_bearer_key_is_told_apart_from_a_wrong_one() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
            bearer(&headers).map(str::to_owned).map_err(|problem| problem.reason())
        };
        assert_eq!(with("bearer dbk_x").as_deref(), Ok("dbk_x"));
        assert_eq!(with("Basic abc"), Err("no_key"));
        assert_eq!(with("B"), Err("no_key"));
        assert_eq!(bearer(&HeaderMap::new()).unwrap_err().reason(), "no_key");
    }

    fn without_database() -> PgPool {
        let options = PgPoolOptions::new().acquire_timeout(Duration::from_millis(200));
        options.connect_lazy("postgres://nobody@127.0.0.1:1/nothing").unwrap()
    }

    fn bearing(token: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {token}")).unwrap());
        headers
    }

    #[tokio::test]
    async fn a_key_that_was_not_used_for_a_while_outlasts_a_database_that_went_away() {
        let limits = KeyLimits { fresh: Duration::ZERO, longest: Duration::ZERO, remembered: 8 };
        let keyring = Keyring::new(without_database(), limits, &CacheLimits::default());
        let (known, _) = known(Duration::ZERO, false);
        keyring.remembered.write().unwrap().insert(fingerprint("dbk_known"), known);
        assert_eq!(keyring.authenticate(&bearing("dbk_known")).await.unwrap(), known.access);
        assert_eq!(keyring.authenticate(&bearing("dbk_other")).await.unwrap_err().reason(), "database_away");
    }

    #[tokio::test]
    async fn guessing_keys_grows_no_queue_and_does_not_stand_before_known_ones() {
        let keyring = Keyring::new(without_database(), KeyLimits::default(), &CacheLimits::default());
        let _crowd = keyring.strangers.acquire_many(u32::try_from(STRANGERS).unwrap()).await.unwrap();
        let _guessers = keyring.look_ups.acquire_many(u32::try_from(LOOK_UPS).unwrap()).await.unwrap();
        assert_eq!(keyring.authenticate(&bearing("dbk_guess")).await.unwrap_err().reason(), "busy");
        let (known, _) = known(Duration::ZERO, false);
        keyring.remembered.write().unwrap().insert(fingerprint("dbk_known"), known);
        assert_eq!(keyring.authenticate(&bearing("dbk_known")).await.unwrap(), known.access);
    }
}
