//! Shapes that several answers share: money for programs and people, the seller behind a sale, the events behind an entry.

use std::fmt;

use chrono::{DateTime, Utc};
use daybook_domain::fact::Failure;
use daybook_domain::id::EventId;
use daybook_domain::money::{self, Currency};
use daybook_domain::scope::{Scope, ScopeId};
use daybook_domain::settlement;
use daybook_projections::records;
use daybook_store::scope;
use daybook_store::snapshot::Snapshot;
use daybook_stripe::private;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::entitlement::answer::{Positions, time};

/// An amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// Their currency; absent where no event names it.
    pub currency: Option<String>,
    /// The same for people, in the currency's own decimals.
    pub display: String,
}

impl Money {
    /// So many minor units.
    pub fn new(amount: i64, currency: Option<Currency>) -> Self {
        let display =
            currency.map_or_else(|| amount.to_string(), |currency| money::Money { amount, currency }.to_string());
        Self { amount, currency: currency.map(|currency| currency.to_string()), display }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.display)
    }
}

/// The connected account behind a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Seller {
    /// `acct_...`, or what your metadata calls it.
    pub account: String,
    /// Where that stands: `transfer_data`, `on_behalf_of`, `metadata`, or `account` for events of the connected account itself.
    pub named_by: &'static str,
}

impl Seller {
    /// As the sale names it, else the account whose books these are.
    pub fn of(seller: Option<&settlement::Seller>, scope: Option<&Scope>) -> Option<Self> {
        let named = seller.map(|seller| Self {
            account: private::text(&seller.account).into_owned(),
            named_by: seller.named_by.as_str(),
        });
        let own = || scope?.account.as_deref().map(|account| Self { account: account.to_owned(), named_by: "account" });
        named.or_else(own)
    }
}

/// Why a payment did not work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PaymentFailure)]
pub struct FailureShown {
    /// Stripe's code: `card_declined`, `authentication_required`, ...
    pub code: Option<String>,
    /// The bank's reason: `insufficient_funds`, ...
    pub decline_code: Option<String>,
}

impl From<&Failure> for FailureShown {
    fn from(failure: &Failure) -> Self {
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        Self { code: text(&failure.code), decline_code: text(&failure.decline_code) }
    }
}

/// An owned text.
pub(super) fn text(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

/// What people wrote, with what is personal or secret in it covered.
pub(super) fn words(words: Option<&str>) -> Option<String> {
    words.map(|words| private::text(words).into_owned())
}

/// When a moment was, as text is written.
pub(super) fn at(moment: Option<&daybook_domain::order::Moment>) -> Option<DateTime<Utc>> {
    moment.map(|moment| time(moment.at))
}

/// Where these events stand in the log.
pub(super) async fn positions<'a>(
    snapshot: &mut Snapshot,
    events: impl IntoIterator<Item = &'a EventId>,
) -> Result<Positions, Problem> {
    let mut causes: Vec<String> = events.into_iter().map(EventId::to_string).collect();
    causes.sort_unstable();
    causes.dedup();
    Ok(records::positions_of_events(snapshot, &causes).await?)
}

/// Whose books these are.
pub(super) async fn scope_of(snapshot: &mut Snapshot, id: ScopeId) -> Result<Option<Scope>, Problem> {
    Ok(scope::all(snapshot).await?.remove(&id))
}

#[cfg(test)]
mod tests {
    use daybook_domain::scope::Mode;

    use super::*;

    #[test]
    fn money_is_shown_in_its_currencys_decimals_and_without_a_currency_as_it_is() {
        assert_eq!(Money::new(-1250, Currency::parse("usd")).display, "-12.50 usd");
        assert_eq!(Money::new(550, Currency::parse("jpy")).to_string(), "550 jpy");
        assert_eq!(Money::new(7, None).display, "7");
    }

    #[test]
    fn the_seller_is_the_account_of_the_books_when_the_sale_names_none() {
        let books = Scope { account: Some("acct_books".into()), mode: Mode::Live };
        let named = settlement::Seller { account: "acct_1".into(), named_by: settlement::NamedBy::OnBehalfOf };
        let of = |seller, scope| Seller::of(seller, scope).map(|seller| (seller.account, seller.named_by));
        assert_eq!(of(Some(&named), Some(&books)), Some(("acct_1".to_owned(), "on_behalf_of")));
        assert_eq!(of(None, Some(&books)), Some(("acct_books".to_owned(), "account")));
        assert_eq!(of(None, Some(&Scope { account: None, mode: Mode::Live })), None);
    }
}
