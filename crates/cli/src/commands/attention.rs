//! `daybook attention`: what needs a person, why, since when and until when.

use chrono::{DateTime, Utc};
use daybook_domain::attention::Code;
use daybook_http::Clock;
use daybook_http::v1::attention::{Item, Page, Wanted, codes, page};

use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::output::{Output, Table, counted};
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
    let found = arguments.books.read(async |books| {
        let found = page(&mut books.snapshot, books.id, (&wanted, &part), now).await?;
        books.ensure_known(wanted.customer.as_deref(), found.items.is_empty()).await?;
        Ok(found)
    });
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
            item.until.map_or_else(|| "-".to_owned(), |until| deadline(until, page.as_of)),
            told(item),
        ]
    };
    paged(&Table::of(heads, &page.items, row), page.next.as_ref(), "Nothing needs you.")
}

/// A time to come, or one that has passed and is the more urgent for it.
fn deadline(until: DateTime<Utc>, now: DateTime<Utc>) -> String {
    if until < now { format!("was due {}", moment(until)) } else { moment(until) }
}

fn told(item: &Item) -> String {
    let attempts = item.attempts.map(|attempts| counted(attempts, "attempt", "attempts"));
    [attempts, item.detail.clone()].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_that_has_passed_does_not_look_like_one_to_come() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(deadline(at(86_400), at(86_401)), "was due 1970-01-02 00:00 UTC");
        assert_eq!(deadline(at(86_400), at(86_400)), "1970-01-02 00:00 UTC");
    }
}
