//! What an account has shown to be sold, for whoever checks a policy. Lookup keys that no subscription has stand in the events of prices only, so those
//! are read again.

use daybook_domain::{entitlement::policy::Catalogue, fact::Observed, scope::ScopeId};
use daybook_projections::entitlements;
use daybook_store::{log::read, snapshot::Snapshot};
use daybook_stripe::{Translation, translate};

use crate::Error;

/// Types of events that show prices.
const PRICES: [&str; 4] = ["price.created", "price.updated", "plan.created", "plan.updated"];

/// So many bodies are read at a time.
const PAGE: i64 = 500;

/// Everything that events of a scope have shown to be sold.
///
/// # Errors
/// What the database says.
pub async fn seen(snapshot: &mut Snapshot, scope: ScopeId) -> Result<Catalogue, Error> {
    let mut catalogue = entitlements::sold(snapshot, scope).await?;
    let mut from = 0;
    loop {
        let bodies = read::bodies_of_kinds(snapshot, scope, &PRICES, from, PAGE).await?;
        let Some((last, _)) = bodies.last() else { return Ok(catalogue) };
        from = *last + 1;
        for (_, body) in &bodies {
            if let Translation::Facts(facts) = translate(body).translation {
                let prices = facts.into_iter().filter_map(|fact| match fact.observed {
                    Observed::Price(price) => price.lookup_key,
                    _ => None,
                });
                catalogue.lookup_keys.extend(prices.map(String::from));
            }
        }
    }
}
