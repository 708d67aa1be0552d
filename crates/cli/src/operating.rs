//! What all operators' commands do alike: who acts and why, the act itself, and what came of it. Where no `daybook serve` runs, the command applies
//! what waits in the log itself, because an act is decided against all of it.

pub mod when;

use std::fmt;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, Utc};
use daybook_commands::{Desk, Done, Limits, Request};
use daybook_domain::customer::{Act, Authority, Insistence};
use daybook_domain::finding::{About, Stands};
use daybook_domain::id::{CustomerId, EventId};
use daybook_domain::scope::{Scope, ScopeId};
use daybook_http::v1::grants::said_of;
use daybook_store::log::{conflict, read};
use daybook_store::snapshot::Snapshot;
use daybook_store::{Recorder, recorder, scope};
use daybook_worker::live::{self, WorkerConfig};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use crate::config::DatabaseArguments;
use crate::exit::{Ending, Misused, Refused};
use crate::open::{Opened, Upgrade, with};
use crate::output::Output;
use crate::scope::ScopeArguments;
use crate::sheet::moment;

/// How long an act waits: another worker may have died just now, and its lease has to run out first.
const PATIENCE: Duration = Duration::from_secs(15);

/// Who acts, why, and where.
#[derive(Debug, clap::Args)]
pub struct OperatorArguments {
    /// Why, for whoever reads it later
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Where it was asked for: a ticket, a mail
    #[arg(long, value_name = "TEXT")]
    ticket: Option<String>,
    /// Who acts, as it will stand in the log
    #[arg(long, env = "USER", hide_env_values = true, value_name = "NAME", default_value = "somebody")]
    actor: String,
    /// A key of your own choice: the same one never acts twice, and gives the first answer again
    #[arg(long, value_name = "KEY")]
    idempotency_key: Option<String>,
    #[command(flatten)]
    pub scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// An act that was asked for.
#[derive(Debug)]
pub enum Wanted {
    /// On a customer.
    Customer {
        /// Whom.
        customer: String,
        /// What.
        act: Act,
        /// Whether what nobody has seen is meant all the same.
        insistence: Insistence,
    },
    /// On a finding.
    Finding {
        /// What about.
        about: About,
        /// What was decided.
        stands: Stands,
    },
}

/// What came of it.
#[derive(Serialize)]
struct Acted {
    outcome: &'static str,
    scope: String,
    record: Option<String>,
    position: Option<i64>,
    /// whether answers of this database know of it by now
    applied: bool,
    #[serde(skip)]
    what: String,
}

impl fmt::Display for Acted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, scope, record, position, .. } = self;
        let place = || match (position, record) {
            (Some(position), Some(record)) => format!("record {position} ({record})"),
            _ => "nothing was recorded".to_owned(),
        };
        match self.outcome {
            "so_already" => write!(formatter, "{what} of {scope}: it is so already, and {}.", place())?,
            "repeated" => write!(formatter, "{what} of {scope}: done before under this key, {}.", place())?,
            _ => write!(formatter, "{what} of {scope}: {}.", place())?,
        }
        if self.applied {
            Ok(())
        } else {
            formatter.write_str(" Answers will know of it when a worker has applied it.")
        }
    }
}

/// What `--force` says.
pub fn insistence(force: bool) -> Insistence {
    if force { Insistence::Insisted } else { Insistence::None }
}

/// Does one act, and says what came of it. `what` says it for people, `asked` is the command as it was given.
pub async fn operate(
    arguments: &OperatorArguments,
    asked: (Wanted, String, Value),
    output: Output,
) -> anyhow::Result<Ending> {
    operate_at(arguments, Utc::now(), asked, output).await
}

/// The same for an act whose own time is counted from `now`.
pub async fn operate_at(
    arguments: &OperatorArguments,
    now: DateTime<Utc>,
    (wanted, what, asked): (Wanted, String, Value),
    output: Output,
) -> anyhow::Result<Ending> {
    with(&arguments.database, Upgrade::NotHere, async |opened| {
        let (id, name) = scope_of(arguments, &wanted, opened).await?;
        let request = arguments.request((id, now), &asked);
        let ending = wanted.ending();
        let (done, applied) = at_a_desk(opened, async |desk| act(desk, request, wanted).await).await?;
        let what = match (&done, ending) {
            (Done::SoAlready { .. }, Some(ending)) => ended(opened, id, ending).await?.unwrap_or(what),
            _ => what,
        };
        output.show(&acted(&done, applied, what, &name))
    })
    .await?;
    Ok(Ending::Well)
}

impl Wanted {
    /// The customer and the record, where something is to end.
    fn ending(&self) -> Option<(String, EventId)> {
        match self {
            Self::Customer { customer, act: Act::End { given, .. }, .. } => Some((customer.clone(), given.clone())),
            _ => None,
        }
    }
}

