//! `daybook attention`: what needs a person, why, since when and until when.

use chrono::{DateTime, Utc};
use daybook_domain::attention::Code;
use daybook_http::Clock;
use daybook_http::v1::attention::{Item, Page, Wanted, codes, page};

use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::output::{Output, Table};
use crate::part::{PartArguments, paged};
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
    pub books: BooksArguments,
}

fn code(text: &str) -> Result<Code, String> {
    Code::parse(text.trim()).ok_or_else(|| format!("it is none of {}", codes()))
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let wanted = Wanted { code: arguments.code, customer: arguments.customer.clone(), since: arguments.since };
    let (part, now) = (arguments.part.part(), Clock::system().now());
    let found =
        arguments.books.read(async |books| Ok(page(&mut books.snapshot, books.id, (&wanted, &part), now).await?));
    output.tell(&found.await?, listed)?;
    Ok(Ending::Well)
}

fn listed(page: &Page) -> String {
    let heads = ["why", "what", "customer", ">amount", "since", "until", "more"];
    let row = |item: &Item| {
        [
            item.code.to_owned(),
            item.object.clone(),
            or_dash(item.customer.as_deref()),
            item.amount.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string),
            moment(item.since),
            item.until.map_or_else(|| "-".to_owned(), moment),
            told(item),
        ]
    };
    paged(&Table::of(heads, &page.items, row), page.next.as_ref(), "Nothing needs you.")
}

fn told(item: &Item) -> String {
    let attempts = item.attempts.map(|attempts| format!("{attempts} attempts"));
    [attempts, item.detail.clone()].into_iter().flatten().collect::<Vec<_>>().join("; ")
}
