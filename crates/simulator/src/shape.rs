//! The API shapes a history can be rendered in: the versions between which Stripe moved the fields this ledger reads. A shape
//! answers questions ("are refunds inlined?"), so that renderers never compare version strings.

/// One API version of Stripe, standing for the shape of every object rendered with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ApiShape {
    /// `2020-08-27`: inlined `charge.refunds` and `payment_intent.charges`, no refund events, plans beside prices.
    V2020,
    /// `2025-02-24.acacia`: the last shape with `invoice.subscription`, `charge.invoice` and subscription-level periods.
    Acacia,
    /// `2025-06-30.basil`: periods on items, `invoice.parent`, invoice payments, `billing_mode`.
    Basil,
    /// `2025-09-30.clover`: coupons under `discount.source`.
    Clover,
    /// `2026-09-30.endive`: `status_details` on subscriptions.
    Endive,
}

/// Which shapes a world is rendered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShapeChoice {
    /// Every event in one shape, as one pinned endpoint receives them.
    One(ApiShape),
    /// Each customer's history goes through one to three upgrades of the API version, as a long-lived account sees them.
    Mixed,
}

impl ApiShape {
    /// Every shape, oldest first.
    pub const ALL: [Self; 5] = [Self::V2020, Self::Acacia, Self::Basil, Self::Clover, Self::Endive];

    /// The version string in an event's `api_version`.
    pub fn version(self) -> &'static str {
        match self {
            Self::V2020 => "2020-08-27",
            Self::Acacia => "2025-02-24.acacia",
            Self::Basil => "2025-06-30.basil",
            Self::Clover => "2025-09-30.clover",
            Self::Endive => "2026-09-30.endive",
        }
    }

    /// Invoice payments, `invoice.parent`, item-level periods; `charge.invoice` and its like are gone.
    pub fn is_basil_or_later(self) -> bool {
        self >= Self::Basil
    }

    /// `charge.refunds` and `payment_intent.charges` are part of the payload (until 2022-11-15).
    pub fn inlines_refunds(self) -> bool {
        self == Self::V2020
    }

    /// `discount.coupon` became `discount.source.coupon`.
    pub fn coupon_is_under_source(self) -> bool {
        self >= Self::Clover
    }

    /// Subscriptions carry `status_details`.
    pub fn has_status_details(self) -> bool {
        self >= Self::Endive
    }

    /// Whether events of this type are sent to an endpoint of this version at all.
    pub fn sends(self, kind: &str) -> bool {
        match kind {
            "invoice_payment.paid" => self.is_basil_or_later(),
            "refund.created"
            | "refund.updated"
            | "refund.failed"
            | "entitlements.active_entitlement_summary.updated" => self >= Self::Acacia,
            "charge.refund.updated" => self <= Self::Acacia,
            "plan.created" | "plan.updated" => self == Self::V2020,
            _ => true,
        }
    }
}
