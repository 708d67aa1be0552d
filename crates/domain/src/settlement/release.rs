//! Money that was authorized and never taken: what a partial capture releases is no refund, though it can look like one.
//!
//! Before basil, capturing a part of an authorization showed as a refund, the first one of just the part not captured, and in
//! the charge's sum of refunds. Shapes of that time name `invoice`; newer ones count only what was given back.

use crate::fact::{Charge, Refund, Shown};

/// What a partial capture of this charge released, as far as its shape counts that as refunded.
pub(crate) fn released(charge: &Charge) -> i64 {
    if charge.invoice == Shown::Absent {
        return 0;
    }
    charge.amount.saturating_sub(charge.amount_captured).max(0)
}

/// The refund that is the release, among all of the charge.
pub(crate) fn release_among<'a>(charge: &Charge, refunds: &[(&'a str, &'a Refund)]) -> Option<&'a str> {
    let released = released(charge);
    let of_just_that = refunds.iter().filter(|(_, refund)| released != 0 && refund.amount == released);
    of_just_that.min_by_key(|(id, refund)| (refund.created, *id)).map(|(id, _)| *id)
}
