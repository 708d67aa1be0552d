//! `daybook disputes`: what is asked for until when, whose it is, what it holds, and what came of it.

use std::fmt;

use chrono::{DateTime, Utc};
use daybook_http::v1::disputes::{Answer, Dispute, Page, Wanted, one, page};
use daybook_http::v1::shown::Seller;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;

use crate::built::ensure_built;
use crate::config::DatabaseArguments;
use crate::exit::{Ending, Refused};
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, Table};
use crate::part::{PartArguments, more};
use crate::scope::ScopeArguments;
use crate::sheet::{Sheet, moment, or_dash};
use crate::time::time;

/// `daybook disputes`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// dp_..., to see one of them in full
    #[arg(conflicts_with_all = ["customer", "status", "open", "decided", "due_before", "seller", "before", "limit"])]
    dispute: Option<String>,
    /// Of this customer
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// With this status of Stripe's, as the list shows it: won, lost, ...
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only those that are not decided
    #[arg(long, conflicts_with = "decided")]
    open: bool,
    /// Only those that are decided
    #[arg(long)]
    decided: bool,
    /// For which evidence is asked for before this time: 2026-11-21, or 2026-11-21T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    due_before: Option<DateTime<Utc>>,
    /// Of this seller, as the sale names it: acct_...
    #[arg(long, value_name = "ACCOUNT")]
    seller: Option<String>,
    #[command(flatten)]
    part: PartArguments,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// Disputes for people; the same document as over HTTP for programs.
#[derive(Serialize)]
#[serde(transparent)]
struct List(Page);

/// One dispute for people.
#[derive(Serialize)]
#[serde(transparent)]
struct One(Answer);

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    if let Some(id) = &arguments.dispute {
        let found =
            with(&arguments.database, Upgrade::NotHere, async |opened| find(arguments, id, opened).await).await?;
        output.show(&One(found))?;
    } else {
        let found = with(&arguments.database, Upgrade::NotHere, async |opened| list(arguments, opened).await).await?;
        output.show(&List(found))?;
    }
    Ok(Ending::Well)
}

async fn find(arguments: &Arguments, id: &str, opened: &Opened) -> anyhow::Result<Answer> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (scope_id, scope) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    let found = one(&mut snapshot, scope_id, id).await?;
    snapshot.end().await?;
    found.ok_or_else(|| Refused(format!("no event of {scope} has shown a dispute {id}")).into())
}

async fn list(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Page> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (scope, _) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    let found = page(&mut snapshot, scope, &arguments.wanted(), &arguments.part.part()).await?;
    snapshot.end().await?;
    Ok(found)
}

impl Arguments {
    fn wanted(&self) -> Wanted {
        Wanted {
            customer: self.customer.clone(),
            status: self.status.clone(),
            open: match (self.open, self.decided) {
                (true, _) => Some(true),
                (_, true) => Some(false),
                _ => None,
            },
            due_before: self.due_before,
            seller: self.seller.clone(),
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.disputes.is_empty() {
            return formatter.write_str("No such disputes.");
        }
        let mut table =
            Table::new(&["dispute", "status", ">amount", "reason", "evidence due", "customer", "subscription"]);
        for one in &self.0.disputes {
            let due = one.evidence.due_at.filter(|_| one.evidence.needed);
            table.row([
                one.id.clone(),
                one.status.clone(),
                one.amount.to_string(),
                or_dash(one.reason.as_deref()),
                due.map_or_else(|| "-".to_owned(), moment),
                or_dash(one.customer.as_deref()),
                or_dash(one.subscription.as_deref()),
            ]);
        }
        write!(formatter, "{table}{}", more(self.0.next.as_ref()))
    }
}

impl fmt::Display for One {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = &self.0.dispute;
        writeln!(formatter, "{}: {}, {}", one.id, one.status, one.amount)?;
        let mut sheet = belongs(one);
        stands(&mut sheet, one);
        write!(formatter, "{sheet}")
    }
}

fn belongs(one: &Dispute) -> Sheet {
    let mut sheet = Sheet::default();
    sheet
        .some("reason", one.reason.as_ref())
        .some("network reason", one.network_reason.as_ref())
        .some("customer", one.customer.as_ref())
        .some("subscription", one.subscription.as_ref())
        .some("invoice", one.invoice.as_ref())
        .some("charge", one.charge.as_ref())
        .some("seller", one.seller.as_ref().map(told));
    sheet
}

fn told(seller: &Seller) -> String {
    format!("{} (by {})", seller.account, seller.named_by)
}

fn stands(sheet: &mut Sheet, one: &Dispute) {
    sheet.line("opened", moment(one.opened_at)).time("closed", one.closed_at).some("outcome", one.outcome);
    if one.evidence.needed {
        let due = one
            .evidence
            .due_at
            .map_or_else(|| "evidence is asked for".to_owned(), |due| format!("until {}", moment(due)));
        sheet.line("evidence", due);
    }
    sheet.line("submitted", one.evidence.submissions);
    if one.hold.active {
        sheet.line("to hold back", &one.hold.amount);
    }
    for moved in &one.money {
        sheet.line("withdrawn", &moved.withdrawn).line("given back", &moved.reinstated).line("fees", &moved.fees);
    }
}
