//! `daybook event list`: pages of events, newest first, of one scope.

use chrono::{DateTime, NaiveDate};
use daybook_http::v1::events::{Event, Page, Wanted, page};
use daybook_projections::records::Unread;
use daybook_store::snapshot::Snapshot;

use super::shown;
use crate::built::{ensure_readable, is_built};
use crate::config::{DatabaseArguments, page_size, position};
use crate::exit::{Ending, Misused};
use crate::known::ensure_known;
use crate::open::reading;
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

/// Refuses a span that ends before it begins: nothing can lie in it.
pub fn ensure_in_order(from: &str, begin: Option<i64>, (until, end): (&str, Option<i64>)) -> Result<(), Misused> {
    match (begin, end) {
        (Some(begin), Some(end)) if begin > end => {
            Err(Misused(format!("{from} is later than {until}: nothing lies between them")))
        }
        _ => Ok(()),
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    ensure_in_order("--since", arguments.since, ("--until", arguments.until))?;
    let page = reading(&arguments.database, async |opened| {
        let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
        ensure_readable(&mut snapshot).await?;
        let (id, scope) = arguments.scope.find(&mut snapshot).await?;
        let page = page(&mut snapshot, id, &arguments.wanted()).await?;
        if is_built(&mut snapshot).await? {
            ensure_known(&mut snapshot, (id, &scope), arguments.customer.as_deref(), page.events.is_empty()).await?;
        }
        snapshot.end().await?;
        Ok(page)
    });
    output.tell(&page.await?, listed)?;
    Ok(Ending::Well)
}

impl Arguments {
    fn wanted(&self) -> Wanted {
        Wanted {
            r#type: self.kind.clone(),
            customer: self.customer.clone(),
            object: self.object.clone(),
            created_from: self.since,
            created_to: self.until,
            outcome: self.outcome,
            before: self.before,
            limit: Some(self.limit),
            ..Wanted::default()
        }
    }
}

fn listed(page: &Page) -> String {
    let heads = [">position", "at Stripe (UTC)", "type", "source", "event", "outcome"];
    let table = Table::of(heads, &page.events, |event| {
        let created = event.created.map_or_else(|| "-".to_owned(), shown);
        let (kind, source, id) = (event.r#type.clone(), event.source.to_owned(), event.id.clone());
        [event.position.to_string(), created, kind, source, id, outcome_of(event)]
    });
    paged(&table, page.next, "No such events.")
}

/// What came of an event.
pub(super) fn outcome_of(event: &Event) -> String {
    match (event.outcome.as_str(), &event.reason) {
        ("pending", _) => "not applied yet".to_owned(),
        ("quarantined", Some(reason)) => format!("quarantined: {reason}"),
        (outcome, _) => outcome.to_owned(),
    }
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
