//! Reading what checks look at.

use std::collections::BTreeMap;

use daybook_domain::{
    entitlement::{CustomerState, Source},
    scope::ScopeId,
};
use sqlx::{PgConnection, types::Json};

/// What is known of one customer when a check is made.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Whether any event has shown the customer or a source of it.
    pub seen: bool,
    /// Whether Stripe has deleted it.
    pub deleted: bool,
    /// Whether a default payment method is set on the customer; none while only its sources were seen.
    pub has_payment_method: Option<bool>,
    /// Its sources, by kind and id.
    pub sources: Vec<Source>,
}

impl Known {
    /// The state of the customer, as checks want it.
    pub fn state(&self) -> CustomerState {
        match self {
            Self { deleted: true, .. } => CustomerState::Deleted,
            Self { seen: false, .. } => CustomerState::Unknown,
            Self { has_payment_method, .. } => CustomerState::Known { has_payment_method: *has_payment_method },
        }
    }
}

/// What is known of one customer.
///
/// # Errors
/// What the database says.
pub async fn of_customer(connection: &mut PgConnection, scope: ScopeId, customer: &str) -> Result<Known, sqlx::Error> {
    let mut known = of_customers(connection, scope, &[customer.to_owned()]).await?;
    Ok(known.remove(customer).unwrap_or_default())
}

/// What is known of several customers; those never seen are missing.
///
/// # Errors
/// What the database says.
pub async fn of_customers(
    connection: &mut PgConnection,
    scope: ScopeId,
    customers: &[String],
) -> Result<BTreeMap<String, Known>, sqlx::Error> {
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    let rows = sqlx::query!(
        "select id, deleted_at is not null as \"deleted!\", has_payment_method
         from customer where scope = $1 and id = any($2)",
        scope.0,
        customers
    )
    .fetch_all(&mut *connection)
    .await?;
    for row in rows {
        let one = Known {
            seen: true,
            deleted: row.deleted,
            has_payment_method: Some(row.has_payment_method),
            sources: Vec::new(),
        };
        known.insert(row.id, one);
    }
    let rows = sqlx::query!(
        "select customer, source as \"source: Json<Source>\" from entitlement_source
         where scope = $1 and customer = any($2) order by customer, kind, id",
        scope.0,
        customers
    )
    .fetch_all(connection)
    .await?;
    for row in rows {
        let one = known.entry(row.customer).or_default();
        one.seen = true;
        one.sources.push(row.source.0);
    }
    Ok(known)
}
