//! `daybook end`: a grant or a revocation ends earlier than it said.

use chrono::Utc;
use daybook_domain::customer::{Act, Insistence};
use daybook_domain::id::EventId;
use daybook_domain::time::Timestamp;
use serde_json::json;

use crate::exit::Ending;
use crate::operating::when::{When, shown};
use crate::operating::{OperatorArguments, Wanted, operate_at};
use crate::output::Output;

/// `daybook end`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    /// The record that gave it, as `daybook grants` lists it: op_...
    record: String,
    /// The first second after it: a date, a time, or a length of time from now. Now unless said
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    at: Option<When>,
    #[command(flatten)]
    pub operator: OperatorArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let Arguments { customer, record, at, operator } = arguments;
    let now = Utc::now();
    let second = Timestamp::from_unix(now.timestamp()).unwrap_or(Timestamp::MIN);
    let ends = at.as_ref().map_or(second, |at| at.from(second));
    let act = Act::End { given: EventId::new(record.as_str()), at: ends };
    let wanted = Wanted::Customer { customer: customer.clone(), act, insistence: Insistence::None };
    let what = format!("what {record} said of {customer} ends at {}", shown(ends));
    operate_at(operator, now, (wanted, what, json!(["end", customer, record, format!("{at:?}")])), output).await
}
