//! The journal as beancount reads it: accounts under its five roots, opened before anything happens.

use std::fmt::Write;

use daybook_domain::accounting::Account;
use daybook_domain::money::{Currency, Money};
use daybook_projections::journal::export::Row;

use super::journal::{Book, tame};

/// Beancount's own form.
#[derive(Debug)]
pub struct Beancount;

impl Book for Beancount {
    fn begin(&mut self, title: &str) -> String {
        let mut text = format!("option \"title\" \"{}\"\n\n", title.replace(['"', '\\'], "_"));
        for account in Account::ALL {
            let _infallible = writeln!(text, "1970-01-01 open {}", name(account.as_str()));
        }
        text
    }

    fn transaction(&mut self, legs: &[Row]) -> String {
        let Some(first) = legs.first() else { return String::new() };
        let events: Vec<String> = first.causes.iter().map(|event| tame(event)).collect();
        let mut text = format!(
            "\n{} * \"{}\"\n  time: \"{}\"\n  events: \"{}\"\n",
            first.effective_at.format("%Y-%m-%d"),
            tame(&first.transaction_key),
            first.effective_at.format("%H:%M:%S"),
            events.join(" ")
        );
        for leg in legs {
            let _infallible = writeln!(text, "  {:<34}  {:>20}", name(&leg.account), amount(leg));
            for (key, value) in [
                ("object", Some(&leg.subject)),
                ("customer", leg.customer.as_ref()),
                ("product", leg.product.as_ref()),
                ("problem", leg.problem.as_ref()),
            ] {
                if let Some(value) = value {
                    let _infallible = writeln!(text, "    {key}: \"{}\"", tame(value));
                }
            }
            for (key, time) in [("earned-from", leg.earned_from), ("earned-until", leg.earned_until)] {
                if let Some(time) = time {
                    let _infallible = writeln!(text, "    {key}: \"{}\"", time.format("%Y-%m-%dT%H:%M:%SZ"));
                }
            }
        }
        text
    }
}

/// An account under one of the roots that beancount has: each part begins with a capital and has no underscore.
fn name(account: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    let parts = account.split(':').map(|part| part.split('_').map(capital).collect::<Vec<_>>().join("-"));
    let path = parts.collect::<Vec<_>>().join(":");
    if account.contains(':') { path } else { format!("Equity:{path}") }
}

fn amount(leg: &Row) -> String {
    let number = Currency::parse(&leg.currency).map_or_else(
        || leg.amount.to_string(),
        |currency| Money { amount: leg.amount, currency }.decimal().to_string(),
    );
    format!("{number} {}", commodity(&leg.currency))
}

/// Two to 24 capitals and digits that begin with a capital.
fn commodity(currency: &str) -> String {
    let code = currency.to_ascii_uppercase();
    if code.len() > 1 && code.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        code
    } else {
        format!("C-{code}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::journal::legs;
    use super::*;

    #[test]
    fn a_transaction_is_written_with_its_events_and_periods() {
        insta::assert_snapshot!(Beancount.transaction(&legs()));
    }

    #[test]
    fn every_account_has_a_name_that_beancount_allows_and_no_two_have_the_same() {
        let mut names: Vec<String> = Account::ALL.iter().map(|account| name(account.as_str())).collect();
        for name in &names {
            let (root, rest) = name.split_once(':').unwrap();
            assert!(["Assets", "Liabilities", "Equity", "Income", "Expenses"].contains(&root), "{name}");
            for part in rest.split(':') {
                assert!(part.starts_with(|letter: char| letter.is_ascii_uppercase()), "{name}");
                assert!(part.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-'), "{name}");
            }
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Account::ALL.len());
    }

    #[test]
    fn odd_currencies_become_commodities_that_beancount_allows() {
        assert_eq!([commodity("usd"), commodity("1abc"), commodity("x")], ["USD", "C-1ABC", "C-X"]);
    }
}
