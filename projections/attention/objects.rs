//! What needs a person about disputes, invoices, payments, reviews, warnings and sellers.

use chrono::TimeDelta;
use daybook_domain::attention::Code;
use sqlx::PgConnection;

use super::found::{Asked, Found, found};

/// Disputes and inquiries that wait for evidence.
pub(super) async fn evidence_due(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        Code::EvidenceDue,
        "select id as object, customer, subscription, amount, currency, created_at as since, due_at as until,
             null::bigint as attempts, details->>'reason' as detail, array[details->>'cause'] as causes
         from dispute
         where scope = $1 and is_open
           and status in ('needs_response', 'warning_needs_response', 'appeal_needs_response')"
    )
}

/// Open invoices of which an attempt to collect failed; until the next one.
pub(super) async fn payment_failing(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        Code::PaymentFailing,
        "select id as object, customer, subscription, amount_remaining as amount, currency,
             to_timestamp((bill->'failed'->>'at')::bigint) as since,
             to_timestamp((bill->>'next_attempt')::bigint) as until, (bill->>'attempts')::bigint as attempts,
             null::text as detail, array[bill->'failed'->>'event', bill->>'cause'] as causes
         from invoice where scope = $1 and status = 'open' and bill->>'failed' is not null"
    )
}

/// Payment intents that wait for their customer; and open invoices that do, where no event shows their intent.
pub(super) async fn payment_waiting(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        Code::PaymentWaiting,
        "select id as object, customer, subscription, amount, currency,
             to_timestamp((details->'since'->>'at')::bigint) as since, null::timestamptz as until,
             null::bigint as attempts, details->>'next_action' as detail, array[details->>'cause'] as causes
         from payment where scope = $1 and kind = 4 and status = 'requires_action'
         union all
         select id, customer, subscription, amount_remaining, currency,
             to_timestamp((bill->'action_required'->>'at')::bigint), null, null, null,
             array[bill->'action_required'->>'event']
         from invoice
         where scope = $1 and status = 'open' and bill->>'action_required' is not null
           and not exists (select from payment
               where payment.scope = $1 and kind = 4 and payment.invoice = invoice.id)"
    )
}

/// The later of two charges of one customer and amount within minutes, neither of them given back in full.
pub(super) async fn possible_duplicate(
    connection: &mut PgConnection,
    asked: &Asked,
) -> Result<Vec<Found>, sqlx::Error> {
    let back = TimeDelta::seconds(asked.limits.duplicates_back.seconds());
    let usual = asked.now.checked_sub_signed(back).unwrap_or_default();
    found!(
        connection,
        asked,
        Code::PossibleDuplicate,
        "select later.id as object, later.customer, later.subscription, later.amount, later.currency,
             later.created_at as since, null::timestamptz as until, null::bigint as attempts,
             'like ' || max(earlier.id) as detail,
             array[max(earlier.details->>'cause'), later.details->>'cause'] as causes
         from payment as later join payment as earlier
           on earlier.customer = later.customer and earlier.scope = later.scope and earlier.kind = 5
             and earlier.amount = later.amount and earlier.currency = later.currency
             and (earlier.created_at, earlier.id) < (later.created_at, later.id)
             and earlier.created_at >= later.created_at - make_interval(secs => $8::bigint)
         where later.scope = $1 and later.kind = 5 and later.status = 'succeeded' and earlier.status = 'succeeded'
           and (later.details->>'refunded')::bigint < later.amount
           and (earlier.details->>'refunded')::bigint < earlier.amount
           and later.created_at >= coalesce($5, $9::timestamptz)
         group by later.id, later.customer, later.subscription, later.amount, later.currency, later.created_at,
             later.details->>'cause'",
        asked.limits.duplicate_within.seconds(),
        usual
    )
}

/// Reviews, warnings of fraud, and what Stripe asks of sellers.
pub(super) async fn of_its_own(
    connection: &mut PgConnection,
    code: Code,
    asked: &Asked,
) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        code,
        "select id as object, customer, subscription, null::bigint as amount, null::text as currency, since, until,
             null::bigint as attempts, detail, array[cause] as causes
         from attention where scope = $1 and code = $7"
    )
}

/// What waits for an object that others name and no event has shown, the first twenty of each. It has no customer yet, so a question about one finds none.
pub(super) async fn unrouted(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        Code::Unrouted,
        "select waits as object, null::text as customer, null::text as subscription, money.amount, money.currency, since,
             null::timestamptz as until, null::bigint as attempts, 'waits for ' || named as detail,
             array_remove(array[cause], null) as causes
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
         ) as telling on true"
    )
}
