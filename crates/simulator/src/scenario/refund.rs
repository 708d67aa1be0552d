//! Refunds of subscription payments: a part, everything in parts, and one that comes back.

use super::script::{Cast, Script};
use crate::calendar::{DAY, HOUR};
use crate::life::{Stage, Thread, refund, subscription};

fn give(script: &mut Script, at: i64, part: (i64, i64)) {
    script.at(at, move |stage, thread| {
        refund::give_back(stage, thread, part);
    });
    script.at(at + 6 * HOUR, arrive);
}

fn arrive(stage: &mut Stage, thread: &mut Thread) {
    refund::arrive(stage, thread);
}

pub(super) fn partial(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(0, 3);
    let part = cast.random.pick((1, 3), &[(1, 2), (1, 10), (3, 4)]);
    give(&mut script, cast.within(number), part);
    script.renewals_from(cast, 1);
    script
}

pub(super) fn full(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(0, 3);
    script.renewals(cast, 1, number + 1);
    let at = cast.within(number);
    if cast.random.chance(50) {
        give(&mut script, at, (1, 3));
        give(&mut script, at + DAY, (1, 2));
        give(&mut script, at + 2 * DAY, (1, 1));
    } else {
        give(&mut script, at, (1, 1));
    }
    script.at(at + 3 * DAY, |stage, thread| subscription::end(stage, thread, "cancellation_requested"));
    script
}

pub(super) fn fails(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(0, 2);
    let at = cast.within(number);
    script.at(at, |stage, thread| {
        refund::give_back(stage, thread, (1, 2));
    });
    script.at(at + 2 * DAY, refund::bounce);
    script.renewals_from(cast, 1);
    script
}
