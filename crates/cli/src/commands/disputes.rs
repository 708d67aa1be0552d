//! `daybook disputes`: what is asked for until when, whose it is, what it holds, and what came of it.

use chrono::{DateTime, Utc};
use daybook_domain::fact::DisputeStatus;
use daybook_http::v1::disputes::{Answer, Dispute, Page, Wanted, one, page};
use daybook_http::v1::shown::Seller;

use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::output::{Output, Table};
use crate::part::{PartArguments, paged};
use crate::sheet::{Sheet, moment, or_dash};
use crate::status::say_if_unknown;
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
    pub books: BooksArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let books = &arguments.books;
    if let Some(id) = &arguments.dispute {
        let found = books.read(async |books| {
            let found = one(&mut books.snapshot, books.id, id).await?;
            found.ok_or_else(|| books.never_shown(format_args!("a dispute {id}")))
        });
        output.tell(&found.await?, in_full)?;
    } else {
        let (wanted, part) = (arguments.wanted(), arguments.part.part());
        let found = books.read(async |books| {
            let found = page(&mut books.snapshot, books.id, &wanted, &part).await?;
            books.ensure_known(wanted.customer.as_deref(), found.disputes.is_empty()).await?;
            Ok(found)
        });
        let found = found.await?;
        output.tell(&found, listed)?;
        say_if_unknown(wanted.status.as_deref(), found.disputes.is_empty(), DisputeStatus::NAMES);
    }
    Ok(Ending::Well)
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

fn listed(page: &Page) -> String {
    let heads = ["dispute", "status", ">amount", "reason", "evidence due", "customer", "subscription"];
    let row = |one: &Dispute| {
        let due = one.evidence.due_at.filter(|_| one.evidence.needed);
        [
            one.id.clone(),
            one.status.clone(),
            one.amount.to_string(),
            or_dash(one.reason.as_deref()),
            due.map_or_else(|| "-".to_owned(), moment),
            or_dash(one.customer.as_deref()),
            or_dash(one.subscription.as_deref()),
        ]
    };
    paged(&Table::of(heads, &page.disputes, row), page.next.as_ref(), "No such disputes.")
}

fn in_full(Answer { dispute: one, .. }: &Answer) -> String {
    let mut sheet = belongs(one);
    stands(&mut sheet, one);
    format!("{}: {}, {}\n{sheet}", one.id, one.status, one.amount)
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
