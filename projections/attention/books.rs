//! What needs a person about subscriptions, customers and balances.

use chrono::TimeDelta;
use daybook_domain::{accounting::Account, attention::Code};
use sqlx::PgConnection;

use super::found::{Asked, Found, found};

/// Customers whose subscriptions have all ended and who have credit left.
pub(super) async fn canceled_with_credit(
    connection: &mut PgConnection,
    asked: &Asked,
) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        Code::CanceledWithCredit,
        "select id as object, id as customer, null::text as subscription, - balance as amount, currency,
             ended_at as since, null::timestamptz as until, null::bigint as attempts, null::text as detail,
             array[cause] as causes
         from customer join lateral (
             select max(ended_at) as ended_at from subscription
             where subscription.scope = customer.scope and subscription.customer = customer.id
             having count(*) = count(ended_at)
         ) as left_behind on ended_at is not null
         where scope = $1 and balance < 0 and deleted_at is null"
    )
}

/// Trials that end within days.
pub(super) async fn trial_ending(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    let notice = asked.limits.trial_notice.seconds();
    let soon = asked.now.checked_add_signed(TimeDelta::seconds(notice)).unwrap_or(asked.now);
    found!(
        connection,
        asked,
        Code::TrialEnding,
        "select id as object, customer, id as subscription, null::bigint as amount, null::text as currency,
             greatest(since, trial_end - make_interval(secs => $8::bigint)) as since, trial_end as until, null::bigint as attempts, null::text as detail,
             array[standing->>'cause'] as causes
         from subscription
         where scope = $1 and status = 'trialing' and trial_end > $9 and trial_end <= $10",
        notice,
        asked.now,
        soon
    )
}

/// Subscriptions whose period has ended, and no event says what came next.
pub(super) async fn renewal_unconfirmed(
    connection: &mut PgConnection,
    asked: &Asked,
) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        Code::RenewalUnconfirmed,
        "select id as object, customer, id as subscription, null::bigint as amount, null::text as currency,
             period_end as since, null::timestamptz as until, null::bigint as attempts, null::text as detail,
             array[standing->>'cause'] as causes
         from subscription
         where scope = $1 and status in ('active', 'trialing') and ended_at is null and period_end <= $8",
        asked.now
    )
}

/// Customers with a subscription that belong to none of your own ids: no event shows one in the fields that count, or an operator refused it, and no operator
/// linked one.
pub(super) async fn unlinked_account(connection: &mut PgConnection, asked: &Asked) -> Result<Vec<Found>, sqlx::Error> {
    found!(
        connection,
        asked,
        Code::UnlinkedAccount,
        "select id as object, customer, id as subscription, null::bigint as amount, null::text as currency,
             since as since, null::timestamptz as until, null::bigint as attempts, null::text as detail,
             array[standing->>'cause'] as causes
         from subscription
         where scope = $1 and status in ('active', 'trialing', 'past_due') and ended_at is null and customer is not null
           and not exists (select from account_link as link
               where link.scope = $1 and link.customer = subscription.customer
                 and (link.source = any($8) or link.source = 'operator')
                 and not exists (select from account_link as refused
                     where refused.scope = $1 and refused.customer = link.customer
                       and refused.account = link.account and refused.source = 'operator.unlinked'))",
        &asked.fields
    )
}

/// Customers' money in an account that should be empty, since it was last; not before it has waited for some time.
pub(super) async fn left_over(
    connection: &mut PgConnection,
    code: Code,
    asked: &Asked,
) -> Result<Vec<Found>, sqlx::Error> {
    let patience = TimeDelta::seconds(asked.limits.unapplied_after.seconds());
    let waited = asked.now.checked_sub_signed(patience).unwrap_or_default();
    let account = if code == Code::Suspense { Account::Suspense } else { Account::Unapplied };
    found!(
        connection,
        asked,
        code,
        "select object, customer, null::text as subscription, amount, currency, coalesce(begun, 'epoch') as since,
             null::timestamptz as until, null::bigint as attempts, null::text as detail,
             coalesce(causes, '{}') as causes
         from (select nullif(customer, '') as customer, currency, account, amount,
                   coalesce(nullif(customer, ''), 'nobody') || '/' || currency as object
               from balance where scope = $1 and account = $8 and amount <> 0) as open
         left join lateral (
             select min(effective_at) as begun, array_agg(distinct causes[1]) as causes
             from (select *, max(case when running = 0 then place else 0 end) over () as settled
                   from (select effective_at, causes, sum(amount) over placed as running, row_number() over placed as place
                         from posting
                         where posting.customer = open.customer and posting.scope = $1 and posting.account = $8
                           and posting.currency = open.currency
                         window placed as (order by effective_at, transaction_key, line)) as summed) as since_empty
             where place > settled
         ) as spell on true
         where coalesce(begun, 'epoch') <= $9",
        account.as_str(),
        waited
    )
}
