//! The envelope of an event: what the log keeps of it, without reading the object it carries.
//!
//! One scan of the body, borrowed wherever possible. Whatever is wrong ends in [`Unreadable`], which keeps what could
//! be read, so that a verified body always finds its place in the log: under its own id, or under [`fallback_id`].
//! All text that leaves here is short and free of control characters, because it becomes keys and columns.

use std::{borrow::Cow, collections::BTreeMap};

use daybook_domain::time::Timestamp;
use ring::digest;
use serde_json::{error::Category, value::RawValue};

use crate::{
    json::{Fault, Fields, Found, Tape, kind_of},
    time,
};

/// The fields of an envelope that must not stand twice: what the log would keep depends on them.
const SINGLE: &[&str] =
    &["id", "object", "type", "account", "context", "livemode", "api_version", "created", "data", "snapshot_event"];

/// An event without its object.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// `evt_...`: 1 to 255 bytes without control characters.
    pub id: Cow<'a, str>,
    /// Which of Stripe's two forms it has.
    pub form: Form,
    /// `type`, as in `invoice.paid`.
    pub event_type: Cow<'a, str>,
    /// The connected account it happened in (`account`; of thin events, the account their `context` names).
    pub account: Option<Cow<'a, str>>,
    /// Live or test mode.
    pub livemode: bool,
    /// The version `data` was rendered with. Old and thin events may lack it.
    pub api_version: Option<Cow<'a, str>>,
    /// When it happened.
    pub created: Timestamp,
    /// The raw `data` of a snapshot event, not looked at.
    pub data: Option<&'a str>,
    /// The API request that caused it (`request`, or `request.id`).
    pub request_id: Option<Cow<'a, str>>,
    /// That request's idempotency key.
    pub idempotency_key: Option<Cow<'a, str>>,
    /// The object a thin event is about.
    pub related: Option<Related>,
    /// The snapshot event that says the same as this thin one.
    pub snapshot_event: Option<Cow<'a, str>>,
}

/// The two forms of events at Stripe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `object: "event"`: carries its object.
    Snapshot,
    /// `object: "v2.core.event"`: names its object, which has to be fetched.
    Thin,
}

/// The object a thin event names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Its id.
    pub id: Box<str>,
    /// Its kind, by Stripe's name.
    pub kind: Option<Box<str>>,
    /// Where it can be fetched, relative to the API's address.
    pub url: Option<Box<str>>,
}

/// How far a body is from being a readable event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// It cannot be a Stripe event at all: no JSON object, or an object of another kind.
    NotAnEvent,
    /// It is an event with something in it that cannot be read.
    Unreadable,
}

/// A body whose envelope cannot be read, with what could be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Whether it is an event at all.
    pub flaw: Flaw,
    /// What is wrong, with the path; never a value of the body.
    pub reason: Box<str>,
    /// Its id, if that is readable and stands once. Otherwise store it under [`fallback_id`].
    pub id: Option<Box<str>>,
    /// Its type, if readable.
    pub event_type: Option<Box<str>>,
    /// Its account, if readable.
    pub account: Option<Box<str>>,
    /// Its mode, if readable.
    pub livemode: Option<bool>,
    /// Its version, if readable.
    pub api_version: Option<Box<str>>,
    /// When it happened, if readable.
    pub created: Option<Timestamp>,
}

/// Reads the envelope of a body. One scan; `data` is only skipped over.
pub fn read(body: &[u8]) -> Result<Envelope<'_>, Unreadable> {
    let text = json_object(body)?;
    let tape = Tape::read_outermost(text).ok_or_else(|| not_json(text))?;
    Envelope::of(tape.root().fields().unwrap_or_default())
}

/// The id under which verified bytes without a readable event id are kept: `body:` and the SHA-256 of the body.
pub fn fallback_id(body: &[u8]) -> Box<str> {
    format!("body:{}", hex::encode(digest::digest(&digest::SHA256, body))).into()
}

/// The body as the text of something that starts like a JSON object.
pub(crate) fn json_object(body: &[u8]) -> Result<&str, Unreadable> {
    let text = std::str::from_utf8(body)
        .map_err(|error| not_an_event(format!("the body is not UTF-8 at byte {}", error.valid_up_to())))?;
    let start = text.trim_start_matches([' ', '\t', '\r', '\n']);
    if start.starts_with('{') {
        Ok(text)
    } else if start.is_empty() {
        Err(not_an_event("the body is empty"))
    } else if starts_like_json(start) {
        Err(not_an_event(format!("the body is not a JSON object but starts like {}", kind_of(start))))
    } else {
        Err(not_an_event("the body is not JSON: it starts like none of its values"))
    }
}

/// Whether the text starts with what begins a value, or is one whole value: `nope` does not start like `null`.
fn starts_like_json(text: &str) -> bool {
    text.starts_with(|first: char| matches!(first, '[' | '"' | '-' | '0'..='9')) || Tape::read_outermost(text).is_some()
}

/// The fault of a body that starts like an object and is none. Finding the place is left to `serde_json`.
pub(crate) fn not_json(text: &str) -> Unreadable {
    let Err(error) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(text) else {
        return not_an_event("the body is too long");
    };
    let what = match error.classify() {
        Category::Eof => "it is cut off",
        Category::Io | Category::Syntax => "it breaks",
        Category::Data => "it is not as expected",
    };
    not_an_event(format!("the body is not JSON: {what} at line {}, column {}", error.line(), error.column()))
}

