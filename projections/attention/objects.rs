//! What needs a person about disputes, invoices, payments, reviews, warnings and sellers.

use chrono::TimeDelta;
use daybook_domain::attention::Code;
use sqlx::PgConnection;

use super::ask::{Asked, Found};

/// Disputes and inquiries that wait for evidence.
pub(super) async fn evidence_due(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    let (at, key) = asked.end();
    sqlx::query_as!(
        Found,
        "select id as \"object!\", customer, subscription, amount as \"amount?\", currency, created_at as \"since!\",
             due_at as until, null::bigint as attempts, details->>'reason' as detail, array[details->>'cause'] as \"causes!\"
         from dispute
         where scope = $1 and (created_at, 'evidence_due:' || id) < ($2, $3) and is_open
           and status in ('needs_response', 'warning_needs_response', 'appeal_needs_response')
           and ($4::text is null or customer = $4) and ($5::timestamptz is null or created_at >= $5)
         order by created_at desc, id desc limit $6",
        asked.scope.0,
        at,
        key,
        asked.customer.as_deref(),
        asked.since,
        asked.rows()
    )
    .fetch_all(connection)
    .await
}

/// Open invoices of which an attempt to collect failed; until the next one.
pub(super) async fn payment_failing(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    let (at, key) = asked.end();
    sqlx::query_as!(
        Found,
        "select id as \"object!\", customer, subscription, amount_remaining as \"amount?\", currency, since as \"since!\",
             to_timestamp((bill->>'next_attempt')::bigint) as until, (bill->>'attempts')::bigint as attempts,
             null::text as detail, array[bill->'failed'->>'event', bill->>'cause'] as \"causes!\"
         from (select *, to_timestamp((bill->'failed'->>'at')::bigint) as since from invoice
               where scope = $1 and status = 'open' and bill->>'failed' is not null) as failing
         where (since, 'payment_failing:' || id) < ($2, $3)
           and ($4::text is null or customer = $4) and ($5::timestamptz is null or since >= $5)
         order by since desc, id desc limit $6",
        asked.scope.0,
        at,
        key,
        asked.customer.as_deref(),
        asked.since,
        asked.rows()
    )
    .fetch_all(connection)
    .await
}

/// Payment intents that wait for their customer; and open invoices that do, where no event shows their intent.
pub(super) async fn payment_waiting(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    let (at, key) = asked.end();
    sqlx::query_as!(
        Found,
        "select id as \"object!\", customer, subscription, amount as \"amount?\", currency, since as \"since!\",
             null::timestamptz as until, null::bigint as attempts, detail, array[cause] as \"causes!\"
         from (select id, customer, subscription, amount, currency, details->>'cause' as cause,
                   to_timestamp((details->'since'->>'at')::bigint) as since, details->>'next_action' as detail
               from payment where scope = $1 and kind = 4 and status = 'requires_action'
               union all
               select id, customer, subscription, amount_remaining, currency, bill->'action_required'->>'event',
                   to_timestamp((bill->'action_required'->>'at')::bigint), null
               from invoice
               where scope = $1 and status = 'open' and bill->>'action_required' is not null
                 and not exists (select from payment
                     where payment.scope = $1 and kind = 4 and payment.invoice = invoice.id)) as waiting
         where (since, 'payment_waiting:' || id) < ($2, $3)
           and ($4::text is null or customer = $4) and ($5::timestamptz is null or since >= $5)
         order by since desc, id desc limit $6",
        asked.scope.0,
        at,
        key,
        asked.customer.as_deref(),
        asked.since,
        asked.rows()
    )
    .fetch_all(connection)
    .await
}

