//! A platform that sells for others, and money that is captured later.

use super::script::{Cast, Script};
use crate::calendar::DAY;
use crate::life::{capture, marketplace, one_off, refund};

/// A destination charge.
pub(super) fn sells(cast: &mut Cast) -> Script {
    cast.one_off();
    let percent = cast.random.pick(None, &[Some(80)]);
    let mut script = Script::default();
    script.at(cast.begin, move |stage, thread| marketplace::sell(stage, thread, percent));
    script
}

/// One that is refunded, with or without its transfer.
pub(super) fn refunded(cast: &mut Cast) -> Script {
    let mut script = sells(cast);
    let part = cast.random.pick((1, 1), &[(1, 3)]);
    if cast.random.chance(70) {
        script.at(cast.begin + 2 * DAY, move |stage, thread| marketplace::take_back(stage, thread, part));
        script.at(cast.begin + 5 * DAY, |stage, thread| marketplace::take_back(stage, thread, (1, 1)));
    } else {
        script.at(cast.begin + 2 * DAY, move |stage, thread| {
            refund::give_back(stage, thread, part);
        });
    }
    script
}

/// A sale of which sellers receive their shares later, and give some back.
pub(super) fn distributes(cast: &mut Cast) -> Script {
    cast.one_off();
    let mut script = Script::default();
    script.at(cast.begin, one_off::buy);
    script.at(cast.begin + DAY, |stage, thread| marketplace::distribute(stage, thread, 40));
    if cast.random.chance(50) {
        script.at(cast.begin + 3 * DAY, |stage, thread| marketplace::reverse(stage, thread, (1, 4)));
        script.at(cast.begin + 4 * DAY, |stage, thread| marketplace::reverse(stage, thread, (1, 1)));
    }
    script
}

/// Money set aside, and taken later: all of it, a part, or nothing.
pub(super) fn captured_later(cast: &mut Cast) -> Script {
    cast.one_off();
    let mut script = Script::default();
    script.at(cast.begin, capture::authorize);
    let later = cast.begin + cast.random.between(1, 6) * DAY;
    if cast.random.chance(25) {
        script.at(later, capture::release);
        return script;
    }
    let percent = cast.random.pick(100, &[60, 85]);
    script.at(later, move |stage, thread| capture::capture(stage, thread, percent));
    if cast.random.chance(50) {
        script.at(later + 2 * DAY, |stage, thread| {
            refund::give_back(stage, thread, (1, 2));
        });
    }
    script
}
