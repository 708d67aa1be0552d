//! Invoices sent by mail and paid by bank transfer: on time, late, or not at all.

use super::script::{Cast, Script};
use crate::calendar::{DAY, HOUR};
use crate::life::{checkout, invoice, payment, subscription};
use crate::model::Collection;

pub(super) fn by_mail(cast: &mut Cast) -> Script {
    cast.terms.collection = Collection::Invoice { days_until_due: 14 };
    let mut script = Script::default();
    script.at(cast.begin, checkout::subscribe);
    let paid_after = cast.random.between(2, 12) * DAY;
    script.at(cast.begin + paid_after, payment::pay_out_of_band);
    let late = cast.period(1, 4);
    let mut number = 1;
    while cast.terms.cycle.boundary(number) < cast.end {
        let boundary = script.draft(cast, number);
        script.at(boundary + HOUR, invoice::finalize);
        if number == late {
            overdue(cast, &mut script, boundary);
        } else {
            script.at(boundary + cast.random.between(2, 12) * DAY, payment::pay_out_of_band);
        }
        number += 1;
    }
    script
}

/// Nobody pays in time: past due, then paid late or written off.
fn overdue(cast: &mut Cast, script: &mut Script, boundary: i64) {
    let due = boundary + HOUR + 14 * DAY;
    script.at(due, |stage, thread| {
        if let Some(bill) = thread.bills.last() {
            stage.happened("invoice.overdue", &bill.invoice);
        }
        subscription::change(stage, thread, |subscription| subscription.status = "past_due");
    });
    if cast.random.chance(70) {
        script.at(due + 5 * DAY, |stage, thread| {
            payment::pay_out_of_band(stage, thread);
            subscription::change(stage, thread, |subscription| subscription.status = "active");
        });
    } else {
        script.at(due + 8 * DAY, |stage, thread| {
            stage.by_request();
            invoice::write_off(stage, thread);
            subscription::end(stage, thread, "payment_failed");
        });
    }
}
