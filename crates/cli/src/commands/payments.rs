//! `daybook payments`: charges, refunds, and payment intents that have not come to an end.

use std::fmt;

use daybook_http::v1::payments::{Answer, Page, Payment, Wanted, one, page};
use daybook_projections::payments::Kind;
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

/// `daybook payments`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// ch_..., re_... or pi_..., to see one of them in full
    #[arg(conflicts_with_all = ["kind", "customer", "subscription", "invoice", "status", "before", "limit"])]
    payment: Option<String>,
    /// Of one kind: charges, refunds, or payments that wait
    #[arg(long, value_name = "charge|refund|payment_intent", value_parser = kind)]
    kind: Option<Kind>,
    /// Of this customer
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// Of this subscription
    #[arg(long, value_name = "SUBSCRIPTION")]
    subscription: Option<String>,
    /// Of this invoice
    #[arg(long, value_name = "INVOICE")]
    invoice: Option<String>,
    /// With this status, as the list shows it: succeeded, failed, ...
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    #[command(flatten)]
    part: PartArguments,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text.trim()).ok_or_else(|| "it is charge, refund or payment_intent".to_owned())
}

/// Payments for people; the same document as over HTTP for programs.
#[derive(Serialize)]
#[serde(transparent)]
struct List(Page);

/// One payment for people.
#[derive(Serialize)]
#[serde(transparent)]
struct One(Answer);

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    if let Some(id) = &arguments.payment {
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
    let unknown =
        || Refused(format!("no event of {scope} has shown a payment {id}, or it is an intent that has come to an end"));
    found.ok_or_else(|| unknown().into())
}

async fn list(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Page> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (scope, _) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    let wanted = Wanted {
        kind: arguments.kind,
        customer: arguments.customer.clone(),
        subscription: arguments.subscription.clone(),
        invoice: arguments.invoice.clone(),
        status: arguments.status.clone(),
    };
    let found = page(&mut snapshot, scope, &wanted, &arguments.part.part()).await?;
    snapshot.end().await?;
    Ok(found)
}

impl fmt::Display for List {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.payments.is_empty() {
            return formatter.write_str("No such payments.");
        }
        let mut table = Table::new(&["payment", "made", "status", ">amount", ">given back", "customer", "invoice"]);
        for one in &self.0.payments {
            table.row([
                one.id.clone(),
                moment(one.created_at),
                one.status.clone(),
                one.amount.to_string(),
                one.refunded.to_string(),
                or_dash(one.customer.as_deref()),
                or_dash(one.invoice.as_deref()),
            ]);
        }
        write!(formatter, "{table}{}", more(self.0.next.as_ref()))
    }
}

impl fmt::Display for One {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = &self.0.payment;
        writeln!(formatter, "{} {}: {}, {}", one.kind, one.id, one.status, one.amount)?;
        write!(formatter, "{}", about(one))
    }
}

fn about(one: &Payment) -> Sheet {
    let mut sheet = Sheet::default();
    sheet
        .line("made", moment(one.created_at))
        .line("so since", moment(one.since))
        .some("customer", one.customer.as_ref())
        .some("subscription", one.subscription.as_ref())
        .some("invoice", one.invoice.as_ref())
        .some("charge", one.charge.as_ref().filter(|charge| **charge != one.id))
        .some("payment intent", one.payment_intent.as_ref().filter(|intent| **intent != one.id))
        .some("seller", one.seller.as_ref().map(|seller| &seller.account))
        .some("method", one.method.as_ref())
        .some("reason", one.reason.as_ref())
        .some("the customer has to", one.next_action.as_ref());
    if let Some(failure) = &one.failure {
        sheet.some("failure", failure.code.as_ref()).some("the bank says", failure.decline_code.as_ref());
    }
    if one.refunded.amount != 0 {
        sheet.line("given back", &one.refunded);
    }
    sheet.some("disputed by", one.disputed_by.as_ref());
    sheet
}
