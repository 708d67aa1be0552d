//! Asking how a subscription stands.

use daybook_domain::{scope::ScopeId, subscription::Standing};
use sqlx::{PgConnection, types::Json};

/// A subscription as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// `sub_...`
    pub id: String,
    /// Whose it is.
    pub customer: Option<String>,
    /// How it stands.
    pub standing: Json<Standing>,
}

/// One subscription.
///
/// # Errors
/// What the database says.
pub async fn find(
    connection: &mut PgConnection,
    scope: ScopeId,
    id: &str,
) -> Result<Option<Subscription>, sqlx::Error> {
    sqlx::query_as!(
        Subscription,
        "select id, customer, standing as \"standing: Json<Standing>\" from subscription where scope = $1 and id = $2",
        scope.0,
        id
    )
    .fetch_optional(connection)
    .await
}

/// The subscriptions of one customer, by id; at most `limit`.
///
/// # Errors
/// What the database says.
pub async fn of_customer(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
    limit: i64,
) -> Result<Vec<Subscription>, sqlx::Error> {
    sqlx::query_as!(
        Subscription,
        "select id, customer, standing as \"standing: Json<Standing>\" from subscription
         where scope = $1 and customer = $2 order by id limit $3",
        scope.0,
        customer,
        limit
    )
    .fetch_all(connection)
    .await
}

/// Whose subscription this is; none when nobody has seen it.
///
/// # Errors
/// What the database says.
pub async fn customer_of(
    connection: &mut PgConnection,
    scope: ScopeId,
    id: &str,
) -> Result<Option<String>, sqlx::Error> {
    let customer = sqlx::query_scalar!("select customer from subscription where scope = $1 and id = $2", scope.0, id);
    Ok(customer.fetch_optional(connection).await?.flatten())
}
