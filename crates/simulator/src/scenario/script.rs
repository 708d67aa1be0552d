//! Scripts: acts with their times, and the beats that most stories share (a beginning, renewals).

use std::sync::Arc;

use crate::calendar::{DAY, HOUR};
use crate::catalogue::{Catalogue, Tier};
use crate::currency::Currency;
use crate::life::thread::Terms;
use crate::life::{Cycle, Stage, Thread, checkout, invoice, payment, subscription};
use crate::model::{BillingMode, Collection, Interval};
use crate::seed::Random;

type Act = Box<dyn FnOnce(&mut Stage, &mut Thread)>;

pub(super) struct Step {
    pub at: i64,
    pub act: Act,
}

/// What a story is written for: the terms it may still change, and the time there is.
pub(super) struct Cast {
    pub random: Random,
    pub terms: Terms,
    pub begin: i64,
    pub end: i64,
    pub currency: Currency,
    catalogue: Arc<Catalogue>,
}

impl Cast {
    pub fn new(catalogue: &Arc<Catalogue>, currency: Currency, random: &mut Random, (begin, end): (i64, i64)) -> Self {
        let mut random = Random::new(random.draw(), 0);
        let tier = random.pick(Tier::Starter, &[Tier::Pro, Tier::Team]);
        let quantity = if tier == Tier::Team { random.between(2, 25) } else { 1 };
        let coupon = if random.chance(25) { catalogue.coupon(random.place(3)) } else { None };
        let terms = Terms {
            price: catalogue.price(tier, currency, Some(Interval::Month)),
            quantity,
            extras: Vec::new(),
            cycle: Cycle { anchor: begin, interval: Interval::Month },
            collection: Collection::Automatic,
            billing_mode: random.pick(BillingMode::Classic, &[BillingMode::Flexible]),
            tax: catalogue.tax(currency).filter(|_| random.chance(60)),
            coupon,
        };
        Self { random, terms, begin, end, currency, catalogue: catalogue.clone() }
    }

    /// Chooses the plan; the interval goes into the calendar too.
    pub fn choose(&mut self, tier: Tier, interval: Interval, quantity: i64) {
        self.terms.price = self.price(tier, interval);
        self.terms.cycle.interval = interval;
        self.terms.quantity = quantity;
    }

    pub fn price(&self, tier: Tier, interval: Interval) -> Arc<crate::model::Price> {
        self.catalogue.price(tier, self.currency, Some(interval))
    }

    /// A one-off price, in whatever currency the customer happened to pay this time.
    pub fn one_off(&mut self) {
        let currency = self.random.pick(self.currency, &[self.currency, Currency::Usd, Currency::Eur]);
        self.terms.price = self.catalogue.price(Tier::Workshop, currency, None);
        self.terms.quantity = self.random.between(1, 3);
        self.terms.tax = None;
        self.terms.coupon = None;
    }

    /// The same, with the tax of the customer's country.
    pub fn taxed_one_off(&mut self) {
        self.one_off();
        self.terms.tax = self.catalogue.tax(self.terms.price.currency);
    }

    /// A moment inside period `number`, somewhere in its middle half.
    pub fn within(&mut self, number: i64) -> i64 {
        let (start, end) = (self.terms.cycle.boundary(number), self.terms.cycle.boundary(number + 1));
        let quarter = (end - start) / 4;
        start + self.random.between(quarter, 3 * quarter)
    }

    /// A period number between `low` and `high`, earlier when the time does not reach that far.
    pub fn period(&mut self, low: i64, high: i64) -> i64 {
        let wanted = self.random.between(low, high);
        (low..=wanted).rev().find(|number| self.terms.cycle.boundary(*number) < self.end).unwrap_or(low)
    }
}

#[derive(Default)]
pub(super) struct Script {
    steps: Vec<Step>,
}

impl Script {
    pub fn at(&mut self, at: i64, act: impl FnOnce(&mut Stage, &mut Thread) + 'static) {
        self.steps.push(Step { at, act: Box::new(act) });
    }

    pub fn into_steps(self) -> Vec<Step> {
        self.steps
    }

    /// A paid subscription, from a checkout or from the seller's server.
    pub fn subscribe(&mut self, cast: &mut Cast) {
        if cast.random.chance(70) {
            self.at(cast.begin, checkout::buy_subscription);
        } else {
            self.at(cast.begin, checkout::subscribe);
        }
    }

    /// Renewals from period `first` up to and without period `end`, all paid; they stop where the time does.
    pub fn renewals(&mut self, cast: &mut Cast, first: i64, end: i64) {
        for number in first..end {
            if cast.terms.cycle.boundary(number) >= cast.end {
                break;
            }
            self.renewal(cast, number);
        }
    }

    /// Renewals from period `first` for as long as there is time.
    pub fn renewals_from(&mut self, cast: &mut Cast, first: i64) {
        self.renewals(cast, first, i64::from(u16::MAX));
    }

    /// One renewal, paid an hour after it was drafted.
    pub fn renewal(&mut self, cast: &mut Cast, number: i64) {
        let boundary = self.draft(cast, number);
        self.at(boundary + HOUR, |stage, thread| {
            invoice::finalize(stage, thread);
            if stage.random.chance(40) {
                stage.wait(2);
            }
            payment::pay_and_recover(stage, thread);
        });
    }

    /// The new period begins with a draft; returns when.
    pub fn draft(&mut self, cast: &mut Cast, number: i64) -> i64 {
        let boundary = cast.terms.cycle.boundary(number);
        if cast.random.chance(30) {
            self.at(boundary - 3 * DAY, invoice::preview);
        }
        self.at(boundary, subscription::renew);
        boundary
    }
}
