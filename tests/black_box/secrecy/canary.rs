//! The marks: what they look like, where they are planted, and how they are found again. The list of places is the test's own, from Stripe's documentation of its
//! objects, and shares nothing with the program's.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::{Map, Value, json};

/// Types of events whose objects no simulated history has, each with the kind of its object.
pub const RARE: &[(&str, &str)] = &[
    ("payment_method.attached", "payment_method"),
    ("review.opened", "review"),
    ("radar.early_fraud_warning.created", "radar.early_fraud_warning"),
    ("account.updated", "account"),
    ("setup_intent.succeeded", "setup_intent"),
    ("source.chargeable", "source"),
    ("person.created", "person"),
    ("identity.verification_session.verified", "identity.verification_session"),
    ("customer.tax_id.created", "tax_id"),
    ("quote.accepted", "quote"),
    ("mandate.updated", "mandate"),
    ("something.of.tomorrow", "something"),
];

/// A part of every mark: of words, of telephone numbers, of addresses of machines.
const MARKS: &[&str] = &["canary", "555 0199", "203.0.113."];
/// A part of the marks that leave for nobody.
const SECRET: &str = "_secret_canary";

static NUMBER: AtomicU64 = AtomicU64::new(1);

/// Whether a mark stands in a text.
pub fn is_in(text: &str) -> bool {
    let small = text.to_lowercase();
    MARKS.iter().any(|mark| small.contains(mark))
}

/// Where a mark stands, with some of what is around it.
pub fn around(text: &str) -> String {
    let small = text.to_lowercase();
    let at = MARKS.iter().filter_map(|mark| small.find(mark)).min().unwrap_or(0);
    let from = small.floor_char_boundary(at.saturating_sub(300));
    let until = small.floor_char_boundary((at + 120).min(small.len()));
    small.get(from..until).unwrap_or_default().to_owned()
}

/// Whether a client secret stands in a text.
pub fn has_secret(text: &str) -> bool {
    text.contains(SECRET)
}

/// All marks of a text, each once.
pub fn all(text: &str) -> Vec<String> {
    let mark = |letter: char| !(letter.is_alphanumeric() || "@.-_:/ +".contains(letter));
    let mut found: Vec<String> = text.split(mark).filter(|part| is_in(part)).map(str::to_owned).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The event with a mark in every place.
pub fn marked(body: &[u8]) -> Vec<u8> {
    let mut event: Value = serde_json::from_slice(body).unwrap();
    plant(&mut event["data"]["object"]);
    if let Some(previous) = event["data"].get_mut("previous_attributes").and_then(Value::as_object_mut) {
        previous.extend(reachable());
    }
    event.to_string().into_bytes()
}

fn plant(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.values_mut().for_each(plant);
            let is_list = members.get("object").is_none_or(|kind| *kind == "list");
            if !is_list {
                plant_in(members);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(plant),
        _ => {}
    }
}

fn number() -> u64 {
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

fn mail() -> String {
    format!("canary{}@example.com", number())
}

fn words() -> String {
    format!("Canary {} of Person", number())
}

fn link() -> String {
    format!("https://pay.stripe.com/receipts/canary{}?s=ap", number())
}

/// Where a customer is sent to confirm a payment: whoever has the address has the secret.
fn link_with_secret() -> String {
    format!("https://hooks.stripe.com/redirect/src_1?client_secret=src_{}_secret_canary&to=%2Fshop", number())
}

fn telephone() -> String {
    format!("+1 555 0199 {:04}", number() % 10_000)
}

fn machine() -> String {
    format!("203.0.113.{}", number() % 250)
}

fn address() -> Value {
    json!({"line1": words(), "line2": words(), "city": words(), "postal_code": words(), "state": words(), "country": "US"})
}

/// A name and ways to reach whoever has it.
fn reachable() -> Map<String, Value> {
    let Value::Object(members) = json!({"name": words(), "email": mail(), "phone": telephone(), "address": address()})
    else {
        return Map::new();
    };
    members
}

/// Text as people write it.
fn note() -> String {
    format!(
        "1 × Pro for {} ({}), from {}, see {}, key sk_live_canary{}",
        mail(),
        telephone(),
        machine(),
        link(),
        number()
    )
}

fn plant_in(object: &mut Map<String, Value>) {
    object.extend(reachable());
    let mut put = |name: &str, value: Value| {
        object.insert(name.to_owned(), value);
    };
    put("client_secret", json!(format!("pi_{}_secret_canary", number())));
    for name in ["description", "footer", "statement_descriptor_note", "cancellation_comment"] {
        put(name, json!(note()));
    }
    for name in ["receipt_email", "customer_email", "business_email", "support_email"] {
        put(name, json!(mail()));
    }
    for name in ["customer_name", "individual_name", "account_holder_name", "first_name", "last_name", "id_number"] {
        put(name, json!(words()));
    }
    for name in ["customer_phone", "support_phone"] {
        put(name, json!(telephone()));
    }
    for name in ["ip_address", "ip", "client_ip"] {
        put(name, json!(machine()));
    }
    for name in ["hosted_invoice_url", "invoice_pdf", "pdf", "receipt_url", "url", "hosted_verification_url"] {
        put(name, json!(link()));
    }
    for name in
        ["shipping", "customer_shipping", "billing_details", "customer_details", "individual", "owner", "company"]
    {
        put(name, Value::Object(reachable()));
    }
    put("customer_address", address());
    put("customer_tax_ids", json!([{"type": "eu_vat", "value": words()}]));
    put("tax_ids", json!([{"type": "eu_vat", "value": words()}]));
    put("custom_fields", json!([{"key": "who", "text": {"value": words()}}]));
    put("tos_acceptance", json!({"date": 1, "ip": machine(), "user_agent": words()}));
    put("next_action_note", json!({"redirect_to_url": {"url": link(), "return_url": link_with_secret()}}));
    put("hosted_voucher_note", json!(format!("pay with seti_{}_secret_canary", number())));
    let evidence = json!({
        "customer_name": words(), "customer_email_address": mail(), "customer_purchase_ip": machine(),
        "billing_address": words(), "uncategorized_text": words(), "shipping_tracking_number": words(),
    });
    put("evidence", evidence);
    let card = json!({"brand": "visa", "last4": "4242", "fingerprint": format!("canary{}", number()), "name": words()});
    if let Some(method) = object.get_mut("payment_method_details").and_then(Value::as_object_mut) {
        method.insert("card".to_owned(), card);
    } else {
        object.insert("card".to_owned(), card);
    }
    mark_metadata(object);
}

fn mark_metadata(object: &mut Map<String, Value>) {
    let metadata = object.entry("metadata").or_insert_with(|| json!({}));
    if let Some(metadata) = metadata.as_object_mut() {
        let entries = [
            ("email", mail()),
            ("contactPhone", telephone()),
            ("full_name", words()),
            ("note", note()),
            ("api_key", format!("rk_test_canary{}", number())),
            ("last_seen_from", machine()),
        ];
        metadata.extend(entries.map(|(name, value)| (name.to_owned(), Value::from(value))));
    }
}
