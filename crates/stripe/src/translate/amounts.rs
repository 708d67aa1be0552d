//! Sums over the lists in which Stripe breaks amounts down: taxes and discounts, in every place they have lived.

use crate::json::{Fault, Found, List, Object};

/// Adds up `field` over a list.
pub(super) fn sum(list: &List<'_>, name: &str, field: &str) -> Found<i64> {
    let mut total = 0_i64;
    for (index, entry) in list.data.iter().enumerate() {
        let amount = entry.amount(field).map_err(|fault| fault.at(name, index))?;
        total = add(name, total, amount)?;
    }
    Ok(total)
}

/// Checked addition; `name` is where the sum is made.
pub(super) fn add(name: &str, left: i64, right: i64) -> Found<i64> {
    left.checked_add(right).ok_or_else(|| Fault::new(name, "the sum does not fit into 64 bits"))
}

/// Checked subtraction; `name` is where the difference is made.
pub(super) fn subtract(name: &str, left: i64, right: i64) -> Found<i64> {
    left.checked_sub(right).ok_or_else(|| Fault::new(name, "the difference does not fit into 64 bits"))
}

/// All tax of a document: `total_taxes` since basil, `total_tax_amounts` before, `tax_amounts` of credit notes before
/// that, and `tax` alone in the oldest shapes.
pub(super) fn tax_of_document(document: &Object<'_>) -> Found<i64> {
    for name in ["total_taxes", "total_tax_amounts", "tax_amounts"] {
        let list = document.list(name)?;
        if !list.data.is_empty() {
            return sum(&list, name, "amount");
        }
    }
    document.amount("tax")
}

/// Tax of a line: contained in its amount, and on top of it. `taxes` say so by `tax_behavior` since basil,
/// `tax_amounts` by `inclusive` before.
pub(super) fn taxes_of_line(line: &Object<'_>) -> Found<(i64, i64)> {
    let (mut inclusive, mut exclusive) = (0_i64, 0_i64);
    let new = line.list("taxes")?;
    let (name, list) = if new.data.is_empty() { ("tax_amounts", line.list("tax_amounts")?) } else { ("taxes", new) };
    for (index, tax) in list.data.iter().enumerate() {
        let at = |fault: Fault| fault.at(name, index);
        let amount = tax.amount("amount").map_err(at)?;
        let contained =
            tax.is("inclusive").map_err(at)? || tax.text("tax_behavior").map_err(at)?.as_deref() == Some("inclusive");
        let part = if contained { &mut inclusive } else { &mut exclusive };
        *part = add(name, *part, amount)?;
    }
    Ok((inclusive, exclusive))
}

/// Discounts of a line: `pretax_credit_amounts` contain them since 2024, `discount_amounts` before; lines of credit
/// notes also show the sum alone.
pub(super) fn discount_of_line(line: &Object<'_>) -> Found<i64> {
    for name in ["pretax_credit_amounts", "discount_amounts"] {
        let list = line.list(name)?;
        if !list.data.is_empty() {
            return sum(&list, name, "amount");
        }
    }
    line.amount("discount_amount")
}
