//! `daybook revoke`: a customer has a feature not, whatever it pays for. It outranks everything, until it ends or is ended.

use daybook_domain::customer::Act;
use serde_json::json;

use crate::exit::Ending;
use crate::operating::when::{When, now, shown};
use crate::operating::{OperatorArguments, Wanted, insistence, operate};
use crate::output::Output;

/// `daybook revoke`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    /// The feature, by its name in the policy
    feature: String,
    /// From when on: a date, a time, or a length of time from now. Now unless said
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    from: Option<When>,
    /// The first second after it: a date, a time, or a length of time from its beginning. For good unless said
    #[arg(long, value_name = "WHEN", value_parser = When::parse)]
    until: Option<When>,
    /// The customer or the feature is meant although nobody has seen it
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    pub operator: OperatorArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let Arguments { customer, feature, from, until, force, operator } = arguments;
    let starts = from.as_ref().map_or_else(now, |from| from.from(now()));
    let ends = until.as_ref().map(|until| until.from(starts));
    let act = Act::Revoke { feature: feature.as_str().into(), starts, ends };
    let wanted = Wanted::Customer { customer: customer.clone(), act, insistence: insistence(*force) };
    let until_shown = ends.map_or_else(|| "for good".to_owned(), |ends| format!("until {}", shown(ends)));
    let what = format!("{feature} revoked from {customer} from {} {until_shown}", shown(starts));
    let asked = json!(["revoke", customer, feature, format!("{from:?}"), format!("{until:?}")]);
    operate(operator, (wanted, what, asked), output).await
}
