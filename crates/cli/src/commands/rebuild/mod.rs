//! `daybook rebuild`: read models anew from the log, beside the live ones. Readers see the old ones whole until they see the new ones whole.

pub mod size;

use std::fmt;
use std::io::Write;

use daybook_worker::rebuild::{Difference, Observer, Progress, RebuildConfig, What, rebuild};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use self::size::{TableSize, sizes};
use crate::config::DatabaseArguments;
use crate::exit::{Ending, Misused};
use crate::open::{Opened, Upgrade, with};
use crate::output::{self, Output, Table, count, counted};
use crate::{progress, server};

/// `daybook rebuild`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// One read model: entitlements, subscriptions, customers, journal, disputes, invoices, payments, attention or parked. Without a
    /// name, all of them
    #[arg(value_name = "NAME", conflicts_with = "all")]
    name: Option<String>,
    /// All read models, and the aggregates they stand on
    #[arg(long)]
    all: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// What came of it.
#[derive(Serialize)]
struct Done {
    rebuilt: String,
    generation: i32,
    size: i64,
    seconds: u64,
    tables: Vec<TableSize>,
    /// Null when nothing was live to compare with.
    differences: Option<Vec<Changed>>,
}

/// Rows of a table that are others than before.
#[derive(Serialize)]
struct Changed {
    read_model: &'static str,
    table: &'static str,
    /// Rows that only one of both has, or that differ.
    rows: i64,
    /// Some of the customers they are about.
    customers: Vec<String>,
}

impl From<Difference> for Changed {
    fn from(found: Difference) -> Self {
        Self { read_model: found.read_model, table: found.table, rows: found.differing, customers: found.customers }
    }
}

impl fmt::Display for Done {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            formatter,
            "Rebuilt {} from {} in {} s; generation {} answers now.",
            self.rebuilt,
            counted(self.size, "record", "records"),
            self.seconds,
            self.generation
        )?;
        let mut table = Table::new(&["read model", "table", ">rows", ">before"]);
        for one in &self.tables {
            let before = one.rows_before.map_or_else(|| "-".to_owned(), count);
            table.row([one.read_model.to_owned(), one.table.to_owned(), count(one.rows), before]);
        }
        write!(formatter, "\n{table}\n")?;
        let Some(differences) = &self.differences else {
            return writeln!(formatter, "Nothing had answered before that they could be compared with.");
        };
        if differences.is_empty() {
            return writeln!(formatter, "No row differs from the ones that answered before.");
        }
        for one in differences {
            let rows = if one.rows == 1 { "row differs" } else { "rows differ" };
            write!(
                formatter,
                "{} ({}): {} {rows} from the ones that answered before",
                one.read_model,
                one.table,
                count(one.rows)
            )?;
            let named =
                if one.customers.is_empty() { String::new() } else { format!(", e.g. {}", one.customers.join(", ")) };
            writeln!(formatter, "{named}")?;
        }
        Ok(())
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let what = match &arguments.name {
        Some(name) => What::only(name).map_err(|error| Misused(error.to_string()))?,
        None => What::Everything,
    };
    with(&arguments.database, Upgrade::Existing, async |opened| {
        if !arguments.yes && output::somebody_can_be_asked() && !is_wanted(opened, what).await? {
            writeln!(std::io::stderr(), "Nothing was done.")?;
            return Ok(Ending::Well);
        }
        output.show(&rebuild_now(opened, what).await?)?;
        Ok(Ending::Well)
    })
    .await
}

fn named(what: What) -> String {
    match what {
        What::Everything => "everything".to_owned(),
        What::Only(part) => part.name.to_owned(),
    }
}

async fn is_wanted(opened: &Opened, what: What) -> anyhow::Result<bool> {
    let size = daybook_store::log::read::size(&mut *opened.database.pool().acquire().await?).await?;
    output::ask(&format!(
        "Rebuild {} from {}? The present read models answer until the new ones are complete.",
        named(what),
        counted(size, "record", "records")
    ))
}

async fn rebuild_now(opened: &Opened, what: What) -> anyhow::Result<Done> {
    let before = sizes(&opened.database).await?;
    let began = std::time::Instant::now();
    let bar = progress::bar(0, "events").with_message("reading the log");
    let shutdown = CancellationToken::new();
    let told = shutdown.clone();
    let watch = tokio::spawn(async move {
        if server::asked_to_end().await.is_ok() {
            told.cancel();
        }
    });
    let observer = Observer { progress: &|progress| show(&bar, progress), shutdown: &shutdown };
    let rebuilt = rebuild(&opened.database, what, &RebuildConfig::default(), &observer).await;
    watch.abort();
    bar.finish_and_clear();
    let rebuilt = rebuilt?;
    let mut tables = sizes(&opened.database).await?;
    for table in &mut tables {
        table.rows_before = before.iter().find(|one| one.table == table.table).map(|one| one.rows);
    }
    if let What::Only(part) = what {
        tables.retain(|table| table.read_model == part.name);
    }
    Ok(Done {
        rebuilt: named(what),
        generation: rebuilt.generation,
        size: rebuilt.size,
        seconds: began.elapsed().as_secs(),
        tables,
        differences: rebuilt.comparison.map(|found| found.differences.into_iter().map(Changed::from).collect()),
    })
}

fn show(bar: &ProgressBar, progress: Progress) {
    match progress {
        Progress::Folding { done, total } => {
            bar.set_length(u64::try_from(total).unwrap_or_default());
            bar.set_position(u64::try_from(done).unwrap_or_default());
        }
        Progress::Writing => bar.set_message("writing rows"),
        Progress::Indexing => bar.set_message("making indexes"),
        Progress::CatchingUp => bar.set_message("catching up"),
        Progress::Comparing => bar.set_message("comparing with the live ones"),
        Progress::Switching => bar.set_message("switching over"),
    }
}

#[cfg(test)]
mod tests {
    use daybook_projections::generation::PARTS;

    use super::*;

    #[test]
    fn the_help_names_every_read_model() {
        use clap::Args;
        let command = Arguments::augment_args(clap::Command::new("rebuild"));
        let help = command
            .get_arguments()
            .find(|argument| argument.get_id() == "name")
            .unwrap()
            .get_help()
            .unwrap()
            .to_string();
        for part in PARTS.iter().skip(1) {
            assert!(help.contains(part.name), "{} is missing in: {help}", part.name);
        }
    }
}
