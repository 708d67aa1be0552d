//! `subscription`: periods on the subscription or on its items, prices or plans, `billing` or `collection_method`.

use daybook_domain::{
    fact::{Item, Observed, PauseCollection, Subscription, SubscriptionStatus, TrialEnd},
    id::{CustomerId, InvoiceId, PriceId, ProductId, SubscriptionItemId},
    time::Period,
};

use super::{
    evidence::{Attribute, attributes},
    frame::Frame,
    types::Kind,
};
use crate::json::{Fault, Found, List, Object, Reference};

/// The attributes whose values are evidence.
pub(super) const ATTRIBUTES: &[Attribute] = attributes![
    billing,
    cancel_at,
    cancel_at_period_end,
    canceled_at,
    collection_method,
    current_period_end,
    current_period_start,
    customer,
    default_payment_method,
    default_source,
    ended_at,
    items.data,
    latest_invoice,
    metadata,
    pause_collection,
    pending_update,
    plan.id,
    quantity,
    start,
    start_date,
    status,
    trial_end,
    trial_settings.end_behavior.missing_payment_method,
];

pub(super) fn read(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Observed> {
    let customer = object.reference("customer")?;
    let latest_invoice = object.reference("latest_invoice")?;
    let items = items(object, frame)?;
    // What went before only helps to tell when the present spell began: an unreadable one is no reason to read nothing.
    let previous = frame.previous().and_then(|previous| previous.text("status").ok().flatten());
    let subscription = Subscription {
        customer: customer.id().map(CustomerId::new),
        status: SubscriptionStatus::parse(&object.text("status")?.ok_or_else(|| object.missing("status"))?),
        previous_status: previous.as_deref().map(SubscriptionStatus::parse),
        created: object.time("created")?,
        started: object.time("start_date")?.or(object.time("start")?),
        ended: object.time("ended_at")?,
        cancel_at: object.time("cancel_at")?,
        cancel_at_period_end: object.is("cancel_at_period_end")?,
        cancel_requested: object.time("canceled_at")?,
        trial_end: object.time("trial_end")?,
        trial_end_without_method: trial_end(object)?,
        has_payment_method: object.some("default_payment_method").or(object.some("default_source")).is_some(),
        period: period(object)?.or_else(|| hull(&items)),
        pause_collection: pause(object)?,
        invoiced_by_mail: object.text("collection_method")?.or(object.text("billing")?).as_deref()
            == Some("send_invoice"),
        latest_invoice: latest_invoice.id().map(InvoiceId::new),
        pending_update: object.some("pending_update").is_some(),
        items,
        metadata: object.metadata()?,
    };
    frame.embed("customer", Kind::Customer, &customer)?;
    frame.embed("latest_invoice", Kind::Invoice, &latest_invoice)?;
    Ok(Observed::Subscription(Box::new(subscription)))
}

/// Its items, or in the oldest shapes the one plan on the subscription itself.
fn items(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Vec<Item>> {
    let List { data, .. } = object.list("items")?;
    if data.is_empty() && object.some("plan").is_some() {
        return Ok(vec![Item { id: None, period: None, ..item(object, frame)? }]);
    }
    let mut items = Vec::with_capacity(data.len());
    for (index, shown) in data.iter().enumerate() {
        items.push(item(shown, frame).map_err(|fault| fault.at("items.data", index))?);
    }
    Ok(items)
}

fn item(object: &Object<'_>, frame: &mut Frame<'_>) -> Found<Item> {
    let name = if object.some("price").is_some() { "price" } else { "plan" };
    let price = object.reference(name)?;
    let (mut product, mut lookup_key) = (None, None);
    if let Reference::Expanded(_, expanded) = &price {
        let under = |fault: Fault| fault.under(name);
        product = expanded.reference("product").map_err(under)?.id().map(ProductId::new);
        lookup_key = expanded.boxed("lookup_key").map_err(under)?;
    }
    frame.embed(name, Kind::Price, &price)?;
    Ok(Item {
        id: object.id("id")?.as_deref().map(SubscriptionItemId::new),
        price: price.id().map(PriceId::new),
        product,
        lookup_key,
        quantity: object.quantity("quantity")?,
        period: period(object)?,
    })
}

fn period(object: &Object<'_>) -> Found<Option<Period>> {
    let (start, end) = (object.time("current_period_start")?, object.time("current_period_end")?);
    Ok(start.zip(end).map(|(start, end)| Period { start, end }))
}

/// The span that covers all items' periods.
fn hull(items: &[Item]) -> Option<Period> {
    let periods = items.iter().filter_map(|item| item.period);
    periods.reduce(|hull, period| Period { start: hull.start.min(period.start), end: hull.end.max(period.end) })
}

fn pause(object: &Object<'_>) -> Found<Option<PauseCollection>> {
    let Some(pause) = object.object("pause_collection")? else {
        return Ok(None);
    };
    let under = |fault: Fault| fault.under("pause_collection");
    Ok(Some(PauseCollection {
        behavior: pause.boxed("behavior").map_err(under)?.unwrap_or_default(),
        resumes: pause.time("resumes_at").map_err(under)?,
    }))
}

fn trial_end(object: &Object<'_>) -> Found<TrialEnd> {
    let under = |fault: Fault| fault.under("trial_settings");
    let settings = object.object("trial_settings")?.unwrap_or_default();
    let behavior = settings.object("end_behavior").map_err(under)?.unwrap_or_default();
    let missing = behavior.text("missing_payment_method").map_err(|fault| under(fault.under("end_behavior")))?;
    Ok(match missing.as_deref() {
        Some("cancel") => TrialEnd::Cancel,
        Some("pause") => TrialEnd::Pause,
        _ => TrialEnd::CreateInvoice,
    })
}
