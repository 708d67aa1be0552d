//! One customer's story as the demo tells it: the same that the API and `daybook story` tell, of which people are shown what there are words for.

use std::fmt;

use daybook_http::story::Story;

use crate::output::counted;

/// Writes what there are words for, a line each, and how many other records there are.
pub fn tell(story: &Story, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut last = None;
    let mut told: i64 = 0;
    for step in &story.steps {
        let Some((words, position)) = step.told.as_deref().zip(step.position) else { continue };
        // Stripe may make two events of one change; a story tells it once.
        if last.replace((step.at, words)) == Some((step.at, words)) {
            continue;
        }
        told += 1;
        let (day, kind) = (step.at.format("%Y-%m-%d"), step.kind.as_deref().unwrap_or_default());
        writeln!(formatter, "  {day}  {words:<44} {kind} (record {position})")?;
    }
    let records = story.steps.iter().filter(|step| step.position.is_some()).count();
    let others = i64::try_from(records).unwrap_or(i64::MAX).saturating_sub(told);
    writeln!(formatter, "  and {} that say the same or less", counted(others, "event", "events"))
}
