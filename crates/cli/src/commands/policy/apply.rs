//! `daybook policy apply`: puts a policy in force by a record of the log, and says what it names that no event has shown, and whose answers change.

use std::fmt;

use anyhow::Context;
use bytes::Bytes;
use chrono::Utc;
use daybook_domain::entitlement::Policy;
use daybook_domain::entitlement::policy::Unseen;
use daybook_domain::id::EventId;
use daybook_domain::scope::Scope;
use daybook_store::log::read;
use daybook_store::policy::{POLICY_APPLIED, PolicyApplied, in_force};
use daybook_store::recorder::Limits;
use daybook_store::{Incoming, Recorder, Source};
use serde::Serialize;
use uuid::Uuid;

use super::Apply;
use super::effect::{self, Effect};
use super::names::{self, told};
use crate::exit::Ending;
use crate::open::Opened;
use crate::output::Output;

#[derive(Serialize)]
struct Applied {
    scope: String,
    outcome: &'static str,
    position: i64,
    event_id: String,
    /// what it names and no event has shown
    unseen: Vec<Unseen>,
    /// whose answers change
    effect: Option<Effect>,
}

impl fmt::Display for Applied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, position, event_id, .. } = self;
        match self.outcome {
            "unchanged" => writeln!(
                formatter,
                "The same policy is in force for {scope} already, since record {position} ({event_id})."
            )?,
            _ => writeln!(formatter, "The policy is in force for {scope} from record {position} on ({event_id}).")?,
        }
        formatter.write_str(&told(&self.unseen))?;
        self.effect.as_ref().map_or(Ok(()), |effect| write!(formatter, "{effect}"))
    }
}

/// Puts a policy in force.
pub async fn put_in_force(
    arguments: &Apply,
    (text, policy): (String, Policy),
    opened: &Opened,
    output: Output,
) -> anyhow::Result<Ending> {
    let mut connection = opened.database.pool().acquire().await?;
    let scope = arguments.scope.find_or_name(&mut connection).await?;
    let size = read::size(&mut connection).await?;
    let id = daybook_store::scope::find(&mut connection, &scope).await?;
    let present = match id {
        Some(id) => in_force(&mut connection, id, size).await?,
        None => None,
    };
    drop(connection);
    let unseen = match id {
        Some(id) => names::unseen(&opened.database, id, &policy).await?,
        None => Vec::new(),
    };
    let name = scope.to_string();
    if let Some(present) = present.as_ref().filter(|present| present.applied.policy == text) {
        let (position, event_id) = (present.position, present.event_id.clone());
        output.show(&Applied { scope: name, outcome: "unchanged", position, event_id, unseen, effect: None })?;
        return Ok(Ending::Well);
    }
    let effect = match id {
        Some(id) => effect::instead_of(&opened.database, id, present.as_ref(), &policy).await?,
        None => None,
    };
    let incoming = record_of(&PolicyApplied { policy: text, applied_by: arguments.by.clone() }, scope)?;
    let event_id = incoming.event_id.to_string();
    let position = record(incoming, opened).await?;
    output.show(&Applied { scope: name, outcome: "applied", position, event_id, unseen, effect })?;
    Ok(Ending::Well)
}

async fn record(incoming: Incoming, opened: &Opened) -> anyhow::Result<i64> {
    let (recorder, task) = Recorder::new(&opened.database, Limits::default());
    let task = tokio::spawn(task.run(std::future::pending()));
    let answer = recorder.record(incoming).await;
    drop(recorder);
    task.await.context("the recorder did not end in order")?;
    Ok(answer?.position())
}

fn record_of(applied: &PolicyApplied, scope: Scope) -> anyhow::Result<Incoming> {
    let now = Utc::now();
    Ok(Incoming {
        event_id: EventId::new(format!("policy_{}", Uuid::now_v7().simple())),
        kind: POLICY_APPLIED.to_owned(),
        scope,
        api_version: None,
        created: Some(now.timestamp()),
        body: Bytes::from(serde_json::to_vec(applied)?),
        source: Source::Operator,
        received_at: now,
        endpoint: None,
        secret_label: None,
        signature: None,
    })
}
