//! What needs a person about the log itself: events that were not taken in, events of the other mode, and silence.

use chrono::{DateTime, TimeDelta, Utc};
use daybook_domain::attention::{Code, RECENT_OF_A_TYPE, RECENT_RECORDS};
use sqlx::PgConnection;

use super::found::{Asked, Found, found};

/// Events that cannot be read, or that only name their object, and that no operator has looked at.
pub(super) async fn unread(
    connection: &mut PgConnection,
    code: Code,
    asked: &Asked,
) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        code,
        "select event_id as object, customer, null::text as subscription, null::bigint as amount, null::text as currency,
             date_trunc('second', received_at) as since, null::timestamptz as until, null::bigint as attempts,
             reason as detail, array[event_id] as causes
         from record_outcome join record using (position)
         where record.scope = $1 and outcome = $7 and outcome in ('needs_fetch', 'quarantined') and position <> all($8)",
        &asked.acknowledged
    )
}

/// Endpoints at which events of both modes of one account came in, among the newest records.
pub(super) async fn wrong_mode(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        Code::WrongMode,
        "with recent as materialized (
             select * from record
             where position >= (select coalesce(max(position), 0) from record) - $8::bigint and source = 'webhook'
               and endpoint is not null
         )
         select endpoint as object, null::text as customer, null::text as subscription, null::bigint as amount,
             null::text as currency, date_trunc('second', min(received_at)) as since, null::timestamptz as until,
             null::bigint as attempts,
             count(*) || case when other.livemode then ' events of live mode' else ' events of test mode' end
                 || ' among the newest ' || $8 || ' records' as detail,
             array[max(event_id)] as causes
         from recent join scope as other on other.id = recent.scope
         join scope as own on own.account = other.account and own.livemode <> other.livemode
         where own.id = $1 and endpoint in (select endpoint from recent where recent.scope = $1)
         group by endpoint, other.livemode",
        RECENT_RECORDS
    )
}

/// No delivery for long, if there ever was any. The newest one is looked for among the newest records of each type: an import of more than these, of every type,
/// hides it.
pub(super) async fn silence(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    let newest = sqlx::query!(
        "with recursive seen as (
             (select kind from record where scope = $1 order by kind limit 1)
             union all
             select (select record.kind from record where scope = $1 and record.kind > seen.kind order by record.kind limit 1)
             from seen where seen.kind is not null
         )
         select event_id as \"event_id!\", date_trunc('second', received_at) as \"received_at!\"
         from seen join lateral (
             select position, event_id, received_at from (
                 select * from record where record.scope = $1 and record.kind = seen.kind
                 order by position desc limit $2) as newest
             where source = 'webhook' order by position desc limit 1
         ) as delivered on true
         where kind is not null order by position desc limit 1",
        asked.scope.0,
        RECENT_OF_A_TYPE
    )
    .fetch_optional(connection)
    .await?;
    let Some(newest) = newest.filter(|_| asked.customer.is_none()) else { return Ok(Vec::new()) };
    let limit = TimeDelta::seconds(asked.limits.silence_after.seconds());
    let since: DateTime<Utc> = newest.received_at;
    let (at, key) = asked.end();
    let shown = (since, "silence:webhooks") < (at, key) && asked.since.is_none_or(|wanted| since >= wanted);
    let silent = asked.now.signed_duration_since(since) >= limit;
    let found = (shown && silent).then(|| Found {
        object: "webhooks".to_owned(),
        customer: None,
        subscription: None,
        amount: None,
        currency: None,
        since,
        until: None,
        attempts: None,
        detail: None,
        causes: vec![newest.event_id],
    });
    Ok(found.into_iter().collect())
}
