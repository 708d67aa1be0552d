//! Leases: a job that only one process may do. Time is the database's, so clocks of processes need not agree. The epoch rises whenever a lease
//! changes hands or was let run out; whoever writes under a lease writes its epoch too, so that a holder that was only slow is found out.

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use sqlx::postgres::types::PgInterval;
use uuid::Uuid;

use crate::Error;

/// A lease that was held when it was last asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// the job
    pub name: String,
    /// the process
    pub holder: Uuid,
    /// rises with every change of hands
    pub epoch: i64,
    /// by the database's clock
    pub expires_at: DateTime<Utc>,
}

/// Takes the lease for `duration` if nobody else holds it; for its holder this is the same as to renew it. Nothing if another holds it.
///
/// # Errors
/// When the database fails.
pub async fn acquire(
    connection: &mut PgConnection,
    name: &str,
    holder: Uuid,
    duration: Duration,
) -> Result<Option<Lease>, Error> {
    let lease = sqlx::query_as!(
        Lease,
        "insert into lease as held (name, holder, epoch, expires_at)
         values ($1, $2, 1, clock_timestamp() + $3)
         on conflict on constraint lease_pk do update
         set holder = excluded.holder,
             expires_at = clock_timestamp() + $3,
             epoch = case when held.holder = excluded.holder and held.expires_at >= clock_timestamp()
                 then held.epoch else held.epoch + 1 end
         where held.holder = excluded.holder or held.expires_at < clock_timestamp()
         returning name, holder, epoch, expires_at",
        name,
        holder,
        interval(duration),
    )
    .fetch_optional(connection)
    .await?;
    Ok(lease)
}

/// Holds a lease for `duration` from now on, under the same epoch.
///
/// # Errors
/// [`Error::LeaseLost`] when another process took it, or when the database fails.
pub async fn renew(connection: &mut PgConnection, lease: &Lease, duration: Duration) -> Result<Lease, Error> {
    let renewed = sqlx::query_as!(
        Lease,
        "update lease set expires_at = clock_timestamp() + $4
         where name = $1 and holder = $2 and epoch = $3
         returning name, holder, epoch, expires_at",
        lease.name,
        lease.holder,
        lease.epoch,
        interval(duration),
    )
    .fetch_optional(connection)
    .await?;
    renewed.ok_or_else(|| Error::LeaseLost { name: lease.name.clone(), epoch: lease.epoch })
}

/// Gives a lease back, so that the next need not wait for its end. Giving back what is lost already does nothing.
///
/// # Errors
/// When the database fails.
pub async fn release(connection: &mut PgConnection, lease: &Lease) -> Result<(), Error> {
    sqlx::query!(
        "update lease set expires_at = clock_timestamp() - interval '1 second'
         where name = $1 and holder = $2 and epoch = $3 and expires_at >= clock_timestamp()",
        lease.name,
        lease.holder,
        lease.epoch,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Who holds a lease now, if anybody does.
///
/// # Errors
/// When the database fails.
pub async fn holder(connection: &mut PgConnection, name: &str) -> Result<Option<Lease>, Error> {
    let lease = sqlx::query_as!(
        Lease,
        "select name, holder, epoch, expires_at from lease where name = $1 and expires_at >= clock_timestamp()",
        name,
    )
    .fetch_optional(connection)
    .await?;
    Ok(lease)
}

fn interval(duration: Duration) -> PgInterval {
    let microseconds = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    PgInterval { months: 0, days: 0, microseconds }
}
