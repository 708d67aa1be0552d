//! `daybook event show`: everything known of one event.

use std::fmt;

use daybook_domain::scope::Scope;
use daybook_http::v1::event::{EventAnswer, in_full};
use daybook_store::log::read;
use daybook_store::snapshot::Snapshot;
use serde::Serialize;
use serde_json::Value;

use super::body::what;
use super::list::outcome_of;
use super::shown;
use crate::built::ensure_readable;
use crate::config::DatabaseArguments;
use crate::exit::{Ending, Refused};
use crate::open::{Opened, reading};
use crate::output::{Output, count};
use crate::sheet::{Sheet, or_dash};

/// `daybook event show`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The event's id, or its position in the log
    event: String,
    /// The body with personal fields; only client secrets stay covered
    #[arg(long)]
    raw: bool,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// An event with everything around it, and whose it is.
#[derive(Serialize)]
struct Told {
    scope: String,
    #[serde(flatten)]
    answer: EventAnswer,
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EventAnswer { event, body, body_text, .. } = &self.answer;
        let mut sheet = Sheet::default();
        self.record(&mut sheet);
        self.led_to(&mut sheet);
        self.came(&mut sheet);
        writeln!(formatter, "{}  {}\n{sheet}", event.id, event.r#type)?;
        let Some(body) = body else {
            return formatter.write_str(body_text.as_deref().unwrap_or_default());
        };
        match serde_json::from_str::<Value>(body.get()) {
            Ok(body) => write!(formatter, "{body:#}"),
            // JSON that can be passed on and not taken apart: half of a character, a number beyond all numbers, too deep.
            Err(_) => formatter.write_str(body.get()),
        }
    }
}

/// What is said of a record that is not what was written.
const ALTERED: &str = "the record or its body no longer has the hash it was written with: somebody changed it outside daybook; see `daybook doctor --verify`";

impl Told {
    fn record(&self, sheet: &mut Sheet) {
        let EventAnswer { event, evidence, .. } = &self.answer;
        let (endpoint, secret) = (or_dash(evidence.endpoint.as_deref()), or_dash(evidence.secret.as_deref()));
        sheet
            .some("ALTERED", (!evidence.intact).then_some(ALTERED))
            .line("position", event.position)
            .line("scope", &self.scope)
            .line("at Stripe", event.created.map_or_else(|| "-".to_owned(), shown))
            .line("received", format_args!("{} by {}", shown(event.received_at), event.source))
            .line("verified by", format_args!("endpoint {endpoint}, secret {secret}"))
            .line("API version", or_dash(event.api_version.as_deref()))
            .line("outcome", outcome_of(event))
            .some("about", event.object.as_ref())
            .some("customer", event.customer.as_ref());
    }

    fn led_to(&self, sheet: &mut Sheet) {
        for led in &self.answer.led_to.domain_events {
            let (event, aggregate, id, sequence) = (&led.event, &led.aggregate, &led.id, led.sequence);
            sheet.line("led to", format_args!("{event} of {aggregate} {id} (its event {sequence})"));
        }
        for posting in &self.answer.led_to.postings {
            let (amount, account, transaction) = (&posting.display, &posting.account, &posting.transaction);
            sheet.line("posted", format_args!("{amount:>14}  {account}  ({transaction})"));
        }
    }

    fn came(&self, sheet: &mut Sheet) {
        let EventAnswer { deliveries, delivery_count, conflict_count, .. } = &self.answer;
        for delivery in deliveries {
            let (at, outcome, secret) = (shown(delivery.received_at), &delivery.outcome, delivery.secret.as_deref());
            sheet.line("delivered", format_args!("{at}: {outcome}, secret {}", or_dash(secret)));
        }
        let rest = delivery_count.saturating_sub_unsigned(deliveries.len() as u64);
        if rest > 0 {
            sheet.line("", format_args!("and {} times more", count(rest)));
        }
        if *conflict_count > 0 {
            let all = count(*conflict_count);
            sheet.line("conflicts", format_args!("{all} kept beside it: `daybook event conflicts` lists them"));
        }
    }
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let told = reading(&arguments.database, async |opened| read(arguments, opened).await).await?;
    output.show(&told)?;
    Ok(if told.answer.evidence.intact { Ending::Well } else { Ending::WithFindings })
}

async fn read(arguments: &Arguments, opened: &Opened) -> anyhow::Result<Told> {
    let event = arguments.event.as_str();
    let mut snapshot = Snapshot::begin(opened.database.pool()).await?;
    ensure_readable(&mut snapshot).await?;
    // The id first: one that looks like a number is an id all the same.
    let mut record = read::record_by_event_id(&mut snapshot, event).await?;
    if let (None, Ok(position)) = (&record, event.parse()) {
        record = read::record_by_position(&mut snapshot, position).await?;
    }
    let Some(record) = record else {
        return Err(Refused(format!("the log holds no event {event}")).into());
    };
    let scope = daybook_store::scope::all(&mut snapshot).await?.remove(&record.scope);
    let scope = scope.as_ref().map_or_else(|| record.scope.to_string(), Scope::to_string);
    let answer = in_full(&mut snapshot, record, what(arguments.raw)).await?;
    snapshot.end().await?;
    Ok(Told { scope, answer })
}
