//! Asking what needs a person: each reason by a statement of its own, merged newest first.

use chrono::{DateTime, Utc};
use daybook_domain::{attention::Code, entitlement::policy::Attention, scope::ScopeId};
use sqlx::PgConnection;

use super::{books, log, objects};
use crate::page::{Cursor, Page, before};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Whose books.
    pub scope: ScopeId,
    /// Only for this reason.
    pub code: Option<Code>,
    /// Only what is about this customer.
    pub customer: Option<String>,
    /// Only what needs somebody since this time or later.
    pub since: Option<DateTime<Utc>>,
    /// The time it is.
    pub now: DateTime<Utc>,
    /// The fields in which your own account ids are looked for: `client_reference_id`, `metadata.<name>`.
    pub fields: Vec<String>,
    /// How long things may wait.
    pub limits: Attention,
    /// After the page that ended here.
    pub before: Option<Cursor>,
    /// So many at most.
    pub limit: u32,
}

impl Asked {
    /// Where the page begins: before this time, or at it and below this key.
    pub(super) fn end(&self) -> (DateTime<Utc>, &str) {
        before(self.before.as_ref())
    }

    /// One more than is shown, so that it is known whether there are more.
    pub(super) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }
}

/// Something that needs a person, as a statement finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The object it is about.
    pub object: String,
    /// The customer.
    pub customer: Option<String>,
    /// The subscription.
    pub subscription: Option<String>,
    /// Minor units.
    pub amount: Option<i64>,
    /// Their currency.
    pub currency: Option<String>,
    /// Since when.
    pub since: DateTime<Utc>,
    /// Until when something can or will happen.
    pub until: Option<DateTime<Utc>>,
    /// Attempts so far.
    pub attempts: Option<i64>,
    /// More.
    pub detail: Option<String>,
    /// The events behind it.
    pub causes: Vec<String>,
}

/// Something that needs a person, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Why.
    pub code: Code,
    /// What.
    pub found: Found,
}

impl Item {
    fn end(&self) -> Cursor {
        Cursor { at: self.found.since, id: format!("{}:{}", self.code.as_str(), self.found.object) }
    }
}

/// A page of what needs a person, newest first.
///
/// # Errors
/// What the database says.
pub async fn list(connection: &mut PgConnection, asked: &Asked) -> Result<Page<Item>, sqlx::Error> {
    let mut items = Vec::new();
    for code in Code::ALL.iter().copied().filter(|code| asked.code.is_none_or(|wanted| wanted == *code)) {
        let found = of_code(connection, code, asked).await?;
        items.extend(found.into_iter().map(|found| Item { code, found }));
    }
    items.sort_by_cached_key(|item| {
        let end = item.end();
        std::cmp::Reverse((end.at, end.id))
    });
    Ok(Page::of(items, asked.limit, Item::end))
}

async fn of_code(connection: &mut PgConnection, code: Code, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    match code {
        Code::EvidenceDue => objects::evidence_due(connection, asked).await,
        Code::PaymentFailing => objects::payment_failing(connection, asked).await,
        Code::PaymentWaiting => objects::payment_waiting(connection, asked).await,
        Code::PossibleDuplicate => objects::possible_duplicate(connection, asked).await,
        Code::ReviewOpen | Code::FraudWarning | Code::SellerRequirements => {
            objects::of_its_own(connection, code, asked).await
        }
        Code::Unrouted => objects::unrouted(connection, asked).await,
        Code::CanceledWithCredit => books::canceled_with_credit(connection, asked).await,
        Code::TrialEnding => books::trial_ending(connection, asked).await,
        Code::RenewalUnconfirmed => books::renewal_unconfirmed(connection, asked).await,
        Code::UnlinkedAccount => books::unlinked_account(connection, asked).await,
        Code::UnappliedMoney | Code::Suspense => books::left_over(connection, code, asked).await,
        Code::Quarantined | Code::NeedsFetch => log::unread(connection, code, asked).await,
        Code::WrongMode => log::wrong_mode(connection, asked).await,
        Code::Silence => log::silence(connection, asked).await,
    }
}
