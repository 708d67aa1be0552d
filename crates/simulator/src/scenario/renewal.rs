//! Subscriptions that run as they should, and how they are canceled.

use super::script::{Cast, Script};
use crate::calendar::{DAY, HOUR};
use crate::catalogue::Tier;
use crate::life::{checkout, invoice, payment, subscription};
use crate::model::Interval;

/// Invoices paid in several payments.
pub(super) fn in_parts(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.at(cast.begin, checkout::subscribe);
    let percent = cast.random.pick(50, &[20, 75]);
    let mut number = 1;
    while cast.terms.cycle.boundary(number) < cast.end {
        let boundary = script.draft(cast, number);
        script.at(boundary + HOUR, invoice::finalize);
        script.at(boundary + DAY, move |stage, thread| {
            payment::pay_part(stage, thread, percent);
        });
        script.at(boundary + 2 * DAY, payment::pay_and_recover);
        number += 1;
    }
    script
}

pub(super) fn monthly(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    if cast.random.chance(10) {
        script.at(cast.begin - DAY / 2, |stage, thread| checkout::leave_checkout(stage, thread));
    }
    script.subscribe(cast);
    script.renewals_from(cast, 1);
    script
}

pub(super) fn annual(cast: &mut Cast) -> Script {
    cast.choose(Tier::Pro, Interval::Year, 1);
    let mut script = Script::default();
    script.subscribe(cast);
    script.renewals_from(cast, 1);
    script
}

pub(super) fn cancel_at_period_end(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let last = cast.period(0, 4);
    script.renewals(cast, 1, last + 1);
    script.at(cast.within(last), subscription::cancel_at_period_end);
    script.at(cast.terms.cycle.boundary(last + 1), |stage, thread| {
        subscription::end(stage, thread, "cancellation_requested");
    });
    script
}

pub(super) fn changes_mind(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(0, 3);
    let asked = cast.within(number);
    script.at(asked, subscription::cancel_at_period_end);
    script.at(asked + cast.random.between(1, 3 * DAY), subscription::keep);
    script.renewals_from(cast, 1);
    script
}

pub(super) fn cancel_now(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let last = cast.period(0, 3);
    script.renewals(cast, 1, last + 1);
    script.at(cast.within(last), |stage, thread| {
        stage.by_request();
        subscription::end(stage, thread, "cancellation_requested");
    });
    script
}
