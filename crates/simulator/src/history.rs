//! One customer's history: the events as the simulator wrote them, free of any API version, and their rendering in one shape or
//! another. The same history has the same events, ids and times in every shape; only what a shape does not send is left out.

use crate::model::Object;
use crate::render::{Envelope, Head, Node, Sender, View, previous_attributes};
use crate::shape::ApiShape;
use crate::truth::Truth;

/// One event of a history, before it is rendered.
#[derive(Debug, Clone)]
pub struct Event {
    /// The event's id, `evt_...`.
    pub id: String,
    /// Unix seconds; many events share one.
    pub created: i64,
    /// The type, such as `invoice.paid`.
    pub kind: &'static str,
    pub(crate) object: Object,
    pub(crate) before: Option<Object>,
    pub(crate) request: Option<(String, String)>,
}

/// An event in one API shape, as an endpoint receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedEvent {
    /// The event's id, the same in every shape.
    pub id: String,
    /// Unix seconds.
    pub created: i64,
    /// The type, such as `invoice.paid`.
    pub kind: &'static str,
    /// The customer whose history it belongs to; `None` for products and prices. The body itself may not name one.
    pub customer: Option<String>,
    /// The shape it is rendered in.
    pub shape: ApiShape,
    /// The exact bytes to sign and deliver.
    pub body: Vec<u8>,
}

/// What all events of a world share: whose account it is, and in which mode.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seller {
    pub livemode: bool,
    pub account: Option<String>,
}

/// Which shape is sent when: the version an account is on, and the times it was upgraded, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Versions {
    pub first: ApiShape,
    pub upgrades: Vec<(i64, ApiShape)>,
}

impl Versions {
    fn at(&self, time: i64) -> ApiShape {
        self.upgrades.iter().rev().find(|(since, _)| *since <= time).map_or(self.first, |(_, shape)| *shape)
    }
}

/// The events of one customer, or of the catalogue, in the order of their causes.
#[derive(Debug, Clone)]
pub struct History {
    /// The customer's id; `None` for the catalogue.
    pub customer: Option<String>,
    /// The events, in the order of their causes: times never go back, but many are equal.
    pub events: Vec<Event>,
    pub(crate) seller: Seller,
    pub(crate) versions: Versions,
}

impl History {
    /// The history as an endpoint pinned to this shape receives it.
    pub fn render(&self, shape: ApiShape) -> Vec<RenderedEvent> {
        self.events.iter().filter_map(|event| self.render_event(event, shape)).collect()
    }

    /// The history in the shape, or the sequence of shapes, that the world was asked for.
    pub fn render_as_planned(&self) -> Vec<RenderedEvent> {
        self.events.iter().filter_map(|event| self.render_event(event, self.versions.at(event.created))).collect()
    }

    /// What a ledger that has seen all of it must answer.
    pub fn truth(&self) -> Truth {
        Truth::of(&self.events)
    }

    fn render_event(&self, event: &Event, shape: ApiShape) -> Option<RenderedEvent> {
        if !shape.sends(event.kind) {
            return None;
        }
        let view = View { shape, livemode: self.seller.livemode };
        let object = view.object(&event.object);
        let previous = match &event.before {
            None => None,
            Some(before) => previous_attributes(&view.object(before), &object),
        };
        if previous.is_none() && event.before.is_some() {
            return None;
        }
        let body = self.body(event, shape, object, previous);
        Some(RenderedEvent {
            id: event.id.clone(),
            created: event.created,
            kind: event.kind,
            customer: self.customer.clone(),
            shape,
            body,
        })
    }

    fn body(&self, event: &Event, shape: ApiShape, object: Node, previous: Option<Node>) -> Vec<u8> {
        let sender = Sender {
            account: self.seller.account.as_deref(),
            api_version: shape.version(),
            livemode: self.seller.livemode,
        };
        let request = event.request.as_ref().map(|(id, key)| (id.as_str(), key.as_str()));
        let head = Head { id: &event.id, kind: event.kind, created: event.created, request };
        serde_json::to_vec(&Envelope::new(sender, head, object, previous)).unwrap_or_default()
    }
}
