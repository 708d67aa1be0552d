//! How fast everything is rebuilt from the log, at two sizes, beside the time it takes to read and parse the same bodies, and beside
//! what cqrs-es and postgres-es replay by themselves. Each runs in a process of its own.

pub(crate) mod fold;
pub(crate) mod read_and_parse;
pub(crate) mod stock;

use crate::bench::{Bench, Urls, say};
use crate::fill::Filled;
use crate::part::Part;
use crate::report::{Goal, Report, Section, Unit};
use crate::statistics::{median, per_mille, per_second, ratios};
use fold::Folded;
use read_and_parse::Parsed;
use stock::Replayed;

/// The memory a rebuild may take, PostgreSQL's aside, in kilobytes.
const MEMORY: u64 = 500 * 1024;

/// A log, and what was measured on it.
struct Log {
    name: String,
    urls: Urls,
    filled: Filled,
    folded: Vec<Folded>,
    parsed: Vec<Parsed>,
}

/// Measures in rounds and reports.
pub(crate) async fn measure(bench: &Bench, report: &mut Report) -> anyhow::Result<()> {
    let mut logs = Vec::new();
    for events in [bench.size(250_000, 2_000), bench.size(1_000_000, 8_000)] {
        logs.push(Log::fill(bench, events).await?);
    }
    let stock = bench.create_database("stock")?;
    let events = i64::try_from(bench.size(1_000_000, 5_000))?;
    Part::StockEvents { url: stock.owner.clone(), events }.run::<()>().await?;
    let mut replayed: Vec<Replayed> = Vec::new();
    for round in 1..=bench.rounds {
        say(&format!("rebuild: round {round}"));
        for log in &mut logs {
            log.folded.push(Part::Fold { url: log.urls.runtime.clone() }.run().await?);
            log.parsed.push(Part::ReadAndParse { url: log.urls.runtime.clone() }.run().await?);
        }
        replayed.push(Part::StockReplay { url: stock.owner.clone(), seconds: bench.size(30, 2) }.run().await?);
    }
    let mut section = report.section("rebuild");
    for log in &logs {
        log.report(&mut section);
    }
    compare(&mut section, &logs, &replayed);
    bench.drop_database("stock")?;
    logs.iter().try_for_each(|log| bench.drop_database(&log.name))
}

impl Log {
    async fn fill(bench: &Bench, events: u64) -> anyhow::Result<Self> {
        say(&format!("rebuild: filling a log with {events} events"));
        let name = format!("log_{events}");
        let urls = bench.create_database(&name)?;
        let filled = Part::Fill { urls: urls.clone(), events }.run().await?;
        Ok(Self { name, urls, filled, folded: Vec::new(), parsed: Vec::new() })
    }

    /// Events a second, of each round.
    fn rates(&self) -> Vec<u64> {
        self.folded.iter().map(|one| per_second(self.filled.events, one.micros)).collect()
    }

    fn report(&self, section: &mut Section<'_>) {
        let events = self.filled.events;
        let parsed: Vec<u64> = self.parsed.iter().map(|one| per_second(events, one.micros())).collect();
        section.row(format!("rebuild of {events} events"), Unit::PerSecond, &self.rates());
        section.row(format!("COPY, then parse, the same {events} bodies"), Unit::PerSecond, &parsed);
        let share = ratios(&self.rates(), &parsed);
        section.goal(format!("rebuild / COPY, then parse ({events})"), Unit::PerMille, &share, Goal::AtLeast(500));
        let memory: Vec<u64> = self.folded.iter().map(|one| one.peak_kilobytes).collect();
        section.goal(format!("peak memory of the rebuild ({events})"), Unit::Kilobytes, &memory, Goal::Below(MEMORY));
        self.note(section);
    }

    fn note(&self, section: &mut Section<'_>) {
        let Filled { events, bytes, customers } = &self.filled;
        let mean = bytes / events.max(&1);
        section.note(format!("{events} events: bodies of {mean} bytes on average, {customers} customers"));
        if let Some(folded) = self.folded.last() {
            let phases = folded.phases.iter().map(|(name, micros)| format!("{name} {} ms", micros / 1_000));
            section.note(format!("{events} events, last round: {}", phases.collect::<Vec<_>>().join(", ")));
        }
        if let Some(parsed) = self.parsed.last() {
            let (read, parse) = (parsed.read_micros / 1_000, parsed.parse_micros / 1_000);
            section.note(format!("{events} bodies, last round: COPY {read} ms, parse {parse} ms"));
        }
    }
}

/// The two sizes with each other, and the smaller one with the stock replay.
fn compare(section: &mut Section<'_>, logs: &[Log], replayed: &[Replayed]) {
    let [smaller, larger] = logs else { return };
    let same = ratios(&larger.rates(), &smaller.rates());
    section.goal("events/s of the larger / of the smaller", Unit::PerMille, &same, Goal::Within(800, 1_200));
    let stock: Vec<u64> = replayed.iter().map(|one| per_second(one.events, one.micros)).collect();
    section.row("stock cqrs-es replay of small events", Unit::PerSecond, &stock);
    let times: Vec<u64> = ratios(&larger.rates(), &stock);
    section.goal("rebuild (larger) / stock replay", Unit::PerMille, &times, Goal::AtLeast(15_000));
    let events = median(&replayed.iter().map(|one| one.events).collect::<Vec<_>>());
    let micros = median(&replayed.iter().map(|one| one.micros).collect::<Vec<_>>());
    section.note(format!("stock replay: {events} small events in {} s", per_mille(micros, 1_000_000) / 1_000));
}
