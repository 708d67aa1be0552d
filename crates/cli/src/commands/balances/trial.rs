//! All accounts of the chart: debits beside credits, as accountants read them.

use std::fmt;

use daybook_domain::money::shown;
use daybook_http::v1::trial_balance::{self, AccountBalance, TrialBalance};
use serde::Serialize;
use sqlx::PgConnection;

use super::{Question, view};
use crate::output::{Table, count};

/// A trial balance and whose it is.
#[derive(Serialize)]
pub struct Trial {
    scope: String,
    #[serde(flatten)]
    balance: TrialBalance,
    /// How it was looked at, for people.
    #[serde(skip)]
    view: String,
}

/// Reads it.
pub async fn read(connection: &mut PgConnection, question: &Question<'_>, size: i64) -> anyhow::Result<Trial> {
    let balance = trial_balance::read(connection, &question.asked, size).await?;
    Ok(Trial { scope: question.scope.to_string(), balance, view: view(&question.asked) })
}

impl fmt::Display for Trial {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "Trial balance of {}, at size {}{}", self.scope, count(self.balance.size), self.view)?;
        if self.balance.accounts.is_empty() {
            return formatter.write_str("No money has moved.");
        }
        let mut table = Table::new(&["account", ">debit", ">credit", ">postings"]);
        for total in &self.balance.totals {
            for account in self.balance.accounts.iter().filter(|one| one.currency == total.currency) {
                table.row(row(account));
            }
            let note = if total.balanced { "" } else { " NOT BALANCED" };
            table.row([
                format!("total {}{note}", total.currency),
                shown(total.debits, &total.currency),
                shown(total.credits, &total.currency),
                String::new(),
            ]);
        }
        write!(formatter, "{table}")
    }
}

fn row(account: &AccountBalance) -> [String; 4] {
    let (debit, credit) = if account.amount < 0 {
        (String::new(), shown(account.amount.saturating_neg(), &account.currency))
    } else {
        (shown(account.amount, &account.currency), String::new())
    };
    [account.account.clone(), debit, credit, count(account.postings)]
}
