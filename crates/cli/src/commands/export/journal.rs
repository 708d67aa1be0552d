//! `daybook export journal`: every transaction once, whole and in a stable order, as hledger or beancount text, CSV or JSON lines.
//!
//! The journal holds ids, amounts and times: no body, no secret and nothing personal, so there is nothing to mask. It is read page
//! by page, each page a short snapshot; memory holds one page, and a page ends between two transactions.

use std::io::Write;

use chrono::{DateTime, TimeDelta, Utc};
use daybook_projections::journal::export::{Row, Wanted, page};
use daybook_store::snapshot::Snapshot;

use super::beancount::Beancount;
use super::csv::Csv;
use super::hledger::Hledger;
use super::jsonl::JsonLines;
use crate::built::ensure_built;
use crate::commands::event::{ensure_in_order, time};
use crate::config::DatabaseArguments;
use crate::exit::{Ending, Misused};
use crate::known::ensure_known;
use crate::open::{Opened, reading};
use crate::output::{Form, Output, count};
use crate::scope::ScopeArguments;

/// Postings read at once.
const PAGE: i64 = 2_000;

/// `daybook export journal`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What reads it: hledger unless said, jsonl with --json
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Of this customer only
    #[arg(long, value_name = "CUSTOMER")]
    customer: Option<String>,
    /// What happened at this time or later: 2026-11-21, or 2026-11-21T14:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<i64>,
    /// What happened before this time
    #[arg(long, value_name = "TIME", value_parser = time)]
    until: Option<i64>,
    /// What had happened by then, that second included: what `balances --as-of` counts
    #[arg(long, value_name = "TIME", value_parser = time, conflicts_with = "until")]
    as_of: Option<i64>,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// A form that other programs read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Plain text accounting: hledger, and ledger-cli
    Hledger,
    /// Plain text accounting: beancount
    Beancount,
    /// One posting a line, with a head
    Csv,
    /// One transaction a line, as JSON
    Jsonl,
}

/// How a format writes.
pub(super) trait Book {
    /// What stands before the first transaction. `title` says whose journal it is.
    fn begin(&mut self, title: &str) -> String;

    /// One transaction: all its postings, in order.
    fn transaction(&mut self, legs: &[Row]) -> String;
}

impl Format {
    fn book(self) -> Box<dyn Book + Send> {
        match self {
            Self::Hledger => Box::new(Hledger::default()),
            Self::Beancount => Box::new(Beancount),
            Self::Csv => Box::new(Csv),
            Self::Jsonl => Box::new(JsonLines),
        }
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    ensure_in_order("--from", arguments.from, ("--until", arguments.until))?;
    ensure_in_order("--from", arguments.from, ("--as-of", arguments.as_of))?;
    let format = match (arguments.format, output.form()) {
        (None, Form::Text) => Format::Hledger,
        (None | Some(Format::Jsonl), Form::Json) => Format::Jsonl,
        (Some(format), Form::Text) => format,
        (Some(_), Form::Json) => {
            return Err(
                Misused("--json and --format contradict each other: --json means --format jsonl".to_owned()).into()
            );
        }
    };
    reading(&arguments.database, async |opened| export(arguments, format, opened).await).await
}

async fn export(arguments: &Arguments, format: Format, opened: &Opened) -> anyhow::Result<Ending> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (id, scope) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    ensure_known(&mut snapshot, (id, &scope), arguments.customer.as_deref(), true).await?;
    let began = snapshot.size();
    snapshot.end().await?;
    let at = |seconds: Option<i64>| seconds.and_then(|seconds| DateTime::<Utc>::from_timestamp(seconds, 0));
    let wanted = Wanted {
        scope: id,
        customer: arguments.customer.clone(),
        from: at(arguments.from),
        until: at(arguments.until).or_else(|| at(arguments.as_of).map(|time| time + TimeDelta::seconds(1))),
    };
    let mut book = format.book();
    write(&book.begin(&format!("daybook journal of {scope}, at size {began}")))?;
    let ended = write_all(opened, &wanted, book.as_mut()).await?.unwrap_or(began);
    if ended != began {
        let (began, ended) = (count(began), count(ended));
        writeln!(
            std::io::stderr(),
            "The books moved from size {began} to {ended} meanwhile: export again when nothing arrives, if all of it has to be of one moment."
        )?;
    }
    Ok(Ending::Well)
}