/// The later of two charges of one customer and amount within minutes, neither of them given back in full.
pub(super) async fn possible_duplicate(
    connection: &mut PgConnection,
    asked: &Asked,
) -> Result<Vec<Found>, sqlx::Error> {
    let (at, key) = asked.end();
    let usual =
        asked.now.checked_sub_signed(TimeDelta::seconds(asked.limits.duplicates_back.seconds())).unwrap_or_default();
    sqlx::query_as!(
        Found,
        "select later.id as \"object!\", later.customer, later.subscription, later.amount as \"amount?\", later.currency,
             later.created_at as \"since!\", null::timestamptz as until, null::bigint as attempts,
             'like ' || max(earlier.id) as detail,
             array[max(earlier.details->>'cause'), later.details->>'cause'] as \"causes!\"
         from payment as later join payment as earlier
           on earlier.customer = later.customer and earlier.scope = later.scope and earlier.kind = 5
             and earlier.amount = later.amount and earlier.currency = later.currency
             and (earlier.created_at, earlier.id) < (later.created_at, later.id)
             and earlier.created_at >= later.created_at - make_interval(secs => $7::bigint)
         where later.scope = $1 and later.kind = 5 and later.status = 'succeeded' and earlier.status = 'succeeded'
           and (later.details->>'refunded')::bigint < later.amount
           and (earlier.details->>'refunded')::bigint < earlier.amount
           and (later.created_at, 'possible_duplicate:' || later.id) < ($2, $3)
           and ($4::text is null or later.customer = $4) and later.created_at >= $5
         group by later.id, later.customer, later.subscription, later.amount, later.currency, later.created_at,
             later.details->>'cause'
         order by later.created_at desc, later.id desc limit $6",
        asked.scope.0,
        at,
        key,
        asked.customer.as_deref(),
        asked.since.unwrap_or(usual),
        asked.rows(),
        asked.limits.duplicate_within.seconds()
    )
    .fetch_all(connection)
    .await
}

/// Reviews, warnings of fraud, and what Stripe asks of sellers.
pub(super) async fn of_its_own(
    connection: &mut PgConnection,
    code: Code,
    asked: &Asked,
) -> Result<Vec<Found>, sqlx::Error> {
    let (at, key) = asked.end();
    sqlx::query_as!(
        Found,
        "select id as \"object!\", customer, subscription, null::bigint as amount, null::text as currency,
             since as \"since!\", until, null::bigint as attempts, detail, array[cause] as \"causes!\"
         from attention
         where scope = $1 and (since, code || ':' || id) < ($2, $3) and code = $7
           and ($4::text is null or customer = $4) and ($5::timestamptz is null or since >= $5)
         order by since desc, id desc limit $6",
        asked.scope.0,
        at,
        key,
        asked.customer.as_deref(),
        asked.since,
        asked.rows(),
        code.as_str()
    )
    .fetch_all(connection)
    .await
}

/// What waits for an object that others name and no event has shown, the first twenty of each. It has no customer yet, so a question about one finds none.
pub(super) async fn unrouted(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    let (at, key) = asked.end();
    sqlx::query_as!(
        Found,
        "select waits as \"object!\", null::text as customer, null::text as subscription, money.amount as \"amount?\",
             money.currency as \"currency?\", since as \"since!\", null::timestamptz as until, null::bigint as attempts,
             'waits for ' || named as detail, coalesce(array[cause], '{}') as \"causes!\"
         from (select distinct on (waits) waits, since, named
               from (select split_part(unnest(waiting), ' ', 2) collate \"C\" as waits, since, id as named
                     from parked where scope = $1) as each
               order by waits, since desc, named) as parted
         left join lateral (
             select amount, currency from dispute where dispute.id = waits and dispute.scope = $1
             union all
             select amount, currency from payment where payment.id = waits and payment.scope = $1 limit 1
         ) as money on true
         left join lateral (
             select event_id as cause from record_outcome join record using (position)
             where object_id = waits and record_outcome.scope = $1 order by position desc limit 1
         ) as telling on true
         where (since, 'unrouted:' || waits) < ($2, $3) and $4::text is null
           and ($5::timestamptz is null or since >= $5)
         order by since desc, waits desc limit $6",
        asked.scope.0,
        at,
        key,
        asked.customer.as_deref(),
        asked.since,
        asked.rows()
    )
    .fetch_all(connection)
    .await
}
