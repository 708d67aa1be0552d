//! Where your own account ids are seen beside a customer: the reference of a checkout, and metadata of the customer,
//! of its subscriptions and of its checkouts. All of it is kept; the policy says on reading which of it counts.

use daybook_domain::{
    customer::Customer,
    fact::{CheckoutSession, Metadata},
    id::CustomerId,
    order::Moment,
    subscription::Subscription,
};

use crate::{
    copy::{Rows, Table},
    owner::Owner,
};

/// Its table.
pub const LINK: Table = Table {
    name: "account_link",
    columns: &["scope", "kind", "id", "source", "account", "customer", "effective_at", "cause"],
};

/// Longer names and values are no ids of accounts and are not indexed: bytes.
pub const LONGEST_ACCOUNT: usize = 200;

/// The source of a link that an operator made: it outranks every other.
pub const BY_OPERATOR: &str = "operator";
/// The source of a link that an operator refused: no other of this account counts.
pub const UNLINKED: &str = "operator.unlinked";

/// One sighting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link<'a> {
    /// `client_reference_id`, or `metadata.<name>`.
    pub source: String,
    /// Your id.
    pub account: &'a str,
    /// The customer beside it.
    pub customer: &'a str,
    /// The event that shows it.
    pub moment: &'a Moment,
}

/// What a customer shows, and what operators said of it.
pub fn links_of_customer<'a>(id: &'a str, customer: &'a Customer) -> Vec<Link<'a>> {
    let shown = customer.snapshot().zip(customer.moment());
    let shown = shown.into_iter().flat_map(|(snapshot, moment)| of_metadata(&snapshot.metadata, id, moment));
    let said = |source: &'static str, account: &'a str, moment: &'a Moment| Link {
        source: source.to_owned(),
        account,
        customer: id,
        moment,
    };
    let acts = customer.acts();
    let linked = acts.linked.iter().map(|(account, moment)| said(BY_OPERATOR, account, moment));
    let unlinked = acts.unlinked.iter().map(|(account, moment)| said(UNLINKED, account, moment));
    shown.chain(linked).chain(unlinked).collect()
}

/// What a subscription shows.
pub fn links_of_subscription(subscription: &Subscription) -> Vec<Link<'_>> {
    let (Some(snapshot), Some(moment)) = (subscription.snapshot(), subscription.moment()) else { return Vec::new() };
    let Some(customer) = &snapshot.customer else { return Vec::new() };
    of_metadata(&snapshot.metadata, customer.as_str(), moment).collect()
}

/// What a checkout session shows.
pub fn links_of_session<'a>(session: &'a CheckoutSession, moment: &'a Moment) -> Vec<Link<'a>> {
    let Some(customer) = session.customer.as_ref().map(CustomerId::as_str) else { return Vec::new() };
    let reference = session.client_reference.as_deref().filter(|account| fits(account));
    let reference =
        reference.map(|account| Link { source: "client_reference_id".to_owned(), account, customer, moment });
    reference.into_iter().chain(of_metadata(&session.metadata, customer, moment)).collect()
}

/// Adds the row of one sighting.
pub fn add_link(rows: &mut Rows, owner: &Owner, link: &Link<'_>) {
    let _complete = rows
        .row()
        .integer(owner.scope.0)
        .smallint(owner.object.kind.number())
        .text(owner.id())
        .text(&link.source)
        .text(link.account)
        .text(link.customer)
        .timestamp(link.moment.at)
        .text(link.moment.event.as_str());
}

fn of_metadata<'a>(
    metadata: &'a Metadata,
    customer: &'a str,
    moment: &'a Moment,
) -> impl Iterator<Item = Link<'a>> + use<'a> {
    let sighted = metadata.iter().filter(|(name, account)| fits(name) && fits(account));
    sighted.map(move |(name, account)| Link { source: format!("metadata.{name}"), account, customer, moment })
}

fn fits(text: &str) -> bool {
    !text.is_empty() && text.len() <= LONGEST_ACCOUNT
}
