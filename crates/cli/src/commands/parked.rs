//! `daybook parked`: what is known only by name, with what waits for it and since when.

use std::fmt;

use clap::builder::PossibleValuesParser;
use daybook_domain::id::ObjectKind;
use daybook_http::v1::parked::{Listed, Wanted, listed};
use daybook_projections::page::Cursor;
use serde::Serialize;

use crate::books::BooksArguments;
use crate::config::page_size;
use crate::exit::Ending;
use crate::output::{Output, Table, count, counted};
use crate::part::cursor;
use crate::sheet::moment;

/// `daybook parked`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Objects of one kind only, by Stripe's name
    #[arg(long, value_parser = PossibleValuesParser::new(ObjectKind::ALL.map(ObjectKind::name)), hide_possible_values = true)]
    kind: Option<String>,
    /// The page after the one that ended here, as that one says
    #[arg(long, value_name = "END", value_parser = cursor)]
    after: Option<Cursor>,
    /// So many at most
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 50, value_parser = page_size)]
    limit: u32,
    #[command(flatten)]
    pub books: BooksArguments,
}

/// What is parked in a scope.
#[derive(Serialize)]
struct Told {
    scope: String,
    #[serde(flatten)]
    listed: Listed,
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope, listed: Listed { parked, count: all, next, size } } = self;
        let objects = counted(*all, "object", "objects");
        if *all == 0 {
            return write!(formatter, "Nothing waits in {scope}, at size {}.", count(*size));
        }
        if parked.is_empty() {
            return write!(
                formatter,
                "Nothing of that kind waits here; {objects} of {scope} in all, at size {}.",
                count(*size)
            );
        }
        writeln!(formatter, "{objects} of {scope} known only by name, at size {}", count(*size))?;
        let table = Table::of(["since", "named", ">waiting", "what waits"], parked, |found| {
            [
                moment(found.since),
                format!("{} {}", found.kind, found.id),
                count(found.waiting_count),
                found.waiting.iter().take(2).cloned().collect::<Vec<_>>().join(", "),
            ]
        });
        let more = next.as_ref().map_or_else(String::new, |next| format!("There is more: --after {next}\n"));
        write!(formatter, "{table}{more}")
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let kind = arguments.kind.as_deref().and_then(|name| ObjectKind::ALL.into_iter().find(|kind| kind.name() == name));
    let told = arguments.books.read(async |books| {
        let wanted = Wanted { kind, after: arguments.after.clone(), limit: Some(arguments.limit) };
        let listed = listed(&mut books.snapshot, books.id, wanted).await?;
        Ok(Told { scope: books.scope.to_string(), listed })
    });
    output.show(&told.await?)?;
    Ok(Ending::Well)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use daybook_http::v1::parked::Waited;

    use super::*;

    #[test]
    fn what_waits_stands_beside_what_it_waits_for() {
        let waited = Waited {
            kind: "charge",
            id: "ch_1".to_owned(),
            since: DateTime::from_timestamp(1_709_251_200, 0).unwrap(),
            waiting: vec!["refund re_1".to_owned(), "dispute dp_1".to_owned(), "refund re_2".to_owned()],
            waiting_count: 3,
        };
        let listed = |count: i64, parked: Vec<Waited>| Told {
            scope: "the account in test mode".to_owned(),
            listed: Listed { count, parked, next: None, size: 1_234 },
        };
        insta::assert_snapshot!(listed(1, vec![waited]));
        let nothing = listed(0, Vec::new()).to_string();
        assert_eq!(nothing, "Nothing waits in the account in test mode, at size 1,234.");
        let of_others = listed(3, Vec::new()).to_string();
        let expected = "Nothing of that kind waits here; 3 objects of the account in test mode in all, at size 1,234.";
        assert_eq!(of_others, expected);
    }
}
