//! `daybook grants`: what operators said of a customer.

use std::fmt;

use daybook_http::entitlement::answer::Value;
use daybook_http::v1::grants::{Grant, Said, said_of};
use serde::Serialize;

use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::operating::when::now;
use crate::output::{Output, Table, count};
use crate::sheet::moment;

/// `daybook grants`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    #[command(flatten)]
    pub books: BooksArguments,
}

/// What was said, and in whose books.
#[derive(Serialize)]
struct Told {
    scope: String,
    #[serde(flatten)]
    said: Said,
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Said { customer, grants, links, released, .. } = &self.said;
        if grants.is_empty() && links.is_empty() && released.is_empty() {
            return write!(formatter, "No operator said anything of {customer} of {}.", self.scope);
        }
        if !grants.is_empty() {
            let heads = ["record", "kind", "feature", "value", "state", "from", "until", "by", "why"];
            write!(formatter, "{}", Table::of(heads, grants, row))?;
        }
        for link in links {
            let how = if link.linked { "linked with" } else { "unlinked from" };
            writeln!(formatter, "{how} account {} by {}", link.account, link.record.event())?;
        }
        for one in released {
            writeln!(formatter, "{} released at {} by {}", one.dispute, moment(one.at), one.record.event())?;
        }
        Ok(())
    }
}

fn row(one: &Grant) -> [String; 9] {
    let value = match &one.value {
        None => "-".to_owned(),
        Some(Value::Limit(limit)) => count(*limit),
        Some(Value::Text(text)) => text.clone(),
    };
    let why = match &one.ticket {
        Some(ticket) => format!("{} ({ticket})", one.reason),
        None => one.reason.clone(),
    };
    [
        one.record.event().to_owned(),
        one.kind.to_owned(),
        one.feature.clone(),
        value,
        one.state.replace('_', " "),
        moment(one.starts),
        one.ends.map_or_else(|| "for good".to_owned(), moment),
        one.actor.clone(),
        why,
    ]
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let told = arguments.books.read(async |books| {
        let said = said_of(&mut books.snapshot, books.id, arguments.customer.clone(), now()).await?;
        let nothing = said.grants.is_empty() && said.links.is_empty() && said.released.is_empty();
        books.ensure_known(Some(&arguments.customer), nothing).await?;
        Ok(Told { scope: books.scope.to_string(), said })
    });
    output.show(&told.await?)?;
    Ok(Ending::Well)
}
