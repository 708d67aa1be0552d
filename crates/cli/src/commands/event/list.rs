//! `daybook event list`: pages of events, newest first, of one scope.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use daybook_domain::scope::ScopeId;
use daybook_projections::records::{self, Outcome, Subject, Unread};
use daybook_store::log::list::{Filter, KindFilter, Order, list};
use daybook_store::log::read::{self, Record};
use daybook_store::snapshot::Snapshot;
use serde::Serialize;

use super::{moment, shown};
use crate::built::is_built;
use crate::config::{DatabaseArguments, page_size, position};
use crate::exit::Ending;
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, Table};
use crate::part::paged;
use crate::scope::ScopeArguments;

/// `daybook event list`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Of one type, or of a family: invoice.paid, 'customer.subscription.*'
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// That name this customer
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// About this object: sub_..., in_..., ch_...
    #[arg(long, value_name = "ID")]
    object: Option<String>,
    /// That were not taken in: `quarantined` cannot be read, `needs_fetch` only name their object
    #[arg(long, value_name = "OUTCOME", value_parser = outcome, conflicts_with_all = ["kind", "customer", "object", "since", "until"])]
    outcome: Option<Unread>,
    /// That happened at Stripe at or after this time: 2026-11-21, or 2026-11-21T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<i64>,
    /// That happened at Stripe before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<i64>,
    /// Before this position: the page after the one that ended there
    #[arg(long, value_name = "POSITION", value_parser = position)]
    before: Option<i64>,
    /// So many at most
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 50, value_parser = page_size)]
    limit: u32,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// What came of events that were not taken in, by name.
fn outcome(text: &str) -> Result<Unread, String> {
    let known = Unread::ALL.into_iter().find(|one| one.name() == text);
    known.ok_or_else(|| "expected quarantined or needs_fetch".to_owned())
}

/// A day or a moment, in Stripe's seconds.
pub fn time(text: &str) -> Result<i64, String> {
    let moment = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp());
    let day = || {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc().timestamp())
    };
    moment.ok().or_else(day).ok_or_else(|| "it is no time; for example 2026-11-21, or 2026-11-21T14:00:00Z".to_owned())
}

/// An event as a line.
#[derive(Serialize)]
struct Line {
    position: i64,
    event_id: String,
    #[serde(rename = "type")]
    kind: String,
    created: Option<DateTime<Utc>>,
    received_at: DateTime<Utc>,
    source: &'static str,
    api_version: Option<String>,
    /// what came of it; none while the worker has not reached it
    outcome: Option<String>,
    reason: Option<String>,
}

impl Line {
    fn of(record: Record, outcomes: &BTreeMap<i64, Outcome>) -> Self {
        let outcome = outcomes.get(&record.position);
        Self {
            position: record.position,
            event_id: record.event_id,
            kind: record.kind,
            created: record.created.and_then(moment),
            received_at: record.received_at,
            source: record.source.name(),
            api_version: record.api_version,
            outcome: outcome.map(|outcome| outcome.outcome.clone()),
            reason: outcome.and_then(|outcome| outcome.reason.clone()),
        }
    }
}

#[derive(Serialize)]
struct Page {
    events: Vec<Line>,
    /// what to give as --before for the next page
    next_before: Option<i64>,
    size: i64,
}

impl fmt::Display for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = [">position", "at Stripe (UTC)", "type", "source", "event", "outcome"];
        let table = Table::of(heads, &self.events, |event| {
            let created = event.created.map_or_else(|| "-".to_owned(), shown);
            let (kind, source, id) = (event.kind.clone(), event.source.to_owned(), event.event_id.clone());
            let outcome = match (event.outcome.as_deref(), &event.reason) {
                (None, _) => "not applied yet".to_owned(),
                (Some("quarantined"), Some(reason)) => format!("quarantined: {reason}"),
                (Some(outcome), _) => outcome.to_owned(),
            };
            [event.position.to_string(), created, kind, source, id, outcome]
        });
        formatter.write_str(&paged(&table, self.next_before, "No such events."))
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let page = with(&arguments.database, Upgrade::NotHere, async |opened| page(arguments, opened).await).await?;
    output.show(&page)?;
    Ok(Ending::Well)
}

async fn page(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Page> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (scope, _) = arguments.scope.find(&mut snapshot).await?;
    let size = read::size(&mut snapshot).await?;
    let is_built = is_built(&mut snapshot).await?;
    let filter = arguments.filter(scope);
    let more = i64::from(arguments.limit) + 1;
    let subject = match (&arguments.object, &arguments.customer) {
        (Some(object), customer) => Some(Subject::Object(object, customer.as_deref())),
        (None, Some(customer)) => Some(Subject::Customer(customer)),
        (None, None) => None,
    };
    let (records, next_before) = match (subject, arguments.outcome) {
        _ if !is_built && (subject.is_some() || arguments.outcome.is_some()) => (Vec::new(), None),
        (Some(subject), _) => {
            let positions = records::search(&mut snapshot, scope, subject, &filter, more).await?;
            of_positions(arguments, positions, &mut snapshot).await?
        }
        (None, Some(outcome)) => {
            let positions = records::unread(&mut snapshot, scope, outcome, filter.positions.end, more).await?;
            of_positions(arguments, positions, &mut snapshot).await?
        }
        (None, None) => {
            let page = list(&mut snapshot, &filter, Order::NewestFirst, arguments.limit).await?;
            (page.records, page.rest.map(|rest| rest.end))
        }
    };
    let positions: Vec<i64> = records.iter().map(|record| record.position).collect();
    let outcomes = if is_built { records::of_positions(&mut snapshot, &positions).await? } else { BTreeMap::new() };
    snapshot.end().await?;
    let events = records.into_iter().map(|record| Line::of(record, &outcomes)).collect();
    Ok(Page { events, next_before, size })
}

impl Arguments {
    fn filter(&self, scope: ScopeId) -> Filter {
        Filter {
            scope: Some(scope),
            kind: self.kind.as_deref().map(KindFilter::from),
            created: self.since.unwrap_or(i64::MIN)..self.until.unwrap_or(i64::MAX),
            positions: 0..self.before.unwrap_or(i64::MAX),
        }
    }
}

/// The records at the wanted ones of these positions, newest first, and where the next page begins.
async fn of_positions(
    arguments: &Arguments,
    mut positions: Vec<i64>,
    snapshot: &mut Snapshot,
) -> anyhow::Result<(Vec<Record>, Option<i64>)> {
    let wanted = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let is_more = positions.len() > wanted;
    positions.truncate(wanted);
    let next_before = positions.last().copied().filter(|_| is_more);
    let mut records = read::records_at(snapshot, &positions).await?;
    records.reverse();
    Ok((records, next_before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_day_or_a_moment() {
        assert_eq!(time("1970-01-02"), Ok(86_400));
        assert_eq!(time("1970-01-01T01:00:00+01:00"), Ok(0));
        assert!(time("yesterday").unwrap_err().contains("2026-11-21T14:00:00Z"));
    }
}
