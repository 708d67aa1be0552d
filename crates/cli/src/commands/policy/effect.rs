//! What another policy would change: how many customers would gain or lose each feature, or have another value, and some of them by name.

use std::collections::BTreeMap;
use std::fmt;

use daybook_domain::entitlement::{Answer, Policy, evaluate_all};
use daybook_domain::scope::ScopeId;
use daybook_domain::time::Timestamp;
use daybook_projections::entitlements::{self, Known};
use daybook_store::Database;
use daybook_store::policy::InForce;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;

use super::names;
use crate::operating::when::now;
use crate::output::{Table, count};

/// Customers that are read at a time.
const PAGE: i64 = 500;
/// Customers that are named for each change.
const NAMED: usize = 5;

/// Everything that would change.
#[derive(Debug, Default, Serialize)]
pub struct Effect {
    /// How many customers were looked at.
    customers: i64,
    /// How many of them would have another answer about any feature.
    changed: i64,
    /// By feature.
    features: BTreeMap<String, Change>,
}

/// What would change about one feature.
#[derive(Debug, Default, Serialize)]
struct Change {
    gain: Named,
    lose: Named,
    other_value: Named,
}

/// How many, and the first of them by id.
#[derive(Debug, Default, Serialize)]
struct Named {
    count: i64,
    customers: Vec<String>,
}

impl Named {
    fn add(&mut self, customer: &str) {
        self.count += 1;
        if self.customers.len() < NAMED {
            self.customers.push(customer.to_owned());
        }
    }
}

/// Whose answers would change if this policy took the place of the present one; nothing where nobody can be asked yet, or the present one cannot be read.
pub async fn instead_of(
    database: &Database,
    scope: ScopeId,
    present: Option<&InForce>,
    next: &Policy,
) -> anyhow::Result<Option<Effect>> {
    let present = present.map_or(Ok(Policy::default()), |present| Policy::recorded(&present.applied.policy));
    let Ok(present) = present else { return Ok(None) };
    if !names::is_built(database).await? {
        return Ok(None);
    }
    of(database, scope, (&present, next), now()).await.map(Some)
}

/// Compares two policies over everybody in a scope, at one time.
async fn of(
    database: &Database,
    scope: ScopeId,
    (present, next): (&Policy, &Policy),
    now: Timestamp,
) -> anyhow::Result<Effect> {
    let mut effect = Effect::default();
    let mut after = String::new();
    loop {
        // A snapshot for each page: nothing is held back while everybody is looked at.
        let mut snapshot = Snapshot::begin(database.pool()).await?;
        let page = entitlements::page(&mut snapshot, scope, &after, PAGE).await?;
        snapshot.end().await?;
        let Some((last, _)) = page.last() else { return Ok(effect) };
        after.clone_from(last);
        for (customer, known) in &page {
            effect.add(customer, known, (present, next), now);
        }
    }
}

impl Effect {
    fn add(&mut self, customer: &str, known: &Known, (present, next): (&Policy, &Policy), now: Timestamp) {
        let ask = |policy| evaluate_all(policy, known.state(), &known.sources, now);
        let (before, after) = (ask(present), ask(next));
        let mut changed = false;
        for feature in before.keys().chain(after.keys().filter(|feature| !before.contains_key(*feature))) {
            let (before, after) = (before.get(feature), after.get(feature));
            let allowed = |answer: Option<&Answer>| answer.is_some_and(|answer| answer.allowed);
            let value = |answer: Option<&Answer>| answer.and_then(|answer| answer.value.clone());
            let which: fn(&mut Change) -> &mut Named = match (allowed(before), allowed(after)) {
                (false, true) => |change| &mut change.gain,
                (true, false) => |change| &mut change.lose,
                (true, true) if value(before) != value(after) => |change| &mut change.other_value,
                _ => continue,
            };
            which(self.features.entry(feature.to_string()).or_default()).add(customer);
            changed = true;
        }
        self.customers += 1;
        self.changed += i64::from(changed);
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.changed == 0 {
            return write!(formatter, "Nobody's answers change ({} looked at).", customers(self.customers));
        }
        let of = count(self.customers);
        writeln!(formatter, "The answers of {} of {of} change:", customers(self.changed))?;
        let mut table = Table::new(&["feature", ">customers", "what", "for example"]);
        for (feature, change) in &self.features {
            for (what, named) in
                [("gain it", &change.gain), ("lose it", &change.lose), ("another value", &change.other_value)]
            {
                if named.count > 0 {
                    let examples = named.customers.join(", ");
                    table.row([feature.clone(), count(named.count), what.to_owned(), examples]);
                }
            }
        }
        write!(formatter, "{table}")
    }
}

fn customers(number: i64) -> String {
    crate::output::counted(number, "customer", "customers")
}
