//! `daybook verify books`: the invariants I1 to I8 on live data, page by page beside whatever goes on.

use std::collections::BTreeMap;
use std::fmt;

use daybook_domain::accounting::invariant::Invariant;
use daybook_domain::money::shown;
use daybook_domain::scope::{Scope, ScopeId};
use daybook_projections::journal::audit;
use daybook_store::snapshot::Snapshot;
use daybook_worker::verify::{Finding, Observer, Progress, Verified, verify_books};
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::built::ensure_built;
use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::open::{Opened, reading};
use crate::output::{Output, Table, count, counted};
use crate::{progress, server};

/// `daybook verify books`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many findings are named; all are counted
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    name: usize,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// What came of it.
#[derive(Serialize)]
struct Report {
    clean: bool,
    states: i64,
    sales: i64,
    credits: i64,
    postings: i64,
    /// The first so many.
    findings: Vec<Named>,
    /// How many there are of each invariant.
    counts: BTreeMap<&'static str, u64>,
    /// Marks of postings for a person to look at: no breach, but not explained either.
    marks: BTreeMap<String, i64>,
    from_size: i64,
    size: i64,
    seconds: u64,
}

/// One finding.
#[derive(Serialize)]
struct Named {
    invariant: &'static str,
    scope: String,
    object: String,
    currency: String,
    expected: i128,
    found: i128,
    why: &'static str,
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "{} with {} and {} at size {}, in {} s",
            counted(self.sales, "sale", "sales"),
            counted(self.postings, "posting", "postings"),
            counted(self.credits, "customer's credit", "customers' credits"),
            count(self.size),
            self.seconds
        )?;
        if self.from_size != self.size {
            let from = count(self.from_size);
            writeln!(
                formatter,
                "Events arrived meanwhile, since size {from}: a finding about one of them may be gone when asked again."
            )?;
        }
        for (mark, postings) in &self.marks {
            writeln!(
                formatter,
                "{} marked {mark}: `docs/BOOKS.md` says what that means",
                counted(*postings, "posting is", "postings are")
            )?;
        }
        if self.clean {
            return formatter.write_str("All of I1 to I8 hold.");
        }
        let mut table = Table::new(&["", "object", ">found", ">expected", "what was compared", "scope"]);
        for one in &self.findings {
            let amount = |amount: i128| {
                i64::try_from(amount).map_or_else(|_| amount.to_string(), |amount| shown(amount, &one.currency))
            };
            table.row([
                one.invariant.to_owned(),
                one.object.clone(),
                amount(one.found),
                amount(one.expected),
                one.why.to_owned(),
                one.scope.clone(),
            ]);
        }
        write!(formatter, "\n{table}\n")?;
        for invariant in Invariant::ALL {
            if let Some(many) = self.counts.get(invariant.number()) {
                writeln!(formatter, "{} broken {many} times: {}", invariant.number(), invariant.title())?;
            }
        }
        formatter.write_str("An event that is missing or still on its way looks like this too: `daybook event list --object ID` shows what came.")
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let report = reading(&arguments.database, async |opened| verify(opened, arguments.name).await).await?;
    output.show(&report)?;
    Ok(if report.clean { Ending::Well } else { Ending::WithFindings })
}

async fn verify(opened: &Opened, most: usize) -> anyhow::Result<Report> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    ensure_built(&mut snapshot).await?;
    let scopes = daybook_store::scope::all(&mut snapshot).await?;
    let marks = audit::marks(&mut snapshot).await?;
    snapshot.end().await?;
    let began = std::time::Instant::now();
    let bar = progress::bar(0, "states").with_message("verifying the books");
    let shutdown = CancellationToken::new();
    let told = shutdown.clone();
    let watch = tokio::spawn(async move {
        if server::asked_to_end().await.is_ok() {
            told.cancel();
        }
    });
    let mut findings = Vec::new();
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    let mut observer = Observer {
        progress: &|Progress { done, total }| {
            bar.set_length(u64::try_from(total).unwrap_or_default());
            bar.set_position(u64::try_from(done).unwrap_or_default());
        },
        found: &mut |finding| {
            *counts.entry(finding.check).or_default() += 1;
            if findings.len() < most {
                findings.push(Named::of(finding, &scopes));
            }
        },
        shutdown: &shutdown,
    };
    let verified = verify_books(&opened.database, &mut observer).await;
    watch.abort();
    bar.finish_and_clear();
    let Verified { states, sales, credits, postings, from_size, to_size: size } = verified?;
    let (clean, seconds) = (counts.is_empty(), began.elapsed().as_secs());
    let marks = marks.into_iter().collect();
    Ok(Report { clean, states, sales, credits, postings, findings, counts, marks, from_size, size, seconds })
}

impl Named {
    fn of(finding: Finding, scopes: &std::collections::HashMap<ScopeId, Scope>) -> Self {
        let Finding { scope, check, object, currency, expected, found, why } = finding;
        let scope = scopes.get(&scope).map_or_else(|| scope.to_string(), ToString::to_string);
        Self { invariant: check, scope, object, currency, expected, found, why }
    }
}
