//! One customer's books: in the words people ask in, by account, and the newest postings with the events behind them.

use std::fmt;

use chrono::Utc;
use daybook_domain::accounting::Account;
use daybook_domain::money::shown;
use daybook_http::entitlement::answer::Because;
use daybook_http::v1::balances::{self, Books, USUAL_POSTINGS};
use daybook_projections::balances::Balance;
use serde::Serialize;
use sqlx::PgConnection;

use super::{Question, view};
use crate::output::{Table, count};

/// A customer's books and whose they are.
#[derive(Serialize)]
pub struct CustomerBooks {
    scope: String,
    #[serde(flatten)]
    books: Books,
    /// How they were looked at, for people.
    #[serde(skip)]
    view: String,
}

/// Reads them.
pub async fn read(
    connection: &mut PgConnection,
    customer: &str,
    question: &Question<'_>,
    size: i64,
) -> anyhow::Result<CustomerBooks> {
    let shown = (USUAL_POSTINGS, Utc::now());
    let books = balances::read(connection, (customer, &question.asked), shown, size).await?;
    Ok(CustomerBooks { scope: question.scope.to_string(), books, view: view(&question.asked) })
}

impl CustomerBooks {
    /// Whether no money has moved.
    pub fn is_empty(&self) -> bool {
        self.books.balances.is_empty()
    }
}

impl fmt::Display for CustomerBooks {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let books = &self.books;
        writeln!(formatter, "{} of {}, at size {}{}", books.customer, self.scope, count(books.size), self.view)?;
        if self.is_empty() {
            return formatter.write_str("No money has moved.");
        }
        write!(formatter, "{}\n{}\n{}", in_short(books), by_account(books), newest(books))
    }
}

/// Only the words that say anything.
fn in_short(books: &Books) -> Table {
    let mut table = Table::new(&["", ">amount", ""]);
    for summary in &books.summary {
        for (name, figure, meaning) in [
            ("billed", &summary.billed, "invoiced or sold, tax included, less voids"),
            ("paid", &summary.paid, "received"),
            ("refunded", &summary.refunded, "given back"),
            ("disputed", &summary.disputed, "taken by disputes, open or lost"),
            ("credited", &summary.credited, "taken off by credit notes"),
            ("written off", &summary.written_off, "uncollectible"),
            ("credit", &summary.credit, "can be used on coming invoices"),
            ("outstanding", &summary.outstanding, "invoiced and not paid"),
        ] {
            let always = matches!(name, "billed" | "paid" | "outstanding");
            if always || figure.amount != 0 {
                table.row([name.to_owned(), figure.display.clone(), meaning.to_owned()]);
            }
        }
        if let (Some(overdue), Some(since)) = (&summary.overdue, summary.overdue_since) {
            let since = since.format("of it, since %Y-%m-%d %H:%M UTC").to_string();
            table.row(["overdue".to_owned(), overdue.display.clone(), since]);
        }
    }
    table
}

fn by_account(books: &Books) -> Table {
    let mut table = Table::new(&["account", ">balance", "", "newest events"]);
    for balance in &books.balances {
        let meaning = side(&balance.account, balance.amount).to_owned();
        let events = balance.because.iter().take(2).map(Because::event).collect::<Vec<_>>().join(" ");
        table.row([balance.account.clone(), balance.display.clone(), meaning, events]);
    }
    table
}

fn newest(books: &Books) -> Table {
    let mut table = Table::new(&["at Stripe", "transaction", "account", ">amount", "because of"]);
    for posting in &books.postings {
        let events = posting.because.iter().map(Because::event).collect::<Vec<_>>().join(" ");
        let problem = posting.problem.as_ref().map_or_else(String::new, |problem| format!(" ({problem})"));
        table.row([
            posting.effective_at.format("%Y-%m-%d %H:%M:%S").to_string(),
            posting.transaction.clone(),
            posting.account.clone(),
            posting.display.clone(),
            events + &problem,
        ]);
    }
    table
}

/// One balance.
#[derive(Serialize)]
pub struct Line {
    currency: String,
    account: String,
    /// minor units, debit positive
    amount: i64,
}

/// Balances for people; positive amounts are what is owed to you or was spent, negative ones what you owe or have earned.
pub fn table<'a>(balances: impl Iterator<Item = &'a Line>) -> Table {
    let mut table = Table::new(&["account", ">balance", ""]);
    for line in balances {
        let meaning = side(&line.account, line.amount).to_owned();
        table.row([line.account.clone(), shown(line.amount, &line.currency), meaning]);
    }
    table
}

/// What the sign means in this account.
fn side(account: &str, amount: i64) -> &'static str {
    match (Account::parse(account), amount.signum()) {
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
