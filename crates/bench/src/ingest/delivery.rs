//! A delivery as Stripe makes it, prepared to the last byte, so that sending it costs next to nothing.

use std::net::SocketAddr;

use chrono::Utc;
use daybook_simulator::deliver::signature_header;

use crate::serving::{SECRET, WEBHOOK};

/// The whole request, signed now.
pub(crate) fn request(address: SocketAddr, body: &[u8]) -> Vec<u8> {
    let signature = signature_header(SECRET, Utc::now().timestamp(), body);
    let head = format!(
        "POST {WEBHOOK} HTTP/1.1\r\nhost: {address}\r\nuser-agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)\r\n\
         accept: */*\r\ncontent-type: application/json; charset=utf-8\r\nstripe-signature: {signature}\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}
