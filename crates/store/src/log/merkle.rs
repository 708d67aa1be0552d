//! The frontier of the log's Merkle tree: the hashes of its complete subtrees, largest first, one for each bit of its size. It is all
//! that is needed to add a record and to know the root, so appending never reads the tree.

use tlog_tiles::{EMPTY_HASH, Hash, node_hash};

use crate::Error;

/// A growing tree. At size N it stands for records 0 to N-1.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

/// The bytes of one hash.
const HASH_SIZE: usize = 32;

impl Frontier {
    /// The tree without records.
    pub fn empty() -> Self {
        Self::default()
    }

    /// The tree as a row of `batch` holds it.
    ///
    /// # Errors
    /// When the hashes are not those of a tree of this size.
    pub fn from_columns(size: i64, hashes: &[u8]) -> Result<Self, Error> {
        let wrong = || Error::Frontier { size, hashes: hashes.len() / HASH_SIZE };
        let count = u64::try_from(size).map_err(|_| wrong())?;
        let (chunks, rest) = hashes.as_chunks::<HASH_SIZE>();
        if !rest.is_empty() || u32::try_from(chunks.len()).ok() != Some(count.count_ones()) {
            return Err(wrong());
        }
        Ok(Self { size: count, subtrees: chunks.iter().copied().map(Hash).collect() })
    }

    /// How many records the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds the record with this leaf hash.
    pub fn push(&mut self, leaf_hash: [u8; 32]) {
        let mut hash = Hash(leaf_hash);
        // Every trailing one of the size is a complete subtree that the new record completes to the next larger one.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                hash = node_hash(left, hash);
            }
        }
        self.subtrees.push(hash);
        self.size += 1;
    }

    /// The root of the tree, as RFC 6962 defines it.
    pub fn root(&self) -> [u8; 32] {
        self.subtrees.iter().rev().copied().reduce(|right, left| node_hash(left, right)).unwrap_or(EMPTY_HASH).0
    }

    /// The hashes as a row of `batch` holds them.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.subtrees.iter().flat_map(|hash| hash.0).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    /// RFC 6962, section 2.1, word for word.
    fn tree_hash_by_the_book(leaves: &[[u8; 32]]) -> [u8; 32] {
        match leaves {
            [] => Sha256::digest([]).into(),
            [only] => *only,
            _ => {
                let split = leaves.len().next_power_of_two() / 2;
                let (left, right) = leaves.split_at(split);
                let mut hasher = Sha256::new_with_prefix([1]);
                hasher.update(tree_hash_by_the_book(left));
                hasher.update(tree_hash_by_the_book(right));
                hasher.finalize().into()
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn the_frontier_gives_the_root_of_the_book_at_every_size(leaves in proptest::collection::vec(any::<[u8; 32]>(), 0..80)) {
            let mut frontier = Frontier::empty();
            for (index, leaf) in leaves.iter().enumerate() {
                prop_assert_eq!(frontier.root(), tree_hash_by_the_book(&leaves[..index]));
                frontier.push(*leaf);
                let size = i64::try_from(frontier.size()).unwrap();
                let restored = Frontier::from_columns(size, &frontier.to_bytes()).unwrap();
                prop_assert_eq!(&restored, &frontier);
            }
            prop_assert_eq!(frontier.root(), tree_hash_by_the_book(&leaves));
        }
    }

    #[test]
    fn a_frontier_of_another_size_is_refused() {
        let mut frontier = Frontier::empty();
        frontier.push([7; 32]);
        assert!(Frontier::from_columns(3, &frontier.to_bytes()).is_err());
        assert!(Frontier::from_columns(1, &[0; 31]).is_err());
        assert!(Frontier::from_columns(-1, &[]).is_err());
    }
}
