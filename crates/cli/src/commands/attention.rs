//! `daybook attention`: what needs a person, why, since when and until when.

use std::fmt;

use chrono::{DateTime, Utc};
use daybook_domain::attention::Code;
use daybook_http::Clock;
use daybook_http::v1::attention::{Item, Page, Wanted, codes, page};
use daybook_store::snapshot::Snapshot;
use serde::Serialize;

use crate::built::ensure_built;
use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, Table};
use crate::part::{PartArguments, more};
use crate::scope::ScopeArguments;
use crate::sheet::{moment, or_dash};
use crate::time::time;

/// `daybook attention`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Only for this reason, as the list names it
    #[arg(long, value_name = "CODE", value_parser = code)]
    code: Option<Code>,
    /// Only what is about this customer
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// Only what needs somebody since this time or later: 2026-11-21, or 2026-11-21T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    since: Option<DateTime<Utc>>,
    #[command(flatten)]
    part: PartArguments,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

fn code(text: &str) -> Result<Code, String> {
    Code::parse(text.trim()).ok_or_else(|| format!("it is none of {}", codes()))
}

/// Items for people; the same document as over HTTP for programs.
#[derive(Serialize)]
#[serde(transparent)]
struct List(Page);

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let found = with(&arguments.database, Upgrade::NotHere, async |opened| list(arguments, opened).await).await?;
    output.show(&List(found))?;
    Ok(Ending::Well)
}

async fn list(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Page> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (scope, _) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    let wanted = Wanted { code: arguments.code, customer: arguments.customer.clone(), since: arguments.since };
    let found = page(&mut snapshot, scope, (&wanted, &arguments.part.part()), Clock::system().now()).await?;
    snapshot.end().await?;
    Ok(found)
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.items.is_empty() {
            return formatter.write_str("Nothing needs you.");
        }
        let mut table = Table::new(&["why", "what", "customer", ">amount", "since", "until", "more"]);
        for item in &self.0.items {
            table.row([
                item.code.to_owned(),
                item.object.clone(),
                or_dash(item.customer.as_deref()),
                item.amount.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
                moment(item.since),
                item.until.map_or_else(|| "-".to_owned(), moment),
                told(item),
            ]);
        }
        write!(formatter, "{table}{}", more(self.0.next.as_ref()))
    }
}

fn told(item: &Item) -> String {
    let attempts = item.attempts.map(|attempts| format!("{attempts} attempts"));
    [attempts, item.detail.clone()].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
