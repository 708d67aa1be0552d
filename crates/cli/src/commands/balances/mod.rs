//! `daybook balances`: what a customer owes and is owed, or with `--trial` what all accounts come to; as of any time, posted or
//! earned, and as the books stood at any earlier size.

mod customer;
mod trial;

pub use customer::{Line, table};

use chrono::{DateTime, Utc};
use daybook_domain::accounting::Basis;
use daybook_domain::scope::{Scope, ScopeId};
use daybook_http::past::KnownAt;
use daybook_projections::journal;
use daybook_store::log::past::size_at;
use daybook_store::log::read;
use daybook_store::snapshot::Snapshot;
use daybook_worker::rebuild::{Observer, Progress, RebuildConfig, What, past};
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use crate::built::ensure_built;
use crate::config::DatabaseArguments;
use crate::exit::{Ending, Misused, Refused};
use crate::open::{Opened, reading};
use crate::output::{Output, count};
use crate::scope::ScopeArguments;
use crate::when::WhenArguments;
use crate::{progress, server};

/// `daybook balances`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    #[arg(required_unless_present = "trial", conflicts_with = "trial")]
    customer: Option<String>,
    /// All accounts of the chart instead of one customer's
    #[arg(long)]
    trial: bool,
    /// posted: deferred amounts as they were posted; earned: what is earned by then, or by now, counts as revenue
    #[arg(long, value_name = "posted|earned", default_value = "posted", value_parser = basis, hide_default_value = true)]
    basis: Basis,
    #[command(flatten)]
    when: WhenArguments,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

fn basis(name: &str) -> Result<Basis, String> {
    Basis::parse(name).ok_or_else(|| "it is posted or earned".to_owned())
}

/// What is asked, in terms of the journal.
struct Question<'a> {
    scope: Scope,
    customer: Option<&'a str>,
    asked: journal::trial::Asked<'a>,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    reading(&arguments.database, async |opened| match arguments.when.read().known_at {
        None => now(arguments, opened, output).await,
        Some(known) => then(arguments, opened, known, output).await,
    })
    .await
}

async fn now(arguments: &Arguments, opened: &Opened, output: Output) -> anyhow::Result<Ending> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (id, scope) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    let size = snapshot.size();
    let question = arguments.question(id, scope);
    if let Some(customer) = question.customer {
        let books = customer::read(&mut snapshot, customer, &question, size).await?;
        if books.is_empty() && daybook_projections::customers::find(&mut snapshot, id, customer).await?.is_none() {
            let scope = question.scope;
            return Err(Refused(format!("no event of {scope} has shown a customer {customer}")).into());
        }
        output.show(&books)?;
    } else {
        output.show(&trial::read(&mut snapshot, &question, size).await?)?;
    }
    snapshot.end().await?;
    Ok(Ending::Well)
}

/// As the books stood at an earlier size.
async fn then(arguments: &Arguments, opened: &Opened, known: KnownAt, output: Output) -> anyhow::Result<Ending> {
    let mut connection = opened.database.pool().acquire().await?;
    let (id, scope) = arguments.scope.find(&mut connection).await?;
    let whole = read::size(&mut connection).await?;
    let size = match known {
        KnownAt::Size(size) => size,
        KnownAt::Time(time) => size_at(&mut connection, time).await?,
    };
    drop(connection);
    if size > whole {
        return Err(Misused(format!("--known-at {size}: the log has only {} records so far", count(whole))).into());
    }
    let question = arguments.question(id, scope);
    // What is overdue of a customer is told by its invoices too; all accounts are told by the journal alone.
    let what = if question.customer.is_some() { What::Everything } else { What::only("journal")? };
    let shown = fold_again(opened, (what, size), async |connection| -> anyhow::Result<()> {
        match question.customer {
            Some(customer) => output.show(&customer::read(connection, customer, &question, size).await?),
            None => output.show(&trial::read(connection, &question, size).await?),
        }
    });
    shown.await?;
    Ok(Ending::Well)
}

/// Folds the log up to a size beside what answers now, and looks at it.
async fn fold_again(
    opened: &Opened,
    (what, size): (What, i64),
    look: impl AsyncFnOnce(&mut PgConnection) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let bar = progress::bar(u64::try_from(size).unwrap_or_default(), "events").with_message("reading the log");
    let shutdown = CancellationToken::new();
    let told = shutdown.clone();
    let watch = tokio::spawn(async move {
        if server::asked_to_end().await.is_ok() {
            told.cancel();
        }
    });
    let show = |progress| {
        if let Progress::Folding { done, .. } = progress {
            bar.set_position(u64::try_from(done).unwrap_or_default());
        }
    };
    let observer = Observer { progress: &show, shutdown: &shutdown };
    let looked = past(&opened.database, (what, size), &RebuildConfig::default(), &observer, async |connection| {
        bar.finish_and_clear();
        look(connection).await
    })
    .await;
    watch.abort();
    looked
}

impl Arguments {
    fn question(&self, id: ScopeId, scope: Scope) -> Question<'_> {
        let as_of = self.when.read().as_of.and_then(|time| DateTime::from_timestamp(time.unix(), 0));
        let now = || DateTime::from_timestamp(Utc::now().timestamp(), 0);
        let earned_at = match self.basis {
            Basis::Posted => None,
            Basis::Earned => as_of.or_else(now),
        };
        let customer = self.customer.as_deref();
        Question { scope, customer, asked: journal::trial::Asked { scope: id, customer, as_of, earned_at } }
    }
}

/// How the books are looked at, for a heading: `, as of 2026-11-21 00:00:00, earned`.
fn view(asked: &journal::trial::Asked<'_>) -> String {
    let shown = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M:%S").to_string();
    match (asked.as_of, asked.earned_at) {
        (None, None) => String::new(),
        (Some(as_of), None) => format!(", as of {}", shown(as_of)),
        (None, Some(at)) => format!(", as earned by {}", shown(at)),
        (Some(as_of), Some(_)) => format!(", as of {}, as earned by then", shown(as_of)),
    }
}
