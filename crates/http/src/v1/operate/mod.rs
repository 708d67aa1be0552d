//! Operators' acts over HTTP: one file for each. All of them need a key with the role operator, say why, and may be sent again under the same
//! `Idempotency-Key` without acting twice.

pub mod acknowledge;
pub mod end;
pub mod grant;
pub mod link;
pub mod release;
pub mod revoke;
pub mod settle;
pub mod unlink;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use daybook_commands::{Done, Receipt, Request};
use daybook_domain::customer::{Act, Authority, Insistence};
use daybook_domain::finding::{About, Stands};
use daybook_domain::id::CustomerId;
use daybook_domain::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::Problem;
use crate::auth::Access;
use crate::query::read_time;
use crate::state::{App, Shared};

/// What came of an act.
#[derive(Debug, Serialize, ToSchema)]
pub struct Acted {
    /// `recorded`; `repeated` when it was recorded before under the same key; `so_already` when all was as it asks.
    outcome: &'static str,
    /// The record's id, which later answers name as their cause. None when nothing had to be recorded.
    record: Option<String>,
    /// Where it stands in the log.
    position: Option<i64>,
    /// What to ask with as `min_size` to be answered with the act applied; where nothing had to be recorded, how many records that was found in.
    size: i64,
}

/// The `Idempotency-Key` of a request, if it has one.
#[derive(Debug)]
pub struct Key(pub Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all("idempotency-key").iter();
        match (values.next(), values.next()) {
            (None, _) => Ok(Self(None)),
            (Some(key), None) => match key.to_str() {
                Ok(key) => Ok(Self(Some(key.to_owned()))),
                Err(_) => Err(Problem::malformed("the Idempotency-Key has other than visible ASCII characters")),
            },
            (Some(_), Some(_)) => Err(Problem::malformed("the Idempotency-Key came more than once")),
        }
    }
}

/// Who acts and why, as a body says it.
struct Words {
    actor: Option<String>,
    reason: String,
    ticket: Option<String>,
}

/// A request to act, as it came: by whom, under which key, in which words.
struct Asking {
    access: Access,
    key: Option<String>,
    body: Value,
    /// When it came.
    now: DateTime<Utc>,
}

impl Asking {
    fn new(app: &App, access: Access, key: Option<String>, body: Value) -> Self {
        Self { access, key, body, now: app.clock.now() }
    }

    /// When it came, as a second of the ledger's.
    fn second(&self) -> Timestamp {
        Timestamp::from_unix(self.now.timestamp()).unwrap_or(Timestamp::MIN)
    }

    /// What the body says.
    fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_value(self.body.clone()).map_err(|error| Problem::malformed(format!("the body: {error}")))
    }

    fn request(self, words: Words, what: &str, about: &str) -> Request {
        let via = format!("key {}", self.access.key);
        let by = Authority {
            actor: words.actor.map_or_else(|| via.as_str().into(), String::into_boxed_str),
            reason: words.reason.into(),
            ticket: words.ticket.map(String::into_boxed_str),
            via: Some(via.as_str().into()),
        };
        let asked = json!({ "act": what, "about": about, "request": self.body });
        Request { scope: self.access.scope, by, now: self.now, key: self.key, asked }
    }

    /// Acts on a customer.
    async fn act(
        self,
        app: &Shared,
        customer: &str,
        words: Words,
        act: Act,
        insistence: Insistence,
    ) -> Result<Response, Problem> {
        let request = self.request(words, act.kind(), customer);
        Ok(answer(app.commands.act(request, CustomerId::new(customer), act, insistence).await?))
    }

    /// Settles a finding.
    async fn settle(self, app: &Shared, about: About, words: Words, stands: Stands) -> Result<Response, Problem> {
        let request = self.request(words, "settle", &format!("{about:?}"));
        Ok(answer(app.commands.settle(request, about, stands).await?))
    }
}

fn answer(done: Done) -> Response {
    let told = |outcome, Receipt { record, position }| Acted {
        outcome,
        record: Some(record.to_string()),
        position: Some(position),
        size: position + 1,
    };
    let (status, acted) = match done {
        Done::Recorded(receipt) => (StatusCode::CREATED, told("recorded", receipt)),
        Done::Repeated(receipt) => (StatusCode::OK, told("repeated", receipt)),
        Done::SoAlready { size } => {
            (StatusCode::OK, Acted { outcome: "so_already", record: None, position: None, size })
        }
    };
    (status, Json(acted)).into_response()
}

/// A time of a body, written as queries write theirs; a number is seconds since 1970.
fn time(name: &'static str, written: Option<&Value>) -> Result<Option<Timestamp>, Problem> {
    let seconds = match written {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) => read_time(text.trim(), name)?,
        Some(other) => read_time(&other.to_string(), name)?,
    };
    Ok(Timestamp::from_unix(seconds))
}

fn insistence(force: Option<bool>) -> Insistence {
    if force.unwrap_or(false) { Insistence::Insisted } else { Insistence::None }
}
