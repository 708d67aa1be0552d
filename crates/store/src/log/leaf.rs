//! The leaf of a record in the Merkle tree: a versioned, length-prefixed encoding of its fields, in which a salted hash stands for the
//! body. So a body could be erased one day while every proof still holds, and nobody can guess a body from what a proof shows.
//! The position is no field: it is the leaf's place in the tree. An encoding is never changed, only followed by a next version.

use daybook_domain::scope::Scope;
use ring::digest::{Context, SHA256};

use super::envelope::Source;

/// The fields of a record as they stand in the tree.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'record> {
    /// the unique id
    pub event_id: &'record str,
    /// the way it came
    pub source: Source,
    /// Stripe's `type`
    pub kind: &'record str,
    /// account and mode
    pub scope: &'record Scope,
    /// the API version of the body
    pub api_version: Option<&'record str>,
    /// Stripe's `created`, in seconds
    pub created: Option<i64>,
    /// arrival, in microseconds since 1970
    pub received_at: i64,
    /// the endpoint's label
    pub endpoint: Option<&'record str>,
    /// the label of the secret that verified it
    pub secret_label: Option<&'record str>,
    /// the signature header
    pub signature: Option<&'record str>,
    /// what stands for the body: [`commitment`]
    pub commitment: [u8; 32],
}

/// What RFC 6962 hashes before a leaf.
const LEAF: u8 = 0;
/// The first byte of a leaf.
const VERSION: u8 = 1;
/// Marks an optional field that has a value.
const PRESENT: u8 = 1;
/// Marks an optional field that has none.
const ABSENT: u8 = 0;

impl Leaf<'_> {
    /// The bytes of the leaf: the version, then each field in the order of this struct. Text is preceded by its length in four bytes,
    /// numbers take eight, all big endian; an optional field is preceded by a byte that says whether it is there.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(512);
        bytes.push(VERSION);
        text(&mut bytes, self.event_id);
        text(&mut bytes, self.source.name());
        text(&mut bytes, self.kind);
        optional_text(&mut bytes, self.scope.account.as_deref());
        bytes.push(u8::from(self.scope.mode.is_live()));
        optional_text(&mut bytes, self.api_version);
        match self.created {
            Some(created) => {
                bytes.push(PRESENT);
                bytes.extend_from_slice(&created.to_be_bytes());
            }
            None => bytes.push(ABSENT),
        }
        bytes.extend_from_slice(&self.received_at.to_be_bytes());
        optional_text(&mut bytes, self.endpoint);
        optional_text(&mut bytes, self.secret_label);
        optional_text(&mut bytes, self.signature);
        bytes.extend_from_slice(&self.commitment);
        bytes
    }

    /// The hash of the leaf, `SHA-256(0x00 || leaf)` as RFC 6962 has it.
    pub fn hash(&self) -> [u8; 32] {
        sha256([&[LEAF], self.encode().as_slice()])
    }
}

/// `SHA-256(salt || body)`.
pub fn commitment(salt: &[u8], body: &[u8]) -> [u8; 32] {
    sha256([salt, body])
}

/// By ring, whose code is assembly: every body that comes in is hashed, and it is a large part of what receiving it costs.
fn sha256<const PARTS: usize>(parts: [&[u8]; PARTS]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    // A digest of SHA-256 has 32 bytes.
    hash.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    hash
}

fn text(bytes: &mut Vec<u8>, text: &str) {
    // Every field is far shorter than four gigabytes: see the limits of the envelope.
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn optional_text(bytes: &mut Vec<u8>, value: Option<&str>) {
    match value {
        Some(value) => {
            bytes.push(PRESENT);
            text(bytes, value);
        }
        None => bytes.push(ABSENT),
    }
}

#[cfg(test)]
mod tests {
    use daybook_domain::scope::Mode;
    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn hashes_are_those_that_other_implementations_compute() {
        let body = b"{\"id\":\"evt_1\"}".repeat(300);
        let commitment = commitment(&[7; 32], &body);
        assert_eq!(commitment, <[u8; 32]>::from(Sha256::new_with_prefix([7; 32]).chain_update(&body).finalize()));
        let leaf = Leaf {
            event_id: "evt_1",
            source: Source::Webhook,
            kind: "invoice.paid",
            scope: &Scope { account: None, mode: Mode::Live },
            api_version: Some("2026-09-30.endive"),
            created: Some(1),
            received_at: 2,
            endpoint: None,
            secret_label: None,
            signature: Some("t=1"),
            commitment,
        };
        assert_eq!(leaf.hash(), tlog_tiles::record_hash(&leaf.encode()).0);
    }
}
