//! A script carried out: simulated events, bent as it says, and the order in which they arrive.

use std::{collections::BTreeSet, sync::OnceLock};

use daybook_simulator::{ApiShape, Plan, RenderedEvent, ShapeChoice, Story, World, simulate};
use daybook_stripe::translate::NEEDED;
use serde_json::{Value, json};

use super::script::{Place, Script, Step};

/// Events of one story, at most: enough for a life of some months, and folded in a moment.
const MOST_EVENTS: usize = 20;
/// The largest number that translation reads.
const LARGEST: i64 = 1_000_000_000_000;

/// Words that mean something in some field.
const WORDS: &[&str] = &[
    "active",
    "past_due",
    "unpaid",
    "canceled",
    "trialing",
    "incomplete",
    "paused",
    "draft",
    "open",
    "paid",
    "void",
    "uncollectible",
    "needs_response",
    "warning_needs_response",
    "won",
    "lost",
    "succeeded",
    "pending",
    "failed",
    "requires_action",
    "requires_capture",
    "issued",
    "usd",
    "eur",
    "jpy",
    "USD",
    "",
    "subscription_create",
    "charge",
    "payment_intent",
    "refund",
];

/// One event as it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its type.
    pub kind: String,
    /// Its bytes.
    pub body: Vec<u8>,
}

/// What arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// The events, each id once: the log keeps one record of it.
    pub events: Vec<Event>,
    /// In which order they come, by their places above; some come more than once.
    pub order: Vec<usize>,
}

impl Stage {
    /// What a script says.
    pub fn of(script: &Script) -> Self {
        let mut bodies = bodies(script);
        let mut order: Vec<usize> = (0..bodies.len()).collect();
        let mut left_out = BTreeSet::new();
        for step in &script.steps {
            match *step {
                Step::Repeat(event) => order.extend(place(event, bodies.len())),
                Step::Move(from, to) => {
                    if let (Some(from), Some(to)) = (place(from, order.len()), place(to, order.len())) {
                        let event = order.remove(from);
                        order.insert(to, event);
                    }
                }
                Step::Leave(event) => left_out.extend(place(event, bodies.len())),
                _ => bend(&mut bodies, step),
            }
        }
        order.retain(|event| !left_out.contains(event));
        let events = bodies.iter().map(|body| Event {
            kind: body.get("type").and_then(Value::as_str).unwrap_or_default().to_owned(),
            body: body.to_string().into_bytes(),
        });
        let stays = |index: usize| !left_out.contains(&index);
        // What is left out leaves no gap: the others move up, and the order follows them.
        let moved_up = |index: usize| index - left_out.range(..index).count();
        Self {
            events: events.enumerate().filter(|(index, _)| stays(*index)).map(|(_, event)| event).collect(),
            order: order.into_iter().map(moved_up).collect(),
        }
    }
}

fn place(number: u8, of: usize) -> Option<usize> {
    usize::from(number).checked_rem(of)
}

/// The events that the script begins with.
fn bodies(script: &Script) -> Vec<Value> {
    let mut bodies = Vec::new();
    for (customer, (story, shape)) in script.stories.into_iter().enumerate() {
        let events = history(customer, usize::from(story), usize::from(shape));
        let from = place(script.from, events.len()).unwrap_or_default();
        let window = events.iter().skip(from).take(usize::from(script.events) % (MOST_EVENTS + 1));
        bodies.extend(window.filter_map(|event| serde_json::from_slice::<Value>(&event.body).ok()));
    }
    bodies
}

/// The history of one of two customers, in a story and a shape; simulated once.
fn history(customer: usize, story: usize, shape: usize) -> &'static [RenderedEvent] {
    const STORIES: usize = Story::ALL.len();
    const SHAPES: usize = ApiShape::ALL.len();
    static TOLD: [OnceLock<Vec<RenderedEvent>>; 2 * STORIES * SHAPES] =
        [const { OnceLock::new() }; 2 * STORIES * SHAPES];
    let (story, shape) = (story % STORIES, shape % SHAPES);
    let told = TOLD.get((customer % 2 * STORIES + story) * SHAPES + shape);
    let tell = || match (Story::ALL.get(story), ApiShape::ALL.get(shape)) {
        (Some(story), Some(shape)) => world().story_of(customer, &[*story]).render(*shape),
        _ => Vec::new(),
    };
    told.map(|told| told.get_or_init(tell).as_slice()).unwrap_or_default()
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let (start, shape) = (1_700_000_000, ShapeChoice::Mixed);
        simulate(&Plan { seed: 9, customers: 0, start, months: 4, shape, livemode: false, account: None })
    })
}

