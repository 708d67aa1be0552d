//! `daybook grant`: a customer has a feature, whatever it pays for. A record of the log; only a revocation and a dispute's hold outrank it.

use daybook_domain::customer::{Act, Extent};
use serde_json::json;

use crate::exit::Ending;
use crate::operating::when::{When, now, shown};
use crate::operating::{OperatorArguments, Wanted, insistence, operate};
use crate::output::Output;

/// `daybook grant`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    /// The feature, by its name in the policy
    feature: String,
    /// How much of it, for features with a limit or a value: a whole number, unlimited, or a value by name
    #[arg(long, value_name = "VALUE", value_parser = extent)]
    value: Option<Extent>,
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

fn extent(text: &str) -> Result<Extent, String> {
    match (text, text.parse()) {
        ("unlimited", _) => Ok(Extent::Unlimited),
        ("", _) => Err("it is a whole number, unlimited, or a value by name".to_owned()),
        (_, Ok(limit)) => Ok(Extent::Limit(limit)),
        (name, Err(_)) => Ok(Extent::Value(name.into())),
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let Arguments { customer, feature, value, from, until, force, operator } = arguments;
    let starts = from.as_ref().map_or_else(now, |from| from.from(now()));
    let ends = until.as_ref().map(|until| until.from(starts));
    let act = Act::Grant { feature: feature.as_str().into(), extent: value.clone(), starts, ends };
    let wanted = Wanted::Customer { customer: customer.clone(), act, insistence: insistence(*force) };
    let until_shown = ends.map_or_else(|| "for good".to_owned(), |ends| format!("until {}", shown(ends)));
    let what = format!("{feature} granted to {customer} from {} {until_shown}", shown(starts));
    let asked = json!(["grant", customer, feature, value, format!("{from:?}"), format!("{until:?}")]);
    operate(operator, (wanted, what, asked), output).await
}
