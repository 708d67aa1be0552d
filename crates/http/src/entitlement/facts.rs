//! What answers are worked out from, as one statement saw it, and the judgement over it: a pure function of facts, policy and clock.

use std::collections::HashMap;
use std::sync::Arc;

use daybook_domain::entitlement::{Answer, Policy, evaluate, evaluate_all};
use daybook_domain::scope::ScopeId;
use daybook_domain::time::Timestamp;
use daybook_projections::entitlements::Known;
use daybook_projections::inquiry::{Seen, Sighting};

use crate::cache::shard::ReadAt;

/// Who is asked about, in one scope.
#[derive(Clone, Debug, Default)]
pub struct Subjects {
    /// Stripe's customers.
    pub customers: Vec<String>,
    /// Your own accounts.
    pub accounts: Vec<String>,
}

impl Subjects {
    /// How many they are.
    pub fn len(&self) -> usize {
        self.customers.len() + self.accounts.len()
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Everything that answers about some subjects of one scope are worked out from, at one size.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Where it was read.
    pub read_at: ReadAt,
    /// The policy in force there.
    pub policy: Arc<Policy>,
    known: HashMap<String, Arc<Known>>,
    /// Your ids beside the customers of the accounts, in the fields that the policy names.
    pub sightings: Vec<Sighting>,
    nobody: Arc<Known>,
}

impl Facts {
    /// What is known of a customer; of one nobody has seen, nothing.
    pub fn known(&self, customer: &str) -> &Arc<Known> {
        self.known.get(customer).unwrap_or(&self.nobody)
    }
}

/// What a statement saw, ready to be handed out to those who asked together.
#[derive(Debug)]
pub struct Shared {
    read_at: ReadAt,
    known: HashMap<(ScopeId, String), Arc<Known>>,
    sightings: Vec<Sighting>,
    nobody: Arc<Known>,
}

impl Shared {
    /// Sorts what was seen by whom it is about.
    pub fn new(seen: Seen) -> Self {
        let mut known: HashMap<(ScopeId, String), Known> = HashMap::new();
        for customer in seen.customers {
            let one = known.entry((customer.scope, customer.id)).or_default();
            (one.seen, one.deleted) = (true, customer.deleted);
            one.has_payment_method = Some(customer.has_payment_method);
        }
        for whose in seen.named {
            known.entry(whose).or_default().seen = true;
        }
        for (scope, customer, source) in seen.sources {
            let one = known.entry((scope, customer)).or_default();
            one.seen = true;
            one.sources.push(source);
        }
        Self {
            read_at: ReadAt { size: seen.size, pointer: Arc::new(seen.pointer) },
            known: known.into_iter().map(|(whose, known)| (whose, Arc::new(known))).collect(),
            sightings: seen.sightings,
            nobody: Arc::default(),
        }
    }

    /// What one of them asked for.
    pub fn facts(&self, scope: ScopeId, subjects: Subjects, policy: Arc<Policy>) -> Facts {
        let seen_with = |sighting: &&Sighting| sighting.scope == scope && !subjects.accounts.is_empty();
        let sightings: Vec<Sighting> = self.sightings.iter().filter(seen_with).cloned().collect();
        let beside = sightings.iter().map(|sighting| sighting.customer.clone());
        let wanted = subjects.customers.into_iter().chain(beside);
        let known = wanted.filter_map(|customer| {
            let known = Arc::clone(self.known.get(&(scope, customer.clone()))?);
            Some((customer, known))
        });
        let known = known.collect();
        Facts { read_at: self.read_at.clone(), policy, known, sightings, nobody: Arc::clone(&self.nobody) }
    }
}

/// The features that are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Features<'a> {
    /// Every feature that anything names.
    All,
    /// These.
    These(&'a [String]),
}

/// Answers by feature.
pub type Answers = Vec<(Box<str>, Answer)>;

/// The policy and the time by which answers are worked out.
#[derive(Clone, Debug)]
pub struct Judge {
    /// The policy in force.
    pub policy: Arc<Policy>,
    /// The time.
    pub now: Timestamp,
}

impl Judge {
    /// The answers about one customer.
    pub fn answers(&self, known: &Known, features: Features<'_>) -> Answers {
        match features {
            Features::All => evaluate_all(&self.policy, known.state(), &known.sources, self.now).into_iter().collect(),
            Features::These(features) => features
                .iter()
                .map(|feature| (feature.as_str().into(), self.answer(known, feature, self.now)))
                .collect(),
        }
    }

    /// The answer about one feature of one customer at a time.
    pub fn answer(&self, known: &Known, feature: &str, at: Timestamp) -> Answer {
        evaluate(&self.policy, known.state(), &known.sources, feature, at)
    }
}