/// Changes one value of one event.
fn bend(bodies: &mut [Value], step: &Step) {
    match *step {
        Step::SameSecond(event, other) => {
            let second = place(other, bodies.len()).and_then(|other| bodies.get(other)?.get("created").cloned());
            set(bodies, event, "created", second);
        }
        Step::Retype(event, kind) => {
            let kind = place(kind, NEEDED.len()).and_then(|kind| NEEDED.get(kind));
            set(bodies, event, "type", kind.map(|kind| json!(kind)));
        }
        Step::Remove(at) => remove(bodies, at),
        Step::Null(at) => replace(bodies, at, Value::Null),
        Step::Number(at, number) => replace(bodies, at, json!(number)),
        Step::Extreme(at, negative) => replace(bodies, at, json!(if negative { -LARGEST } else { LARGEST })),
        Step::Word(at, word) => {
            let word = place(word, WORDS.len()).and_then(|word| WORDS.get(word));
            replace(bodies, at, word.map_or(Value::Null, |word| json!(word)));
        }
        Step::Copy(at, from) => {
            if let Some(value) = look(bodies, from) {
                replace(bodies, at, value);
            }
        }
        Step::Before(at, from) => was_before(bodies, at, from),
        Step::Repeat(_) | Step::Move(..) | Step::Leave(_) => {}
    }
}

fn set(bodies: &mut [Value], event: u8, name: &str, value: Option<Value>) {
    let body = place(event, bodies.len()).and_then(|event| bodies.get_mut(event));
    if let (Some(Value::Object(body)), Some(value)) = (body, value) {
        body.insert(name.to_owned(), value);
    }
}

/// The event a place is in, and the pointer to it.
fn find(bodies: &[Value], at: Place) -> Option<(usize, String)> {
    let event = place(at.event, bodies.len())?;
    let mut pointers = Vec::new();
    collect(bodies.get(event)?.get("data")?, "/data", &mut pointers);
    let value = usize::from(at.value).checked_rem(pointers.len())?;
    Some((event, pointers.swap_remove(value)))
}

fn collect(value: &Value, at: &str, pointers: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, inner)| (name.clone(), inner)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(index, inner)| (index.to_string(), inner)).collect(),
        _ => Vec::new(),
    };
    for (name, inner) in inner {
        let pointer = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        collect(inner, &pointer, pointers);
        pointers.push(pointer);
    }
}

fn look(bodies: &[Value], at: Place) -> Option<Value> {
    let (event, pointer) = find(bodies, at)?;
    bodies.get(event)?.pointer(&pointer).cloned()
}

fn replace(bodies: &mut [Value], at: Place, value: Value) {
    let found = find(bodies, at);
    let slot = found.and_then(|(event, pointer)| bodies.get_mut(event)?.pointer_mut(&pointer));
    if let Some(slot) = slot {
        *slot = value;
    }
}

fn remove(bodies: &mut [Value], at: Place) {
    let Some((event, pointer)) = find(bodies, at) else { return };
    let Some((parent, name)) = pointer.rsplit_once('/') else { return };
    if let Some(Value::Object(parent)) = bodies.get_mut(event).and_then(|body| body.pointer_mut(parent)) {
        parent.remove(&name.replace("~1", "/").replace("~0", "~"));
    }
}

/// The event says that a field of its object had the value that stands at another place.
fn was_before(bodies: &mut [Value], at: Place, from: Place) {
    let (Some((event, pointer)), Some(value)) = (find(bodies, at), look(bodies, from)) else { return };
    let name = pointer.strip_prefix("/data/object/").and_then(|path| path.split('/').next());
    let data = bodies.get_mut(event).and_then(|body| body.get_mut("data")).and_then(Value::as_object_mut);
    if let (Some(name), Some(data)) = (name, data) {
        let before = data.entry("previous_attributes").or_insert(Value::Null);
        if !before.is_object() {
            *before = json!({});
        }
        if let Some(before) = before.as_object_mut() {
            before.insert(name.replace("~1", "/").replace("~0", "~"), value);
        }
    }
}
