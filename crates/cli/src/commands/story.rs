//! `daybook story`: everything that happened to a customer, when it happened, when we learned of it, and what it changed.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use daybook_http::Problem;
use daybook_http::auth::Access;
use daybook_http::story::{FeatureChange, Posted, StandingChange, Step, Story, Verdict, tell};
use daybook_http::wait::Wait;
use serde::Serialize;

use crate::books::BooksArguments;
use crate::config::page_size;
use crate::exit::{Ending, Refused};
use crate::output::{Output, count, counted};
use crate::when::WhenArguments;

/// `daybook story`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    /// So many of the newest records; --as-of goes back further
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 100, value_parser = page_size)]
    limit: u32,
    #[command(flatten)]
    when: WhenArguments,
    #[command(flatten)]
    pub books: BooksArguments,
}

/// A story as it is shown.
#[derive(Serialize)]
#[serde(transparent)]
struct Told(Story);

/// What is learned so much later than it happened came late.
const LATE: TimeDelta = TimeDelta::minutes(10);

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Story { customer, steps, earlier, size, as_of } = &self.0;
        writeln!(formatter, "{customer}, at size {}, up to {}", count(*size), shown(*as_of))?;
        if *earlier > 0 {
            let records = counted(i64::try_from(*earlier).unwrap_or(i64::MAX), "record", "records");
            writeln!(formatter, "  {records} came before: --limit shows more, --as-of goes back further")?;
        }
        steps.iter().try_for_each(|one| step(formatter, one))
    }
}

fn step(formatter: &mut fmt::Formatter<'_>, step: &Step) -> fmt::Result {
    let kind = step.kind.as_deref().unwrap_or_default();
    let what = step.told.as_deref().unwrap_or(kind);
    write!(formatter, "{}  {what}", shown(step.at))?;
    if let (Some(position), Some(learned)) = (step.position, step.learned_at) {
        write!(formatter, "  (record {position}, {kind}")?;
        if learned - step.at > LATE {
            write!(formatter, "; learned {}", shown(learned))?;
        }
        formatter.write_str(")")?;
    }
    writeln!(formatter)?;
    for StandingChange { subscription, before, after } in &step.subscriptions {
        match before {
            Some(before) => writeln!(formatter, "    {subscription}: {before} -> {after}")?,
            None => writeln!(formatter, "    {subscription}: {after}")?,
        }
    }
    for FeatureChange { feature, before, after } in &step.entitlements {
        writeln!(formatter, "    {feature}: {} -> {}", verdict(before.as_ref()), verdict(after.as_ref()))?;
    }
    for Posted { transaction, account, display, .. } in &step.postings {
        writeln!(formatter, "    {transaction}: {account} {display}")?;
    }
    Ok(())
}

fn verdict(verdict: Option<&Verdict>) -> String {
    match verdict {
        Some(Verdict { allowed: true, code, .. }) => format!("yes, {code}"),
        Some(Verdict { allowed: false, code, .. }) => format!("no, {code}"),
        None => "not named".to_owned(),
    }
}

fn shown(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let story = arguments.books.ask(async |(app, _), (id, scope)| {
        let (access, asked) = (Access::of_the_machine(id), (&Wait::default(), arguments.when.read()));
        let limit = usize::try_from(arguments.limit).unwrap_or(usize::MAX);
        match tell(app, access, &arguments.customer, asked, limit).await {
            Err(Problem::Unknown { .. }) => {
                Err(Refused(format!("no event of {scope} is about a customer {}", arguments.customer)).into())
            }
            told => Ok(Told(told?)),
        }
    });
    output.show(&story.await?)?;
    Ok(Ending::Well)
}
