//! Purchases without a subscription.

use super::script::{Cast, Script};
use crate::calendar::DAY;
use crate::life::{one_off, refund};

pub(super) fn card(cast: &mut Cast) -> Script {
    cast.one_off();
    let mut script = Script::default();
    script.at(cast.begin, one_off::buy);
    script
}

/// One with tax in it, mostly refunded in part.
pub(super) fn taxed(cast: &mut Cast) -> Script {
    cast.taxed_one_off();
    let mut script = Script::default();
    script.at(cast.begin, one_off::buy);
    if cast.random.chance(60) {
        script.at(cast.begin + 4 * DAY, |stage, thread| {
            refund::give_back(stage, thread, (1, 3));
        });
    }
    script
}

pub(super) fn slow(cast: &mut Cast) -> Script {
    cast.one_off();
    let mut script = Script::default();
    script.at(cast.begin, one_off::order);
    script.at(cast.begin + 3 * DAY, one_off::settle);
    script
}

pub(super) fn refunded(cast: &mut Cast) -> Script {
    let mut script = card(cast);
    let part = cast.random.pick((1, 1), &[(1, 1), (1, 3)]);
    script.at(cast.begin + cast.random.between(1, 10) * DAY, move |stage, thread| {
        refund::give_back(stage, thread, part);
    });
    script.at(cast.begin + 12 * DAY, refund::arrive);
    script
}
