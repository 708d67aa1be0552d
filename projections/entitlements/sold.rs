//! Everybody, and everything that was ever sold in one account and mode: asked when a policy is checked, not for answers.

use daybook_domain::{
    entitlement::{Source, policy::Catalogue},
    id::ObjectKind,
    scope::ScopeId,
};
use sqlx::{PgConnection, types::Json};

use super::Known;

/// Every price, product, lookup key and payment link that a subscription, a purchase or the catalogue's own events have shown; of lookup keys
/// only those of subscriptions.
///
/// # Errors
/// What the database says.
pub async fn sold(connection: &mut PgConnection, scope: ScopeId) -> Result<Catalogue, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with item as materialized (
             select item from entitlement_source, jsonb_array_elements(
                 coalesce(source->'standing'->'items', '[]') || coalesce(source->'standing'->'paid_items', '[]')
                 || coalesce(source->'purchase'->'items', '[]')) as item
             where scope = $1
         )
         select case kind when $2 then 0 else 1 end as "what!", id as "name!" from object
             where scope = $1 and kind in (10, 11) and not only_named
         union select 0, item->>'price' from item where item->>'price' is not null
         union select 1, item->>'product' from item where item->>'product' is not null
         union select 2, item->>'lookup_key' from item where item->>'lookup_key' is not null
         union select 3, source->'purchase'->>'payment_link' from entitlement_source
             where scope = $1 and source->'purchase'->>'payment_link' is not null"#,
        scope.0,
        ObjectKind::Price.number(),
    )
    .fetch_all(connection)
    .await?;
    let mut catalogue = Catalogue::default();
    for row in rows {
        let names = match row.what {
            0 => &mut catalogue.prices,
            1 => &mut catalogue.products,
            2 => &mut catalogue.lookup_keys,
            _ => &mut catalogue.payment_links,
        };
        names.insert(row.name);
    }
    Ok(catalogue)
}

/// What is known of the customers after `after`, by id; at most `limit` of them.
///
/// # Errors
/// What the database says.
pub async fn page(
    connection: &mut PgConnection,
    scope: ScopeId,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, Known)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"with wanted as materialized (
             (select customer as id from entitlement_source where scope = $1 and customer > $2
                 group by customer order by customer limit $3)
             union (select id from customer where scope = $1 and id > $2 order by id limit $3)
             order by id limit $3
         )
         select wanted.id as "id!", coalesce(deleted_at is not null, false) as "deleted!",
             has_payment_method as "has_payment_method?",
             (select coalesce(json_agg(source order by kind, own.id, part), '[]') from entitlement_source as own
                 where own.scope = $1 and own.customer = wanted.id) as "sources!: Json<Vec<Source>>"
         from wanted left join customer on customer.scope = $1 and customer.id = wanted.id
         order by wanted.id"#,
        scope.0,
        after,
        limit,
    )
    .fetch_all(connection)
    .await?;
    let known = rows.into_iter().map(|row| {
        let known = Known {
            seen: true,
            deleted: row.deleted,
            has_payment_method: row.has_payment_method,
            sources: row.sources.0,
        };
        (row.id, known)
    });
    Ok(known.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_in_the_statement_and_its_index_are_those_of_what_is_sold() {
        assert_eq!([ObjectKind::Product.number(), ObjectKind::Price.number()], [10, 11]);
    }
}
