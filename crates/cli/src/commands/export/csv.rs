//! The journal as a table: one posting a line, by RFC 4180.

use chrono::{DateTime, Utc};
use daybook_domain::money::{Currency, Money};
use daybook_projections::journal::export::Row;

use super::journal::Book;

/// Comma-separated values.
#[derive(Debug)]
pub struct Csv;

/// The head.
const COLUMNS: &str = "effective_at,transaction,line,account,customer,object,currency,minor_units,amount,earned_from,\
                       earned_until,product,events,problem\r\n";

impl Book for Csv {
    fn begin(&mut self, _: &str) -> String {
        COLUMNS.to_owned()
    }

    fn transaction(&mut self, legs: &[Row]) -> String {
        legs.iter().map(|leg| fields(leg).map(|field| quoted(&field)).join(",") + "\r\n").collect()
    }
}

fn fields(leg: &Row) -> [String; 14] {
    let time = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
    let amount = Currency::parse(&leg.currency)
        .map(|currency| Money { amount: leg.amount, currency }.decimal().to_string())
        .unwrap_or_default();
    [
        time(leg.effective_at),
        leg.transaction_key.clone(),
        leg.line.to_string(),
        leg.account.clone(),
        or_empty(&leg.customer),
        leg.subject.clone(),
        leg.currency.clone(),
        leg.amount.to_string(),
        amount,
        leg.earned_from.map(time).unwrap_or_default(),
        leg.earned_until.map(time).unwrap_or_default(),
        or_empty(&leg.product),
        leg.causes.join(" "),
        or_empty(&leg.problem),
    ]
}

/// In quotes where it has to be.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::super::journal::legs;
    use super::*;

    #[test]
    fn every_posting_is_a_line_with_as_many_fields_as_the_head() {
        let mut book = Csv;
        let text = book.begin("") + &book.transaction(&legs());
        insta::assert_snapshot!(text.replace('\r', ""));
        assert_eq!(COLUMNS.split(',').count(), 14);
    }
}
