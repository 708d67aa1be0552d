//! `daybook parked`: what is known only by name, with what waits for it and since when.

use std::fmt;

use chrono::{DateTime, Utc};
use clap::builder::PossibleValuesParser;
use daybook_domain::id::ObjectKind;
use daybook_projections::parked;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;

use crate::built::ensure_built;
use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, Table, count, counted};
use crate::scope::ScopeArguments;

/// `daybook parked`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Objects of one kind only, by Stripe's name
    #[arg(long, value_parser = PossibleValuesParser::new(ObjectKind::ALL.map(ObjectKind::name)), hide_possible_values = true)]
    kind: Option<String>,
    /// How many
    #[arg(short, long, default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=1_000))]
    number: i64,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// An object that others name and no event has shown.
#[derive(Serialize)]
struct Waited {
    kind: &'static str,
    id: String,
    since: DateTime<Utc>,
    /// as kind and id, the first twenty
    waiting: Vec<String>,
    waiting_count: i64,
}

/// What is parked in a scope.
#[derive(Serialize)]
struct Listed {
    scope: String,
    parked: Vec<Waited>,
    /// of all kinds
    count: i64,
    size: i64,
}

impl fmt::Display for Listed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parked.is_empty() {
            return write!(formatter, "Nothing waits in {}, at size {}.", self.scope, count(self.size));
        }
        let objects = counted(self.count, "object", "objects");
        writeln!(formatter, "{objects} of {} known only by name, at size {}", self.scope, count(self.size))?;
        let mut table = Table::new(&["since", "named", ">waiting", "what waits"]);
        for found in &self.parked {
            table.row([
                found.since.format("%Y-%m-%d %H:%M UTC").to_string(),
                format!("{} {}", found.kind, found.id),
                count(found.waiting_count),
                found.waiting.iter().take(2).cloned().collect::<Vec<_>>().join(", "),
            ]);
        }
        write!(formatter, "{table}")
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let listed = with(&arguments.database, Upgrade::NotHere, async |opened| read(arguments, opened).await).await?;
    output.show(&listed)?;
    Ok(Ending::Well)
}

async fn read(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Listed> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (id, scope) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    let kind = arguments.kind.as_deref().and_then(|name| ObjectKind::ALL.into_iter().find(|kind| kind.name() == name));
    let found = parked::list(&mut snapshot, id, kind, arguments.number).await?;
    let all = parked::count(&mut snapshot, id).await?;
    let size = snapshot.size();
    snapshot.end().await?;
    let waited = |found: parked::Parked| {
        let parked::Parked { kind, id, since, waiting, waiting_count } = found;
        Waited { kind, id, since, waiting, waiting_count }
    };
    Ok(Listed { scope: scope.to_string(), parked: found.into_iter().map(waited).collect(), count: all, size })
}

#[cfg(test)]
mod tests {
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
        let listed = |parked: Vec<Waited>| Listed {
            scope: "the account in test mode".to_owned(),
            count: i64::try_from(parked.len()).unwrap(),
            parked,
            size: 1_234,
        };
        insta::assert_snapshot!(listed(vec![waited]));
        assert_eq!(listed(Vec::new()).to_string(), "Nothing waits in the account in test mode, at size 1,234.");
    }
}
