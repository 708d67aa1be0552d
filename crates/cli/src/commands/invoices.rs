//! `daybook invoices`: how invoices stand, every line of them, their taxes, and what paid them.

use std::fmt;

use daybook_http::v1::invoice_lines::{Line, Tax};
use daybook_http::v1::invoices::{Answer, Invoice, Page, Paid, Wanted, one, page};
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

/// `daybook invoices`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// in_..., to see one of them with all its lines
    #[arg(conflicts_with_all = ["customer", "subscription", "status", "before", "limit"])]
    invoice: Option<String>,
    /// Of this customer
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// Of this subscription
    #[arg(long, value_name = "SUBSCRIPTION")]
    subscription: Option<String>,
    /// With this status: draft, open, paid, void, uncollectible, deleted
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    #[command(flatten)]
    part: PartArguments,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// Invoices for people; the same document as over HTTP for programs.
#[derive(Serialize)]
#[serde(transparent)]
struct List(Page);

/// One invoice for people.
#[derive(Serialize)]
#[serde(transparent)]
struct One(Answer);

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    if let Some(id) = &arguments.invoice {
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
    found.ok_or_else(|| Refused(format!("no event of {scope} has shown an invoice {id}")).into())
}

async fn list(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Page> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (scope, _) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    let wanted = Wanted {
        customer: arguments.customer.clone(),
        subscription: arguments.subscription.clone(),
        status: arguments.status.clone(),
    };
    let found = page(&mut snapshot, scope, &wanted, &arguments.part.part()).await?;
    snapshot.end().await?;
    Ok(found)
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.invoices.is_empty() {
            return formatter.write_str("No such invoices.");
        }
        let mut table = Table::new(&["invoice", "made", "status", ">total", ">to pay", "customer", "subscription"]);
        for one in &self.0.invoices {
            table.row([
                one.id.clone(),
                moment(one.created_at),
                one.status.clone(),
                one.total.to_string(),
                one.amount_remaining.to_string(),
                or_dash(one.customer.as_deref()),
                or_dash(one.subscription.as_deref()),
            ]);
        }
        write!(formatter, "{table}{}", more(self.0.next.as_ref()))
    }
}

impl fmt::Display for One {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = &self.0.invoice;
        writeln!(formatter, "{}: {}, {}", one.id, one.status, one.total)?;
        write!(formatter, "{}\n{}", about(one), lines(&one.lines))?;
        if one.lines_truncated {
            writeln!(formatter, "The events show only the first of its lines.")?;
        }
        if !one.taxes.is_empty() {
            write!(formatter, "\n{}", taxes(&one.taxes))?;
        }
        Ok(())
    }
}

fn about(one: &Invoice) -> Sheet {
    let mut sheet = Sheet::default();
    sheet
        .some("number", one.number.as_ref())
        .some("customer", one.customer.as_ref())
        .some("subscription", one.subscription.as_ref())
        .some("seller", one.seller.as_ref().map(|seller| &seller.account))
        .some("made because of", one.billing_reason.as_ref())
        .line("made", moment(one.created_at))
        .time("due", one.due_at)
        .time("paid", one.paid_at)
        .line("asked for", &one.amount_due)
        .line("left to pay", &one.amount_remaining);
    if one.attempts.count > 0 {
        sheet.line("attempts", one.attempts.count);
    }
    sheet.time("next attempt", one.attempts.next_at);
    for paid in &one.paid_with {
        sheet.line("paid with", with_what(paid));
    }
    sheet
}

fn with_what(paid: &Paid) -> String {
    let amount = paid.amount.as_ref().map_or_else(String::new, |amount| format!(", {amount}"));
    format!("{}{amount}", paid.id.as_deref().unwrap_or(paid.by))
}

fn lines(lines: &[Line]) -> Table {
    let mut table = Table::new(&["line", ">amount", ">tax", ">quantity", "what", ""]);
    for line in lines {
        let tax = if line.tax_inclusive.amount == 0 { &line.tax_exclusive } else { &line.tax_inclusive };
        table.row([
            line.id.clone(),
            line.amount.to_string(),
            tax.to_string(),
            line.quantity.map_or_else(|| "-".to_owned(), |quantity| quantity.to_string()),
            line.description.clone().or_else(|| line.price.clone()).unwrap_or_default(),
            if line.proration { "proration" } else { "" }.to_owned(),
        ]);
    }
    table
}

fn taxes(taxes: &[Tax]) -> Table {
    let mut table = Table::new(&["tax", ">amount", "jurisdiction", ">percent", "rate"]);
    for tax in taxes {
        table.row([
            or_dash(tax.name.as_deref()),
            tax.amount.to_string(),
            or_dash(tax.jurisdiction.as_deref()),
            or_dash(tax.percentage.as_deref()),
            or_dash(tax.rate.as_deref()),
        ]);
    }
    table
}
