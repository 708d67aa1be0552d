//! `daybook settle`: a person has looked at something in the log that contradicts it or cannot be read. What was decided is noted; both contents stay.

use daybook_domain::finding::{About, Stands};
use serde_json::json;

use crate::config::number_above_zero;
use crate::exit::Ending;
use crate::operating::{OperatorArguments, Wanted, operate};
use crate::output::Output;

/// `daybook settle`
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Say which of two contents stands: the record's, or that of the delivery which contradicts it
    Conflict(Conflict),
    /// Say that a record which cannot be read, or only names its object, was looked at
    Record(Record),
}

/// `daybook settle conflict`
#[derive(Debug, clap::Args)]
pub struct Conflict {
    /// Its number, as `daybook event conflicts` lists it
    #[arg(value_parser = number_above_zero)]
    number: i64,
    /// Which content stands. It is only noted: the record goes on answering
    #[arg(long, value_name = "CONTENT")]
    stands: Content,
    #[command(flatten)]
    operator: OperatorArguments,
}

/// One of two contents.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Content {
    Record,
    Delivery,
}

/// `daybook settle record`
#[derive(Debug, clap::Args)]
pub struct Record {
    /// Its position in the log, as `daybook event list --outcome quarantined` lists it
    position: u32,
    #[command(flatten)]
    operator: OperatorArguments,
}

impl Command {
    /// Who acts.
    pub fn operator(&self) -> &OperatorArguments {
        match self {
            Self::Conflict(conflict) => &conflict.operator,
            Self::Record(record) => &record.operator,
        }
    }
}

/// Runs it.
pub async fn run(command: &Command, output: Output) -> anyhow::Result<Ending> {
    let (about, stands, what) = match command {
        Command::Conflict(Conflict { number, stands, .. }) => {
            let (stands, whose) = match stands {
                Content::Record => (Stands::Record, "the record's"),
                Content::Delivery => (Stands::Delivery, "the delivery's"),
            };
            (About::Conflict(*number), stands, format!("conflict {number} settled: {whose} content stands"))
        }
        Command::Record(Record { position, .. }) => {
            let what = format!("record {position} acknowledged");
            (About::Quarantined(i64::from(*position)), Stands::Acknowledged, what)
        }
    };
    let asked = json!(["settle", about, stands]);
    operate(command.operator(), (Wanted::Finding { about, stands }, what, asked), output).await
}
