//! Products and prices: what the simulated shop sells.

use crate::currency::Currency;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Product {
    pub id: String,
    pub created: i64,
    pub updated: i64,
    pub name: &'static str,
    pub description: String,
    pub default_price: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Interval {
    Month,
    Year,
}

impl Interval {
    pub fn word(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    pub fn months(self) -> i64 {
        match self {
            Self::Month => 1,
            Self::Year => 12,
        }
    }
}

/// A price; in older words a plan, when it recurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Price {
    pub id: String,
    pub created: i64,
    pub product: String,
    pub product_name: &'static str,
    pub currency: Currency,
    /// Smallest units.
    pub unit_amount: i64,
    /// `None` for a one-off price.
    pub interval: Option<Interval>,
    pub lookup_key: String,
    pub nickname: Option<String>,
}
