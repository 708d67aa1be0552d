//! `daybook event conflicts`: what contradicts the log, newest first; with a number, one of them in full and where it differs from the record. Both are
//! kept and the record answers; which of the two is right is for a person to say.

mod difference;

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use chrono::{DateTime, Utc};
use daybook_domain::finding::{About, Stands};
use daybook_domain::scope::{Scope, ScopeId};
use daybook_store::log::{conflict, read};
use daybook_store::operated;
use daybook_stripe::private::Cover;
use serde::Serialize;
use serde_json::Value;
use sqlx::PgConnection;

use self::difference::{Difference, differences};
use super::body::{readable, what};
use super::shown;
use crate::config::{DatabaseArguments, number_above_zero, page_size};
use crate::exit::{Ending, Refused};
use crate::open::reading;
use crate::output::{Output, Table, count};

/// `daybook event conflicts`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The number of one of them, as the list shows it
    #[arg(value_parser = number_above_zero)]
    number: Option<i64>,
    /// Before this number: the page after the one that ended there
    #[arg(long, value_name = "NUMBER", value_parser = number_above_zero, conflicts_with = "number")]
    before: Option<i64>,
    /// So many at most
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 50, value_parser = page_size)]
    limit: u32,
    /// The bodies with personal fields; only client secrets stay covered
    #[arg(long, requires = "number")]
    raw: bool,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// A conflict as a line.
#[derive(Serialize)]
struct Line {
    number: i64,
    position: i64,
    event: String,
    r#type: String,
    scope: String,
    source: String,
    received_at: DateTime<Utc>,
    api_version: Option<String>,
    endpoint: Option<String>,
    secret: Option<String>,
    /// what an operator decided
    stands: Option<Stands>,
}

#[derive(Serialize)]
struct Page {
    conflicts: Vec<Line>,
    /// what to give as --before for the next page
    next: Option<i64>,
    /// how many there are in all
    total: i64,
}

impl fmt::Display for Page {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.conflicts.is_empty() {
            return formatter.write_str("Nothing contradicts the log.");
        }
        let mut table =
            Table::new(&[">number", ">record", "received (UTC)", "type", "source", "secret", "stands", "event"]);
        for one in &self.conflicts {
            let (number, record, received) = (one.number.to_string(), one.position.to_string(), shown(one.received_at));
            let secret = one.secret.clone().unwrap_or_else(|| "-".to_owned());
            let stands = stands(one.stands).to_owned();
            table.row([
                number,
                record,
                received,
                one.r#type.clone(),
                one.source.clone(),
                secret,
                stands,
                one.event.clone(),
            ]);
        }
        write!(formatter, "{table}{} in all. With its number, one is shown in full.", count(self.total))?;
        match self.next {
            Some(before) => write!(formatter, " There is more: --before {before}"),
            None => Ok(()),
        }
    }
}

/// One conflict beside the record it contradicts.
#[derive(Serialize)]
struct Shown {
    number: i64,
    position: i64,
    event: String,
    /// of the record
    scope: String,
    source: String,
    received_at: DateTime<Utc>,
    api_version: Option<String>,
    endpoint: Option<String>,
    /// the first hundred
    differences: Vec<Difference>,
    body: Value,
}

impl fmt::Display for Shown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        writeln!(formatter, "{}  contradicts record {}", self.event, self.position)?;
        writeln!(formatter, "  {:<12} {}", "in the books", self.scope)?;
        writeln!(formatter, "  {:<12} {} by {}", "received", shown(self.received_at), self.source)?;
        writeln!(formatter, "  {:<12} {}", "endpoint", or_dash(&self.endpoint))?;
        writeln!(formatter, "  {:<12} {}", "API version", or_dash(&self.api_version))?;
        for difference in &self.differences {
            writeln!(formatter, "  {:<12} {difference}", "differs at")?;
        }
        match &self.body {
            Value::String(text) => write!(formatter, "\n{text}"),
            body => write!(formatter, "\n{body:#}"),
        }
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    reading(&arguments.database, async |opened| {
        let mut connection = opened.database.pool().acquire().await?;
        match arguments.number {
            Some(number) => output.show(&one(number, what(arguments.raw), &mut connection).await?),
            None => output.show(&page(arguments, &mut connection).await?),
        }
    })
    .await?;
    Ok(Ending::Well)
}

async fn page(arguments: &Arguments, connection: &mut PgConnection) -> anyhow::Result<Page> {
    let before = arguments.before.unwrap_or(i64::MAX);
    let mut found = conflict::list(connection, None, before, i64::from(arguments.limit) + 1).await?;
    let wanted = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
    let is_more = found.len() > wanted;
    found.truncate(wanted);
    let next = found.last().map(|one| one.id).filter(|_| is_more);
    let scopes = daybook_store::scope::all(connection).await?;
    let total = conflict::count(connection).await?;
    let settled = operated::settlements(connection).await?;
    let conflicts = found.into_iter().map(|one| line(one, &scopes, &settled)).collect();
    Ok(Page { conflicts, next, total })
}

/// Which content stands, for people.
fn stands(settled: Option<Stands>) -> &'static str {
    match settled {
        None => "-",
        Some(Stands::Record) => "record",
        Some(Stands::Delivery) => "delivery",
        Some(Stands::Acknowledged) => "known",
    }
}

fn line(one: conflict::Summary, scopes: &HashMap<ScopeId, Scope>, settled: &BTreeMap<About, Stands>) -> Line {
    Line {
        stands: settled.get(&About::Conflict(one.id)).copied(),
        number: one.id,
        position: one.position,
        event: one.event_id,
        r#type: one.kind,
        scope: shown_scope(scopes, one.scope),
        source: one.source,
        received_at: one.received_at,
        api_version: one.api_version,
        endpoint: one.endpoint,
        secret: one.secret_label,
    }
}

fn shown_scope(scopes: &HashMap<ScopeId, Scope>, id: ScopeId) -> String {
    scopes.get(&id).map_or_else(|| id.to_string(), ToString::to_string)
}

async fn one(number: i64, cover: Cover, connection: &mut PgConnection) -> anyhow::Result<Shown> {
    let Some(one) = conflict::find(connection, number).await? else {
        return Err(Refused(format!("there is no conflict {number}")).into());
    };
    let scopes = daybook_store::scope::all(connection).await?;
    let of_record = read::record_by_position(connection, one.position).await?.map(|record| record.scope);
    let record = read::body(connection, one.position).await?.unwrap_or_default();
    // Where they differ is told of all of it, also of what is covered.
    let raw = differences(&readable(&record, Cover::Secrets), &readable(&one.body, Cover::Secrets));
    let (record, body) = (readable(&record, cover), readable(&one.body, cover));
    Ok(Shown {
        number: one.id,
        position: one.position,
        event: one.event_id,
        scope: of_record.map_or_else(String::new, |scope| shown_scope(&scopes, scope)),
        source: one.source,
        received_at: one.received_at,
        api_version: one.api_version,
        endpoint: one.endpoint,
        differences: raw.into_iter().map(|place| place.covered(&record, &body)).collect(),
        body,
    })
}
