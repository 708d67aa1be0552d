//! The journal as JSON lines: one transaction a line.

use chrono::{DateTime, Utc};
use daybook_domain::id::ObjectKind;
use daybook_domain::money::{Currency, Money};
use daybook_projections::journal::export::Row;
use serde::Serialize;

use super::journal::Book;

/// JSON lines.
#[derive(Debug)]
pub struct JsonLines;

#[derive(Serialize)]
struct Transaction<'a> {
    #[serde(rename = "transaction")]
    key: &'a str,
    /// The kind of object whose transition it is, and its id.
    kind: Option<&'static str>,
    id: &'a str,
    effective_at: DateTime<Utc>,
    events: &'a [String],
    problem: Option<&'a str>,
    postings: Vec<Posting<'a>>,
}

#[derive(Serialize)]
struct Posting<'a> {
    account: &'a str,
    customer: Option<&'a str>,
    object: &'a str,
    currency: &'a str,
    /// Minor units, debit positive.
    amount: i64,
    /// In the currency's own decimals.
    decimal: Option<String>,
    earned_from: Option<DateTime<Utc>>,
    earned_until: Option<DateTime<Utc>>,
    product: Option<&'a str>,
}

impl Book for JsonLines {
    fn begin(&mut self, _: &str) -> String {
        String::new()
    }

    fn transaction(&mut self, legs: &[Row]) -> String {
        let Some(first) = legs.first() else { return String::new() };
        let transaction = Transaction {
            key: &first.transaction_key,
            kind: ObjectKind::from_number(first.kind).map(ObjectKind::name),
            id: &first.id,
            effective_at: first.effective_at,
            events: &first.causes,
            problem: legs.iter().find_map(|leg| leg.problem.as_deref()),
            postings: legs.iter().map(Posting::of).collect(),
        };
        // Texts and numbers always have a form in JSON.
        serde_json::to_string(&transaction).map(|line| line + "\n").unwrap_or_default()
    }
}

impl<'a> Posting<'a> {
    fn of(leg: &'a Row) -> Self {
        let currency = Currency::parse(&leg.currency);
        Self {
            account: &leg.account,
            customer: leg.customer.as_deref(),
            object: &leg.subject,
            currency: &leg.currency,
            amount: leg.amount,
            decimal: currency.map(|currency| Money { amount: leg.amount, currency }.decimal().to_string()),
            earned_from: leg.earned_from,
            earned_until: leg.earned_until,
            product: leg.product.as_deref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::journal::legs;
    use super::*;

    #[test]
    fn a_transaction_is_one_line_that_balances() {
        let line = JsonLines.transaction(&legs());
        assert_eq!(line.matches('\n').count(), 1);
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        let amounts: Vec<i64> =
            read["postings"].as_array().unwrap().iter().map(|one| one["amount"].as_i64().unwrap()).collect();
        assert_eq!(amounts.iter().sum::<i64>(), 0);
        assert_eq!(read["postings"][0]["decimal"], "32.40");
        assert_eq!(read["problem"], "difference");
    }
}
