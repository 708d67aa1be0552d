//! `daybook invoices`: how invoices stand, every line of them, their taxes, and what paid them.

use daybook_domain::fact::InvoiceStatus;
use daybook_http::v1::invoice_lines::{Line, Tax};
use daybook_http::v1::invoices::{Answer, Invoice, Page, Paid, Wanted, one, page};
use daybook_http::v1::shown::Money;

use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::output::{Output, Table};
use crate::part::{PartArguments, paged};
use crate::sheet::{Sheet, moment, or_dash};
use crate::status::say_if_unknown;

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
    pub books: BooksArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let books = &arguments.books;
    if let Some(id) = &arguments.invoice {
        let found = books.read(async |books| {
            let found = one(&mut books.snapshot, books.id, id).await?;
            found.ok_or_else(|| books.never_shown(format_args!("an invoice {id}")))
        });
        output.tell(&found.await?, in_full)?;
    } else {
        let (wanted, part) = (arguments.wanted(), arguments.part.part());
        let found = books.read(async |books| {
            let found = page(&mut books.snapshot, books.id, &wanted, &part).await?;
            books.ensure_known(wanted.customer.as_deref(), found.invoices.is_empty()).await?;
            Ok(found)
        });
        let found = found.await?;
        output.tell(&found, listed)?;
        say_if_unknown(wanted.status.as_deref(), found.invoices.is_empty(), InvoiceStatus::NAMES);
    }
    Ok(Ending::Well)
}

impl Arguments {
    fn wanted(&self) -> Wanted {
        Wanted { customer: self.customer.clone(), subscription: self.subscription.clone(), status: self.status.clone() }
    }
}

fn listed(page: &Page) -> String {
    let heads = ["invoice", "made", "status", ">total", ">to pay", "customer", "subscription"];
    let row = |one: &Invoice| {
        [
            one.id.clone(),
            moment(one.created_at),
            one.status.clone(),
            one.total.to_string(),
            left_to_pay(one).map_or_else(|| "-".to_owned(), ToString::to_string),
            or_dash(one.customer.as_deref()),
            or_dash(one.subscription.as_deref()),
        ]
    };
    paged(&Table::of(heads, &page.invoices, row), page.next.as_ref(), "No such invoices.")
}

fn in_full(Answer { invoice: one, .. }: &Answer) -> String {
    let (about, lines) = (about(one), lines(&one.lines));
    let truncated = if one.lines_truncated { "The events show only the first of its lines.\n" } else { "" };
    let taxes = if one.taxes.is_empty() { String::new() } else { format!("\n{}", taxes(&one.taxes)) };
    format!("{}: {}, {}\n{about}\n{lines}{truncated}{taxes}", one.id, one.status, one.total)
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
        .some("left to pay", left_to_pay(one));
    if one.attempts.count > 0 {
        sheet.line("attempts", one.attempts.count);
    }
    sheet.time("next attempt", one.attempts.next_at);
    for paid in &one.paid_with {
        sheet.line("paid with", with_what(paid));
    }
    sheet
}

/// What is left to pay; of an invoice that is void or deleted nobody has to pay anything, whatever Stripe's document still says.
fn left_to_pay(one: &Invoice) -> Option<&Money> {
    let is_gone = ["void", "deleted"].contains(&one.status.as_str());
    (!is_gone).then_some(&one.amount_remaining)
}

fn with_what(paid: &Paid) -> String {
    let amount = paid.amount.as_ref().map_or_else(String::new, |amount| format!(", {amount}"));
    format!("{}{amount}", paid.id.as_deref().unwrap_or(paid.by))
}

fn lines(lines: &[Line]) -> Table {
    Table::of(["line", ">amount", ">tax", ">quantity", "what", ""], lines, |line| {
        let tax = if line.tax_inclusive.amount == 0 { &line.tax_exclusive } else { &line.tax_inclusive };
        [
            line.id.clone(),
            line.amount.to_string(),
            tax.to_string(),
            line.quantity.map_or_else(|| "-".to_owned(), |quantity| quantity.to_string()),
            line.description.clone().or_else(|| line.price.clone()).unwrap_or_default(),
            if line.proration { "proration" } else { "" }.to_owned(),
        ]
    })
}

fn taxes(taxes: &[Tax]) -> Table {
    Table::of(["tax", ">amount", "jurisdiction", ">percent", "rate"], taxes, |tax| {
        [
            or_dash(tax.name.as_deref()),
            tax.amount.to_string(),
            or_dash(tax.jurisdiction.as_deref()),
            or_dash(tax.percentage.as_deref()),
            or_dash(tax.rate.as_deref()),
        ]
    })
}
