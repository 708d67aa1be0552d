//! What each step takes of a sale's tax, worked out from what it takes in all: pro rata of what was left, as a credit note says
//! itself, or what came back of an earlier step. The order of the steps decides, because each takes of what those before it left.

use std::{
    collections::BTreeMap,
    ops::{AddAssign, Sub},
};

use crate::{accounting::invariant::Leg, id::ObjectKind, settlement::Settlement, time::Timestamp};

/// What a step takes of a sale, in debits; negative where it gives back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// Tax.
    pub tax: i128,
    /// All else.
    pub net: i128,
}

impl Taken {
    fn all(self) -> i128 {
        self.tax + self.net
    }

    /// The tax in `amount` of it all, to the nearest unit; nothing where nothing can be in proportion.
    fn tax_in(self, amount: i128) -> i128 {
        let (all, sign) = (self.all().saturating_abs(), self.all().signum());
        let doubled = self.tax.saturating_mul(amount).saturating_mul(2 * sign);
        doubled.saturating_add(all).checked_div_euclid(2 * all).unwrap_or(0)
    }
}

impl Sub for Taken {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { tax: self.tax - other.tax, net: self.net - other.net }
    }
}

impl AddAssign for Taken {
    fn add_assign(&mut self, other: Self) {
        self.tax += other.tax;
        self.net += other.net;
    }
}

/// What a transaction does to a sale, in the order of such transactions inside one second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// It sells it
    Sells,
    /// It takes of it: a refund, a dispute that is lost, a credit note, a write-off
    Takes,
    /// That comes back
    GivesBack,
    /// What is left of a write-off comes back, and all that is open is taken
    Voids,
    /// No rule lets it move the tax of a sale
    Other,
}

/// What one transaction moves of a sale.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step<'a> {
    /// When it takes effect.
    pub at: Timestamp,
    /// The object that does it, by id.
    pub by: &'a str,
    /// What it does.
    pub kind: Kind,
    /// How much it moves.
    pub taken: Taken,
}

impl<'a> Step<'a> {
    /// The transaction of this leg, which is about `sale`. Nothing is moved yet.
    pub fn of(sale: &str, leg: &Leg<'a>) -> Self {
        let (by, transition) = leg.key.rsplit_once(':').unwrap_or((leg.key, ""));
        let kind = match transition {
            "finalized" | "sold" if by == sale => Kind::Sells,
            "voided" if by == sale => Kind::Voids,
            "undone" | "lost" | "issued" | "uncollectible" => Kind::Takes,
            "regained" | "recovered" | "voided" => Kind::GivesBack,
            _ => Kind::Other,
        };
        Self { at: leg.at, by, kind, taken: Taken::default() }
    }

    /// Takes in one of its legs.
    pub fn add(&mut self, moved: Taken) {
        self.taken += moved;
    }
}

/// What a step should take of the tax.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    /// So much.
    pub tax: i128,
    /// Give or take so many units: where fractions of a unit go is not said here.
    tolerance: i128,
    /// What says so.
    pub why: &'static str,
}

impl Due {
    /// Whether that is what was taken.
    pub fn fits(&self, taken: i128) -> bool {
        (taken - self.tax).abs() <= self.tolerance
    }
}

/// One sale while steps take of it, one after the other.
pub(super) struct Walk<'a> {
    settlement: &'a Settlement<'a>,
    /// Whether any tax was charged: only then can a credit note take it.
    has_tax: bool,
    /// What pro rata steps are in proportion to.
    base: Taken,
    /// What they took of it so far.
    so_far: Taken,
    /// What each object has taken and not given back.
    by: BTreeMap<&'a str, Taken>,
    /// By so many units what is left may lie beyond what was charged: a credit note says its tax in whole units whatever the fractions are that
    /// were taken before it.
    pub slack: i128,
}

impl<'a> Walk<'a> {
    /// Begins with what was sold.
    pub fn of(settlement: &'a Settlement<'a>, sold: Taken) -> Self {
        let has_tax = sold.tax != 0;
        Self { settlement, has_tax, base: sold, so_far: Taken::default(), by: BTreeMap::new(), slack: 0 }
    }

    /// Takes one step, as it was made, and says what it should have taken of the tax.
    pub fn take(&mut self, step: &Step<'a>) -> Due {
        let earlier = self.by.get(step.by).copied().unwrap_or_default();
        let due = match (step.kind, self.said_by_note(step.by)) {
            (Kind::Takes, Some(tax)) => {
                let tax = if self.has_tax { tax } else { 0 };
                self.slack += i128::from(!self.by.is_empty());
                self.rebase(step.taken);
                Due { tax, tolerance: 0, why: "the tax the credit note says" }
            }
            (Kind::GivesBack, _) => {
                self.rebase(step.taken);
                let tax = earlier.tax_in(step.taken.all());
                Due { tax, tolerance: tolerance(earlier), why: "the tax in what came back of it" }
            }
            (Kind::Voids, _) => {
                self.rebase(Taken::default() - earlier);
                let (before, base) = (Taken::default() - earlier, self.base);
                let tax = before.tax + base.tax_in(step.taken.all() - before.all());
                self.so_far = step.taken - before;
                let of_write_off = tolerance(earlier);
                Due { tax, tolerance: tolerance(base) + of_write_off, why: "the tax in what the void takes back" }
            }
            (Kind::Takes, None) => {
                let before = self.so_far.tax;
                self.so_far += step.taken;
                let tax = self.base.tax_in(self.so_far.all()) - before;
                Due { tax, tolerance: tolerance(self.base), why: "the tax in what it takes back" }
            }
            (Kind::Sells | Kind::Other, _) => {
                self.rebase(step.taken);
                Due { tax: 0, tolerance: 0, why: "it takes nothing of this sale back" }
            }
        };
        *self.by.entry(step.by).or_default() += step.taken;
        due
    }

    /// The tax a credit note says itself, where it says what it is for.
    fn said_by_note(&self, id: &str) -> Option<i128> {
        let note = self.settlement.get(ObjectKind::CreditNote, id)?.credit_note()?;
        (!note.lines.is_empty() || note.tax != 0).then(|| i128::from(note.tax))
    }

    /// Makes what is left after this the new base.
    fn rebase(&mut self, taken: Taken) {
        self.base = self.base - self.so_far - taken;
        self.so_far = Taken::default();
    }
}

/// A unit; none where there is no tax.
fn tolerance(base: Taken) -> i128 {
    i128::from(base.tax != 0)
}
