//! `daybook release`: a dispute holds nothing back any more. What is decided of it later is news, and has to be released again.

use daybook_domain::customer::{Act, Insistence};
use serde_json::json;

use crate::exit::Ending;
use crate::operating::{OperatorArguments, Wanted, operate};
use crate::output::Output;

/// `daybook release`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    /// dp_... or du_...
    dispute: String,
    #[command(flatten)]
    pub operator: OperatorArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let Arguments { customer, dispute, operator } = arguments;
    let act = Act::Release { dispute: dispute.as_str().into() };
    let wanted = Wanted::Customer { customer: customer.clone(), act, insistence: Insistence::None };
    let what = format!("{dispute} holds nothing of {customer}'s back any more");
    operate(operator, (wanted, what, json!(["release", customer, dispute])), output).await
}
