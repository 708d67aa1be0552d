//! Everything a flush writes, for all tables of a generation.

use std::collections::BTreeSet;

use daybook_domain::id::ObjectKind;
use daybook_projections::{
    aggregates, attention,
    balances::Deltas,
    changes::{self, Changed},
    copy::Rows,
    customers, disputes, entitlements, invoices, journal, objects,
    owner::{Owner, Owners},
    parked, payments, records, subscriptions,
};
use sqlx::PgConnection;

use crate::reader_rows::ReaderRows;

/// Rows to be written, and owners whose older rows have to go first.
#[derive(Debug)]
pub struct Output {
    /// Rows of `object`.
    pub objects: Rows,
    /// Rows of `event`.
    pub events: Rows,
    /// Rows of `record_outcome`.
    pub outcomes: Rows,
    /// Rows of the tables that readers ask.
    pub readers: ReaderRows,
    /// Owners that have a row in `object`.
    pub stored: BTreeSet<Owner>,
    /// Owners that have rows in read models.
    pub replaced: BTreeSet<Owner>,
    /// How balances move; a rebuild sums the journal at its end instead.
    pub deltas: Deltas,
    /// Customers whose answers may have changed.
    pub changed: BTreeSet<Changed>,
}

impl Default for Output {
    fn default() -> Self {
        Self {
            objects: Rows::new(&objects::TABLE),
            events: Rows::new(&aggregates::TABLE),
            outcomes: Rows::new(&records::TABLE),
            readers: ReaderRows::default(),
            stored: BTreeSet::new(),
            replaced: BTreeSet::new(),
            deltas: Deltas::default(),
            changed: BTreeSet::new(),
        }
    }
}

/// Kinds whose rows stand in `entitlement_source`.
const SOURCES: &[ObjectKind] =
    &[ObjectKind::Customer, ObjectKind::Subscription, ObjectKind::Invoice, ObjectKind::CheckoutSession];
/// Kinds whose rows stand in `customer` and `account_link`.
const LINKS: &[ObjectKind] = &[ObjectKind::Customer, ObjectKind::Subscription, ObjectKind::CheckoutSession];
/// Kinds that others name and that can be waited for.
const NAMED: &[ObjectKind] = &[
    ObjectKind::Subscription,
    ObjectKind::Invoice,
    ObjectKind::PaymentIntent,
    ObjectKind::Charge,
    ObjectKind::Refund,
    ObjectKind::Dispute,
    ObjectKind::Payout,
    ObjectKind::Transfer,
    ObjectKind::TransferReversal,
    ObjectKind::ApplicationFee,
    ObjectKind::FeeRefund,
    ObjectKind::OtherMoney,
];
/// Kinds that own postings.
const POSTINGS: &[ObjectKind] = &[
    ObjectKind::Invoice,
    ObjectKind::InvoicePayment,
    ObjectKind::PaymentIntent,
    ObjectKind::Charge,
    ObjectKind::Refund,
    ObjectKind::Dispute,
    ObjectKind::CreditNote,
    ObjectKind::CheckoutSession,
    ObjectKind::CustomerCredit,
    ObjectKind::BalanceTransaction,
    ObjectKind::Payout,
    ObjectKind::Transfer,
    ObjectKind::TransferReversal,
    ObjectKind::ApplicationFee,
    ObjectKind::FeeRefund,
    ObjectKind::OtherMoney,
];

/// Kinds whose rows stand in `attention`.
const CONCERNS: &[ObjectKind] = &[ObjectKind::Review, ObjectKind::FraudWarning, ObjectKind::ConnectedAccount];
/// Kinds whose rows stand in `payment`.
const PAYMENTS: &[ObjectKind] = &[ObjectKind::Charge, ObjectKind::Refund, ObjectKind::PaymentIntent];

impl Output {
    /// Bytes of all rows that wait to be written.
    pub fn size(&self) -> usize {
        self.objects.size() + self.events.size() + self.outcomes.size() + self.readers.size()
    }

    /// Removes what is replaced: states, and rows of the read models. Customers that rows were about have changed, even
    /// when the rows that follow are about others.
    ///
    /// # Errors
    /// What the database says.
    pub async fn remove_replaced(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        let stored: Owners = std::mem::take(&mut self.stored).iter().collect();
        if !stored.is_empty() {
            objects::remove(connection, &stored).await?;
        }
        let replaced: Owners = std::mem::take(&mut self.replaced).iter().collect();
        let sources = replaced.of_kinds(SOURCES);
        if !sources.is_empty() {
            self.changed.extend(entitlements::remove(connection, &sources).await?);
        }
        let links = replaced.of_kinds(LINKS);
        if !links.is_empty() {
            self.changed.extend(customers::remove(connection, &links).await?);
        }
        let standing = replaced.of_kinds(&[ObjectKind::Subscription]);
        if !standing.is_empty() {
            subscriptions::remove(connection, &standing).await?;
        }
        self.remove_documents(connection, &replaced).await?;
        let named = replaced.of_kinds(NAMED);
        if !named.is_empty() {
            parked::remove(connection, &named).await?;
        }
        let postings = replaced.of_kinds(POSTINGS);
        if !postings.is_empty() {
            for delta in journal::remove(connection, &postings).await? {
                if !delta.customer.is_empty() {
                    self.changed.insert(Changed::new(delta.scope, delta.customer.clone()));
                }
                self.deltas.add(delta);
            }
        }
        Ok(())
    }

    /// Removes the rows of disputes, invoices, payments and concerns that are replaced.
    async fn remove_documents(&self, connection: &mut PgConnection, replaced: &Owners) -> Result<(), sqlx::Error> {
        let gone = replaced.of_kinds(&[ObjectKind::Dispute]);
        if !gone.is_empty() {
            disputes::remove(connection, &gone).await?;
        }
        let gone = replaced.of_kinds(&[ObjectKind::Invoice]);
        if !gone.is_empty() {
            invoices::remove(connection, &gone).await?;
        }
        let gone = replaced.of_kinds(PAYMENTS);
        if !gone.is_empty() {
            payments::remove(connection, &gone).await?;
        }
        let gone = replaced.of_kinds(CONCERNS);
        if !gone.is_empty() {
            attention::remove(connection, &gone).await?;
        }
        Ok(())
    }

    /// Writes all rows, into whichever of the tables the search path finds.
    ///
    /// # Errors
    /// What the database says.
    pub async fn write_rows(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.events.write(connection).await?;
        self.outcomes.write(connection).await?;
        self.objects.write(connection).await?;
        self.write_readers(connection).await
    }

    /// Writes the rows that readers ask for.
    ///
    /// # Errors
    /// What the database says.
    pub async fn write_readers(&mut self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        for rows in self.readers.all_mut() {
            rows.write(connection).await?;
        }
        Ok(())
    }

    /// Names the customers that changed in the batch that ends at `size`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn write_changes(&mut self, connection: &mut PgConnection, size: i64) -> Result<(), sqlx::Error> {
        let mut rows = Rows::new(&changes::TABLE);
        changes::add(&mut rows, size, &std::mem::take(&mut self.changed));
        rows.write(connection).await
    }
}
