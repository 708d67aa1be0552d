//! What happened, in a few lines: counts, one customer's story, and what to try next.

use std::fmt;
use std::time::Duration;

use chrono::DateTime;
use daybook_domain::scope::{Scope, ScopeId};
use daybook_http::auth::Access;
use daybook_http::past::When;
use daybook_http::story::{Story, tell};
use daybook_http::wait::Wait;
use daybook_projections::{customers, subscriptions};
use daybook_simulator::deliver::Report as Deliveries;
use daybook_store::scope;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;

use super::story;
use crate::answers::{self, Answers, Subject};
use crate::commands::balances;
use crate::commands::rebuild::size::sizes;
use crate::open::Opened;
use crate::output::count;
use crate::server::Server;

/// Records of the story at most.
const RECORDS: usize = 500;

/// What the demo knows when it is over.
pub struct Happened<'a> {
    /// different events
    pub made: usize,
    /// how they were delivered
    pub delivered: &'a Deliveries,
    /// how long the read models needed after the last delivery
    pub applied_after: Duration,
    /// the customer whose story is told
    pub heroine: &'a str,
    /// a key to try
    pub key: &'a str,
    /// since the start of the program
    pub took: Duration,
}

/// The report.
#[derive(Serialize)]
pub struct Report {
    url: String,
    key: String,
    database_url: Option<String>,
    events: usize,
    deliveries: u64,
    deliveries_per_second: u64,
    acknowledged_p50_ms: String,
    acknowledged_p99_ms: String,
    appended: u64,
    duplicates: u64,
    conflicts: u64,
    refused: u64,
    applied_after_ms: u64,
    rows: Vec<(String, i64)>,
    story: Heroine,
    seconds: String,
}

/// One customer: what happened, and where that leads.
#[derive(Serialize)]
struct Heroine {
    account: Option<String>,
    #[serde(flatten)]
    story: Story,
    standings: Vec<String>,
    entitlements: Answers,
    balances: Vec<balances::Line>,
}

/// Gathers it.
pub async fn report(opened: &Opened, server: &Server, of: &Scope, happened: Happened<'_>) -> anyhow::Result<Report> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let id = scope::find(&mut snapshot, of).await?.unwrap_or(ScopeId(0));
    let (standings, account, balances) = known(&mut snapshot, id, happened.heroine).await?;
    snapshot.end().await?;
    let asked = (&Wait::default(), When::default());
    let story = tell(&server.app, Access::of_the_machine(id), happened.heroine, asked, RECORDS).await?;
    let subject = Subject::Customer(happened.heroine.to_owned());
    let entitlements = answers::answers(&server.app, (id, of), &subject, None, When::default()).await?;
    let sizes = sizes(&opened.database).await?;
    let told = ["entitlement_source", "subscription", "customer", "posting", "balance"];
    let recorded = server.recorded();
    let delivered = happened.delivered;
    let milliseconds = |percent| tenths(u64::from(delivered.percentile(percent)) / 100);
    let deliveries = delivered.acknowledged + delivered.refused.values().sum::<u64>() + delivered.unanswered;
    let elapsed = u64::try_from(delivered.elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
    Ok(Report {
        url: format!("http://{}", server.address),
        key: happened.key.to_owned(),
        database_url: opened.private_address().map(str::to_owned),
        events: happened.made,
        deliveries,
        deliveries_per_second: deliveries.saturating_mul(1000) / elapsed,
        acknowledged_p50_ms: milliseconds(50),
        acknowledged_p99_ms: milliseconds(99),
        appended: recorded.appended,
        duplicates: recorded.duplicates,
        conflicts: recorded.conflicts,
        refused: delivered.refused.values().sum::<u64>() + delivered.unanswered,
        applied_after_ms: u64::try_from(happened.applied_after.as_millis()).unwrap_or(u64::MAX),
        rows: sizes
            .iter()
            .filter(|one| told.contains(&one.table))
            .map(|one| (one.table.to_owned(), one.rows))
            .collect(),
        story: Heroine { account, story, standings, entitlements, balances },
        seconds: tenths(u64::try_from(happened.took.as_millis() / 100).unwrap_or(u64::MAX)),
    })
}

type Known = (Vec<String>, Option<String>, Vec<balances::Line>);

async fn known(snapshot: &mut Snapshot, scope: ScopeId, customer: &str) -> anyhow::Result<Known> {
    let subscribed = subscriptions::of_customer(snapshot, scope, customer, 10).await?;
    let standings = subscribed.iter().map(standing).collect();
    let account = customers::links_of(snapshot, scope, customer).await?.into_iter().next().map(|link| link.account);
    let money = daybook_projections::balances::of_customer(snapshot, scope, customer).await?;
    Ok((standings, account, money.into_iter().map(balances::Line::from).collect()))
}

fn standing(subscription: &subscriptions::Subscription) -> String {
    let standing = &subscription.standing;
    let disputed = if standing.is_disputed() { ", disputed" } else { "" };
    let since = DateTime::from_timestamp(standing.since.at.unix(), 0).unwrap_or_default();
    let period = standing.period.and_then(|period| DateTime::from_timestamp(period.end.unix(), 0));
    let until = period.map_or_else(String::new, |end| format!(", paid for until {}", end.format("%Y-%m-%d")));
    format!("{}: {}{disputed} since {}{until}", subscription.id, standing.status.as_str(), since.format("%Y-%m-%d"))
}

/// A number of tenths: `12.3`.
fn tenths(tenths: u64) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |count: u64| self::count(i64::try_from(count).unwrap_or(i64::MAX));
        writeln!(
            formatter,
            "{} signed webhooks, {} a second; half acknowledged within {} ms, 99 % within {} ms.",
            number(self.deliveries),
            number(self.deliveries_per_second),
            self.acknowledged_p50_ms,
            self.acknowledged_p99_ms
        )?;
        writeln!(
            formatter,
            "{} new events are in the log, {} were duplicates, {} in conflict, {} refused.",
            number(self.appended),
            number(self.duplicates),
            number(self.conflicts),
            number(self.refused)
        )?;
        let rows: Vec<String> = self.rows.iter().map(|(table, rows)| format!("{} {table}", count(*rows))).collect();
        writeln!(
            formatter,
            "The read models were complete {} ms later: {} rows.\n",
            self.applied_after_ms,
            rows.join(", ")
        )?;
        write!(formatter, "{}", self.story)?;
        self.try_it(formatter)?;
        write!(formatter, "\nAll of this took {} s.", self.seconds)
    }
}

