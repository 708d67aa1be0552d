//! Who asks for an act, when, and under which key; and what is answered.

use chrono::{DateTime, Utc};
use daybook_domain::{
    customer::Authority,
    id::EventId,
    order::{Moment, Rank},
    scope::{Scope, ScopeId},
    time::Timestamp,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Error;

/// The longest idempotency key, in bytes.
pub const LONGEST_KEY: usize = 255;

/// Somebody wants to act.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose books.
    pub scope: ScopeId,
    /// Who, and why.
    pub by: Authority,
    /// The clock.
    pub now: DateTime<Utc>,
    /// What tells this request from others; without one, every request is a new one.
    pub key: Option<String>,
    /// The request as it was written, with nothing worked out: under one key it must be the same.
    pub asked: Value,
}

impl Request {
    /// The moment of the record that would be made; its id is made of scope and key.
    pub(crate) fn moment(&self, scope: &Scope) -> Result<Moment, Error> {
        let id = match &self.key {
            Some(key) if key.is_empty() || key.len() > LONGEST_KEY => {
                return Err(Error::Key { longest: LONGEST_KEY });
            }
            Some(key) => digest(scope, key),
            None => Uuid::now_v7().simple().to_string(),
        };
        let at = Timestamp::from_unix(self.now.timestamp()).unwrap_or(Timestamp::MIN);
        Ok(Moment { at, rank: Rank::Updated, event: EventId::new(format!("op_{id}")) })
    }
}

fn digest(scope: &Scope, key: &str) -> String {
    let mut hasher = Sha256::new();
    for part in [scope.to_string().as_str(), key] {
        hasher.update(part.len().to_be_bytes());
        hasher.update(part);
    }
    let mut id = hex::encode(hasher.finalize());
    id.truncate(32);
    id
}

/// Where an act is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The record's id.
    pub record: EventId,
    /// Where it stands in the log.
    pub position: i64,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// It is recorded now
    Recorded(Receipt),
    /// It was recorded before, under the same key
    Repeated(Receipt),
    /// All is as it asks already, and nothing was recorded
    SoAlready {
        /// How many records that was found in
        size: i64,
    },
}
