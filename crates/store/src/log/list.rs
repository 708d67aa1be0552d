//! Pages of records. A page is continued by position, so that it is stable while the log grows. Listing by object or customer goes through
//! an index that the worker builds; it ends in [`super::read::records_at`].

use std::ops::Range;

use daybook_domain::scope::ScopeId;
use sqlx::PgConnection;

use super::read::{Record, RecordRow, record_rows};
use crate::Error;

/// Which records are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// of one scope
    pub scope: Option<ScopeId>,
    /// of one type, or of a family of types
    pub kind: Option<KindFilter>,
    /// whose `created` lies in these seconds; records without one are left out when the range is bounded
    pub created: Range<i64>,
    /// at these positions
    pub positions: Range<i64>,
}

impl Default for Filter {
    fn default() -> Self {
        Self { scope: None, kind: None, created: i64::MIN..i64::MAX, positions: 0..i64::MAX }
    }
}

/// One type or a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KindFilter {
    /// exactly this type
    Exactly(String),
    /// every type that begins so
    StartingWith(String),
}

impl From<&str> for KindFilter {
    /// `invoice.*` is a family, `invoice.paid` one type.
    fn from(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(prefix) => Self::StartingWith(prefix.to_owned()),
            None => Self::Exactly(text.to_owned()),
        }
    }
}

/// Which end a page begins at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// by rising position
    OldestFirst,
    /// by falling position
    NewestFirst,
}

/// Some of the wanted records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// in the wanted order
    pub records: Vec<Record>,
    /// the positions in which to look for more, if there is more
    pub rest: Option<Range<i64>>,
}

/// A page of at most `limit` records.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut PgConnection, filter: &Filter, order: Order, limit: u32) -> Result<Page, Error> {
    let more = i64::from(limit) + 1;
    let rows = match (filter.scope, &filter.kind) {
        (Some(scope), Some(KindFilter::Exactly(kind))) => {
            of_one_kind(connection, filter, (scope, kind), order, more).await?
        }
        _ => of_many_kinds(connection, filter, order, more).await?,
    };
    let mut records = rows.into_iter().map(Record::try_from).collect::<Result<Vec<_>, _>>()?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let rest = records.get(wanted).map(|next| match order {
        Order::OldestFirst => next.position..filter.positions.end,
        Order::NewestFirst => filter.positions.start..next.position + 1,
    });
    records.truncate(wanted);
    Ok(Page { records, rest })
}

/// Whether the range leaves out anything, so that a record without `created` is left out too.
fn bounded(created: &Range<i64>) -> bool {
    *created != (i64::MIN..i64::MAX)
}

/// Those of one type in one scope, which an index of their own finds.
async fn of_one_kind(
    connection: &mut PgConnection,
    filter: &Filter,
    (scope, kind): (ScopeId, &str),
    order: Order,
    limit: i64,
) -> Result<Vec<RecordRow>, Error> {
    macro_rules! rows {
        ($order:literal) => {
            record_rows!(
                "where scope = $1 and kind = $2 and position >= $3 and position < $4
                   and (not $5 or created >= $6 and created < $7) "
                $order,
                scope.0,
                kind,
                filter.positions.start,
                filter.positions.end,
                bounded(&filter.created),
                filter.created.start,
                filter.created.end,
                limit,
            )
            .fetch_all(connection)
            .await?
        };
    }
    Ok(match order {
        Order::OldestFirst => rows!("order by position limit $8"),
        Order::NewestFirst => rows!("order by position desc limit $8"),
    })
}

/// The type and the beginning of types that a filter asks for.
fn kind_columns(filter: &Filter) -> (Option<&str>, &str) {
    match &filter.kind {
        None => (None, ""),
        Some(KindFilter::Exactly(kind)) => (Some(kind), ""),
        Some(KindFilter::StartingWith(prefix)) => (None, prefix),
    }
}

async fn of_many_kinds(
    connection: &mut PgConnection,
    filter: &Filter,
    order: Order,
    limit: i64,
) -> Result<Vec<RecordRow>, Error> {
    let (kind, prefix) = kind_columns(filter);
    macro_rules! rows {
        ($order:literal) => {
            record_rows!(
                "where ($1::integer is null or scope = $1) and ($2::text is null or kind = $2) and starts_with(kind, $3)
                   and position >= $4 and position < $5 and (not $6 or created >= $7 and created < $8) "
                $order,
                filter.scope.map(|scope| scope.0),
                kind,
                prefix,
                filter.positions.start,
                filter.positions.end,
                bounded(&filter.created),
                filter.created.start,
                filter.created.end,
                limit,
            )
            .fetch_all(connection)
            .await?
        };
    }
    Ok(match order {
        Order::OldestFirst => rows!("order by position limit $9"),
        Order::NewestFirst => rows!("order by position desc limit $9"),
    })
}
