//! `daybook event show`: everything known of one event. In the body as it is shown personal fields are covered unless the raw body is asked for, and values of
//! `client_secret` always; the log keeps the exact bytes.

use std::fmt;

use chrono::{DateTime, Utc};
use daybook_http::v1::balances::Posting;
use daybook_http::v1::event::postings_of;
use daybook_projections::{aggregates, records};
use daybook_store::log::conflict;
use daybook_store::log::read::{self, Record};
use daybook_store::snapshot::Snapshot;
use daybook_stripe::private::{self, Cover, cover};
use serde::Serialize;
use serde_json::Value;

use super::{moment, shown};
use crate::built::is_built;
use crate::config::DatabaseArguments;
use crate::exit::{Ending, Refused};
use crate::open::{Opened, Upgrade, with};
use crate::output::Output;

/// `daybook event show`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The event's id, or its position in the log
    event: String,
    /// The body with personal fields; only client secrets stay covered
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// An event with everything around it.
#[derive(Serialize)]
struct Shown {
    position: i64,
    event_id: String,
    #[serde(rename = "type")]
    kind: String,
    scope: String,
    source: &'static str,
    api_version: Option<String>,
    created: Option<DateTime<Utc>>,
    received_at: DateTime<Utc>,
    endpoint: Option<String>,
    secret_label: Option<String>,
    outcome: Option<Outcome>,
    led_to: Vec<Led>,
    postings: Vec<Posting>,
    deliveries: Vec<Delivery>,
    conflicts: i64,
    body: Value,
    size: i64,
}

#[derive(Serialize)]
struct Outcome {
    #[serde(rename = "outcome")]
    name: String,
    reason: Option<String>,
    object: Option<String>,
    customer: Option<String>,
}

#[derive(Serialize)]
struct Led {
    aggregate: String,
    sequence: i64,
    event: String,
}

#[derive(Serialize)]
struct Delivery {
    received_at: DateTime<Utc>,
    outcome: String,
    api_version: Option<String>,
    endpoint: Option<String>,
    secret_label: Option<String>,
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        writeln!(formatter, "{}  {}", self.event_id, self.kind)?;
        let mut field = |name: &str, value: String| writeln!(formatter, "  {name:<12} {value}");
        field("position", self.position.to_string())?;
        field("scope", self.scope.clone())?;
        field("at Stripe", self.created.map_or_else(|| "-".to_owned(), shown))?;
        field("received", format!("{} by {}", shown(self.received_at), self.source))?;
        field("verified by", format!("endpoint {}, secret {}", or_dash(&self.endpoint), or_dash(&self.secret_label)))?;
        field("API version", or_dash(&self.api_version))?;
        match &self.outcome {
            None => field("outcome", "not applied yet".to_owned())?,
            Some(outcome) => {
                let reason = outcome.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
                field("outcome", format!("{}{reason}", outcome.name))?;
                field("about", or_dash(&outcome.object))?;
                field("customer", or_dash(&outcome.customer))?;
            }
        }
        for led in &self.led_to {
            field("led to", format!("{} of {} (its event {})", led.event, led.aggregate, led.sequence))?;
        }
        for posting in &self.postings {
            let (amount, account) = (&posting.display, &posting.account);
            field("posted", format!("{amount:>14}  {account}  ({})", posting.transaction))?;
        }
        for delivery in &self.deliveries {
            let secret = or_dash(&delivery.secret_label);
            field("delivered", format!("{}: {}, secret {secret}", shown(delivery.received_at), delivery.outcome))?;
        }
        if self.conflicts > 0 {
            field("conflicts", format!("{} kept beside it: `daybook event conflicts` lists them", self.conflicts))?;
        }
        match &self.body {
            Value::String(text) => write!(formatter, "\n{text}"),
            body => write!(formatter, "\n{body:#}"),
        }
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let shown = with(&arguments.database, Upgrade::NotHere, async |opened| read(arguments, opened).await).await?;
    output.show(&shown)?;
    Ok(Ending::Well)
}

