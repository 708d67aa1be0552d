//! What is sold: products and prices (plans, in old shapes).

use serde::{Deserialize, Serialize};

use crate::id::ProductId;

/// What the ledger needs of a `product`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// Its name.
    pub name: Option<Box<str>>,
    /// Whether it can be bought.
    pub active: bool,
    /// Whether it was deleted.
    pub deleted: bool,
}

/// What the ledger needs of a `price` or a `plan`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// What it is a price of.
    pub product: Option<ProductId>,
    /// Its lookup key.
    pub lookup_key: Option<Box<str>>,
    /// Whether it can be bought.
    pub active: bool,
    /// Whether it was deleted.
    pub deleted: bool,
}
