//! The customer's record is deleted.

use super::script::{Cast, Script};

pub(super) fn leaves(cast: &mut Cast) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let last = cast.period(0, 3);
    script.renewals(cast, 1, last + 1);
    script.at(cast.within(last), |stage, _| {
        stage.by_request();
        stage.leaving = true;
    });
    script
}
