//! `Stripe-Signature`: HMAC-SHA256 over `"{timestamp}.{body}"` with the whole secret as the key, in hex, as scheme `v1`.

use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The hex signature of a body at a time (unix seconds).
pub fn signature(secret: &str, timestamp: i64, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else {
        return String::new();
    };
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}

/// The header's value, `t=<unix>,v1=<hex>`, made anew for each attempt.
pub fn signature_header(secret: &str, timestamp: i64, body: &[u8]) -> String {
    format!("t={timestamp},v1={}", signature(secret, timestamp, body))
}
