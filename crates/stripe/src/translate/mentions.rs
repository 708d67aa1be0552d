//! The ids an event names, whether or not its object is folded: what search finds it by.

use super::body::Body;
use crate::json::Object;

/// Ids an event names, whether or not its object is folded. All are short and free of control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// Its object, if it has an id.
    pub object: Option<Mention>,
    /// The customer its object names, or is.
    pub customer: Option<Box<str>>,
}

/// One object by Stripe's name for its kind, and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// `subscription`, `checkout.session`, `setup_intent`, ...
    pub kind: Box<str>,
    /// Its id.
    pub id: Box<str>,
}

impl Mentions {
    /// What a body mentions. What cannot be read is not mentioned.
    pub(super) fn of(body: &Body<'_>) -> Self {
        if let Some(related) = &body.envelope.related {
            let kind = related.kind.clone().unwrap_or_default();
            let customer = (&*kind == "customer").then(|| related.id.clone());
            return Self { object: Some(Mention { kind, id: related.id.clone() }), customer };
        }
        let Some(object) = &body.object else {
            return Self::default();
        };
        let family = body.envelope.event_type.rsplit_once('.').map(|(family, _)| family);
        let kind = object.id("object").ok().flatten().map_or_else(|| family.unwrap_or_default().into(), Box::from);
        let id: Option<Box<str>> = object.id("id").ok().flatten().map(Box::from);
        let own = id.clone().filter(|_| &*kind == "customer");
        Self { object: id.map(|id| Mention { kind, id }), customer: own.or_else(|| customer(object)) }
    }
}

/// The customer's id: `customer`, plain or expanded. A dispute names neither, nor do several others.
fn customer(object: &Object<'_>) -> Option<Box<str>> {
    object.reference("customer").ok()?.boxed()
}
