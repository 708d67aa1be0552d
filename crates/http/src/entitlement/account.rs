//! Your own accounts. Events show your ids beside customers; the policy says which fields count and in which order. A customer belongs to the account that
//! its newest sighting names, in the first of those fields that shows any; an operator's link goes before all of them, and an account that an operator has
//! unlinked it from does not count. Several customers of one account are answered for together: the best answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use daybook_domain::entitlement::{Answer, NextChange, Policy, Value, policy};
use daybook_domain::time::Timestamp;
use daybook_projections::customers::{BY_OPERATOR, UNLINKED};
use daybook_projections::entitlements::Known;
use daybook_projections::inquiry::Sighting;

use super::answer::expires;
use super::facts::{Facts, Features, Judge};

/// How many of time's steps are looked ahead for a change of the best answer.
const STEPS: usize = 64;

/// The customers of one account, and what is known of each.
#[derive(Clone, Debug, Default)]
pub struct Holding {
    /// By customer id.
    pub customers: BTreeMap<String, Arc<Known>>,
    /// Every customer the account was ever seen beside: what is said of one of them may take it away or bring it back.
    pub seen_beside: BTreeSet<String>,
}

/// The best answer, and whose it is.
#[derive(Clone, Debug)]
pub struct Best {
    /// The customer; none when the account has none.
    pub customer: Option<String>,
    /// Its answer.
    pub answer: Answer,
    /// The first second at which time alone may make another answer of it.
    pub expires: Option<Timestamp>,
}

impl Best {
    /// An answer about one customer.
    pub fn of(customer: &str, answer: Answer) -> Self {
        Self { customer: Some(customer.to_owned()), ..Self::of_nobody(answer) }
    }

    fn of_nobody(answer: Answer) -> Self {
        Self { customer: None, expires: expires(&answer), answer }
    }
}

impl Holding {
    /// The customers that belong to an account, which is one of those the facts are about.
    pub fn among(facts: &Facts, account: &str) -> Self {
        let fields: Vec<String> = facts.policy.accounts.from.iter().map(ToString::to_string).collect();
        let customers = customers_of(&facts.sightings, account, &fields);
        let with_account = facts.sightings.iter().filter(|sighting| sighting.account == account);
        Self {
            customers: customers.into_iter().map(|id| (id.to_owned(), Arc::clone(facts.known(id)))).collect(),
            seen_beside: with_account.map(|sighting| sighting.customer.clone()).collect(),
        }
    }

    /// The best answers by feature.
    pub fn best_of(&self, judge: &Judge, features: Features<'_>) -> Vec<(Box<str>, Best)> {
        let named: Vec<String> = match features {
            Features::These(features) => features.to_vec(),
            Features::All => {
                let nobody = Known::default();
                let everyone =
                    self.customers.values().map(Arc::as_ref).chain(self.customers.is_empty().then_some(&nobody));
                let mut named: Vec<String> = everyone
                    .flat_map(|known| judge.answers(known, Features::All))
                    .map(|(feature, _)| feature.into_string())
                    .collect();
                named.sort_unstable();
                named.dedup();
                named
            }
        };
        named.into_iter().map(|feature| (feature.as_str().into(), self.best(judge, &feature))).collect()
    }

    fn best(&self, judge: &Judge, feature: &str) -> Best {
        let mut best = self.best_at(judge, feature, judge.now);
        if self.customers.len() > 1 {
            best.answer.next_change = self.next_change(judge, feature, &best.answer);
        }
        best
    }

    fn best_at(&self, judge: &Judge, feature: &str, at: Timestamp) -> Best {
        let order = value_order(&judge.policy, feature);
        let answers: Vec<_> =
            self.customers.iter().map(|(customer, known)| (customer, judge.answer(known, feature, at))).collect();
        let expires = answers.iter().filter_map(|(_, answer)| expires(answer)).min();
        let best = answers.into_iter().min_by_key(|(_, answer)| {
            let value = answer.value.as_ref().filter(|_| answer.allowed).map(&order);
            (!answer.allowed, std::cmp::Reverse(value), answer.code)
        });
        match best {
            Some((customer, answer)) => Best { customer: Some(customer.clone()), answer, expires },
            None => Best::of_nobody(judge.answer(&Known::default(), feature, at)),
        }
    }

