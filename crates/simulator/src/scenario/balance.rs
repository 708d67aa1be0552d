//! Payouts, and payments whose balance transactions are seen whole.

use super::script::{Cast, Script};
use crate::calendar::{DAY, HOUR};
use crate::life::payout::{self, Expanded};
use crate::life::refund;

/// A subscription whose first payment is on its way to the bank; returns when it was sent.
fn begin(cast: &mut Cast) -> (Script, i64) {
    let mut script = Script::default();
    script.subscribe(cast);
    let expanded = cast.random.pick(Expanded::No, &[Expanded::Yes]);
    let sent = cast.begin + 2 * DAY;
    script.at(sent, move |stage, thread| payout::begin(stage, thread, expanded));
    script.at(sent + HOUR, payout::leave);
    (script, sent)
}

pub(super) fn arrives(cast: &mut Cast) -> Script {
    let (mut script, sent) = begin(cast);
    script.at(sent + 2 * DAY, payout::arrive);
    script.renewals_from(cast, 1);
    script
}

pub(super) fn fails(cast: &mut Cast) -> Script {
    let (mut script, sent) = begin(cast);
    if cast.random.chance(20) {
        script.at(sent + DAY, payout::cancel);
        return script;
    }
    if cast.random.chance(60) {
        script.at(sent + 2 * DAY, payout::arrive);
    }
    script.at(sent + 4 * DAY, payout::fail);
    script.renewals_from(cast, 1);
    script
}

/// A payment and its refund as an export from Stripe's API shows them.
pub(super) fn seen_whole(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    script.at(cast.begin + HOUR, payout::show_charge);
    script.at(cast.begin + DAY, |stage, thread| {
        refund::give_back(stage, thread, (1, 3));
    });
    script.at(cast.begin + 2 * DAY, payout::show_refund);
    script.renewals_from(cast, 1);
    script
}
