//! What checks know of a customer.

use daybook_domain::{
    entitlement::{CustomerState, Source},
    scope::ScopeId,
};
use sqlx::{PgConnection, types::Json};

/// What is known of one customer when a check is made.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Whether any event has shown the customer, or named it.
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

/// The sources of one customer, by kind and id.
///
/// # Errors
/// What the database says.
pub async fn sources_of(
    connection: &mut PgConnection,
    scope: ScopeId,
    customer: &str,
) -> Result<Vec<Source>, sqlx::Error> {
    let sources = sqlx::query_scalar!(
        r#"select source as "source: Json<Source>" from entitlement_source
         where scope = $1 and customer = $2 order by kind, id, part"#,
        scope.0,
        customer
    )
    .fetch_all(connection)
    .await?;
    Ok(sources.into_iter().map(|Json(source)| source).collect())
}
