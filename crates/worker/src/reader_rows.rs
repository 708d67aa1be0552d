//! The rows of one owner in all read models, and a digest by which equal rows are recognised.

use std::hash::{DefaultHasher, Hasher};

use daybook_domain::{
    accounting::Transaction,
    attention::of_account,
    customer::Customer,
    entitlement::Source,
    id::SubscriptionId,
    object::Object,
    parked::Parked,
    settlement::{Purchase, View},
    subscription::Subscription,
};
use daybook_projections::{
    attention, copy::Rows, customers, disputes, entitlements, invoices, journal, owner::Owner, parked, payments,
    subscriptions,
};

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
    /// Rows of `dispute`.
    pub disputes: Rows,
    /// Rows of `invoice`.
    pub invoices: Rows,
    /// Rows of `payment`.
    pub payments: Rows,
    /// Rows of `attention`.
    pub concerns: Rows,
    /// Rows of `parked`.
    pub parked: Rows,
}

impl Default for ReaderRows {
    fn default() -> Self {
        Self {
            sources: Rows::new(&entitlements::TABLE),
            subscriptions: Rows::new(&subscriptions::TABLE),
            customers: Rows::new(&customers::TABLE),
            links: Rows::new(&customers::LINK),
            postings: Rows::new(&journal::TABLE),
            disputes: Rows::new(&disputes::TABLE),
            invoices: Rows::new(&invoices::TABLE),
            payments: Rows::new(&payments::TABLE),
            concerns: Rows::new(&attention::TABLE),
            parked: Rows::new(&parked::TABLE),
        }
    }
}

impl ReaderRows {
    /// Adds what a subscription shows.
    pub fn add_subscription(&mut self, owner: &Owner, subscription: &Subscription) {
        let Some(standing) = subscription.standing() else {
            if let Some((since, waiting)) = subscription.waiting() {
                parked::add(&mut self.parked, owner, since, &waiting);
            }
            return;
        };
        subscriptions::derive(&mut self.subscriptions, owner, &standing);
        for link in customers::links_of_subscription(subscription) {
            customers::add_link(&mut self.links, owner, &link);
        }
        if let Some(customer) = standing.customer.clone() {
            let source = Source::Subscription { id: SubscriptionId::new(owner.id()), standing: Box::new(standing) };
            entitlements::derive(&mut self.sources, owner, customer.as_str(), &source);
        }
    }

    /// Adds what a customer shows, and what operators said of it.
    pub fn add_customer(&mut self, owner: &Owner, customer: &Customer) {
        customers::derive(&mut self.customers, owner, customer);
        for link in customers::links_of_customer(owner.id(), customer) {
            customers::add_link(&mut self.links, owner, &link);
        }
        if let Some((moment, summary)) = customer.summary() {
            let source = Source::Summary { moment: moment.clone(), summary: summary.clone() };
            entitlements::derive(&mut self.sources, owner, owner.id(), &source);
        }
        let acts = customer.acts();
        if !acts.given.is_empty() || !acts.released.is_empty() {
            let source = Source::Operators { given: acts.given.clone(), released: acts.released.clone() };
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
        if let Some(concern) = of_account(object) {
            attention::derive(&mut self.concerns, owner, &concern);
        }
    }

    /// Adds what a member of a settlement shows, with where it belongs.
    pub fn add_view(&mut self, owner: &Owner, object: &Object, view: &View) {
        match view {
            View::Dispute(case) => disputes::derive(&mut self.disputes, owner, case),
            View::Invoice(bill) => {
                let lines = object.invoice().map(|invoice| invoice.lines.as_slice()).unwrap_or_default();
                invoices::derive(&mut self.invoices, owner, bill, lines);
            }
            View::Payment(payment) => payments::derive(&mut self.payments, owner, payment),
            View::Concern(concern) => attention::derive(&mut self.concerns, owner, concern),
        }
    }

    /// Adds what was bought once by this object.
    pub fn add_purchase(&mut self, owner: &Owner, purchase: &Purchase) {
        let source = Source::Purchase { id: owner.id().into(), purchase: Box::new(purchase.clone()) };
        entitlements::derive(&mut self.sources, owner, purchase.customer.as_str(), &source);
    }

    /// Adds what waits for an object that is only named.
    pub fn add_parked(&mut self, owner: &Owner, parked: &Parked) {
        parked::derive(&mut self.parked, owner, parked);
    }

    /// Adds the postings of one of the owner's transactions.
    pub fn add_transaction(&mut self, owner: &Owner, transaction: &Transaction) {
        journal::derive(&mut self.postings, owner, transaction);
    }

    /// A digest of all rows; 0 when there are none. It only saves writing equal rows again, so it need not be the same
    /// in another version.
    pub fn digest(&self) -> i64 {
        let mut hasher = DefaultHasher::new();
        let tables = self.all();
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
        self.all().iter().map(|rows| rows.size()).sum()
    }

    /// Forgets the rows of all tables but these.
    pub fn keep(&mut self, tables: &[&str]) {
        for rows in self.all_mut().into_iter().filter(|rows| !tables.contains(&rows.table().name)) {
            rows.clear();
        }
    }

    /// Moves the rows of another set over.
    pub fn append(&mut self, other: &mut Self) {
        for (rows, others) in self.all_mut().into_iter().zip(other.all_mut()) {
            rows.append(others);
        }
    }

    /// The rows of every table.
    pub fn all(&self) -> [&Rows; 10] {
        [
            &self.sources,
            &self.subscriptions,
            &self.customers,
            &self.links,
            &self.postings,
            &self.disputes,
            &self.invoices,
            &self.payments,
            &self.concerns,
            &self.parked,
        ]
    }

    /// The rows of every table, to be changed; in the same order.
    pub fn all_mut(&mut self) -> [&mut Rows; 10] {
        [
            &mut self.sources,
            &mut self.subscriptions,
            &mut self.customers,
            &mut self.links,
            &mut self.postings,
            &mut self.disputes,
            &mut self.invoices,
            &mut self.payments,
            &mut self.concerns,
            &mut self.parked,
        ]
    }
}
