//! The rows of one owner in all read models, and a digest by which equal rows are recognised.

use std::hash::{DefaultHasher, Hasher};

use daybook_domain::{
    accounting::Transaction, customer::Customer, entitlement::Source, id::SubscriptionId, object::Object,
    subscription::Subscription,
};
use daybook_projections::{copy::Rows, customers, entitlements, journal, owner::Owner, subscriptions};

/// Rows of the tables that readers ask.
#[derive(Debug)]
pub struct ReaderRows {
    /// Rows of `entitlement_source`.
    pub sources: Rows,
    /// Rows of `subscription`.
    pub subscriptions: Rows,
    /// Rows of `customer`.
    pub customers: Rows,
    /// Rows of `account_link`.
    pub links: Rows,
    /// Rows of `posting`.
    pub postings: Rows,
}

impl Default for ReaderRows {
    fn default() -> Self {
        Self {
            sources: Rows::new(&entitlements::TABLE),
            subscriptions: Rows::new(&subscriptions::TABLE),
            customers: Rows::new(&customers::TABLE),
            links: Rows::new(&customers::LINK),
            postings: Rows::new(&journal::TABLE),
        }
    }
}

impl ReaderRows {
    /// Adds what a subscription shows.
    pub fn add_subscription(&mut self, owner: &Owner, subscription: &Subscription) {
        let Some(standing) = subscription.standing() else { return };
        subscriptions::derive(&mut self.subscriptions, owner, &standing);
        for link in customers::links_of_subscription(subscription) {
            customers::add_link(&mut self.links, owner, &link);
        }
        if let Some(customer) = standing.customer.clone() {
            let source = Source::Subscription { id: SubscriptionId::new(owner.id()), standing: Box::new(standing) };
            entitlements::derive(&mut self.sources, owner, customer.as_str(), &source);
        }
    }

    /// Adds what a customer shows.
    pub fn add_customer(&mut self, owner: &Owner, customer: &Customer) {
        customers::derive(&mut self.customers, owner, customer);
        for link in customers::links_of_customer(owner.id(), customer) {
            customers::add_link(&mut self.links, owner, &link);
        }
        if let Some((moment, summary)) = customer.summary() {
            let source = Source::Summary { moment: moment.clone(), summary: summary.clone() };
            entitlements::derive(&mut self.sources, owner, owner.id(), &source);
        }
    }

    /// Adds what any other object shows by itself.
    pub fn add_object(&mut self, owner: &Owner, object: &Object) {
        if let (Some(session), Some(moment)) = (object.checkout_session(), object.moment()) {
            for link in customers::links_of_session(session, moment) {
                customers::add_link(&mut self.links, owner, &link);
            }
        }
    }

    /// Adds the postings of one of the owner's transactions.
    pub fn add_transaction(&mut self, owner: &Owner, transaction: &Transaction) {
        journal::derive(&mut self.postings, owner, transaction);
    }

    /// A digest of all rows; 0 when there are none. It only saves writing equal rows again, so it need not be the same
    /// in another version.
    pub fn digest(&self) -> i64 {
        let mut hasher = DefaultHasher::new();
        let tables = [&self.sources, &self.subscriptions, &self.customers, &self.links, &self.postings];
        if tables.iter().all(|rows| rows.count() == 0) {
            return 0;
        }
        for (number, rows) in (0_u8..).zip(tables) {
            hasher.write_u8(number);
            hasher.write(rows.encoded());
        }
        match hasher.finish().cast_signed() {
            0 => 1,
            digest => digest,
        }
    }

    /// Bytes of all rows.
    pub fn size(&self) -> usize {
        [&self.sources, &self.subscriptions, &self.customers, &self.links, &self.postings]
            .iter()
            .map(|rows| rows.size())
            .sum()
    }

    /// Forgets the rows of all tables but these.
    pub fn keep(&mut self, tables: &[&str]) {
        let all =
            [&mut self.sources, &mut self.subscriptions, &mut self.customers, &mut self.links, &mut self.postings];
        for rows in all.into_iter().filter(|rows| !tables.contains(&rows.table().name)) {
            rows.clear();
        }
    }

    /// Moves the rows of another set over.
    pub fn append(&mut self, other: &mut Self) {
        self.sources.append(&mut other.sources);
        self.subscriptions.append(&mut other.subscriptions);
        self.customers.append(&mut other.customers);
        self.links.append(&mut other.links);
        self.postings.append(&mut other.postings);
    }
}
