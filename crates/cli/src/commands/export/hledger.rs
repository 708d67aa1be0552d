//! The journal as hledger reads it (and ledger-cli): accounts and commodities declared, so that strict checks pass.

use std::collections::BTreeSet;
use std::fmt::Write;

use daybook_domain::accounting::Account;
use daybook_domain::money::{Currency, Money};
use daybook_projections::journal::export::Row;

use super::journal::{Book, tame};

/// Currencies are declared when they first come.
#[derive(Debug, Default)]
pub struct Hledger {
    declared: BTreeSet<String>,
}

impl Book for Hledger {
    fn begin(&mut self, title: &str) -> String {
        let mut text = format!("; {title}\n\n");
        for account in Account::ALL {
            let _infallible = writeln!(text, "account {}", account.as_str());
        }
        text
    }

    fn transaction(&mut self, legs: &[Row]) -> String {
        let mut text = String::new();
        for leg in legs {
            if self.declared.insert(leg.currency.clone()) {
                let _infallible = writeln!(text, "\ncommodity {}", example(&leg.currency));
            }
        }
        let Some(first) = legs.first() else { return text };
        let date = first.effective_at.format("%Y-%m-%d");
        let events: Vec<String> = first.causes.iter().map(|event| tame(event)).collect();
        let _infallible = writeln!(
            text,
            "\n{date} * {}  ; time:{}, events:{}",
            tame(&first.transaction_key),
            first.effective_at.format("%H:%M:%S"),
            events.join(" ")
        );
        for leg in legs {
            let _infallible = writeln!(text, "    {:<34}  {:>20}  ; {}", leg.account, amount(leg), tags(leg));
        }
        text
    }
}

fn tags(leg: &Row) -> String {
    let mut tags = format!("object:{}", tame(&leg.subject));
    let mut tag = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            let _infallible = write!(tags, ", {name}:{}", tame(value));
        }
    };
    tag("customer", leg.customer.as_deref());
    tag("product", leg.product.as_deref());
    tag("problem", leg.problem.as_deref());
    let day = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    tag("earned_from", leg.earned_from.map(day).as_deref());
    tag("earned_until", leg.earned_until.map(day).as_deref());
    tags
}

fn amount(leg: &Row) -> String {
    let number = Currency::parse(&leg.currency).map_or_else(
        || leg.amount.to_string(),
        |currency| Money { amount: leg.amount, currency }.decimal().to_string(),
    );
    format!("{number} {}", symbol(&leg.currency))
}

/// A commodity's symbol: quoted where it has more than letters.
fn symbol(currency: &str) -> String {
    let code = currency.to_ascii_uppercase();
    if code.chars().all(|letter| letter.is_ascii_alphabetic()) { code } else { format!("\"{code}\"") }
}

/// How amounts of a commodity look: hledger wants a decimal mark in it even where there are no decimals.
fn example(currency: &str) -> String {
    let decimals = Currency::parse(currency).map_or(0, |currency| currency.decimals());
    let zeros = "0".repeat(usize::try_from(decimals).unwrap_or(0));
    format!("1000.{zeros} {}", symbol(currency))
}

#[cfg(test)]
mod tests {
    use super::super::journal::legs;
    use super::*;

    #[test]
    fn a_transaction_is_written_with_its_events_and_periods() {
        insta::assert_snapshot!(Hledger::default().transaction(&legs()));
    }

    #[test]
    fn every_account_of_the_chart_is_declared_and_a_currency_once() {
        let mut book = Hledger::default();
        assert_eq!(book.begin("title").matches("\naccount ").count(), Account::ALL.len());
        assert_eq!(book.transaction(&legs()).matches("commodity ").count(), 2);
        assert_eq!(book.transaction(&legs()).matches("commodity ").count(), 0);
        assert_eq!(symbol("a1"), "\"A1\"");
    }
}
