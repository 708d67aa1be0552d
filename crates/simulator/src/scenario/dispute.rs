//! Disputes and inquiries on subscription payments.

use super::script::{Cast, Script};
use crate::calendar::DAY;
use crate::life::{dispute, subscription};

/// A subscription with a dispute in this status in one of its first periods; returns when it was opened.
fn begin(cast: &mut Cast, status: &'static str) -> (Script, i64, i64) {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(0, 3);
    let opened = cast.within(number);
    script.at(opened, move |stage, thread| dispute::open(stage, thread, status));
    (script, opened, number)
}

pub(super) fn closes(cast: &mut Cast, outcome: &'static str) -> Script {
    let (mut script, opened, number) = begin(cast, "needs_response");
    if outcome == "won" || cast.random.chance(50) {
        script.at(opened + 4 * DAY, dispute::answer);
    }
    let closed = opened + cast.random.between(10, 30) * DAY;
    script.at(closed, move |stage, thread| dispute::close(stage, thread, outcome));
    if outcome == "lost" && cast.random.chance(50) {
        script.renewals(cast, 1, number + 1);
        script.at(closed.max(cast.terms.cycle.boundary(number)) + DAY, |stage, thread| {
            stage.by_request();
            subscription::end(stage, thread, "payment_disputed");
        });
    } else {
        script.renewals_from(cast, 1);
    }
    script
}

/// A dispute that is lost, appealed, and won or lost again.
pub(super) fn appealed(cast: &mut Cast) -> Script {
    let (mut script, opened, _) = begin(cast, "needs_response");
    script.at(opened + 12 * DAY, |stage, thread| dispute::close(stage, thread, "lost"));
    script.at(opened + 15 * DAY, dispute::appeal);
    let outcome = cast.random.pick("won", &["won", "lost"]);
    script.at(opened + 40 * DAY, move |stage, thread| dispute::close(stage, thread, outcome));
    script.renewals_from(cast, 1);
    script
}

pub(super) fn stays_open(cast: &mut Cast) -> Script {
    let (mut script, opened, _) = begin(cast, "needs_response");
    if cast.random.chance(50) {
        script.at(opened + 3 * DAY, dispute::answer);
    }
    script.renewals_from(cast, 1);
    script
}

pub(super) fn inquiry(cast: &mut Cast) -> Script {
    let (mut script, opened, _) = begin(cast, "warning_needs_response");
    script.at(opened + 2 * DAY, dispute::answer);
    script.at(opened + 20 * DAY, |stage, thread| dispute::close(stage, thread, "warning_closed"));
    script.renewals_from(cast, 1);
    script
}

pub(super) fn escalates(cast: &mut Cast) -> Script {
    let (mut script, opened, _) = begin(cast, "warning_needs_response");
    script.at(opened + 5 * DAY, dispute::escalate);
    script.at(opened + 9 * DAY, dispute::answer);
    let outcome = cast.random.pick("won", &["lost"]);
    script.at(opened + 25 * DAY, move |stage, thread| dispute::close(stage, thread, outcome));
    script.renewals_from(cast, 1);
    script
}
