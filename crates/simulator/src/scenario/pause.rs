//! Paused collection: the subscription stays active, its invoices are voided until collection resumes.

use super::script::{Cast, Script};
use crate::calendar::{DAY, HOUR};
use crate::life::{invoice, subscription};

pub(super) fn collection(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(0, 3);
    script.renewals(cast, 1, number + 1);
    let resumes = cast.terms.cycle.boundary(number + 2) + DAY;
    script.at(cast.within(number), move |stage, thread| {
        subscription::pause_collection(stage, thread, Some(resumes));
    });
    for skipped in [number + 1, number + 2] {
        let boundary = script.draft(cast, skipped);
        script.at(boundary + HOUR, |stage, thread| {
            invoice::finalize(stage, thread);
            invoice::void(stage, thread);
        });
    }
    script.at(resumes, subscription::resume_collection);
    script.renewals_from(cast, number + 3);
    script
}
