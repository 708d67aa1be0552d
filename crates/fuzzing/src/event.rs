//! The body of a delivery, as any bytes: there is always one answer, and it is the one that another reader of JSON would give.
//!
//! Compared with `serde_json`: what is JSON at all, what the envelope holds, and whether the same value written in another way (white
//! space, escapes, the order of keys) says the same. Facts go on into states and rows, where nothing may panic.

mod shape;

use std::collections::BTreeSet;

use daybook_domain::{fact::Fact, scope::ScopeId};
use daybook_store::Source;
use daybook_stripe::{
    Translated, Translation, Unreadable,
    envelope::{self, Flaw},
    translate,
};
use daybook_worker::{
    Loader,
    engine::{Engine, Reading, Record},
};
use serde::de::IgnoredAny;
use serde_json::Value;

use self::shape::Shape;
use crate::{Broken, hold};

/// What became of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It cannot be an event of Stripe.
    Refused,
    /// An event that cannot be read, kept with the reason.
    Quarantined,
    /// A thin event.
    NeedsFetch,
    /// Readable, and nothing comes of it.
    WithoutEffect,
    /// So many facts.
    Accepted(usize),
}

/// Tries an input.
///
/// # Errors
/// The first promise that does not hold.
pub fn check(body: &[u8]) -> Result<Verdict, Broken> {
    let translated = translate(body);
    hold(translated == translate(body), "a body is translated the same way every time", || "")?;
    let envelope = envelope::read(body);
    let verdict = verdict(envelope.as_ref().err(), &translated.translation)?;
    let text = std::str::from_utf8(body).ok();
    let text = text.filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok());
    agree_on_json(text, envelope.as_ref().err())?;
    if let Some(value) = text.and_then(|text| serde_json::from_str::<Value>(text).ok()) {
        let shape = text.and_then(Shape::of).unwrap_or_default();
        shape::agree_on_envelope(&value, &shape, &envelope)?;
        agree_on_rewritten(&value, &shape, &translated)?;
    }
    if let Translation::Facts(facts) = &translated.translation {
        agree_on_facts(facts)?;
        let event = envelope.as_ref().map(|envelope| &*envelope.event_type).unwrap_or_default();
        derive(event, body);
    }
    Ok(verdict)
}

/// What envelope and translation say together: one answer, with a reason where it is no.
fn verdict(unreadable: Option<&Unreadable>, translation: &Translation) -> Result<Verdict, Broken> {
    let verdict = match (unreadable, translation) {
        (Some(unreadable), Translation::Quarantined { reason }) => {
            hold(unreadable.reason == *reason, "envelope and translation give one reason", || {
                format!("{} / {reason}", unreadable.reason)
            })?;
            if unreadable.flaw == Flaw::NotAnEvent { Verdict::Refused } else { Verdict::Quarantined }
        }
        (Some(unreadable), other) => {
            return Err(Broken {
                promise: "what has no envelope is not translated",
                how: format!("{unreadable}, and {other:?}"),
            });
        }
        (None, Translation::Quarantined { .. }) => Verdict::Quarantined,
        (None, Translation::NeedsFetch { .. }) => Verdict::NeedsFetch,
        (None, Translation::WithoutEffect { .. }) => Verdict::WithoutEffect,
        (None, Translation::Facts(facts)) => Verdict::Accepted(facts.len()),
    };
    if let Translation::Quarantined { reason } = translation {
        let told = !reason.is_empty() && !reason.contains('\0');
        hold(told, "whatever is not read has a reason that can be stored", || reason)?;
        let of_the_whole = reason.starts_with("the body is");
        hold(unreadable.is_some() || !of_the_whole, "both scans agree on what is JSON", || reason)?;
    }
    Ok(verdict)
}

/// `json` is the text where `serde_json` takes it for JSON.
fn agree_on_json(json: Option<&str>, unreadable: Option<&Unreadable>) -> Result<(), Broken> {
    let refused = unreadable.filter(|unreadable| unreadable.flaw == Flaw::NotAnEvent);
    let reason = refused.map(|refused| &*refused.reason).unwrap_or_default();
    let Some(json) = json else {
        return hold(refused.is_some(), "what is no JSON is refused", || "taken for JSON, and serde_json does not");
    };
    let not_json = ["the body is not JSON", "the body is too long", "the body is not UTF-8", "the body is empty"];
    let is_json = !not_json.iter().any(|words| reason.starts_with(words));
    hold(is_json, "JSON is never taken for something else", || format!("{reason}: {json}"))
}

/// The same value written anew has to say the same. Hashes of numbers count as they are written, names that stand twice count in
/// hashes, and so does the text of what is nested deeply: such bodies are left out.
fn agree_on_rewritten(value: &Value, shape: &Shape, translated: &Translated) -> Result<(), Broken> {
    if shape.repeats || shape.has_other_numbers || shape.is_deep {
        return Ok(());
    }
    let again = translate(value.to_string().as_bytes());
    let quarantined = |one: &Translated| matches!(one.translation, Translation::Quarantined { .. });
    // Where several values cannot be read, the first one in the body may be named.
    let same = again == *translated || (quarantined(&again) && quarantined(translated));
    hold(same, "white space, escapes and the order of keys change nothing", || format!("{translated:?}\n{again:?}"))
}

fn agree_on_facts(facts: &[Fact]) -> Result<(), Broken> {
    let harmless = |fact: &Fact| (1..=255).contains(&fact.id.len()) && !fact.id.chars().any(char::is_control);
    let subjects: BTreeSet<_> = facts.iter().map(Fact::subject).collect();
    hold(!facts.is_empty(), "a translation without facts says so", || "no facts")?;
    hold(facts.iter().all(harmless), "every id can be a key", || format!("{subjects:?}"))?;
    hold(subjects.len() == facts.len(), "every object is told once", || format!("{subjects:?}"))
}

/// The way from the body to rows, where nothing may panic.
fn derive(kind: &str, body: &[u8]) {
    let record = Record { position: 0, scope: ScopeId(1), source: Source::Webhook, kind, body };
    let mut engine = Engine::new(Loader::of_empty_generation());
    engine.take_in(vec![Reading::of(&record)]);
    engine.derive();
}
