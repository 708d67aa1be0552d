//! Credit notes, before and after payment.

use super::script::{Cast, Script};
use crate::calendar::{DAY, HOUR};
use crate::life::credit_note::{self, Payout};
use crate::life::{invoice, payment};

/// The renewal is declined once, reduced by a credit note, and paid with what is left.
pub(super) fn before_payment(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(1, 3);
    script.renewals(cast, 1, number);
    let attempt = script.draft(cast, number) + HOUR;
    script.at(attempt, move |stage, thread| {
        invoice::finalize(stage, thread);
        payment::decline(stage, thread, Some(attempt + 3 * DAY));
    });
    let percent = cast.random.pick(10, &[25, 50]);
    script.at(attempt + DAY, move |stage, thread| credit_note::before_payment(stage, thread, percent));
    if cast.random.chance(40) {
        script.at(attempt + DAY + HOUR, credit_note::void);
    }
    script.at(attempt + 3 * DAY, payment::pay_and_recover);
    script.renewals_from(cast, number + 1);
    script
}

pub(super) fn after_payment(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(0, 3);
    let percent = cast.random.pick(10, &[25, 50]);
    let payout = cast.random.pick(Payout::Refund, &[Payout::Balance, Payout::OutOfBand]);
    let at = cast.within(number);
    script.at(at, move |stage, thread| credit_note::after_payment(stage, thread, percent, payout));
    script.renewals_from(cast, 1);
    script
}
