//! Asking for payments.

use chrono::{DateTime, Utc};
use daybook_domain::{id::ObjectKind, scope::ScopeId, settlement};
use sqlx::{PgConnection, types::Json};

use crate::page::{Cursor, Page, before};

/// A charge, a refund, or a payment intent that has not come to an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// `ObjectKind`, by number.
    pub kind: i16,
    /// `ch_...`, `py_...`, `re_...`, `pi_...`
    pub id: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Everything known of it.
    pub details: Json<settlement::Payment>,
}

/// What kind of payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Money taken, or tried to take
    Charge,
    /// Money given back
    Refund,
    /// A payment intent that has not come to an end
    Intent,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Charge, Self::Refund, Self::Intent];

    /// Its name, as answers write it.
    pub fn as_str(self) -> &'static str {
        self.object().name()
    }

    /// The kind with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    fn object(self) -> ObjectKind {
        match self {
            Self::Charge => ObjectKind::Charge,
            Self::Refund => ObjectKind::Refund,
            Self::Intent => ObjectKind::PaymentIntent,
        }
    }

    /// The kind with this stored number.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.object().number() == number)
    }
}

/// Which payments are wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Of this customer.
    pub customer: Option<String>,
    /// Of this subscription.
    pub subscription: Option<String>,
    /// Of this invoice.
    pub invoice: Option<String>,
    /// With this status.
    pub status: Option<String>,
    /// After the page that ended here.
    pub before: Option<Cursor>,
}

impl Wanted {
    fn number(&self) -> Option<i16> {
        self.kind.map(|kind| kind.object().number())
    }
}

/// One payment, whatever its kind: ids at Stripe say what they are of.
///
/// # Errors
/// What the database says.
pub async fn find(connection: &mut PgConnection, scope: ScopeId, id: &str) -> Result<Option<Payment>, sqlx::Error> {
    sqlx::query_as!(
        Payment,
        "select kind, id, created_at, details as \"details: Json<settlement::Payment>\" from payment
         where scope = $1 and id = $2 order by kind limit 1",
        scope.0,
        id
    )
    .fetch_optional(connection)
    .await
}

/// A page of payments, newest first. Those of an invoice or a subscription are found among those of its customer.
///
/// # Errors
/// What the database says.
pub async fn list(
    connection: &mut PgConnection,
    scope: ScopeId,
    wanted: &Wanted,
    limit: u32,
) -> Result<Page<Payment>, sqlx::Error> {
    let mut customer = wanted.customer.clone();
    if let (None, Some(subscription)) = (&customer, &wanted.subscription) {
        customer = crate::subscriptions::customer_of(connection, scope, subscription).await?;
    }
    if let (None, Some(invoice)) = (&customer, &wanted.invoice) {
        customer = crate::invoices::customer_of(connection, scope, invoice).await?;
    }
    let found = match customer {
        Some(customer) => of_customer(connection, scope, &customer, wanted, limit).await?,
        None => of_all(connection, scope, wanted, limit).await?,
    };
    Ok(Page::of(found, limit, |one| Cursor { at: one.created_at, id: one.id.clone() }))
}

async fn of_customer(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    wanted: &Wanted,
    limit: u32,
) -> Result<Vec<Payment>, sqlx::Error> {
    let (at, id) = before(wanted.before.as_ref());
    sqlx::query_as!(
        Payment,
        "select kind, id, created_at, details as \"details: Json<settlement::Payment>\" from payment
         where scope = $1 and (created_at, id) < ($2, $3) and customer = $4
           and ($5::text is null or subscription = $5) and ($6::text is null or invoice = $6)
           and ($7::text is null or status = $7) and ($8::smallint is null or kind = $8)
         order by created_at desc, id desc limit $9",
        scope.0,
        at,
        id,
        customer,
        wanted.subscription.as_deref(),
        wanted.invoice.as_deref(),
        wanted.status.as_deref(),
        wanted.number(),
        i64::from(limit) + 1
    )
    .fetch_all(connection)
    .await
}

async fn of_all(
    connection: &mut PgConnection,
    scope: ScopeId,
    wanted: &Wanted,
    limit: u32,
) -> Result<Vec<Payment>, sqlx::Error> {
    let (at, id) = before(wanted.before.as_ref());
    sqlx::query_as!(
        Payment,
        "select kind, id, created_at, details as \"details: Json<settlement::Payment>\" from payment
         where scope = $1 and (created_at, id) < ($2, $3)
           and ($4::text is null or subscription = $4) and ($5::text is null or invoice = $5)
           and ($6::text is null or status = $6) and ($7::smallint is null or kind = $7)
         order by created_at desc, id desc limit $8",
        scope.0,
        at,
        id,
        wanted.subscription.as_deref(),
        wanted.invoice.as_deref(),
        wanted.status.as_deref(),
        wanted.number(),
        i64::from(limit) + 1
    )
    .fetch_all(connection)
    .await
}
