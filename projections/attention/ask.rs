//! Asking what needs a person: each reason by a statement of its own, merged newest first.

use daybook_domain::attention::Code;
use sqlx::PgConnection;

use super::found::{Asked, Found};
use super::{books, log, objects};
use crate::page::{Cursor, Page};

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
