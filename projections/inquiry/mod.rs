//! Everything that entitlement answers are worked out from, for many customers and accounts in one statement.
//!
//! A statement has one snapshot. So what it gives belongs to one size, without a transaction around it, and takes one round trip
//! where reading table by table takes eight. Whoever asks has set the search path beforehand and compares the pointer in the answer
//! with the one the path was made from: if they differ, the statement may have looked into other generations, and is asked again.

use std::collections::{BTreeMap, BTreeSet};

use daybook_domain::{entitlement::Source, scope::ScopeId};
use daybook_store::{generation::schema, policy::POLICY_APPLIED};
use sqlx::{PgConnection, types::Json};

/// Who is asked about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Customers, each in its scope.
    pub customers: Vec<(ScopeId, String)>,
    /// Your own accounts, each in its scope.
    pub accounts: Vec<(ScopeId, String)>,
    /// The fields in which accounts are looked for, by scope; those of the policy in force.
    pub fields: Vec<(ScopeId, String)>,
}

/// What one statement saw.
#[derive(Clone, Debug)]
pub struct Seen {
    /// How many records have been applied.
    pub size: i64,
    /// The generations that answer.
    pub pointer: BTreeMap<String, i32>,
    /// Of every scope that is asked about, the position of the record that applied the policy in force.
    pub policies: Vec<(ScopeId, Option<i64>)>,
    /// The customers that are known, of those asked about and those seen beside the accounts.
    pub customers: Vec<Customer>,
    /// Those that events have named and none has shown: there is nothing but their sources to say of them.
    pub named: Vec<(ScopeId, String)>,
    /// Their sources, by kind and id.
    pub sources: Vec<(ScopeId, String, Source)>,
    /// Every sighting, in the fields asked about, beside a customer that one of the accounts was seen with; of each
    /// customer the newest first.
    pub sightings: Vec<Sighting>,
}

/// What checks need of a customer itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its scope.
    pub scope: ScopeId,
    /// `cus_...`
    pub id: String,
    /// Whether Stripe has deleted it.
    pub deleted: bool,
    /// Whether a default payment method is set.
    pub has_payment_method: bool,
}

/// One of your ids beside a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Their scope.
    pub scope: ScopeId,
    /// The customer.
    pub customer: String,
    /// `client_reference_id`, or `metadata.<name>`
    pub field: String,
    /// Your id.
    pub account: String,
}

/// Reads everything that answers about these are worked out from.
///
/// # Errors
/// What the database says.
pub async fn see(connection: &mut PgConnection, asked: &Asked) -> Result<Seen, sqlx::Error> {
    let mut scopes: Vec<i32> = asked.customers.iter().chain(&asked.accounts).map(|(scope, _)| scope.0).collect();
    scopes.sort_unstable();
    scopes.dedup();
    let (customer_scopes, customers) = columns(&asked.customers);
    let (account_scopes, accounts) = columns(&asked.accounts);
    let (field_scopes, fields) = columns(&asked.fields);
    let row = sqlx::query_file!(
        "inquiry/see.sql",
        &customer_scopes,
        &customers,
        &account_scopes,
        &accounts,
        &field_scopes,
        &fields,
        &scopes,
        POLICY_APPLIED,
    )
    .fetch_one(connection)
    .await?;
    let customer =
        |(scope, id, deleted, method)| Customer { scope: ScopeId(scope), id, deleted, has_payment_method: method };
    let sighting = |(scope, customer, field, account)| Sighting { scope: ScopeId(scope), customer, field, account };
    Ok(Seen {
        size: row.size,
        pointer: row.pointer.0,
        policies: row.policies.0.into_iter().map(|(scope, position)| (ScopeId(scope), position)).collect(),
        customers: row.customers.0.into_iter().map(customer).collect(),
        named: row.named.0.into_iter().map(|(scope, id)| (ScopeId(scope), id)).collect(),
        sources: row.sources.0.into_iter().map(|(scope, id, source)| (ScopeId(scope), id, source)).collect(),
        sightings: row.sightings.0.into_iter().map(sighting).collect(),
    })
}

/// The accounts that these customers are seen beside now, in any field: those whose answers may have changed with them.
///
/// # Errors
/// What the database says.
pub async fn accounts_beside(
    connection: &mut PgConnection,
    customers: &[(ScopeId, String)],
) -> Result<Vec<(ScopeId, String)>, sqlx::Error> {
    let (scopes, customers) = columns(customers);
    let rows = sqlx::query!(
        "select distinct link.scope, link.account
         from unnest($1::integer[], $2::text[]) as asked (scope, customer)
         join account_link as link on link.scope = asked.scope and link.customer = asked.customer",
        &scopes,
        &customers,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (ScopeId(row.scope), row.account)).collect())
}

fn columns(pairs: &[(ScopeId, String)]) -> (Vec<i32>, Vec<String>) {
    pairs.iter().map(|(scope, text)| (scope.0, text.clone())).unzip()
}

/// Sets a connection's search path to what a pointer names, for good: the newest generation first, because a read model that was
/// rebuilt alone hides the one it replaced.
///
/// # Errors
/// What the database says.
pub async fn look_into(connection: &mut PgConnection, pointer: &BTreeMap<String, i32>) -> Result<(), sqlx::Error> {
    let generations: BTreeSet<i32> = pointer.values().copied().collect();
    let mut path: Vec<String> = generations.into_iter().rev().map(schema).collect();
    path.push("public".to_owned());
    sqlx::query_scalar!("select set_config('search_path', $1, false)", path.join(", ")).fetch_one(connection).await?;
    Ok(())
}
