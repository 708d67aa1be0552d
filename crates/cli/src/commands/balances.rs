//! `daybook balances`: what a customer owes and is owed, by currency and account of the chart.

use std::fmt;

use daybook_domain::accounting::Account;
use daybook_domain::money::shown;
use daybook_projections::balances::{Balance, of_customer};
use daybook_projections::customers;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;

use crate::built::ensure_built;
use crate::config::DatabaseArguments;
use crate::exit::{Ending, Refused};
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, Table, count};
use crate::scope::ScopeArguments;

/// `daybook balances`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_...
    customer: String,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// One balance.
#[derive(Serialize)]
pub struct Line {
    currency: String,
    account: String,
    /// minor units, debit positive
    amount: i64,
}

/// All balances of a customer.
#[derive(Serialize)]
pub struct Balances {
    customer: String,
    scope: String,
    #[serde(rename = "balances")]
    lines: Vec<Line>,
    size: i64,
}

impl fmt::Display for Balances {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{} of {}, at size {}", self.customer, self.scope, count(self.size))?;
        if self.lines.is_empty() {
            return formatter.write_str("No money has moved.");
        }
        write!(formatter, "{}", table(self.lines.iter()))
    }
}

/// Balances for people; positive amounts are what is owed to you or was spent, negative ones what you owe or have earned.
pub fn table<'a>(balances: impl Iterator<Item = &'a Line>) -> Table {
    let mut table = Table::new(&["account", ">balance", ""]);
    for line in balances {
        table.row([line.account.clone(), shown(line.amount, &line.currency), side(line).to_owned()]);
    }
    table
}

/// What the sign means in this account.
fn side(line: &Line) -> &'static str {
    match (Account::parse(&line.account), line.amount.signum()) {
        (_, 0) => "settled",
        (Some(Account::Receivable), 1) => "the customer owes this",
        (Some(Account::CustomerCredit), -1) => "credit the customer can use",
        (Some(Account::CustomerCredit), 1) => "added to the customer's next invoice",
        (Some(Account::Deferred), -1) => "invoiced, to be earned over its period",
        (Some(Account::Revenue), -1) => "earned",
        (Some(Account::Clearing), 1) => "taken by Stripe for you",
        (Some(Account::Contested), 1) => "held back over a dispute",
        (Some(Account::Tax), -1) => "owed to the authorities",
        (Some(Account::Unapplied), -1) => "received, not yet for anything",
        (Some(Account::Suspense), _) => "not explained yet: look at its events",
        _ => "",
    }
}

impl Line {
    /// Whether anything is left of it.
    pub fn is_open(&self) -> bool {
        self.amount != 0
    }
}

impl From<Balance> for Line {
    fn from(balance: Balance) -> Self {
        let Balance { currency, account, amount, .. } = balance;
        Self { currency, account, amount }
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let balances = with(&arguments.database, Upgrade::NotHere, async |opened| read(arguments, opened).await).await?;
    output.show(&balances)?;
    Ok(Ending::Well)
}

async fn read(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Balances> {
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    let (id, scope) = arguments.scope.find(&mut snapshot).await?;
    ensure_built(&mut snapshot).await?;
    let customer = arguments.customer.clone();
    let balances: Vec<Line> = of_customer(&mut snapshot, id, &customer).await?.into_iter().map(Line::from).collect();
    if balances.is_empty() && customers::find(&mut snapshot, id, &customer).await?.is_none() {
        return Err(Refused(format!("no event of {scope} has shown a customer {customer}")).into());
    }
    let size = snapshot.size();
    snapshot.end().await?;
    Ok(Balances { customer, scope: scope.to_string(), lines: balances, size })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balances_say_what_their_sign_means() {
        let line = |currency: &str, account: &str, amount| Line {
            currency: currency.to_owned(),
            account: account.to_owned(),
            amount,
        };
        let balances = [
            line("usd", "assets:receivable", 4_900),
            line("usd", "liabilities:customer_credit", -500),
            line("usd", "suspense", 1),
            line("jpy", "income:revenue", -9_800),
        ];
        insta::assert_snapshot!(table(balances.iter()));
    }
}
