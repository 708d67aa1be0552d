//! Changes of plan and of quantity in the middle of a period.

use super::script::{Cast, Script};
use crate::calendar::DAY;
use crate::catalogue::Tier;
use crate::life::proration::{Billing, change_plan};
use crate::model::Interval;

pub(super) fn upgrade(cast: &mut Cast) -> Script {
    cast.choose(Tier::Starter, Interval::Month, 1);
    let billing = cast.random.pick(Billing::AtOnce, &[Billing::WithTheNextInvoice]);
    one_change(cast, Tier::Pro, billing)
}

/// A downgrade that is billed at once makes a negative invoice, and credit that later invoices use up.
pub(super) fn downgrade(cast: &mut Cast) -> Script {
    cast.choose(Tier::Pro, Interval::Month, 1);
    let billing = cast.random.pick(Billing::AtOnce, &[Billing::AtOnce, Billing::WithTheNextInvoice]);
    one_change(cast, Tier::Starter, billing)
}

fn one_change(cast: &mut Cast, tier: Tier, billing: Billing) -> Script {
    let mut script = Script::default();
    script.subscribe(cast);
    let number = cast.period(0, 3);
    let price = cast.price(tier, Interval::Month);
    script.at(cast.within(number), move |stage, thread| change_plan(stage, thread, (price, 1), billing));
    script.renewals_from(cast, 1);
    script
}

/// A subscription of three plans at once.
pub(super) fn several_items(cast: &mut Cast) -> Script {
    cast.choose(Tier::Starter, Interval::Month, 1);
    cast.terms.extras = vec![cast.price(Tier::Pro, Interval::Month), cast.price(Tier::Team, Interval::Month)];
    let mut script = Script::default();
    script.subscribe(cast);
    script.renewals_from(cast, 1);
    script
}

/// So many changes in one period that the next invoice has more lines than an event shows.
pub(super) fn many(cast: &mut Cast) -> Script {
    cast.choose(Tier::Team, Interval::Month, 8);
    let mut script = Script::default();
    script.subscribe(cast);
    for number in 1..=6 {
        let price = cast.price(Tier::Team, Interval::Month);
        let quantity = cast.random.between(2, 30);
        script.at(cast.begin + number * 4 * DAY, move |stage, thread| {
            change_plan(stage, thread, (price, quantity), Billing::WithTheNextInvoice);
        });
    }
    script.renewals_from(cast, 1);
    script
}

pub(super) fn seats(cast: &mut Cast) -> Script {
    let (many, few) = (cast.random.between(12, 30), cast.random.between(2, 5));
    cast.choose(Tier::Team, Interval::Month, 8);
    let mut script = Script::default();
    script.subscribe(cast);
    let price = cast.price(Tier::Team, Interval::Month);
    let more = cast.within(0);
    let team = price.clone();
    script.at(more, move |stage, thread| change_plan(stage, thread, (team, many), Billing::AtOnce));
    let less = cast.within(1) + DAY;
    let billing = cast.random.pick(Billing::AtOnce, &[Billing::WithTheNextInvoice]);
    script.at(less, move |stage, thread| change_plan(stage, thread, (price, few), billing));
    script.renewals_from(cast, 1);
    script
}
