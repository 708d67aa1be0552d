//! The event around an object: id, type, time, version, the request that caused it, and what changed.

use serde::Serialize;

use super::node::Node;

#[derive(Debug, Serialize)]
pub(crate) struct Request<'a> {
    pub id: Option<&'a str>,
    pub idempotency_key: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct Content {
    object: Node,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_attributes: Option<Node>,
}

/// An event as Stripe sends it.
#[derive(Debug, Serialize)]
pub(crate) struct Envelope<'a> {
    id: &'a str,
    object: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    api_version: &'static str,
    created: i64,
    data: Content,
    livemode: bool,
    pending_webhooks: u8,
    request: Request<'a>,
    r#type: &'a str,
}

/// What every event of one delivery has in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sender<'a> {
    pub account: Option<&'a str>,
    pub api_version: &'static str,
    pub livemode: bool,
}

/// What tells one event from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    pub id: &'a str,
    pub kind: &'a str,
    pub created: i64,
    pub request: Option<(&'a str, &'a str)>,
}

impl<'a> Envelope<'a> {
    pub fn new(sender: Sender<'a>, head: Head<'a>, object: Node, previous: Option<Node>) -> Self {
        let (id, key) = head.request.unzip();
        Self {
            id: head.id,
            object: "event",
            account: sender.account,
            api_version: sender.api_version,
            created: head.created,
            data: Content { object, previous_attributes: previous },
            livemode: sender.livemode,
            pending_webhooks: 1,
            request: Request { id, idempotency_key: key },
            r#type: head.kind,
        }
    }
}
