//! What becomes of each entry of a batch: appended, or a duplicate or a conflict of a record that stands already or that stands earlier in the same
//! batch. A pure function of what the log holds; the transaction around it is [`super::append`].

use std::collections::HashMap;

use daybook_domain::scope::{Scope, ScopeId};

use super::content::same_content;
use super::envelope::{Sealed, Source};

/// What became of an entry, and the position of the record with its event id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// it is this record
    Appended(i64),
    /// this record is the same event
    Duplicate(i64),
    /// this record has the same event id but says something else; both are kept
    Conflict(i64),
}

impl Recorded {
    /// The position of the record that has the event id.
    pub fn position(self) -> i64 {
        match self {
            Self::Appended(position) | Self::Duplicate(position) | Self::Conflict(position) => position,
        }
    }

    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::Appended(_) => "appended",
            Self::Duplicate(_) => "duplicate",
            Self::Conflict(_) => "conflict",
        }
    }
}

/// A record of the log that has the event id of an entry.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub position: i64,
    pub scope: ScopeId,
    pub kind: String,
    pub created: Option<i64>,
    pub api_version: Option<String>,
    pub leaf_hash: Vec<u8>,
    pub body: Vec<u8>,
}

/// What to write for a batch.
#[derive(Debug, Default)]
pub(crate) struct Plan<'batch> {
    /// one for each entry, in their order
    pub outcomes: Vec<Recorded>,
    /// the entries that become records, in the order of their positions
    pub appended: Vec<&'batch Sealed>,
    /// what becomes no record: a delivery to note, perhaps a conflict to keep
    pub repeated: Vec<(&'batch Sealed, Recorded)>,
}

/// Decides a batch, given the size of the log and its records with the batch's event ids.
pub(crate) fn classify<'batch>(
    batch: &'batch [Sealed],
    size: i64,
    known: &HashMap<String, Known>,
    scopes: &HashMap<Scope, ScopeId>,
) -> Plan<'batch> {
    let mut plan = Plan::default();
    let mut next = size;
    let mut earlier: HashMap<&str, (i64, &Sealed)> = HashMap::new();
    for sealed in batch {
        let id = sealed.incoming.event_id.as_str();
        let outcome = if let Some(known) = known.get(id) {
            compare_with_known(sealed, known, scopes)
        } else if let Some((position, _)) = earlier.get(id).filter(|_| is_repeated_act(sealed)) {
            Recorded::Duplicate(*position)
        } else if let Some((position, first)) = earlier.get(id) {
            judge(&Rendering::of(sealed, scopes), &Rendering::of(first, scopes), *position)
        } else {
            earlier.insert(id, (next, sealed));
            plan.appended.push(sealed);
            next += 1;
            Recorded::Appended(next - 1)
        };
        if !matches!(outcome, Recorded::Appended(_)) {
            plan.repeated.push((sealed, outcome));
        }
        plan.outcomes.push(outcome);
    }
    plan
}

fn compare_with_known(sealed: &Sealed, known: &Known, scopes: &HashMap<Scope, ScopeId>) -> Recorded {
    // The salt is random: an equal leaf is this very entry, committed by an attempt whose answer was lost.
    if sealed.leaf_hash.as_slice() == known.leaf_hash.as_slice() {
        return Recorded::Appended(known.position);
    }
    if is_repeated_act(sealed) {
        return Recorded::Duplicate(known.position);
    }
    let held = Rendering {
        scope: Some(known.scope),
        kind: &known.kind,
        created: known.created,
        api_version: known.api_version.as_deref(),
        body: &known.body,
    };
    judge(&Rendering::of(sealed, scopes), &held, known.position)
}

/// An event as one API version renders it.
struct Rendering<'event> {
    scope: Option<ScopeId>,
    kind: &'event str,
    created: Option<i64>,
    api_version: Option<&'event str>,
    body: &'event [u8],
}

impl<'event> Rendering<'event> {
    fn of(sealed: &'event Sealed, scopes: &HashMap<Scope, ScopeId>) -> Self {
        let incoming = &sealed.incoming;
        Self {
            scope: scopes.get(&incoming.scope).copied(),
            kind: &incoming.kind,
            created: incoming.created,
            api_version: incoming.api_version.as_deref(),
            body: &incoming.body,
        }
    }
}

/// Whose event it is, its type and its time are the same in every API version; its content is rendered differently, so other content is a conflict
/// only within one version.
fn judge(one: &Rendering<'_>, held: &Rendering<'_>, position: i64) -> Recorded {
    let same_event = one.scope == held.scope && one.kind == held.kind && one.created == held.created;
    let same = same_event && (one.api_version != held.api_version || same_content(one.body, held.body));
    if same { Recorded::Duplicate(position) } else { Recorded::Conflict(position) }
}

/// Whether the entry is an operator's, whose id is made of an idempotency key: what has the id already is an earlier attempt, which whoever asked
/// compares with this one. It contradicts nothing.
fn is_repeated_act(sealed: &Sealed) -> bool {
    sealed.incoming.source == Source::Operator
}

