//! The log as it stands in the database, looked at without the program: every record once, dense, each batch's root the one of its leaves.

use sha2::{Digest, Sha256};
use sqlx::PgPool;

/// One record.
#[derive(Debug, sqlx::FromRow)]
pub struct Record {
    /// its position
    pub position: i64,
    /// its event's id
    pub event_id: String,
    /// the exact bytes
    pub body: Vec<u8>,
    /// its leaf's hash
    pub leaf_hash: Vec<u8>,
}

/// All records, in order.
pub async fn records(pool: &PgPool) -> Vec<Record> {
    let statement =
        "select position, event_id, body, leaf_hash from record join body using (position) order by position";
    sqlx::query_as(statement).fetch_all(pool).await.unwrap()
}

/// Fails unless the log is whole: dense, each event once, batches without gaps, every root recomputed. Returns its records.
pub async fn assert_whole(pool: &PgPool) -> Vec<Record> {
    let records = records(pool).await;
    let (count, ids): (i64, i64) =
        sqlx::query_as("select count(*), count(distinct event_id) from record").fetch_one(pool).await.unwrap();
    assert_eq!((count, ids), (size(&records), size(&records)), "every record has a body, every event one record");
    for (place, record) in records.iter().enumerate() {
        assert_eq!(usize::try_from(record.position), Ok(place), "positions are dense");
    }
    let batches: Vec<(i64, i32, Vec<u8>)> =
        sqlx::query_as("select size, count, root from batch order by size").fetch_all(pool).await.unwrap();
    let leaves: Vec<[u8; 32]> = records.iter().map(|record| record.leaf_hash.as_slice().try_into().unwrap()).collect();
    let mut reached = 0;
    for (size, count, root) in batches {
        assert_eq!(size, reached + i64::from(count), "a batch begins where the last one ended");
        reached = size;
        assert_eq!(root, tree_hash(&leaves[..usize::try_from(size).unwrap()]), "the root at size {size}");
    }
    assert_eq!(reached, size(&records), "every record is in a batch");
    records
}

fn size<T>(items: &[T]) -> i64 {
    i64::try_from(items.len()).unwrap()
}

/// The tree hash of RFC 6962, section 2.1, over the hashes of the leaves.
fn tree_hash(leaves: &[[u8; 32]]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest(b"").into(),
        [leaf] => *leaf,
        leaves => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Sha256::new()
                .chain_update([1])
                .chain_update(tree_hash(left))
                .chain_update(tree_hash(right))
                .finalize()
                .into()
        }
    }
}
