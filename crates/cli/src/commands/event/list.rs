//! `daybook event list`: pages of events, newest first, of one scope.

use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use daybook_domain::scope::ScopeId;
use daybook_projections::records;
use daybook_store::log::list::{Filter, KindFilter, Order, list};
use daybook_store::log::read::{Record, records_at};
use daybook_store::snapshot::Snapshot;
use serde::Serialize;

use super::{moment, shown};
use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, Table};
use crate::scope::ScopeArguments;

/// `daybook event list`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Of one type, or of a family: invoice.paid, 'customer.subscription.*'
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// That name this customer
    #[arg(long, value_name = "CUSTOMER", conflicts_with_all = ["kind", "object", "since", "until"])]
    customer: Option<String>,
    /// About this object: sub_..., in_..., ch_...
    #[arg(long, value_name = "ID", conflicts_with_all = ["kind", "since", "until"])]
    object: Option<String>,
    /// That happened at Stripe at or after this time: 2026-11-21, or 2026-11-21T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<i64>,
    /// That happened at Stripe before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<i64>,
    /// Before this position: the page after the one that ended there
    #[arg(long, value_name = "POSITION")]
    before: Option<i64>,
    /// So many at most
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    limit: u32,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// A day or a moment, in Stripe's seconds.
fn time(text: &str) -> Result<i64, String> {
    let moment = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp());
    let day = || {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|time| time.and_utc().timestamp())
    };
    moment.ok().or_else(day).ok_or_else(|| "a time is written 2026-11-21 or 2026-11-21T14:00:00Z".to_owned())
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
}

impl From<Record> for Line {
    fn from(record: Record) -> Self {
        Self {
            position: record.position,
            event_id: record.event_id,
            kind: record.kind,
            created: record.created.and_then(moment),
            received_at: record.received_at,
            source: record.source.name(),
            api_version: record.api_version,
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
        if self.events.is_empty() {
            return formatter.write_str("No such events.");
        }
        let mut table = Table::new(&[">position", "at Stripe (UTC)", "type", "source", "event"]);
        for event in &self.events {
            let created = event.created.map_or_else(|| "-".to_owned(), shown);
            let (kind, source, id) = (event.kind.clone(), event.source.to_owned(), event.event_id.clone());
            table.row([event.position.to_string(), created, kind, source, id]);
        }
        write!(formatter, "{table}")?;
        match self.next_before {
            Some(before) => write!(formatter, "There is more: --before {before}"),
            None => Ok(()),
        }
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
    let size = daybook_store::log::read::size(&mut snapshot).await?;
    let before = arguments.before.unwrap_or(i64::MAX);
    let (records, next_before) = match found(arguments, scope, before, &mut snapshot).await? {
        Some(positions) => by_positions(arguments, positions, &mut snapshot).await?,
        None => by_filter(arguments, scope, before, &mut snapshot).await?,
    };
    snapshot.end().await?;
    Ok(Page { events: records.into_iter().map(Line::from).collect(), next_before, size })
}

/// The positions of events about an object or a customer, one more than wanted; none when neither was named.
async fn found(
    arguments: &Arguments,
    scope: ScopeId,
    before: i64,
    snapshot: &mut Snapshot,
) -> anyhow::Result<Option<Vec<i64>>> {
    let more = i64::from(arguments.limit) + 1;
    let found = match (&arguments.object, &arguments.customer) {
        (Some(object), _) => records::find_by_object(snapshot, scope, object, before, more).await?,
        (None, Some(customer)) => records::find_by_customer(snapshot, scope, customer, before, more).await?,
        (None, None) => return Ok(None),
    };
    Ok(Some(found.into_iter().map(|found| found.position).collect()))
}

async fn by_positions(
    arguments: &Arguments,
    mut positions: Vec<i64>,
    snapshot: &mut Snapshot,
) -> anyhow::Result<(Vec<Record>, Option<i64>)> {
    let wanted = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let is_more = positions.len() > wanted;
    positions.truncate(wanted);
    let next_before = positions.last().copied().filter(|_| is_more);
    let mut records = records_at(snapshot, &positions).await?;
    records.reverse();
    Ok((records, next_before))
}

async fn by_filter(
    arguments: &Arguments,
    scope: ScopeId,
    before: i64,
    snapshot: &mut Snapshot,
) -> anyhow::Result<(Vec<Record>, Option<i64>)> {
    let filter = Filter {
        scope: Some(scope),
        kind: arguments.kind.as_deref().map(KindFilter::from),
        created: arguments.since.unwrap_or(i64::MIN)..arguments.until.unwrap_or(i64::MAX),
        positions: 0..before,
    };
    let page = list(snapshot, &filter, Order::NewestFirst, arguments.limit).await?;
    Ok((page.records, page.rest.map(|rest| rest.end)))
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
