//! Bodies that try to break the reader: each gets an answer with a reason.

use daybook_domain::fact::Observed;
use daybook_stripe::{
    Translation,
    envelope::{Flaw, Form, Related, Unreadable, fallback_id, read},
    translate,
};
use serde_json::{Value, json};

use crate::shape::{event, reason, translation};

fn customer() -> Value {
    event("customer.updated", &json!({"id": "cus_1", "object": "customer"}))
}

fn unreadable(body: &[u8]) -> Unreadable {
    let found = read(body).unwrap_err();
    assert_eq!(translate(body).translation, Translation::Quarantined { reason: found.reason.clone() });
    found
}

/// The envelope with one field set to something else.
fn with(name: &str, value: Value) -> Unreadable {
    let mut body = customer();
    body[name] = value;
    unreadable(body.to_string().as_bytes())
}

#[test]
fn what_cannot_be_an_event_is_told_apart_from_an_event_that_cannot_be_read() {
    let cases: [(&[u8], &str); 12] = [
        (b"", "the body is empty"),
        (b"  \n", "the body is empty"),
        (b"[]", "the body is not a JSON object but starts like a list"),
        (b"\"evt\"", "the body is not a JSON object but starts like a text"),
        (b"null", "the body is not a JSON object but starts like null"),
        (b"nope", "the body is not JSON: it starts like none of its values"),
        (b"evt_1", "the body is not JSON: it starts like none of its values"),
        (b"{\"id\": \"\xff\"}", "the body is not UTF-8 at byte 8"),
        (b"{\"id\": \"evt_1\"", "the body is not JSON: it is cut off at line 1, column 14"),
        (b"{\"id\": nope}", "the body is not JSON: it breaks at line 1, column 9"),
        (b"{} {}", "the body is not JSON: it breaks at line 1, column 4"),
        (b"{\"object\": \"customer\"}", "object: the body is a Stripe object of another kind, not an event"),
    ];
    for (body, expected) in cases {
        let found = unreadable(body);
        assert_eq!((found.flaw, &*found.reason), (Flaw::NotAnEvent, expected));
    }
    assert_eq!(with("type", json!(5)).flaw, Flaw::Unreadable);
}

#[test]
fn an_unreadable_event_keeps_what_can_be_read() {
    let found = with("created", json!(1e30));
    assert_eq!(&*found.reason, "created: expected a whole number of 64 bits, found another number");
    assert_eq!((found.id.as_deref(), found.event_type.as_deref()), (Some("evt_1"), Some("customer.updated")));
    assert_eq!((found.livemode, found.created), (Some(false), None));
    assert_eq!(&*with("created", json!(-1)).reason, "created: the time is not between the years 1970 and 9999");
    assert_eq!(&*with("created", json!(null)).reason, "created: it is missing");
    assert_eq!(&*with("livemode", json!("yes")).reason, "livemode: expected true or false, found a text");
}

#[test]
fn ids_that_would_harm_a_key_are_unreadable() {
    for (id, expected) in [
        (json!("a\u{0}b"), "id: the id has control characters in it"),
        (json!("a\u{1}b"), "id: the id has control characters in it"),
        (json!("x".repeat(10_000)), "id: the id has 10000 bytes, at most 255 are read"),
        (json!(""), "id: the id is empty"),
        (json!(["evt_1"]), "id: expected a text, found a list"),
        (json!(null), "id: it is missing"),
    ] {
        let found = with("id", id);
        assert_eq!((&*found.reason, found.id), (expected, None));
    }
    let lone = customer().to_string().replace("evt_1", "\\ud800");
    assert_eq!(&*unreadable(lone.as_bytes()).reason, "id: the text has an escape that means no character");
}

