//! Coupons of the oldest shapes: the invoice names its `discount` and shows what it comes to only by its totals, because lines
//! have no field that could say how much of it is theirs. It is spread over the lines that take discounts, in
//! proportion to their amounts.

use daybook_domain::fact::Line;

use super::amounts::{add, subtract, sum};
use crate::json::{Found, List, Object};

/// The fields in which a line shows what was taken off it.
const SHOWN_BY_LINES: [&str; 2] = ["discount_amounts", "pretax_credit_amounts"];

/// Spreads what a coupon took off over the lines, where no line could show any of it and all of them are shown. A line that has
/// such a field says everything itself: what the totals leave then has another cause, and is not explained away.
pub(super) fn spread(invoice: &Object<'_>, shown: &List<'_>, total: i64, lines: &mut [Line]) -> Found<()> {
    let named = invoice.some("discount").is_some();
    let says_itself = |line: &Object<'_>| SHOWN_BY_LINES.iter().any(|field| line.raw(field).is_some());
    if !named || shown.has_more || shown.data.iter().any(says_itself) {
        return Ok(());
    }
    let Some(subtotal) = invoice.int("subtotal")? else { return Ok(()) };
    let taken = subtract("subtotal", add("subtotal", subtotal, tax_on_top(invoice)?)?, total)?;
    let whole: Vec<i128> = lines.iter().map(|line| i128::from(line.amount.max(0))).collect();
    let mut weights = whole.clone();
    for (weight, line) in weights.iter_mut().zip(&shown.data) {
        if line.flag("discountable")? == Some(false) {
            *weight = 0;
        }
    }
    if i128::from(taken) > weights.iter().sum() {
        weights = whole;
    }
    let of_all: i128 = weights.iter().sum();
    if taken <= 0 || i128::from(taken) > of_all {
        return Ok(());
    }
    let (mut so_far, mut given) = (0_i128, 0_i64);
    for (line, weight) in lines.iter_mut().zip(weights) {
        so_far += weight;
        let until = i64::try_from(i128::from(taken) * so_far / of_all).unwrap_or(given);
        line.discount = until - given;
        given = until;
    }
    Ok(())
}

/// Tax that is not contained in the lines' amounts: all of it where nothing says otherwise.
fn tax_on_top(invoice: &Object<'_>) -> Found<i64> {
    let taxes = invoice.list("total_tax_amounts")?;
    if taxes.data.is_empty() {
        return invoice.amount("tax");
    }
    let mut contained = 0;
    for tax in &taxes.data {
        if tax.is("inclusive")? {
            contained = add("total_tax_amounts", contained, tax.amount("amount")?)?;
        }
    }
    subtract("total_tax_amounts", sum(&taxes, "total_tax_amounts", "amount")?, contained)
}
