//! Trials: converted, canceled, or paused for want of a card.

use super::script::{Cast, Script};
use crate::calendar::{DAY, HOUR};
use crate::life::checkout::{self, Trial};
use crate::life::{Cycle, invoice, payment, subscription};

/// Begins a trial of one or two weeks; the paid periods start at its end.
fn begin(cast: &mut Cast, script: &mut Script, kind: Trial) {
    let end = cast.begin + cast.random.pick(7, &[14, 14]) * DAY;
    cast.terms.cycle = Cycle { anchor: end, interval: cast.terms.cycle.interval };
    script.at(cast.begin, move |stage, thread| checkout::start_trial(stage, thread, kind, end));
    script.at(end - 3 * DAY, subscription::trial_will_end);
}

fn with_card(cast: &mut Cast) -> Trial {
    cast.random.pick(Trial::ByCheckout, &[Trial::ByCheckout, Trial::ByRequest])
}

pub(super) fn converts(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    let kind = with_card(cast);
    begin(cast, &mut script, kind);
    script.renewals_from(cast, 0);
    script
}

pub(super) fn cancels(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    let kind = with_card(cast);
    begin(cast, &mut script, kind);
    let end = cast.terms.cycle.anchor;
    if cast.random.chance(50) {
        script.at(end - 2 * DAY, subscription::cancel_at_period_end);
        script.at(end, |stage, thread| subscription::end(stage, thread, "cancellation_requested"));
    } else {
        script.at(end - 4 * DAY, |stage, thread| {
            stage.by_request();
            subscription::end(stage, thread, "cancellation_requested");
        });
    }
    script
}

/// Paused at the trial's end; most customers give a card some days later, the others stay paused.
pub(super) fn pauses(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    begin(cast, &mut script, Trial::WithoutCard);
    let end = cast.terms.cycle.anchor;
    script.at(end, |stage, thread| {
        subscription::turn(stage, thread, "paused", "customer.subscription.paused");
    });
    if cast.random.chance(30) {
        return script;
    }
    let back = end + cast.random.between(2, 6) * DAY;
    // For the renewals below; the trial itself has been given its end.
    cast.terms.cycle.anchor = back;
    script.at(back, move |stage, thread| {
        stage.by_request();
        stage.attach_card();
        thread.terms.cycle.anchor = back;
        subscription::change(stage, thread, |subscription| subscription.anchor = back);
        subscription::turn(stage, thread, "active", "customer.subscription.resumed");
        subscription::renew(stage, thread);
    });
    script.at(back + HOUR, |stage, thread| {
        invoice::finalize(stage, thread);
        payment::pay_and_recover(stage, thread);
    });
    script.renewals_from(cast, 1);
    script
}
