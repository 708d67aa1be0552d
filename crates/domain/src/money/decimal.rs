//! Minor units as a decimal number and back, without ever passing through a float.

use std::fmt;

use super::Currency;

/// A number of minor units, written with its decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// Minor units.
    pub(super) amount: i64,
    /// How many of its digits stand behind the point.
    pub(super) decimals: u32,
}

/// Why a text is no amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// It ends in no currency
    #[error("{0:?} names no currency: write the amount, a space and the currency, as in 12.50 usd")]
    NoCurrency(String),
    /// It is no decimal number
    #[error("{0:?} is no amount: write digits, and a point before the decimals, as in 12.50")]
    NotANumber(String),
    /// It has more decimals than the currency
    #[error("{text:?} has more than the {decimals} decimals that {currency} has")]
    TooFine {
        /// What was written.
        text: String,
        /// The currency.
        currency: String,
        /// How many decimals it has.
        decimals: u32,
    },
    /// It is beyond 64 bits of minor units
    #[error("{0:?} is too large an amount")]
    TooLarge(String),
}

impl Decimal {
    /// Reads a decimal number of this currency: an optional minus, digits, and a point with one decimal or more.
    ///
    /// # Errors
    /// What cannot be read, and why.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let decimals = currency.decimals();
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(AmountError::NotANumber(text.to_owned()));
        }
        let fraction = fraction.trim_end_matches('0');
        let given = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        let Some(missing) = decimals.checked_sub(given) else {
            return Err(AmountError::TooFine { text: text.to_owned(), currency: currency.to_string(), decimals });
        };
        let size =
            format!("{whole}{fraction}").parse::<u64>().ok().and_then(|size| size.checked_mul(10_u64.pow(missing)));
        let size = size.map(i128::from).map(|size| if text.starts_with('-') { -size } else { size });
        let amount =
            size.and_then(|size| i64::try_from(size).ok()).ok_or_else(|| AmountError::TooLarge(text.to_owned()))?;
        Ok(Self { amount, decimals })
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.amount < 0 { "-" } else { "" };
        let unit = 10_u64.pow(self.decimals);
        let size = self.amount.unsigned_abs();
        if self.decimals == 0 {
            return formatter.pad(&format!("{sign}{size}"));
        }
        let width = usize::try_from(self.decimals).unwrap_or(0);
        formatter.pad(&format!("{sign}{}.{:0width$}", size / unit, size % unit))
    }
}
