//! What people read of one member of a settlement.

use super::{Bill, DisputeCase, Payment, Settlement};
use crate::{
    attention::Concern,
    id::{ObjectKind, ObjectRef},
    object::Object,
};

/// A member as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum View {
    /// A dispute
    Dispute(Box<DisputeCase>),
    /// An invoice, without its lines: they stand in its snapshot
    Invoice(Box<Bill>),
    /// A charge, a refund, or a payment intent that has not come to an end
    Payment(Box<Payment>),
    /// A review or a warning that needs a person
    Concern(Box<Concern>),
}

impl Settlement<'_> {
    /// A member as people read it; none for what only others have named, and for kinds that no read model shows.
    pub fn view(&self, member: &ObjectRef, object: &Object) -> Option<View> {
        match member.kind {
            ObjectKind::Dispute => self.dispute_case(&member.id).map(Box::new).map(View::Dispute),
            ObjectKind::Invoice => self.bill(&member.id).map(Box::new).map(View::Invoice),
            ObjectKind::Charge | ObjectKind::Refund | ObjectKind::PaymentIntent => {
                self.payment(member, object).map(Box::new).map(View::Payment)
            }
            ObjectKind::Review | ObjectKind::FraudWarning => {
                self.concern(member, object).map(Box::new).map(View::Concern)
            }
            _ => None,
        }
    }
}
