//! Money: whole minor units with their currency, never a float, never summed across currencies.
//!
//! The exponent comes from Stripe's table, not from ISO 4217 (STRIPE: "Zero-decimal currencies", "Special cases").

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A currency code in Stripe's lower case: one to eight letters or digits, so that tomorrow's codes fit as well.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 8]);

/// Currencies whose smallest unit at Stripe is the whole unit.
const ZERO_DECIMAL: &[&str] =
    &["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"];
/// Currencies with three decimals.
const THREE_DECIMAL: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

impl Currency {
    /// Reads a code in any case. `None` for anything but one to eight ASCII letters or digits.
    pub fn parse(code: &str) -> Option<Self> {
        let mut bytes = [0_u8; 8];
        let fits = (1..=bytes.len()).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !fits {
            return None;
        }
        for (place, byte) in bytes.iter_mut().zip(code.bytes()) {
            *place = byte.to_ascii_lowercase();
        }
        Some(Self(bytes))
    }

    /// The code in lower case.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(self.0.len());
        self.0.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Decimals of the amounts Stripe writes in this currency.
    pub fn decimals(&self) -> u32 {
        let code = self.as_str();
        if ZERO_DECIMAL.contains(&code) {
            0
        } else if THREE_DECIMAL.contains(&code) {
            3
        } else {
            2
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| de::Error::custom(format!("not a currency code: {code:?}")))
    }
}

/// An amount in minor units of a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Minor units: cents, yen, fils.
    pub amount: i64,
    /// Their currency.
    pub currency: Currency,
}

impl fmt::Display for Money {
    /// In the currency's own decimals, as in `12.50 usd` or `550 jpy`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals();
        let sign = if self.amount < 0 { "-" } else { "" };
        let unit = 10_u64.pow(decimals);
        let size = self.amount.unsigned_abs();
        if decimals == 0 {
            return write!(formatter, "{sign}{size} {}", self.currency);
        }
        let width = usize::try_from(decimals).unwrap_or(0);
        write!(formatter, "{sign}{}.{:0width$} {}", size / unit, size % unit, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::{Currency, Money};

    fn shown(amount: i64, code: &str) -> String {
        Money { amount, currency: Currency::parse(code).unwrap() }.to_string()
    }

    #[test]
    fn amounts_are_shown_in_the_currencys_own_decimals() {
        assert_eq!(shown(-1250, "USD"), "-12.50 usd");
        assert_eq!(shown(550, "jpy"), "550 jpy");
        assert_eq!(shown(12_340, "kwd"), "12.340 kwd");
        assert_eq!(shown(500, "isk"), "5.00 isk");
        assert_eq!(shown(i64::MIN, "usd"), "-92233720368547758.08 usd");
    }

    #[test]
    fn a_code_that_is_no_code_is_refused() {
        assert_eq!(Currency::parse(""), None);
        assert_eq!(Currency::parse("us d"), None);
        assert_eq!(Currency::parse("dollarsus"), None);
    }
}
