//! What a decision about a customer needs besides the customer: whether anybody has seen it, what events show beside it, and what the policy knows.

use daybook_domain::{
    customer::{Acquaintance, Circumstances, Disputed, Insistence},
    entitlement::{Policy, Source},
    scope::ScopeId,
};
use daybook_projections::{
    customers::{self, UNLINKED},
    entitlements,
    records::{self, Subject},
};
use daybook_store::{log::list::Filter, policy, snapshot::Snapshot};

use crate::Error;

/// Everything that bears on an act on this customer.
pub(crate) async fn of(
    snapshot: &mut Snapshot,
    scope: ScopeId,
    customer: &str,
    insistence: Insistence,
) -> Result<Circumstances, Error> {
    let sources = entitlements::sources_of(snapshot, scope, customer).await?;
    let every = Filter::default();
    let seen = !sources.is_empty()
        || !records::search(snapshot, scope, Subject::Customer(customer), &every, 1).await?.is_empty();
    let links = customers::links_of(snapshot, scope, customer).await?;
    let shown = links.into_iter().filter(|link| link.source != UNLINKED);
    let size = snapshot.size();
    let in_force = policy::in_force(snapshot, scope, size).await?;
    // A policy that this version cannot read declares nothing; whoever asks for an entitlement is told.
    let policy = in_force.and_then(|found| Policy::recorded(&found.applied.policy).ok()).unwrap_or_default();
    Ok(Circumstances {
        acquaintance: if seen { Acquaintance::Seen } else { Acquaintance::Unseen },
        insistence,
        features: policy.features,
        accounts: shown.map(|link| link.account.into()).collect(),
        disputes: sources.iter().flat_map(disputes).collect(),
    })
}

fn disputes(source: &Source) -> Vec<Disputed> {
    match source {
        Source::Subscription { standing, .. } => standing
            .disputes
            .iter()
            .map(|dispute| Disputed {
                dispute: dispute.dispute.clone(),
                phase: dispute.phase,
                closed: dispute.closed.clone(),
            })
            .collect(),
        Source::Purchase { purchase, .. } => purchase
            .disputes
            .iter()
            .map(|dispute| Disputed {
                dispute: dispute.dispute.clone(),
                phase: dispute.phase,
                closed: dispute.closed.clone(),
            })
            .collect(),
        Source::Summary { .. } | Source::Operators { .. } => Vec::new(),
    }
}
