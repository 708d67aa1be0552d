//! `daybook ingest`: events from a file or from standard input, one JSON object a line, as an operator's import. Good lines go in whatever the
//! others are; each bad one is listed with its number and the reason, also one that is stored and cannot be read. Memory does not grow with the file, and running it again changes nothing.

mod entry;
mod lines;

use std::collections::VecDeque;
use std::fmt;

use anyhow::Context;
use chrono::Utc;
use daybook_store::log::read;
use daybook_store::recorder::{Limits, Recorded, Refused, Ticket};
use daybook_store::{Incoming, Recorder};
use indicatif::ProgressBar;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use self::entry::Entry;
use self::lines::{Input, Line};
use crate::config::DatabaseArguments;
use crate::exit::{Ending, is_broken_pipe};
use crate::lag;
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, count, counted};
use crate::scope::ScopeArguments;

/// `daybook ingest`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file, or - for standard input
    file: String,
    /// The account that events belong to which name none: acct_...
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// Entries that wait for their answers at once.
const WINDOW: usize = 2_048;

/// Something about a line that a person should see.
#[derive(Serialize)]
struct Remark<'a> {
    line: u64,
    outcome: &'static str,
    reason: &'a str,
}

impl fmt::Display for Remark<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}: {}", self.line, self.outcome, self.reason)
    }
}

/// What came of all lines.
#[derive(Debug, Default, Serialize)]
struct Summary {
    /// lines that hold something
    lines: i64,
    appended: i64,
    duplicates: i64,
    conflicts: i64,
    /// stored, and not readable by this version
    unreadable: i64,
    refused: i64,
    /// records in the log now
    log_size: i64,
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {} new", counted(self.lines, "line", "lines"), count(self.appended))?;
        write!(formatter, ", {} known already", count(self.duplicates))?;
        for (number, what) in
            [(self.conflicts, "in conflict with what is known (kept beside it)"), (self.refused, "refused")]
        {
            if number > 0 {
                write!(formatter, ", {} {what}", count(number))?;
            }
        }
        if self.unreadable > 0 {
            let unreadable = count(self.unreadable);
            write!(formatter, "; {unreadable} of them cannot be read by this version (kept and quarantined)")?;
        }
        write!(formatter, ". The log holds {}.", counted(self.log_size, "record", "records"))?;
        if self.lines > 0 && self.refused == self.lines {
            formatter.write_str(
                "\nNo line is an event. One event stands on one line: `jq -c .` makes lines of events, `jq -c '.[]'` of a list of them, \
                 `jq -c '.data[]'` of a page of Stripe's API.",
            )?;
        }
        Ok(())
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let input = Input::open(&arguments.file)?;
    let (summary, unsaid) =
        with(&arguments.database, Upgrade::NotHere, async |opened| import(arguments, input, opened, output).await)
            .await?;
    // A reader of our output that went away must not make an import with findings look like one without.
    let said = unsaid.map_or_else(|| output.line(&summary), Err);
    said.or_else(|error| if is_broken_pipe(&error) { Ok(()) } else { Err(error) })?;
    let sound = summary.refused == 0 && summary.conflicts == 0 && summary.unreadable == 0;
    Ok(if sound { Ending::Well } else { Ending::WithFindings })
}

async fn import(arguments: &Arguments, input: Input, opened: &Opened, output: Output) -> anyhow::Result<Done> {
    let (recorder, task) = Recorder::new(&opened.database, Limits::default());
    let stop = CancellationToken::new();
    let task = tokio::spawn(task.run(stop.clone().cancelled_owned()));
    let bar = input.bar();
    let mut import =
        Import { recorder, waiting: VecDeque::new(), summary: Summary::default(), output, unsaid: None, bar };
    let done = import.all(arguments, input).await;
    import.bar.finish_and_clear();
    let (mut summary, unsaid) = (import.summary, import.unsaid);
    drop(import.recorder);
    task.await.context("the recorder did not end in order")?;
    done?;
    summary.log_size = read::size(&mut *opened.database.pool().acquire().await?).await?;
    lag::say_what_follows(opened).await;
    Ok((summary, unsaid))
}

/// What came of it, and why some of it could not be said.
type Done = (Summary, Option<anyhow::Error>);

