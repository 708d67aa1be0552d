//! Worlds and events in the form the other modules read them.

use std::sync::LazyLock;

use daybook_simulator::{ApiShape, History, Plan, RenderedEvent, ShapeChoice, Story, World, simulate};
use serde_json::Value;

/// 2024-01-15T12:00:00Z.
pub const START: i64 = 1_705_320_000;

pub fn plan(seed: u64, customers: usize) -> Plan {
    Plan {
        seed,
        customers,
        start: START,
        months: 14,
        shape: ShapeChoice::One(ApiShape::Acacia),
        livemode: false,
        account: None,
    }
}

pub fn world(seed: u64, customers: usize) -> World {
    simulate(&plan(seed, customers))
}

/// Each story alone, twice, and customers with stories chosen by the seed. Made once for all tests.
pub fn histories() -> &'static [History] {
    static HISTORIES: LazyLock<Vec<History>> = LazyLock::new(|| {
        let world = simulate(&Plan { months: 7, ..plan(7, 12) });
        let mut histories: Vec<History> = world.histories().collect();
        for (number, story) in Story::ALL.into_iter().cycle().take(Story::ALL.len() * 2).enumerate() {
            histories.push(world.story_of(1_000 + number, &[story]));
        }
        histories
    });
    &HISTORIES
}

/// A rendered event, parsed.
pub struct Seen {
    pub id: String,
    pub kind: &'static str,
    pub created: i64,
    pub object: Value,
    pub previous: Option<Value>,
}

pub fn seen(event: &RenderedEvent) -> Seen {
    let mut body: Value = serde_json::from_slice(&event.body).unwrap();
    assert_eq!(body["id"], event.id.as_str());
    assert_eq!(body["type"], event.kind);
    assert_eq!(body["created"], event.created);
    Seen {
        id: event.id.clone(),
        kind: event.kind,
        created: event.created,
        object: body["data"]["object"].take(),
        previous: body["data"].get_mut("previous_attributes").map(Value::take),
    }
}

pub fn render(history: &History, shape: ApiShape) -> Vec<Seen> {
    history.render(shape).iter().map(seen).collect()
}

/// The id of an event's object, or what stands for it.
pub fn key(object: &Value) -> String {
    let id = object.get("id").or_else(|| object.get("customer")).and_then(Value::as_str).unwrap_or_default();
    format!("{}:{id}", object["object"].as_str().unwrap_or_default())
}
