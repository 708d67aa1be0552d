//! The currencies of the simulated shop, with what Stripe's rules say about their smallest units, and the one rounding rule every
//! computed amount goes through. Integers only.

/// A presentment currency. Settlement is in the same currency for the first three, in US dollars for the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Currency {
    Usd,
    Eur,
    Gbp,
    /// No decimals: 500 is five hundred yen.
    Jpy,
    /// Three decimals on the wire, the last always 0.
    Kwd,
}

impl Currency {
    pub const ALL: [Self; 5] = [Self::Usd, Self::Eur, Self::Gbp, Self::Jpy, Self::Kwd];

    pub fn code(self) -> &'static str {
        match self {
            Self::Usd => "usd",
            Self::Eur => "eur",
            Self::Gbp => "gbp",
            Self::Jpy => "jpy",
            Self::Kwd => "kwd",
        }
    }

    pub fn country(self) -> &'static str {
        match self {
            Self::Usd => "US",
            Self::Eur => "DE",
            Self::Gbp => "GB",
            Self::Jpy => "JP",
            Self::Kwd => "KW",
        }
    }

    /// The smallest amount that can be charged is a multiple of this.
    fn step(self) -> i128 {
        if self == Self::Kwd { 10 } else { 1 }
    }

    /// A list price given in US cents, in this currency's smallest unit.
    pub fn price(self, cents: i64) -> i64 {
        match self {
            Self::Usd | Self::Eur | Self::Jpy => cents,
            Self::Gbp => self.share(cents, 8, 10),
            Self::Kwd => self.share(cents, 3, 1),
        }
    }

    /// `amount * part / whole`, rounded half away from zero to what can be charged; 0 when `whole` is not positive.
    pub fn share(self, amount: i64, part: i64, whole: i64) -> i64 {
        if whole <= 0 {
            return 0;
        }
        let product = i128::from(amount) * i128::from(part);
        let unit = i128::from(whole) * self.step();
        let rounded = (product.abs() + unit / 2) / unit * self.step() * product.signum();
        i64::try_from(rounded).unwrap_or(0)
    }

    /// The currency and amount the seller's balance moves by, and the exchange rate as Stripe prints it.
    pub fn settle(self, amount: i64) -> (Self, i64, Option<&'static str>) {
        match self {
            Self::Usd | Self::Eur | Self::Gbp => (self, amount, None),
            Self::Jpy => (Self::Usd, Self::Usd.share(amount, 66, 100), Some("0.0066")),
            Self::Kwd => (Self::Usd, Self::Usd.share(amount, 325, 1_000), Some("3.25")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_a_three_decimal_amount_ends_in_zero() {
        assert_eq!(Currency::Kwd.share(5_700, 1, 3), 1_900);
        assert_eq!(Currency::Kwd.share(1_000, 1, 3), 330);
        assert_eq!(Currency::Kwd.share(-1_000, 2, 3), -670);
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        assert_eq!(Currency::Usd.share(5, 1, 2), 3);
        assert_eq!(Currency::Usd.share(-5, 1, 2), -3);
    }
}