/// Writes page after page. Returns the size at which it ended.
async fn write_all(opened: &Opened, wanted: &Wanted, book: &mut (dyn Book + Send)) -> anyhow::Result<Option<i64>> {
    let mut after: Option<Row> = None;
    let mut limit = PAGE;
    loop {
        let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
        let mut rows = page(&mut snapshot, wanted, after.as_ref(), limit).await?;
        let size = snapshot.size();
        snapshot.end().await?;
        let is_last = i64::try_from(rows.len()).unwrap_or(i64::MAX) < limit;
        if !is_last {
            rows.truncate(whole(&rows));
        }
        let Some(last) = rows.last() else {
            if is_last {
                return Ok(Some(size));
            }
            // One transaction is longer than a page.
            limit = limit.saturating_mul(2);
            continue;
        };
        write(&rows.chunk_by(Row::is_with).map(|legs| book.transaction(legs)).collect::<String>())?;
        if is_last {
            return Ok(Some(size));
        }
        (after, limit) = (Some(last.clone()), PAGE);
    }
}

/// How many of these rows belong to transactions that are here to their end: the last one may go on.
fn whole(rows: &[Row]) -> usize {
    let last = rows.last();
    rows.iter().rposition(|row| last.is_some_and(|last| !row.is_with(last))).map_or(0, |place| place + 1)
}

fn write(text: &str) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    Ok(())
}

/// Text from others as one word or line of a text format: nothing in it ends a line, a comment or a field.
pub(super) fn tame(text: &str) -> String {
    let harmless = |letter: char| letter.is_alphanumeric() || "_-:.@/#+*=".contains(letter);
    text.chars().map(|letter| if harmless(letter) { letter } else { '_' }).collect()
}

/// Made-up postings for the tests of the formats.
#[cfg(test)]
pub(super) fn legs() -> Vec<Row> {
    let leg = |line, account: &str, currency: &str, amount| Row {
        effective_at: DateTime::from_timestamp(1_767_225_600, 0).unwrap(),
        transaction_key: "in_1:finalized".to_owned(),
        id: "in_1".to_owned(),
        kind: 2,
        line,
        account: account.to_owned(),
        customer: Some("cus_1".to_owned()),
        subject: "in_1".to_owned(),
        currency: currency.to_owned(),
        amount,
        earned_from: None,
        earned_until: None,
        product: None,
        causes: vec!["evt_1".to_owned()],
        problem: None,
    };
    let deferred = Row {
        earned_from: DateTime::from_timestamp(1_767_225_600, 0),
        earned_until: DateTime::from_timestamp(1_769_904_000, 0),
        product: Some("prod \"odd\"; one".to_owned()),
        subject: "il_1".to_owned(),
        ..leg(1, "liabilities:deferred", "usd", -3_000)
    };
    vec![
        leg(0, "assets:receivable", "usd", 3_240),
        deferred,
        leg(2, "liabilities:tax", "usd", -240),
        leg(3, "equity:fx", "jpy", 550),
        Row { problem: Some("difference".to_owned()), ..leg(4, "suspense", "jpy", -550) },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_between_two_transactions() {
        let one = legs();
        let other: Vec<Row> = legs().into_iter().map(|row| Row { transaction_key: "x".to_owned(), ..row }).collect();
        assert_eq!(whole(&[one.clone(), other].concat()), one.len());
        assert_eq!(whole(&one), 0, "it may go on");
        assert_eq!(whole(&[]), 0);
    }

    #[test]
    fn what_others_wrote_ends_no_line_and_no_field() {
        assert_eq!(tame("prod \"a\";b\n, (c)"), "prod__a__b____c_");
    }
}
