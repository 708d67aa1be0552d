//! The state of anything the worker folds, and its stored form.
//!
//! The encoding is compact and names no fields: a generation is only read by the code version that built it, and
//! another version rebuilds (law 1), so there is nothing to migrate.

use daybook_domain::{
    accounting::CustomerCredit,
    customer::Customer,
    id::{ObjectKind, ObjectRef},
    object::Object,
    subscription::Subscription,
};

use crate::Error;

/// The state of one object, by its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A subscription's aggregate.
    Subscription(Box<Subscription>),
    /// A customer's aggregate.
    Customer(Box<Customer>),
    /// The credit balance of a customer.
    Credit(Box<CustomerCredit>),
    /// Any other object.
    Object(Box<Object>),
}

impl State {
    /// What is known of an object of this kind before anything is.
    pub fn new(kind: ObjectKind) -> Self {
        match kind {
            ObjectKind::Subscription => Self::Subscription(Box::default()),
            ObjectKind::Customer => Self::Customer(Box::default()),
            ObjectKind::CustomerCredit => Self::Credit(Box::default()),
            _ => Self::Object(Box::default()),
        }
    }

    /// The stored form.
    ///
    /// # Panics
    /// Never: everything in a state knows its length, and memory takes any bytes.
    pub fn encode(&self) -> Vec<u8> {
        let encoded = match self {
            Self::Subscription(subscription) => postcard::to_allocvec(subscription),
            Self::Customer(customer) => postcard::to_allocvec(customer),
            Self::Credit(credit) => postcard::to_allocvec(credit),
            Self::Object(object) => postcard::to_allocvec(object),
        };
        encoded.expect("a state of ours knows its lengths and writes to memory")
    }

    /// Reads the stored form.
    ///
    /// # Errors
    /// When another code version wrote it, or it was damaged: a rebuild mends both.
    pub fn decode(object: &ObjectRef, bytes: &[u8]) -> Result<Self, Error> {
        let decoded = match object.kind {
            ObjectKind::Subscription => postcard::from_bytes(bytes).map(Self::Subscription),
            ObjectKind::Customer => postcard::from_bytes(bytes).map(Self::Customer),
            ObjectKind::CustomerCredit => postcard::from_bytes(bytes).map(Self::Credit),
            _ => postcard::from_bytes(bytes).map(Self::Object),
        };
        decoded.map_err(|_| Error::UnreadableState { object: object.clone() })
    }

    /// The plain object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}