/// When that ended which was to end, in words.
async fn ended(
    opened: &Opened,
    scope: ScopeId,
    (customer, record): (String, EventId),
) -> anyhow::Result<Option<String>> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let said = said_of(&mut snapshot, scope, customer, when::now()).await?;
    snapshot.end().await?;
    let ends = said.grants.iter().find(|grant| grant.record.event() == record.as_str()).and_then(|grant| grant.ends);
    Ok(ends.map(|ends| {
        let word = if ends <= Utc::now() { "ended" } else { "ends" };
        format!("what {record} said of {} {word} at {}", said.customer, moment(ends))
    }))
}

/// Whose books it is about; a finding says so itself.
async fn scope_of(arguments: &OperatorArguments, wanted: &Wanted, opened: &Opened) -> anyhow::Result<(ScopeId, Scope)> {
    let mut connection = opened.database.pool().acquire().await?;
    let Wanted::Finding { about, .. } = wanted else { return arguments.scope.find(&mut connection).await };
    let id = scope_of_finding(&mut connection, *about).await?;
    let name = scope::all(&mut connection).await?.remove(&id).context("the record's scope is not there")?;
    Ok((id, name))
}

impl OperatorArguments {
    fn request(&self, (scope, now): (ScopeId, DateTime<Utc>), asked: &Value) -> Request {
        let by = Authority {
            actor: self.actor.as_str().into(),
            reason: self.reason.as_str().into(),
            ticket: self.ticket.as_deref().map(Box::from),
            via: Some("command line".into()),
        };
        let asked = json!({ "command": asked, "reason": self.reason, "ticket": self.ticket });
        Request { scope, by, now, key: self.idempotency_key.clone(), asked }
    }
}

async fn act(desk: &Desk, request: Request, wanted: Wanted) -> Result<Done, daybook_commands::Error> {
    match wanted {
        Wanted::Customer { customer, act, insistence } => {
            desk.act(request, CustomerId::new(customer), act, insistence).await
        }
        Wanted::Finding { about, stands } => desk.settle(request, about, stands).await,
    }
}

/// Runs a recorder and a worker as long as something is done at a desk; the worker stands by where another one works. Returns whether what was
/// recorded has been applied.
async fn at_a_desk(
    opened: &Opened,
    work: impl AsyncFnOnce(&Desk) -> Result<Done, daybook_commands::Error>,
) -> anyhow::Result<(Done, bool)> {
    let (recorder, task) = Recorder::new(&opened.database, recorder::Limits::default());
    let task = tokio::spawn(task.run(std::future::pending()));
    let stop = CancellationToken::new();
    let (database, stopped) = (opened.database.clone(), stop.clone());
    let worker = tokio::spawn(async move { live::run(&database, &WorkerConfig::default(), stopped).await });
    let desk = Desk::new(&opened.database, &recorder, Limits { patience: PATIENCE, ..Limits::default() });
    let done = work(&desk).await;
    let applied = match &done {
        Ok(Done::Recorded(receipt) | Done::Repeated(receipt)) => desk.is_applied(receipt.position + 1).await,
        _ => true,
    };
    drop((desk, recorder));
    stop.cancel();
    worker.await.context("the worker did not end in order")?;
    task.await.context("the recorder did not end in order")?;
    match done {
        Ok(done) => Ok((done, applied)),
        Err(error @ (daybook_commands::Error::Customer(_) | daybook_commands::Error::Finding(_))) => {
            Err(Refused(error.to_string()).into())
        }
        Err(error @ (daybook_commands::Error::KeyReused { .. } | daybook_commands::Error::Key { .. })) => {
            Err(Misused(error.to_string()).into())
        }
        Err(error) => Err(error.into()),
    }
}

fn acted(done: &Done, applied: bool, what: String, scope: &Scope) -> Acted {
    let (outcome, receipt) = match done {
        Done::Recorded(receipt) => ("recorded", Some(receipt)),
        Done::Repeated(receipt) => ("repeated", Some(receipt)),
        Done::SoAlready { .. } => ("so_already", None),
    };
    Acted {
        outcome,
        scope: scope.to_string(),
        record: receipt.map(|receipt| receipt.record.to_string()),
        position: receipt.map(|receipt| receipt.position),
        applied,
        what,
    }
}

async fn scope_of_finding(connection: &mut PgConnection, about: About) -> anyhow::Result<ScopeId> {
    let position = match about {
        About::Conflict(number) => conflict::find(connection, number).await?.map(|found| found.position),
        About::Quarantined(position) => Some(position),
    };
    let record = match position {
        Some(position) => read::record_by_position(connection, position).await?,
        None => None,
    };
    let nothing = || Refused(daybook_domain::finding::Error::Nothing.to_string());
    Ok(record.ok_or_else(nothing)?.scope)
}
