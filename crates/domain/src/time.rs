//! Effective time: seconds since 1970, as Stripe states it. The clock is always handed in; nothing here reads one.

use serde::{Deserialize, Serialize};

/// A second of Stripe's time, between 1970 and the end of the year 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first second that can be written.
    pub const MIN: Self = Self(0);
    /// The last second that can be written: 9999-12-31T23:59:59Z.
    pub const MAX: Self = Self(253_402_300_799);

    /// The second, if it lies in the range above.
    pub fn from_unix(seconds: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&seconds).then_some(Self(seconds))
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0
    }

    /// This time and so many seconds more, held inside the range.
    #[must_use]
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds).clamp(Self::MIN.0, Self::MAX.0))
    }

    /// Seconds from `earlier` to this time; negative when this one comes first.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A span of time, `start` inclusive, `end` exclusive. Stripe's one-off lines have `start == end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Period {
    /// First second.
    pub start: Timestamp,
    /// First second after.
    pub end: Timestamp,
}