async fn read(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Shown> {
    let event = arguments.event.as_str();
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    // The id first: one that looks like a number is an id all the same.
    let mut record = read::record_by_event_id(&mut snapshot, event).await?;
    if let (None, Ok(position)) = (&record, event.parse()) {
        record = read::record_by_position(&mut snapshot, position).await?;
    }
    let Some(record) = record else {
        return Err(Refused(format!("the log holds no event {event}")).into());
    };
    let shown = around(record, what(arguments.raw), &mut snapshot).await?;
    snapshot.end().await?;
    Ok(shown)
}

async fn around(record: Record, what: Cover, snapshot: &mut Snapshot) -> anyhow::Result<Shown> {
    let position = record.position;
    let scopes = daybook_store::scope::all(snapshot).await?;
    let body = read::body(snapshot, position).await?.unwrap_or_default();
    let deliveries = read::deliveries(snapshot, position).await?;
    let conflicts = conflict::count_of_record(snapshot, position).await?;
    let (mut outcome, mut led_to, mut postings) = (None, Vec::new(), Vec::new());
    if is_built(snapshot).await? {
        outcome = records::of_position(snapshot, position).await?;
        led_to = aggregates::caused_by(snapshot, position).await?;
        postings = postings_of(snapshot, &record, outcome.as_ref()).await?;
    }
    Ok(Shown {
        position,
        event_id: record.event_id,
        kind: record.kind,
        scope: scopes.get(&record.scope).map_or_else(|| record.scope.to_string(), ToString::to_string),
        source: record.source.name(),
        api_version: record.api_version,
        created: record.created.and_then(moment),
        received_at: record.received_at,
        endpoint: record.endpoint,
        secret_label: record.secret_label,
        outcome: outcome.map(Outcome::from),
        led_to: led_to.into_iter().map(Led::from).collect(),
        postings,
        deliveries: deliveries.into_iter().map(Delivery::from).collect(),
        conflicts,
        body: readable(&body, what),
        size: snapshot.size(),
    })
}

impl From<records::Outcome> for Outcome {
    fn from(outcome: records::Outcome) -> Self {
        let records::Outcome { outcome: name, reason, object_id: object, customer } = outcome;
        Self { name, reason, object, customer }
    }
}

impl From<aggregates::Led> for Led {
    fn from(led: aggregates::Led) -> Self {
        let aggregate = format!("{} {}", led.aggregate_type, led.aggregate_id);
        Self { aggregate, sequence: led.sequence, event: led.event_type }
    }
}

impl From<read::Delivery> for Delivery {
    fn from(delivery: read::Delivery) -> Self {
        let read::Delivery { received_at, outcome, api_version, endpoint, secret_label, .. } = delivery;
        Self { received_at, outcome, api_version, endpoint, secret_label }
    }
}

/// What is covered when a raw body was asked for, and when not.
pub(super) fn what(raw: bool) -> Cover {
    if raw { Cover::Secrets } else { Cover::SecretsAndPersons }
}

/// The body as JSON with what must not be read covered; what is no JSON, as text.
pub(super) fn readable(body: &[u8], what: Cover) -> Value {
    let covered = cover(body, what);
    serde_json::from_slice(&covered).unwrap_or_else(|_| {
        let text = String::from_utf8_lossy(&covered);
        Value::String(if what == Cover::Secrets { text.into_owned() } else { private::text(&text).into_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_secrets_are_covered_wherever_they_stand() {
        let body = br#"{"data":{"object":{"client_secret":"pi_secret","x":[{"client_secret":"seti_secret"}]},"previous_attributes":{"client_secret":null}}}"#;
        let shown = readable(body, Cover::Secrets).to_string();
        assert!(!shown.contains("pi_secret") && !shown.contains("seti_secret"), "{shown}");
        assert!(shown.contains("null"));
    }

    #[test]
    fn a_body_that_is_no_json_is_shown_as_it_is() {
        assert_eq!(readable(b"{\"id\"", Cover::SecretsAndPersons), Value::String("{\"id\"".to_owned()));
        let text = Value::String("not JSON, [masked]".to_owned());
        assert_eq!(readable(b"not JSON, ada@example.com", Cover::SecretsAndPersons), text);
    }
}
