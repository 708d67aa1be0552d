//! `daybook grants`: what operators said of a customer.

use std::fmt;

use daybook_domain::customer::{Given, Word};
use daybook_domain::entitlement::{Source, Value};
use daybook_domain::id::EventId;
use daybook_projections::{customers, entitlements};
use daybook_stripe::private::text;
use serde::Serialize;

use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::operating::when::{now, shown};
use crate::output::{Output, Table};

/// `daybook grants`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    #[command(flatten)]
    pub books: BooksArguments,
}

/// A grant or a revocation.
#[derive(Serialize)]
struct Line {
    record: String,
    kind: &'static str,
    feature: String,
    value: Option<Value>,
    state: &'static str,
    starts: String,
    ends: Option<String>,
    actor: String,
    reason: String,
    ticket: Option<String>,
    ended_by: Option<String>,
}

/// One of your accounts, as an operator said.
#[derive(Serialize)]
struct Link {
    account: String,
    linked: bool,
    record: String,
}

/// A released dispute.
#[derive(Serialize)]
struct Released {
    dispute: String,
    at: String,
    record: String,
}

#[derive(Serialize)]
struct Said {
    customer: String,
    scope: String,
    grants: Vec<Line>,
    links: Vec<Link>,
    released: Vec<Released>,
    size: i64,
}

impl fmt::Display for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.grants.is_empty() && self.links.is_empty() && self.released.is_empty() {
            return write!(formatter, "No operator said anything of {} of {}.", self.customer, self.scope);
        }
        let mut table = Table::new(&["record", "kind", "feature", "value", "state", "from", "until", "by", "why"]);
        for one in &self.grants {
            let value = one.value.as_ref().map_or_else(|| "-".to_owned(), crate::answers::value_of);
            let until = one.ends.clone().unwrap_or_else(|| "for good".to_owned());
            let why = match &one.ticket {
                Some(ticket) => format!("{} ({ticket})", one.reason),
                None => one.reason.clone(),
            };
            let (kind, state) = (one.kind.to_owned(), one.state.replace('_', " "));
            let (record, feature, from, by) =
                (one.record.clone(), one.feature.clone(), one.starts.clone(), one.actor.clone());
            table.row([record, kind, feature, value, state, from, until, by, why]);
        }
        if !self.grants.is_empty() {
            write!(formatter, "{table}")?;
        }
        for link in &self.links {
            let how = if link.linked { "linked with" } else { "unlinked from" };
            writeln!(formatter, "{how} account {} by {}", link.account, link.record)?;
        }
        for released in &self.released {
            writeln!(formatter, "{} released at {} by {}", released.dispute, released.at, released.record)?;
        }
        Ok(())
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let customer = &arguments.customer;
    let said = arguments.books.read(async |books| {
        let sources = entitlements::sources_of(&mut books.snapshot, books.id, customer).await?;
        let links = customers::links_of(&mut books.snapshot, books.id, customer).await?;
        let (scope, size) = (books.scope.to_string(), books.snapshot.size());
        Ok(said(customer.clone(), scope, &sources, links, size))
    });
    output.show(&said.await?)?;
    Ok(Ending::Well)
}

fn said(customer: String, scope: String, sources: &[Source], links: Vec<customers::AccountLink>, size: i64) -> Said {
    let mut said = Said { customer, scope, grants: Vec::new(), links: Vec::new(), released: Vec::new(), size };
    for source in sources {
        if let Source::Operators { given, released } = source {
            said.grants.extend(given.iter().map(line));
            said.released.extend(released.iter().map(|(dispute, moment)| Released {
                dispute: dispute.to_string(),
                at: shown(moment.at),
                record: moment.event.to_string(),
            }));
        }
    }
    said.grants.sort_by(|left, right| (&right.starts, &right.record).cmp(&(&left.starts, &left.record)));
    let by_operators =
        links.into_iter().filter(|link| [customers::BY_OPERATOR, customers::UNLINKED].contains(&link.source.as_str()));
    said.links = by_operators
        .map(|link| Link {
            linked: link.source == customers::BY_OPERATOR,
            account: text(&link.account).into_owned(),
            record: link.cause,
        })
        .collect();
    said
}

fn line((record, given): (&EventId, &Given)) -> Line {
    Line {
        record: record.to_string(),
        kind: match given.word {
            Word::Grant => "grant",
            Word::Revocation => "revocation",
        },
        feature: given.feature.to_string(),
        value: given.extent.as_ref().map(daybook_domain::customer::Extent::value),
        state: given.state(now()),
        starts: shown(given.starts),
        ends: given.ends.map(shown),
        actor: given.by.actor.to_string(),
        reason: text(&given.by.reason).into_owned(),
        ticket: given.by.ticket.as_deref().map(str::to_owned),
        ended_by: given.ended.as_ref().map(|(record, _)| record.to_string()),
    }
}
