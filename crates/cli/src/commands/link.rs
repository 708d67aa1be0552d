//! `daybook link`: a customer belongs to one of your accounts, whatever events show.

use daybook_domain::customer::Act;
use serde_json::json;

use crate::exit::Ending;
use crate::operating::{OperatorArguments, Wanted, insistence, operate};
use crate::output::Output;

/// `daybook link`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    /// Your own id of the user or tenant
    account: String,
    /// The customer is meant although nobody has seen it
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    pub operator: OperatorArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let Arguments { customer, account, force, operator } = arguments;
    let act = Act::Link { account: account.as_str().into() };
    let wanted = Wanted::Customer { customer: customer.clone(), act, insistence: insistence(*force) };
    let what = format!("{customer} linked with account {account}");
    operate(operator, (wanted, what, json!(["link", customer, account])), output).await
}
