//! `daybook payments`: charges, refunds, and payment intents that have not come to an end.

use daybook_domain::fact::{ChargeStatus, PaymentIntentStatus, RefundStatus};
use daybook_http::v1::payments::{Answer, Page, Payment, Wanted, one, page};
use daybook_projections::payments::Kind;

use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::output::{Output, Table};
use crate::part::{PartArguments, paged};
use crate::sheet::{Sheet, moment, or_dash};
use crate::status::say_if_unknown;

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
    pub books: BooksArguments,
}

fn kind(text: &str) -> Result<Kind, String> {
    Kind::parse(text.trim()).ok_or_else(|| "it is charge, refund or payment_intent".to_owned())
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let books = &arguments.books;
    if let Some(id) = &arguments.payment {
        let found = books.read(async |books| {
            let found = one(&mut books.snapshot, books.id, id).await?;
            found.ok_or_else(|| {
                books.never_shown(format_args!("a payment {id}, or it is an intent that has come to an end"))
            })
        });
        output.tell(&found.await?, in_full)?;
    } else {
        let (wanted, part) = (arguments.wanted(), arguments.part.part());
        let found = books.read(async |books| {
            let found = page(&mut books.snapshot, books.id, &wanted, &part).await?;
            books.ensure_known(wanted.customer.as_deref(), found.payments.is_empty()).await?;
            Ok(found)
        });
        let found = found.await?;
        output.tell(&found, listed)?;
        say_if_unknown(wanted.status.as_deref(), found.payments.is_empty(), &statuses(arguments.kind));
    }
    Ok(Ending::Well)
}

impl Arguments {
    fn wanted(&self) -> Wanted {
        Wanted {
            kind: self.kind,
            customer: self.customer.clone(),
            subscription: self.subscription.clone(),
            invoice: self.invoice.clone(),
            status: self.status.clone(),
        }
    }
}

/// What a payment of this kind can be, or of any.
fn statuses(kind: Option<Kind>) -> Vec<&'static str> {
    let of = |kind: Kind| match kind {
        Kind::Charge => [&["authorized"], ChargeStatus::NAMES].concat(),
        Kind::Refund => RefundStatus::NAMES.to_vec(),
        Kind::Intent => PaymentIntentStatus::NAMES.to_vec(),
    };
    let mut known = kind.map_or_else(|| Kind::ALL.into_iter().flat_map(of).collect(), of);
    known.sort_unstable();
    known.dedup();
    known
}

fn listed(page: &Page) -> String {
    let heads = ["payment", "made", "status", ">amount", ">given back", "customer", "invoice"];
    let row = |one: &Payment| {
        [
            one.id.clone(),
            moment(one.created_at),
            one.status.clone(),
            one.amount.to_string(),
            if one.kind == Kind::Charge.as_str() { one.refunded.to_string() } else { "-".to_owned() },
            or_dash(one.customer.as_deref()),
            or_dash(one.invoice.as_deref()),
        ]
    };
    paged(&Table::of(heads, &page.payments, row), page.next.as_ref(), "No such payments.")
}

fn in_full(Answer { payment: one, .. }: &Answer) -> String {
    format!("{} {}: {}, {}\n{}", one.kind, one.id, one.status, one.amount, about(one))
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
