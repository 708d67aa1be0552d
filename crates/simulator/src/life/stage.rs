//! The stage: one customer, the clock of that customer's history and the events written so far. The clock only moves forward,
//! so the order of the events is the order of causes, while many share a second.

use std::sync::Arc;

use super::entitlement::Held;
use crate::catalogue::Catalogue;
use crate::currency::Currency;
use crate::history::Event;
use crate::model::{Address, Card, Customer, Object};
use crate::seed::{Ids, Random};

pub(crate) struct Stage {
    pub random: Random,
    pub ids: Ids,
    pub now: i64,
    pub catalogue: Arc<Catalogue>,
    pub customer: Customer,
    /// What the active subscriptions entitle the customer to.
    pub features: Vec<Held>,
    /// Set when the customer is to be deleted; no story goes on after that.
    pub leaving: bool,
    events: Vec<Event>,
    greeted: bool,
    invoices: u32,
    balance_changed_at: i64,
    request: Option<(String, String)>,
}

impl Stage {
    pub fn new(catalogue: Arc<Catalogue>, currency: Currency, mut random: Random, mut ids: Ids, number: u64) -> Self {
        let customer = invent(currency, &mut random, &mut ids, number);
        Self {
            random,
            ids,
            now: 0,
            catalogue,
            customer,
            features: Vec::new(),
            leaving: false,
            events: Vec::new(),
            greeted: false,
            invoices: 0,
            balance_changed_at: i64::MIN,
            request: None,
        }
    }

    pub fn into_events(self) -> Vec<Event> {
        self.events
    }

    /// Moves the clock to `time`, if that is ahead, and forgets the request that caused the events before.
    pub fn arrive_at(&mut self, time: i64) {
        self.now = self.now.max(time);
        self.request = None;
    }

    pub fn wait(&mut self, seconds: i64) {
        self.now = self.now.saturating_add(seconds);
    }

    /// What follows is caused by an API request of the seller's.
    pub fn by_request(&mut self) {
        let id = format!("req_{}", self.random.letters(14));
        let key = format!("{}-{}", self.random.letters(8), self.random.letters(12));
        self.request = Some((id, key));
    }

    pub fn happened(&mut self, kind: &'static str, object: impl Into<Object>) {
        self.write(kind, object.into(), None);
    }

    /// An event that also says what the object was before.
    pub fn changed(&mut self, kind: &'static str, before: impl Into<Object>, after: impl Into<Object>) {
        self.write(kind, after.into(), Some(before.into()));
    }

    /// Now and then Stripe makes two events of one change: the same content under another id.
    fn write(&mut self, kind: &'static str, object: Object, before: Option<Object>) {
        let id = self.ids.make("evt_1", 23);
        let event = Event { id, created: self.now, kind, object, before, request: self.request.clone() };
        let twin = self.random.chance(1).then(|| Event { id: self.ids.make("evt_1", 23), ..event.clone() });
        self.events.push(event);
        self.events.extend(twin);
    }

    /// Changes the customer and says so, if anything changed.
    pub fn change_customer(&mut self, change: impl FnOnce(&mut Customer)) {
        let before = self.customer.clone();
        change(&mut self.customer);
        if before != self.customer {
            let after = self.customer.clone();
            self.changed("customer.updated", &before, &after);
        }
    }

    /// Sets the balance. Two changes never fall into one second: there is no evidence that could order `0, -5, 0`.
    pub fn set_balance(&mut self, balance: i64) {
        if balance == self.customer.balance {
            return;
        }
        if self.balance_changed_at >= self.now {
            self.wait(1);
        }
        self.balance_changed_at = self.now;
        self.change_customer(|customer| customer.balance = balance);
    }

    /// The customer exists from here on.
    pub fn greet(&mut self) {
        if self.greeted {
            return;
        }
        self.greeted = true;
        self.customer.created = self.now;
        self.customer.card.created = self.now;
        let customer = self.customer.clone();
        self.happened("customer.created", &customer);
    }

    /// The card is attached and becomes the default, once.
    pub fn attach_card(&mut self) {
        if self.customer.card_is_default {
            return;
        }
        let card = Object::PaymentMethod(Box::new(self.customer.card.clone()), self.customer.id.clone());
        self.happened("payment_method.attached", card);
        self.change_customer(|customer| customer.card_is_default = true);
    }

    pub fn next_invoice_number(&mut self) -> String {
        self.invoices = self.invoices.saturating_add(1);
        format!("{}-{:04}", self.customer.invoice_prefix, self.invoices)
    }
}

fn invent(currency: Currency, random: &mut Random, ids: &mut Ids, number: u64) -> Customer {
    let first =
        random.pick("Ada", &["Bela", "Chidi", "Dara", "Emre", "Fumiko", "Gita", "Hana", "Ilse", "Jonas", "Keiko"]);
    let last = random.pick("Testmann", &["Example", "Sample", "Muster", "Fixture", "Placeholder", "Mock"]);
    let (brand, last4) = random.pick(("visa", "4242"), &[("mastercard", "4444"), ("amex", "0005"), ("visa", "0077")]);
    let city = random.pick("Sampletown", &["Fixtureville", "Mockburg", "Exampleford"]);
    let country = currency.country();
    Customer {
        id: ids.make("cus_", 14),
        created: 0,
        name: format!("{first} {last}"),
        email: format!("{}.{number}@example.com", first.to_lowercase()),
        phone: random.chance(40).then(|| "+15555550100".to_owned()),
        address: Address {
            city,
            line1: format!("{} Example Street", random.between(1, 250)),
            postal_code: format!("{:05}", random.between(10_000, 99_999)),
            country,
        },
        currency: None,
        balance: 0,
        delinquent: false,
        card: Card {
            id: ids.make("pm_1", 23),
            created: 0,
            brand,
            last4,
            exp_month: random.between(1, 12),
            exp_year: random.between(2_031, 2_036),
            fingerprint: random.letters(16),
            country,
        },
        card_is_default: false,
        user_id: format!("user_{number}"),
        invoice_prefix: random.letters(8).to_uppercase(),
    }
}
