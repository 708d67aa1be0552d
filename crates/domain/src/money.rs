//! Money: whole minor units with their currency, never a float, never summed across currencies.
//!
//! The exponent comes from Stripe's table, not from ISO 4217 (STRIPE: "Zero-decimal currencies", "Special cases"). People
//! see amounts through [`Money`] and [`shown`] and write them for [`Money::parse`]: there is no other way in or out.

mod decimal;

pub use decimal::{AmountError, Decimal};

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

impl Money {
    /// The amount alone in the currency's own decimals, as in `12.50`.
    pub fn decimal(self) -> Decimal {
        Decimal { amount: self.amount, decimals: self.currency.decimals() }
    }

    /// Reads what its `Display` writes: `12.50 usd`. Fewer decimals than the currency has are as good (`12 usd`); more are
    /// refused, because nothing is rounded here.
    ///
    /// # Errors
    /// What cannot be read, and why.
    pub fn parse(text: &str) -> Result<Self, AmountError> {
        let (amount, code) = text.trim().rsplit_once(' ').ok_or_else(|| AmountError::NoCurrency(text.to_owned()))?;
        let currency = Currency::parse(code).ok_or_else(|| AmountError::NoCurrency(text.to_owned()))?;
        let amount = Decimal::parse(amount.trim_end(), currency)?.amount;
        Ok(Self { amount, currency })
    }
}

impl fmt::Display for Money {
    /// In the currency's own decimals, as in `12.50 usd` or `550 jpy`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.decimal(), self.currency)
    }
}

/// An amount with a currency as it is stored, by its code, for people. A code that is none is shown with the plain number.
pub fn shown(amount: i64, currency: &str) -> String {
    match Currency::parse(currency) {
        Some(currency) => Money { amount, currency }.to_string(),
        None => format!("{amount} {currency}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{AmountError, Currency, Money, THREE_DECIMAL, ZERO_DECIMAL, shown};

    #[test]
    fn amounts_are_shown_in_the_currencys_own_decimals() {
        assert_eq!(shown(-1250, "USD"), "-12.50 usd");
        assert_eq!(shown(550, "jpy"), "550 jpy");
        assert_eq!(shown(12_340, "kwd"), "12.340 kwd");
        assert_eq!(shown(500, "isk"), "5.00 isk");
        assert_eq!(shown(i64::MIN, "usd"), "-92233720368547758.08 usd");
        assert_eq!(shown(7, "no code"), "7 no code");
    }

    #[test]
    fn stripes_table_decides_and_not_the_iso_one() {
        for (code, decimals) in [("isk", 2), ("ugx", 2), ("huf", 2), ("twd", 2), ("jpy", 0), ("mga", 0), ("tnd", 3)] {
            assert_eq!(Currency::parse(code).unwrap().decimals(), decimals, "{code}");
        }
        assert_eq!((ZERO_DECIMAL.len(), THREE_DECIMAL.len()), (15, 5));
    }

    #[test]
    fn a_code_that_is_no_code_is_refused() {
        assert_eq!(Currency::parse(""), None);
        assert_eq!(Currency::parse("us d"), None);
        assert_eq!(Currency::parse("dollarsus"), None);
    }

    #[test]
    fn what_people_write_is_read() {
        let read = |text| Money::parse(text).map(|money| (money.amount, money.currency.to_string()));
        let usd = |amount| Ok((amount, "usd".to_owned()));
        assert_eq!(read("12.50 USD"), usd(1250));
        assert_eq!(read("12 usd"), usd(1200));
        assert_eq!(read("12.5 usd"), usd(1250));
        assert_eq!(read("-0.05 usd"), usd(-5));
        assert_eq!(read("550 jpy"), Ok((550, "jpy".to_owned())));
    }

    #[test]
    fn what_is_no_amount_of_the_currency_is_refused_with_the_reason() {
        let usd = || "usd".to_owned();
        assert_eq!(Money::parse("12.50"), Err(AmountError::NoCurrency("12.50".into())));
        assert_eq!(
            Money::parse("12.505 usd"),
            Err(AmountError::TooFine { text: "12.505".into(), currency: usd(), decimals: 2 })
        );
        for text in ["-", ".5", "5.", "1,000", "1.2.3", "+5", "--5", "5e3", "١"] {
            assert_eq!(Money::parse(&format!("{text} usd")), Err(AmountError::NotANumber(text.into())), "{text:?}");
        }
        assert_eq!(Money::parse("92233720368547758.08 usd"), Err(AmountError::TooLarge("92233720368547758.08".into())));
    }

    fn any_currency() -> impl Strategy<Value = Currency> {
        let listed = ZERO_DECIMAL.iter().chain(THREE_DECIMAL).copied().chain(["usd", "eur", "isk", "ugx", "xxx"]);
        prop::sample::select(listed.collect::<Vec<_>>()).prop_map(|code| Currency::parse(code).unwrap())
    }

    proptest! {
        #[test]
        fn every_amount_is_read_back_as_it_was_shown(amount in any::<i64>(), currency in any_currency()) {
            let money = Money { amount, currency };
            prop_assert_eq!(Money::parse(&money.to_string()), Ok(money));
        }

        #[test]
        fn exactly_the_currencys_decimals_are_shown(amount in any::<i64>(), currency in any_currency()) {
            let text = Money { amount, currency }.decimal().to_string();
            let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
            prop_assert_eq!(decimals, usize::try_from(currency.decimals()).unwrap());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,30}") {
            let _refused_or_read = Money::parse(&text);
            let _refused_or_read = Money::parse(&format!("{text} usd"));
        }
    }
}