impl Report {
    fn try_it(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let customer = &self.story.story.customer;
        writeln!(formatter, "Try it:\n  KEY={}", self.key)?;
        // Quoted: zsh takes the ? of a query for a pattern of file names.
        let mut curl =
            |path: &str| writeln!(formatter, "  curl -s -H \"Authorization: Bearer $KEY\" '{}{path}'", self.url);
        curl(&format!("/v1/customers/{customer}/entitlements"))?;
        if let Some(account) = &self.story.account {
            curl(&format!("/v1/accounts/{account}/entitlements"))?;
        }
        curl(&format!("/v1/customers/{customer}/balances"))?;
        curl(&format!("/v1/events?customer={customer}"))?;
        let Some(database) = &self.database_url else { return Ok(()) };
        writeln!(formatter, "Or, beside it, as long as it serves:\n  export DATABASE_URL='{database}'")?;
        let program = std::env::current_exe().unwrap_or_else(|_| "daybook".into());
        [format!("story {customer}").as_str(), "attention", "verify books"]
            .into_iter()
            .try_for_each(|words| writeln!(formatter, "  {} {words}", program.display()))
    }
}

impl fmt::Display for Heroine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known_as = self.account.as_ref().map_or_else(String::new, |account| format!(", your account {account}"));
        writeln!(formatter, "One of the customers, {}{known_as}:", self.story.customer)?;
        story::tell(&self.story, formatter)?;
        writeln!(formatter, "So the subscription stands:")?;
        self.standings.iter().try_for_each(|standing| writeln!(formatter, "  {standing}"))?;
        write!(formatter, "So the customer may:\n{}", self.entitlements.without_heading())?;
        writeln!(formatter, "And the books say:")?;
        let open: Vec<&balances::Line> = self.balances.iter().filter(|line| line.is_open()).collect();
        for line in balances::table(open.into_iter()).to_string().lines().skip(1) {
            writeln!(formatter, "  {line}")?;
        }
        writeln!(formatter)
    }
}
