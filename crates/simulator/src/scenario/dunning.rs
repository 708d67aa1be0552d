//! Payments that fail: retried and paid, retried until Stripe gives up, or never made at all.

use super::script::{Cast, Script};
use crate::calendar::{DAY, HOUR};
use crate::life::{Stage, Thread, checkout, invoice, payment, subscription};

/// Days after the first attempt on which Stripe tries again.
const RETRIES: [i64; 3] = [3, 5, 7];

/// Period `number` begins and its first payment is declined; returns the time of that attempt.
fn first_failure(cast: &mut Cast, script: &mut Script, number: i64) -> i64 {
    let attempt = script.draft(cast, number) + HOUR;
    let next = attempt + RETRIES.first().copied().unwrap_or(3) * DAY;
    script.at(attempt, move |stage, thread| {
        invoice::finalize(stage, thread);
        payment::decline(stage, thread, Some(next));
    });
    attempt
}

/// Every retry but the last is declined; returns the time of the last.
fn retries(script: &mut Script, attempt: i64) -> i64 {
    for pair in RETRIES.windows(2) {
        if let [days, following] = *pair {
            let next = attempt + following * DAY;
            script.at(attempt + days * DAY, move |stage, thread| payment::decline(stage, thread, Some(next)));
        }
    }
    attempt + RETRIES.last().copied().unwrap_or(7) * DAY
}

pub(super) fn recovers(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(1, 4);
    script.renewals(cast, 1, number);
    let attempt = first_failure(cast, &mut script, number);
    let paid = if cast.random.chance(50) {
        attempt + RETRIES.first().copied().unwrap_or(3) * DAY
    } else {
        retries(&mut script, attempt)
    };
    script.at(paid, payment::pay_and_recover);
    script.renewals_from(cast, number + 1);
    script
}

/// A subscription of which a renewal fails until Stripe's last attempt, and when that is.
fn given_up(cast: &mut Cast) -> (Script, i64) {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(1, 3);
    script.renewals(cast, 1, number);
    let attempt = first_failure(cast, &mut script, number);
    let last = retries(&mut script, attempt);
    (script, last)
}

pub(super) fn cancels(cast: &mut Cast) -> Script {
    let (mut script, last) = given_up(cast);
    script.at(last, |stage, thread| {
        payment::decline(stage, thread, None);
        stage.wait(1);
        subscription::end(stage, thread, "payment_failed");
    });
    let settle: fn(&mut Stage, &mut Thread) = cast.random.pick(invoice::write_off, &[invoice::void, leave_open]);
    script.at(last + DAY, settle);
    if cast.random.chance(30) {
        script.at(last + 20 * DAY, payment::pay);
    }
    script
}

/// Some sellers never look at an open invoice again.
fn leave_open(_: &mut Stage, _: &mut Thread) {}

pub(super) fn unpaid(cast: &mut Cast) -> Script {
    let (mut script, last) = given_up(cast);
    script.at(last, |stage, thread| {
        payment::decline(stage, thread, None);
        subscription::change(stage, thread, |subscription| subscription.status = "unpaid");
    });
    if cast.random.chance(40) {
        script.at(last + 10 * DAY, payment::pay_and_recover);
    } else if cast.random.chance(50) {
        script.at(last + 15 * DAY, |stage, thread| {
            stage.by_request();
            invoice::write_off(stage, thread);
            subscription::end(stage, thread, "payment_failed");
        });
    }
    script
}

pub(super) fn first_payment_abandoned(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.at(cast.begin, checkout::subscribe_unconfirmed);
    if cast.random.chance(40) {
        script.at(cast.begin + 20 * 60, payment::pay_and_recover);
        script.renewals_from(cast, 1);
    } else {
        script.at(cast.begin + 23 * HOUR, |stage, thread| {
            let now = stage.now;
            subscription::change(stage, thread, |subscription| {
                subscription.status = "incomplete_expired";
                subscription.ended_at = Some(now);
            });
            invoice::void(stage, thread);
        });
    }
    script
}