/// Whether the entry leaves a row among the deliveries: only what Stripe delivered does.
pub(crate) fn is_delivery(sealed: &Sealed) -> bool {
    sealed.incoming.source == Source::Webhook
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use chrono::DateTime;
    use daybook_domain::id::EventId;
    use daybook_domain::scope::Mode;

    use super::*;
    use crate::log::envelope::Incoming;

    fn sealed(id: &str, version: Option<&str>, body: &'static str, salt: u8) -> Sealed {
        let incoming = Incoming {
            event_id: EventId::new(id),
            kind: "invoice.paid".to_owned(),
            scope: Scope { account: None, mode: Mode::Test },
            api_version: version.map(str::to_owned),
            created: Some(1),
            body: Bytes::from_static(body.as_bytes()),
            source: Source::Webhook,
            received_at: DateTime::from_timestamp_micros(1).unwrap(),
            endpoint: None,
            secret_label: None,
            signature: None,
        };
        Sealed::seal(incoming, [salt; 32]).unwrap()
    }

    fn scopes() -> HashMap<Scope, ScopeId> {
        let scope = |mode| Scope { account: None, mode };
        HashMap::from([(scope(Mode::Test), ScopeId(1)), (scope(Mode::Live), ScopeId(2))])
    }

    fn known(sealed: &Sealed, position: i64) -> HashMap<String, Known> {
        let known = Known {
            position,
            scope: ScopeId(1),
            kind: sealed.incoming.kind.clone(),
            created: sealed.incoming.created,
            api_version: sealed.incoming.api_version.clone(),
            leaf_hash: sealed.leaf_hash.to_vec(),
            body: sealed.incoming.body.to_vec(),
        };
        HashMap::from([(sealed.incoming.event_id.as_str().to_owned(), known)])
    }

    #[test]
    fn new_ids_take_the_next_positions() {
        let batch = [sealed("a", None, "{}", 1), sealed("b", None, "{}", 2)];
        let plan = classify(&batch, 7, &HashMap::new(), &scopes());
        assert_eq!(plan.outcomes, [Recorded::Appended(7), Recorded::Appended(8)]);
        assert!(plan.repeated.is_empty());
    }

    #[test]
    fn the_first_of_a_batch_is_appended_and_the_next_with_its_id_compared_with_it() {
        let batch = [
            sealed("a", None, r#"{"x":1}"#, 1),
            sealed("a", None, r#"{"x":1,"pending_webhooks":3}"#, 2),
            sealed("a", None, r#"{"x":2}"#, 3),
            sealed("b", None, "{}", 4),
        ];
        let plan = classify(&batch, 0, &HashMap::new(), &scopes());
        let expected = [Recorded::Appended(0), Recorded::Duplicate(0), Recorded::Conflict(0), Recorded::Appended(1)];
        assert_eq!(plan.outcomes, expected);
    }

    #[test]
    fn another_version_with_other_content_is_a_duplicate() {
        let first = sealed("a", Some("2020-08-27"), r#"{"x":1}"#, 1);
        let batch = [sealed("a", Some("2025-03-31.basil"), r#"{"x":2}"#, 2), sealed("a", None, r#"{"x":2}"#, 3)];
        let plan = classify(&batch, 9, &known(&first, 3), &scopes());
        assert_eq!(plan.outcomes, [Recorded::Duplicate(3), Recorded::Duplicate(3)]);
    }

    #[test]
    fn another_type_time_or_scope_is_a_conflict_in_any_version() {
        let first = sealed("a", Some("2020-08-27"), "{}", 1);
        let mut other_type = sealed("a", Some("2025-03-31.basil"), "{}", 2);
        other_type.incoming.kind = "invoice.voided".to_owned();
        let mut other_time = sealed("a", None, "{}", 3);
        other_time.incoming.created = Some(2);
        let mut other_scope = sealed("a", Some("2025-03-31.basil"), "{}", 4);
        other_scope.incoming.scope.mode = Mode::Live;
        let batch = [other_type, other_time, other_scope];
        let plan = classify(&batch, 9, &known(&first, 3), &scopes());
        assert_eq!(plan.outcomes, [Recorded::Conflict(3); 3]);
    }

    #[test]
    fn an_operators_act_that_comes_again_is_the_first_one_whatever_it_says() {
        let mut acts = [sealed("op_1", None, r#"{"x":1}"#, 1), sealed("op_1", None, r#"{"x":2}"#, 2)];
        for act in &mut acts {
            act.incoming.source = Source::Operator;
        }
        let plan = classify(&acts, 9, &HashMap::new(), &scopes());
        assert_eq!(plan.outcomes, [Recorded::Appended(9), Recorded::Duplicate(9)]);
        let plan = classify(&acts[1..], 10, &known(&acts[0], 9), &scopes());
        assert_eq!(plan.outcomes, [Recorded::Duplicate(9)]);
    }

    #[test]
    fn an_entry_whose_first_answer_was_lost_is_appended_only_once() {
        let batch = [sealed("a", None, "{}", 1)];
        let plan = classify(&batch, 9, &known(&batch[0], 3), &scopes());
        assert_eq!(plan.outcomes, [Recorded::Appended(3)]);
        assert!(plan.appended.is_empty() && plan.repeated.is_empty());
    }
}