#[test]
fn a_key_that_stands_twice_in_the_envelope_is_unreadable_and_in_the_data_the_last_counts() {
    let twice = customer().to_string().replacen('{', "{\"id\":\"evt_2\",", 1);
    let found = unreadable(twice.as_bytes());
    assert_eq!((&*found.reason, found.id), ("id: it stands twice", None));
    let twice = customer().to_string().replacen('{', "{\"data\":null,", 1);
    assert_eq!(&*unreadable(twice.as_bytes()).reason, "data: it stands twice");
    let body = customer().to_string().replace("\"object\":\"customer\"", "\"object\":\"customer\",\"id\":\"cus_2\"");
    let Translation::Facts(facts) = translate(body.as_bytes()).translation else { panic!("facts") };
    assert_eq!(&*facts[0].id, "cus_2");
    let metadata = r#""object":"customer","metadata":{"user_id":"u1","user_id":null}"#;
    let body = customer().to_string().replace(r#""object":"customer""#, metadata);
    let Translation::Facts(facts) = translate(body.as_bytes()).translation else { panic!("facts") };
    let Observed::Customer(customer) = &facts[0].observed else { panic!("a customer") };
    assert!(customer.metadata.is_empty(), "{customer:?}");
}

#[test]
fn an_event_without_a_readable_id_goes_by_the_digest_of_its_body() {
    let id = fallback_id(b"");
    assert_eq!(&*id, "body:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

#[test]
fn an_object_that_is_missing_or_is_none_is_quarantined() {
    for (object, expected) in [
        (json!(null), "data.object: expected an object, found null"),
        (json!([{"id": "cus_1"}]), "data.object: expected an object, found a list"),
        (json!("cus_1"), "data.object: expected an object, found a text"),
        (json!(-7), "data.object: expected an object, found a number"),
    ] {
        assert_eq!(reason(&event("customer.updated", &object)), expected);
        assert_eq!(reason(&event("unheard.of", &object)), expected);
    }
    let mut body = customer();
    body["data"] = json!([]);
    assert_eq!(reason(&body), "data.object: it is missing");
    body.as_object_mut().unwrap().remove("data");
    assert_eq!(reason(&body), "data.object: it is missing");
}

#[test]
fn deep_nesting_is_skipped_where_nothing_is_read_and_quarantined_where_something_is() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body = |field: &str| {
        customer().to_string().replace("\"id\":\"cus_1\"", &format!("\"id\":\"cus_1\",\"{field}\":{deep}"))
    };
    assert!(matches!(translate(body("tax").as_bytes()).translation, Translation::Facts(_)));
    let found = translate(body("metadata").as_bytes()).translation;
    let expected = "data.object.metadata: expected an object, found a list";
    assert_eq!(found, Translation::Quarantined { reason: expected.into() });
    let nested = format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000));
    let body = customer().to_string().replace("\"id\":\"cus_1\"", &format!("\"id\":\"cus_1\",\"metadata\":{nested}"));
    assert!(matches!(translate(body.as_bytes()).translation, Translation::Quarantined { .. }));
    let body = format!("{{\"id\":{}", "[".repeat(200_000));
    assert_eq!(unreadable(body.as_bytes()).flaw, Flaw::NotAnEvent);
}

#[test]
fn thin_events_name_what_to_fetch() {
    let body = json!({
        "id": "evt_thin", "object": "v2.core.event", "type": "v1.customer.updated", "livemode": true,
        "created": "2026-10-01T08:00:00.123Z", "context": "org_1/acct_1", "snapshot_event": "evt_1",
        "related_object": {"id": "cus_1", "type": "customer", "url": "/v1/customers/cus_1"},
    });
    let text = body.to_string();
    let envelope = read(text.as_bytes()).unwrap();
    assert_eq!((envelope.form, envelope.account.as_deref()), (Form::Thin, Some("acct_1")));
    assert_eq!(envelope.created.unix(), 1_790_841_600);
    let related =
        Related { id: "cus_1".into(), kind: Some("customer".into()), url: Some("/v1/customers/cus_1".into()) };
    let expected = Translation::NeedsFetch { related: Some(related), snapshot_event: Some("evt_1".into()) };
    assert_eq!(translation(&body), expected);
    let mentions = translate(text.as_bytes()).mentions;
    assert_eq!(mentions.customer.as_deref(), Some("cus_1"));
}

#[test]
fn old_envelopes_lack_a_version_or_write_the_request_as_a_text() {
    let mut body = customer();
    body["request"] = json!("req_1");
    body["api_version"] = json!(null);
    let text = body.to_string();
    let envelope = read(text.as_bytes()).unwrap();
    assert_eq!((envelope.request_id.as_deref(), envelope.api_version), (Some("req_1"), None));
    assert_eq!(envelope.data, Some(r#"{"object":{"id":"cus_1","object":"customer"}}"#));
    body.as_object_mut().unwrap().remove("request");
    assert!(read(body.to_string().as_bytes()).is_ok());
}
