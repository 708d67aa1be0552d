//! Where one member of a settlement belongs: its customer, subscription, invoice and charge, and the seller behind it, through
//! whichever links are known.

use serde::{Deserialize, Serialize};

use super::Settlement;
use crate::{
    fact::{Observed, Parties},
    id::{CustomerId, ObjectKind, ObjectRef, SubscriptionId},
    object::Object,
};

/// Where a member belongs, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Whose it is.
    pub customer: Option<CustomerId>,
    /// The subscription that its invoice bills.
    pub subscription: Option<SubscriptionId>,
    /// The invoice it is about.
    pub invoice: Option<Box<str>>,
    /// The charge it is about.
    pub charge: Option<Box<str>>,
    /// The payment intent it is about.
    pub payment_intent: Option<Box<str>>,
    /// The connected account behind the sale.
    pub seller: Option<Seller>,
}

/// The connected account behind a sale, and which field names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seller {
    /// `acct_...`, or what your metadata calls it.
    pub account: Box<str>,
    /// Where that stands.
    pub named_by: NamedBy,
}

/// The fields that name a seller, the first of them that does counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamedBy {
    /// `transfer_data.destination`: who gets the money
    TransferData,
    /// `on_behalf_of`: in whose name it was sold
    OnBehalfOf,
    /// An entry of the metadata
    Metadata,
}

impl NamedBy {
    /// Its name, as answers write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TransferData => "transfer_data",
            Self::OnBehalfOf => "on_behalf_of",
            Self::Metadata => "metadata",
        }
    }
}

impl Settlement<'_> {
    /// Where a member belongs.
    pub fn place(&self, member: &ObjectRef, object: &Object) -> Place {
        let (charge, intent) = self.payment_of(member, object);
        let invoice = self.invoice_of(member, object, charge, intent);
        let [of_invoice, of_charge, of_intent] =
            [(ObjectKind::Invoice, invoice), (ObjectKind::Charge, charge), (ObjectKind::PaymentIntent, intent)]
                .map(|(kind, id)| id.and_then(|id| self.get(kind, id)));
        let ways = || [Some(object), of_charge, of_intent, of_invoice].into_iter().flatten();
        let customer = ways().find_map(Object::customer).or_else(|| self.customer());
        Place {
            customer: customer.cloned(),
            subscription: invoice.and_then(|invoice| self.subscription_of_invoice(invoice)).cloned(),
            invoice: invoice.map(Box::from),
            charge: charge.map(Box::from),
            payment_intent: intent.map(Box::from),
            seller: seller(ways),
        }
    }

    /// The charge and the payment intent that a member is, or is about.
    fn payment_of<'a>(&'a self, member: &'a ObjectRef, object: &'a Object) -> (Option<&'a str>, Option<&'a str>) {
        match member.kind {
            ObjectKind::Charge => (Some(&member.id), self.intent_of_charge(&member.id)),
            ObjectKind::PaymentIntent => (object.linked(ObjectKind::Charge), Some(&member.id)),
            ObjectKind::Invoice => (None, None),
            _ => {
                let charge = self.charge_of(object);
                let intent = object.linked(ObjectKind::PaymentIntent);
                (charge, intent.or_else(|| self.intent_of_charge(charge?)))
            }
        }
    }

    fn invoice_of<'a>(
        &'a self,
        member: &'a ObjectRef,
        object: &'a Object,
        charge: Option<&'a str>,
        intent: Option<&'a str>,
    ) -> Option<&'a str> {
        if member.kind == ObjectKind::Invoice {
            return Some(&member.id);
        }
        let own = object.linked(ObjectKind::Invoice);
        own.or_else(|| self.invoice_of_charge(charge?)).or_else(|| self.invoice_of_intent(intent?))
    }
}

/// The seller that the nearest object names: by where the money goes, else by whose name it is sold in, else by metadata.
fn seller<'a, I: Iterator<Item = &'a Object>>(ways: impl Fn() -> I) -> Option<Seller> {
    let by_metadata = |object: &'a Object| match object.snapshot() {
        Some(Observed::Dispute(dispute)) => dispute.details.seller.as_ref(),
        _ => parties(object).and_then(|parties| parties.metadata.as_ref()),
    };
    let named = |named_by: NamedBy, account: &str| Seller { account: account.into(), named_by };
    let receiver = ways().find_map(|object| parties(object).and_then(|parties| parties.destination.as_ref()));
    let behalf = || ways().find_map(|object| parties(object).and_then(|parties| parties.on_behalf_of.as_ref()));
    receiver
        .map(|account| named(NamedBy::TransferData, account))
        .or_else(|| behalf().map(|account| named(NamedBy::OnBehalfOf, account)))
        .or_else(|| ways().find_map(by_metadata).map(|account| named(NamedBy::Metadata, account)))
}

fn parties(object: &Object) -> Option<&Parties> {
    match object.snapshot()? {
        Observed::Charge(charge) => Some(&charge.details.parties),
        Observed::PaymentIntent(intent) => Some(&intent.details.parties),
        Observed::Invoice(invoice) => Some(&invoice.details.parties),
        _ => None,
    }
}
