//! Whether a customer that a question names is one that anybody has named. A list of nothing looks the same for a customer without invoices and for a slip of the hand.

use daybook_domain::scope::{Scope, ScopeId};
use daybook_projections::records::{self, Subject};
use daybook_projections::{customers, entitlements};
use daybook_store::log::list::Filter;
use daybook_store::snapshot::Snapshot;

use crate::exit::Refused;

/// Whether an event names the customer, or an operator has said something of it.
pub async fn is_known(snapshot: &mut Snapshot, scope: ScopeId, customer: &str) -> anyhow::Result<bool> {
    if !records::search(snapshot, scope, Subject::Customer(customer), &Filter::default(), 1).await?.is_empty() {
        return Ok(true);
    }
    let sources = entitlements::sources_of(snapshot, scope, customer).await?;
    Ok(!sources.is_empty() || !customers::links_of(snapshot, scope, customer).await?.is_empty())
}

/// Refuses a list that found nothing where the customer it was asked for is not known.
pub async fn ensure_known(
    snapshot: &mut Snapshot,
    (id, scope): (ScopeId, &Scope),
    customer: Option<&str>,
    found_nothing: bool,
) -> anyhow::Result<()> {
    match customer {
        Some(customer) if found_nothing && !is_known(snapshot, id, customer).await? => {
            Err(Refused(nobody(scope, customer)).into())
        }
        _ => Ok(()),
    }
}

/// What is said of a customer that nobody has named.
pub fn nobody(scope: &Scope, customer: &str) -> String {
    format!("no event of {scope} names a customer {customer}")
}