/// A line that is not yet told of: lines are told of in their order.
struct Waiting {
    number: u64,
    what: Awaited,
}

/// What becomes of a line.
enum Awaited {
    /// On its way into the log; with the reason why no read model will take it in, if there is one.
    Answer(Ticket, Option<String>),
    /// It does not go in, and why.
    Refusal(String),
}

struct Import {
    recorder: Recorder,
    waiting: VecDeque<Waiting>,
    summary: Summary,
    output: Output,
    /// why nothing more can be said; what was read goes in all the same
    unsaid: Option<anyhow::Error>,
    bar: ProgressBar,
}

impl Import {
    async fn all(&mut self, arguments: &Arguments, input: Input) -> anyhow::Result<()> {
        let mut lines = input.lines();
        while let Some(line) = lines.recv().await {
            let line = line.with_context(|| format!("{} cannot be read further", arguments.file))?;
            self.line(arguments, line).await?;
            while self.waiting.len() >= WINDOW {
                self.settle_one().await?;
            }
        }
        while !self.waiting.is_empty() {
            self.settle_one().await?;
        }
        Ok(())
    }

    async fn line(&mut self, arguments: &Arguments, line: Line) -> anyhow::Result<()> {
        self.summary.lines += 1;
        self.bar.set_position(line.end);
        let body = match line.body {
            Ok(body) => body,
            Err(reason) => {
                self.refuse(line.number, reason);
                return Ok(());
            }
        };
        match entry::read(body, &arguments.scope, Utc::now()) {
            Entry::Refused(reason) => {
                self.refuse(line.number, reason);
                Ok(())
            }
            Entry::Unreadable(incoming, reason) => self.queue(line.number, *incoming, Some(reason)).await,
            Entry::Event(incoming) => self.queue(line.number, *incoming, None).await,
        }
    }

    async fn queue(&mut self, number: u64, incoming: Incoming, unreadable: Option<String>) -> anyhow::Result<()> {
        match self.recorder.enqueue(incoming).await {
            Ok(ticket) => self.waiting.push_back(Waiting { number, what: Awaited::Answer(ticket, unreadable) }),
            Err(Refused::Field(error)) => self.refuse(number, error.to_string()),
            Err(error) => return Err(error).with_context(|| format!("stopped at line {number}")),
        }
        Ok(())
    }

    async fn settle_one(&mut self) -> anyhow::Result<()> {
        let Some(Waiting { number, what }) = self.waiting.pop_front() else { return Ok(()) };
        let (ticket, unreadable) = match what {
            Awaited::Answer(ticket, unreadable) => (ticket, unreadable),
            Awaited::Refusal(reason) => {
                self.refused(number, &reason);
                return Ok(());
            }
        };
        let answer = ticket.wait().await;
        if let (Ok(_), Some(reason)) = (&answer, &unreadable) {
            self.summary.unreadable += 1;
            self.remark(&Remark { line: number, outcome: "quarantined", reason });
        }
        match answer {
            Ok(Recorded::Appended(_)) => self.summary.appended += 1,
            Ok(Recorded::Duplicate(_)) => self.summary.duplicates += 1,
            Ok(Recorded::Conflict(position)) => {
                self.summary.conflicts += 1;
                let reason = format!("record {position} has the same id and says something else");
                self.remark(&Remark { line: number, outcome: "conflict", reason: &reason });
            }
            Err(Refused::Rejected(reason)) => self.refused(number, &reason),
            Err(error) => {
                return Err(error).with_context(|| {
                    format!("stopped at line {number}; what came before is in the log, so run it again")
                });
            }
        }
        Ok(())
    }

    fn refuse(&mut self, number: u64, reason: String) {
        self.waiting.push_back(Waiting { number, what: Awaited::Refusal(reason) });
    }

    fn refused(&mut self, line: u64, reason: &str) {
        self.summary.refused += 1;
        self.remark(&Remark { line, outcome: "refused", reason });
    }

    fn remark(&mut self, remark: &Remark<'_>) {
        if self.unsaid.is_none() {
            let output = self.output;
            self.unsaid = self.bar.suspend(|| output.line(remark)).err();
        }
    }
}