    /// The first time at which the best answer is another one.
    fn next_change(&self, judge: &Judge, feature: &str, now: &Answer) -> Option<NextChange> {
        let mut at = judge.now;
        for _ in 0..STEPS {
            let answers = self.customers.values().map(|known| judge.answer(known, feature, at));
            at = answers.filter_map(|answer| answer.next_change).map(|next| next.at).min()?;
            let later = self.best_at(judge, feature, at).answer;
            if (later.code, &later.value) != (now.code, &now.value) {
                return Some(NextChange { at, allowed: later.allowed, code: later.code, value: later.value });
            }
        }
        None
    }
}

/// Ranks values as the policy orders them, least first.
fn value_order<'a>(policy: &'a Policy, feature: &str) -> impl Fn(&Value) -> (usize, Value) + use<'a> {
    let names: &[Box<str>] = match policy.features.get(feature) {
        Some(policy::Feature::Value { order }) => order,
        _ => &[],
    };
    move |value| {
        let rank = match value {
            Value::Text(text) => names.iter().position(|name| name == text).map_or(0, |place| place + 1),
            _ => 0,
        };
        (rank, value.clone())
    }
}

/// The customers whose deciding sighting names the account. Of each customer the newest sighting comes first. An operator's link decides before events do.
fn customers_of<'a>(sightings: &'a [Sighting], account: &str, fields: &[String]) -> Vec<&'a str> {
    let mut of_each: BTreeMap<&str, Vec<&Sighting>> = BTreeMap::new();
    for sighting in sightings {
        of_each.entry(&sighting.customer).or_default().push(sighting);
    }
    let belongs = |sightings: &[&Sighting]| {
        let unlinked = |account: &str| sightings.iter().any(|one| one.field == UNLINKED && one.account == account);
        let of_field = |field: &str| sightings.iter().find(|one| one.field == field && !unlinked(&one.account));
        let mut fields = std::iter::once(BY_OPERATOR).chain(fields.iter().map(String::as_str));
        let deciding = fields.find_map(of_field);
        deciding.is_some_and(|sighting| sighting.account == account)
    };
    of_each.into_iter().filter(|(_, sightings)| belongs(sightings)).map(|(customer, _)| customer).collect()
}

#[cfg(test)]
mod tests {
    use daybook_domain::scope::ScopeId;

    use super::*;

    fn sighting(customer: &str, field: &str, account: &str) -> Sighting {
        let [customer, field, account] = [customer, field, account].map(str::to_owned);
        Sighting { scope: ScopeId(1), customer, field, account }
    }

    fn of(sightings: &[Sighting], account: &str) -> Vec<String> {
        let policy = Policy::default();
        let fields: Vec<String> = policy.accounts.from.iter().map(ToString::to_string).collect();
        customers_of(sightings, account, &fields).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn the_newest_sighting_in_the_first_field_that_shows_any_decides() {
        let sightings = [
            sighting("cus_1", "metadata.user_id", "user_2"),
            sighting("cus_1", "client_reference_id", "user_1"),
            sighting("cus_2", "metadata.user_id", "user_2"),
            sighting("cus_2", "metadata.user_id", "user_1"),
        ];
        assert_eq!(of(&sightings, "user_1"), ["cus_1"]);
        assert_eq!(of(&sightings, "user_2"), ["cus_2"]);
    }

    #[test]
    fn an_operators_link_decides_before_any_event_and_an_unlinked_account_does_not_count() {
        let sightings = [
            sighting("cus_1", "client_reference_id", "user_1"),
            sighting("cus_1", BY_OPERATOR, "user_2"),
            sighting("cus_2", "client_reference_id", "user_1"),
            sighting("cus_2", "metadata.user_id", "user_3"),
            sighting("cus_2", UNLINKED, "user_1"),
        ];
        assert!(of(&sightings, "user_1").is_empty());
        assert_eq!(
            (of(&sightings, "user_2"), of(&sightings, "user_3")),
            (vec!["cus_1".to_owned()], vec!["cus_2".to_owned()])
        );
    }

    #[test]
    fn a_field_the_policy_does_not_name_decides_nothing() {
        assert!(of(&[sighting("cus_1", "metadata.colour", "green")], "green").is_empty());
    }
}
