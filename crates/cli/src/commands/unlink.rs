//! `daybook unlink`: a customer does not belong to one of your accounts, whatever events show.

use daybook_domain::customer::{Act, Insistence};
use serde_json::json;

use crate::exit::Ending;
use crate::operating::{OperatorArguments, Wanted, operate};
use crate::output::Output;

/// `daybook unlink`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    /// Your own id of the user or tenant
    account: String,
    #[command(flatten)]
    pub operator: OperatorArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let Arguments { customer, account, operator } = arguments;
    let act = Act::Unlink { account: account.as_str().into() };
    let wanted = Wanted::Customer { customer: customer.clone(), act, insistence: Insistence::None };
    let what = format!("{customer} unlinked from account {account}");
    operate(operator, (wanted, what, json!(["unlink", customer, account])), output).await
}
