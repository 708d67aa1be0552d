//! What all statements have in common that find what needs a person: what they are asked, what they answer, and how a page of it is cut.

use chrono::{DateTime, Utc};
use daybook_domain::{attention::Code, entitlement::policy::Attention, scope::ScopeId};

use crate::page::{Cursor, before};

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
    /// Records that were not taken in and that an operator has looked at, by position.
    pub acknowledged: Vec<i64>,
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

/// Finds what needs a person for one reason, newest first: `found!(connection, asked, code, "select ...", more parameters)`.
///
/// The statement selects the columns of [`Found`] under their names, in a scope that is `$1`, with its own parameters from `$8` on; what every one of
/// them would say again stands here: the customer, the time and the page that are asked for. It is a macro because statements are checked when they are
/// compiled, for which their text has to stand in the source.
macro_rules! found {
    ($connection:expr, $asked:expr, $code:expr, $select:literal $(, $more:expr)* $(,)?) => {{
        let (at, key) = $asked.end();
        sqlx::query_as!(
            Found,
            "select object as \"object!\", customer as \"customer?\", subscription as \"subscription?\", amount as \"amount?\",
                 currency as \"currency?\", since as \"since!\", until as \"until?\", attempts as \"attempts?\",
                 detail as \"detail?\", causes as \"causes!\"
             from (" + $select + ") as found
             where (since, $7::text || ':' || object) < ($2, $3)
               and ($4::text is null or customer = $4) and ($5::timestamptz is null or since >= $5)
             order by since desc, object desc limit $6",
            $asked.scope.0,
            at,
            key,
            $asked.customer.as_deref(),
            $asked.since,
            $asked.rows(),
            $code.as_str(),
            $($more),*
        )
        .fetch_all($connection)
        .await
    }};
}

pub(super) use found;
