//! The journal as it is exported: in the order of time, page by page, each page a short read of its own.

use chrono::{DateTime, Utc};
use daybook_domain::scope::ScopeId;
use sqlx::PgConnection;

/// Which postings are exported.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Whose books.
    pub scope: ScopeId,
    /// Of this customer only.
    pub customer: Option<String>,
    /// Effective at this time or later.
    pub from: Option<DateTime<Utc>>,
    /// Effective before this time.
    pub until: Option<DateTime<Utc>>,
}

/// One posting, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When it happened at Stripe.
    pub effective_at: DateTime<Utc>,
    /// `<object>:<transition>`
    pub transaction_key: String,
    /// The id of the object whose transition it is.
    pub id: String,
    /// The kind of that object, by number.
    pub kind: i16,
    /// Its place in the transaction.
    pub line: i32,
    /// By its name in the chart of accounts.
    pub account: String,
    /// Whose it is.
    pub customer: Option<String>,
    /// What it is about.
    pub subject: String,
    /// Currency of the amount.
    pub currency: String,
    /// Minor units, debit positive.
    pub amount: i64,
    /// What a deferred amount is earned over: from.
    pub earned_from: Option<DateTime<Utc>>,
    /// What a deferred amount is earned over: until.
    pub earned_until: Option<DateTime<Utc>>,
    /// The product sold.
    pub product: Option<String>,
    /// The events that caused it.
    pub causes: Vec<String>,
    /// Why a person should look at it.
    pub problem: Option<String>,
}

impl Row {
    /// Whether both are legs of one transaction.
    pub fn is_with(&self, other: &Self) -> bool {
        (self.kind, &self.id, &self.transaction_key) == (other.kind, &other.id, &other.transaction_key)
    }
}

/// The next postings after one, in the order of time, transaction and line; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn page(
    connection: &mut PgConnection,
    wanted: &Wanted,
    after: Option<&Row>,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    // The first comparison alone lets the index begin at the right place.
    let begin = after.map(|row| row.effective_at).or(wanted.from);
    let (key, id, kind, line) =
        after.map_or(("", "", -1, -1), |row| (row.transaction_key.as_str(), row.id.as_str(), row.kind, row.line));
    sqlx::query_as!(
        Row,
        r#"select effective_at, transaction_key, id, kind, line, account, customer, subject, currency, amount,
             earned_from, earned_until, product, causes, problem
         from posting
         where scope = $1 and ($2::text is null or customer = $2)
           and ($3::timestamptz is null or effective_at >= $3) and ($4::timestamptz is null or effective_at < $4)
           and ($5::timestamptz is null
               or (effective_at, transaction_key, id, kind, line)
                   > ($5, $6::text collate "C", $7::text collate "C", $8, $9))
         order by effective_at, transaction_key, id, kind, line limit $10"#,
        wanted.scope.0,
        wanted.customer,
        begin,
        wanted.until,
        after.map(|row| row.effective_at),
        key,
        id,
        kind,
        line,
        limit,
    )
    .fetch_all(connection)
    .await
}