fn not_an_event(reason: impl Into<Box<str>>) -> Unreadable {
    Unreadable {
        flaw: Flaw::NotAnEvent,
        reason: reason.into(),
        id: None,
        event_type: None,
        account: None,
        livemode: None,
        api_version: None,
        created: None,
    }
}

impl<'a> Envelope<'a> {
    /// Reads the envelope from the fields of the event.
    pub(crate) fn of(fields: Fields<'_, 'a>) -> Result<Self, Unreadable> {
        let read = match (fields.repeated(SINGLE), Form::of(&fields)) {
            (Some(name), _) => Err((Flaw::Unreadable, Fault::new(name, "it stands twice"))),
            (None, Err(fault)) => Err((Flaw::NotAnEvent, fault)),
            (None, Ok(form)) => Self::in_form(form, &fields).map_err(|fault| (Flaw::Unreadable, fault)),
        };
        read.map_err(|(flaw, fault)| Unreadable::salvage(flaw, &fault, &fields))
    }

    fn in_form(form: Form, fields: &Fields<'_, 'a>) -> Found<Self> {
        let (request_id, idempotency_key) = request(fields)?;
        Ok(Self {
            id: fields.id("id")?.ok_or_else(|| fields.missing("id"))?,
            form,
            event_type: fields.id("type")?.ok_or_else(|| fields.missing("type"))?,
            account: account(fields)?,
            livemode: fields.flag("livemode")?.ok_or_else(|| fields.missing("livemode"))?,
            api_version: fields.id("api_version")?,
            created: created(fields)?.ok_or_else(|| fields.missing("created"))?,
            data: fields.some("data"),
            request_id,
            idempotency_key,
            related: related(fields)?,
            snapshot_event: fields.id("snapshot_event")?,
        })
    }
}

impl Form {
    /// The form says itself what it is; an event that does not is the older one.
    fn of(fields: &Fields<'_, '_>) -> Found<Self> {
        match fields.text("object")?.as_deref() {
            Some("event") | None => Ok(Self::Snapshot),
            Some("v2.core.event") => Ok(Self::Thin),
            Some(_) => Err(Fault::new("object", "the body is a Stripe object of another kind, not an event")),
        }
    }
}

impl Unreadable {
    /// Keeps of the fields what can be read and stands once.
    fn salvage(flaw: Flaw, fault: &Fault, fields: &Fields<'_, '_>) -> Self {
        let once = |name: &str| fields.repeated(&[name]).is_none();
        let id = |name: &str| fields.id(name).ok().flatten().filter(|_| once(name)).map(|id| Box::from(&*id));
        Self {
            flaw,
            reason: fault.to_string().into(),
            id: id("id"),
            event_type: id("type"),
            account: if once("account") { account(fields).ok().flatten().map(|id| Box::from(&*id)) } else { None },
            livemode: fields.flag("livemode").ok().flatten().filter(|_| once("livemode")),
            api_version: id("api_version"),
            created: created(fields).ok().flatten().filter(|_| once("created")),
        }
    }
}

/// `account`, or the account in the `context` of a thin event (`acct_...`, or a path that ends in one).
fn account<'a>(fields: &Fields<'_, 'a>) -> Found<Option<Cow<'a, str>>> {
    if let Some(account) = fields.id("account")? {
        return Ok(Some(account));
    }
    let context = fields.id("context")?;
    Ok(context.and_then(|context| match context {
        Cow::Borrowed(path) => last_account(path).map(Cow::Borrowed),
        Cow::Owned(path) => last_account(&path).map(|account| Cow::Owned(account.to_owned())),
    }))
}

fn last_account(path: &str) -> Option<&str> {
    path.rsplit('/').next().filter(|last| last.starts_with("acct_"))
}

/// Seconds since 1970, or a time as text in thin events.
fn created(fields: &Fields<'_, '_>) -> Found<Option<Timestamp>> {
    if !fields.raw("created").is_some_and(|raw| raw.starts_with('"')) {
        return fields.time("created");
    }
    let text = fields.text("created")?.unwrap_or_default();
    time::parse(&text).map(Some).ok_or_else(|| {
        Fault::new("created", "expected a time like 2026-09-30T12:00:00Z after 1970, found another text")
    })
}

type Request<'a> = (Option<Cow<'a, str>>, Option<Cow<'a, str>>);

/// `request` is an object, before 2017-05-25 an id, and absent in very old events. Thin events keep it in `reason`.
fn request<'a>(fields: &Fields<'_, 'a>) -> Found<Request<'a>> {
    match fields.some("request") {
        None => Ok((None, None)),
        Some(raw) if raw.starts_with('"') => Ok((fields.text("request")?, None)),
        Some(_) => {
            let request = fields.object("request")?.unwrap_or_default();
            let under = |fault: Fault| fault.under("request");
            Ok((request.text("id").map_err(under)?, request.text("idempotency_key").map_err(under)?))
        }
    }
}

fn related(fields: &Fields<'_, '_>) -> Found<Option<Related>> {
    let Some(related) = fields.object("related_object")? else {
        return Ok(None);
    };
    let under = |fault: Fault| fault.under("related_object");
    let boxed = |text: Cow<'_, str>| Box::from(&*text);
    let Some(id) = related.id("id").map_err(under)? else {
        return Ok(None);
    };
    let kind = related.id("type").map_err(under)?.map(boxed);
    Ok(Some(Related { id: boxed(id), kind, url: related.boxed("url").map_err(under)? }))
}
