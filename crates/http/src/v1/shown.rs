//! Shapes that several answers share: money for programs and people, the seller behind a sale, the events behind an entry.

use std::fmt;

use chrono::{DateTime, Utc};
use daybook_domain::fact::Failure;
use daybook_domain::id::EventId;
use daybook_domain::money::{self, Currency};
use daybook_domain::scope::{Scope, ScopeId};
use daybook_domain::settlement;
use daybook_projections::page::Page;
use daybook_projections::records;
use daybook_store::scope;
use daybook_store::snapshot::Snapshot;
use daybook_stripe::private;
use serde::Serialize;
use utoipa::ToSchema;

use crate::Problem;
use crate::entitlement::answer::{Because, Positions, time};

/// An amount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Money {
    /// Minor units.
    pub amount: i64,
    /// Their currency; null where no event names it.
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

/// What an answer needs besides the rows it is made of: whose books they are, and where the events behind them stand in the log.
#[derive(Debug)]
pub struct Around {
    books: Option<Scope>,
    positions: Positions,
}

impl Around {
    async fn read<T: Show>(snapshot: &mut Snapshot, id: ScopeId, rows: &[T::Row]) -> Result<Self, Problem> {
        let mut causes: Vec<String> = rows.iter().flat_map(T::causes).map(EventId::to_string).collect();
        causes.sort_unstable();
        causes.dedup();
        let books = scope::all(snapshot).await?.remove(&id);
        Ok(Self { books, positions: records::positions_of_events(snapshot, &causes).await? })
    }

    /// The connected account behind a sale.
    pub(super) fn seller(&self, named: Option<&settlement::Seller>) -> Option<Seller> {
        Seller::of(named, self.books.as_ref())
    }

    /// Events with where they stand.
    pub(super) fn because(&self, events: Vec<&EventId>) -> Vec<Because> {
        events.into_iter().map(|event| Because::new(event.as_str(), &self.positions)).collect()
    }
}

/// How a row of a read model is shown: an invoice, a payment, a dispute.
pub(super) trait Show: Sized {
    /// The row.
    type Row: Send + Sync;

    /// The events behind it.
    fn causes(row: &Self::Row) -> Vec<&EventId>;

    /// The row as answers tell it.
    fn of(row: &Self::Row, around: &Around) -> Self;
}

/// The rows of a page as answers tell them, and where the next page begins.
pub(super) async fn page<T: Show>(
    snapshot: &mut Snapshot,
    scope: ScopeId,
    found: Page<T::Row>,
) -> Result<(Vec<T>, Option<String>), Problem> {
    let around = Around::read::<T>(snapshot, scope, &found.entries).await?;
    let shown = found.entries.iter().map(|row| T::of(row, &around)).collect();
    Ok((shown, found.next.map(|end| end.to_string())))
}

/// The row that was asked for, if there is one, as answers tell it.
pub(super) async fn one<T: Show>(
    snapshot: &mut Snapshot,
    scope: ScopeId,
    found: Option<T::Row>,
) -> Result<Option<T>, Problem> {
    let Some(row) = found else { return Ok(None) };
    let around = Around::read::<T>(snapshot, scope, std::slice::from_ref(&row)).await?;
    Ok(Some(T::of(&row, &around)))
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
