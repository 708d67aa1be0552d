//! Your own accounts. Events show your ids beside customers; the policy says which fields count and in which order. A customer belongs to the account that
//! its newest sighting names, in the first of those fields that shows any. Several customers of one account are answered for together: the best answer.

use std::collections::BTreeMap;

use daybook_domain::entitlement::{Answer, NextChange, Policy, Value, policy};
use daybook_domain::time::Timestamp;
use daybook_projections::customers::{AccountLink, linked_to};
use daybook_projections::entitlements::Known;

use super::inquiry::{Features, Inquiry};
use crate::Problem;

/// How many of time's steps are looked ahead for a change of the best answer.
const STEPS: usize = 64;

/// The customers of one account, and what is known of each.
#[derive(Clone, Debug, Default)]
pub struct Holding {
    /// By customer id.
    pub customers: BTreeMap<String, Known>,
}

/// The best answer, and whose it is.
#[derive(Clone, Debug)]
pub struct Best {
    /// The customer; none when the account has none.
    pub customer: Option<String>,
    /// Its answer.
    pub answer: Answer,
}

impl Holding {
    /// The customers that belong to an account.
    ///
    /// # Errors
    /// What the database says.
    pub async fn of(inquiry: &mut Inquiry, account: &str) -> Result<Self, Problem> {
        let scope = inquiry.scope;
        let fields: Vec<String> = inquiry.policy.accounts.from.iter().map(ToString::to_string).collect();
        let links = linked_to(inquiry, scope, account, &fields).await?;
        let customers = customers_of(&links, account, &fields);
        let mut known = if customers.is_empty() { BTreeMap::new() } else { inquiry.known(&customers).await? };
        let of_each = |id: String| (id.clone(), known.remove(&id).unwrap_or_default());
        Ok(Self { customers: customers.into_iter().map(of_each).collect() })
    }

    /// The best answers by feature.
    pub fn best_of(&self, inquiry: &Inquiry, features: Features<'_>) -> Vec<(Box<str>, Best)> {
        let named: Vec<String> = match features {
            Features::These(features) => features.to_vec(),
            Features::All => {
                let nobody = Known::default();
                let everyone = self.customers.values().chain(self.customers.is_empty().then_some(&nobody));
                let mut named: Vec<String> = everyone
                    .flat_map(|known| inquiry.answers(known, Features::All))
                    .map(|(feature, _)| feature.into_string())
                    .collect();
                named.sort_unstable();
                named.dedup();
                named
            }
        };
        named.into_iter().map(|feature| (feature.as_str().into(), self.best(inquiry, &feature))).collect()
    }

    fn best(&self, inquiry: &Inquiry, feature: &str) -> Best {
        let mut best = self.best_at(inquiry, feature, inquiry.now);
        if self.customers.len() > 1 {
            best.answer.next_change = self.next_change(inquiry, feature, &best.answer);
        }
        best
    }

    fn best_at(&self, inquiry: &Inquiry, feature: &str, at: Timestamp) -> Best {
        let order = value_order(&inquiry.policy, feature);
        let answers = self.customers.iter().map(|(customer, known)| (customer, inquiry.answer(known, feature, at)));
        let best = answers.min_by_key(|(_, answer)| {
            let value = answer.value.as_ref().filter(|_| answer.allowed).map(&order);
            (!answer.allowed, std::cmp::Reverse(value), answer.code)
        });
        match best {
            Some((customer, answer)) => Best { customer: Some(customer.clone()), answer },
            None => Best { customer: None, answer: inquiry.answer(&Known::default(), feature, at) },
        }
    }

    /// The first time at which the best answer is another one.
    fn next_change(&self, inquiry: &Inquiry, feature: &str, now: &Answer) -> Option<NextChange> {
        let mut at = inquiry.now;
        for _ in 0..STEPS {
            let answers = self.customers.values().map(|known| inquiry.answer(known, feature, at));
            at = answers.filter_map(|answer| answer.next_change).map(|next| next.at).min()?;
            let later = self.best_at(inquiry, feature, at).answer;
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

/// The customers whose deciding sighting names the account. `links` holds every sighting of each, newest first.
fn customers_of(links: &[AccountLink], account: &str, fields: &[String]) -> Vec<String> {
    let mut of_each: BTreeMap<&str, Vec<&AccountLink>> = BTreeMap::new();
    for link in links {
        of_each.entry(&link.customer).or_default().push(link);
    }
    let belongs = |sightings: &[&AccountLink]| {
        let deciding = fields.iter().find_map(|field| sightings.iter().find(|link| link.source == *field));
        deciding.is_some_and(|link| link.account == account)
    };
    of_each.into_iter().filter(|(_, links)| belongs(links)).map(|(customer, _)| customer.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn link(customer: &str, source: &str, account: &str, at: i64) -> AccountLink {
        AccountLink {
            source: source.to_owned(),
            account: account.to_owned(),
            customer: customer.to_owned(),
            effective_at: DateTime::from_timestamp(at, 0).unwrap(),
            cause: "evt_1".to_owned(),
        }
    }

    fn fields() -> Vec<String> {
        Policy::default().accounts.from.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_newest_sighting_in_the_first_field_that_shows_any_decides() {
        let links = [
            link("cus_1", "client_reference_id", "user_1", 20),
            link("cus_1", "metadata.user_id", "user_2", 30),
            link("cus_2", "metadata.user_id", "user_2", 30),
            link("cus_2", "metadata.user_id", "user_1", 10),
        ];
        assert_eq!(customers_of(&links, "user_1", &fields()), ["cus_1"]);
        assert_eq!(customers_of(&links, "user_2", &fields()), ["cus_2"]);
    }

    #[test]
    fn a_field_the_policy_does_not_name_decides_nothing() {
        let links = [link("cus_1", "metadata.colour", "green", 20)];
        assert!(customers_of(&links, "green", &fields()).is_empty());
    }
}
