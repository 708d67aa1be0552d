//! What arrives: when the last event came, in which modes, and whether each scope's policy can be read.

use chrono::Utc;
use daybook_domain::entitlement::Policy;
use daybook_domain::scope::Mode;
use daybook_store::log::list::{Filter, Order, list};
use daybook_store::log::read;
use daybook_store::policy::in_force;
use daybook_store::{key, scope};

use super::finding::Finding;
use crate::open::Opened;

/// Looks at each scope. `configured` are the modes the endpoints are said to be of.
pub async fn look(opened: &Opened, configured: &[Mode]) -> anyhow::Result<Vec<Finding>> {
    let mut connection = opened.database.pool().acquire().await?;
    let size = read::size(&mut connection).await?;
    let mut scopes: Vec<_> = scope::all(&mut connection).await?.into_iter().collect();
    scopes.sort_by_key(|(id, _)| *id);
    let mut findings = Vec::new();
    for (id, scope) in &scopes {
        let filter = Filter { scope: Some(*id), ..Filter::default() };
        let newest = list(&mut connection, &filter, Order::NewestFirst, 1).await?.records.pop();
        if let Some(record) = newest {
            let ago = (Utc::now() - record.received_at).num_minutes().max(0);
            findings.extend(clock(record.position, record.received_at.timestamp(), record.signature.as_deref()));
            let found = format!("{scope}: the newest, {} by {}, came {} ago", record.kind, record.source, long(ago));
            findings.push(Finding::ok("arrivals", found));
            if !configured.is_empty() && !configured.contains(&scope.mode) {
                let found = format!(
                    "events of {scope} are in the log, and no endpoint here is said to be of {} mode",
                    scope.mode
                );
                let advice = "they are kept apart and harm nothing; if they are unexpected, compare DAYBOOK_MODE with the endpoint at Stripe";
                findings.push(Finding::note("mode", found, advice));
            }
        }
        if let Some(policy) = in_force(&mut connection, *id, size).await? {
            let position = policy.position;
            findings.push(match Policy::recorded(&policy.applied.policy) {
                Ok(_) => Finding::ok("policy", format!("{scope}: applied by record {position}")),
                Err(error) => Finding::wrong(
                    "policy",
                    format!("{scope}: record {position} cannot be read by this version: {error}"),
                    "apply a policy that this version reads: `daybook policy check`, then `daybook policy apply`",
                ),
            });
        }
    }
    let keys = key::list(&mut connection).await?;
    if !keys.iter().any(|key| key.revoked_at.is_none()) {
        let advice = "create one: `daybook key create \"web app\" --role app`";
        findings.push(Finding::note("keys", "no key is in force: nobody can ask over HTTP", advice));
    }
    Ok(findings)
}

/// Seconds that a delivery may be on its way; more says that a clock here and Stripe's differ.
const ON_ITS_WAY: u64 = 30;

/// The time that Stripe wrote into the signature of an accepted delivery, beside ours when it came.
fn clock(position: i64, received: i64, signature: Option<&str>) -> Option<Finding> {
    let signed = signature?.split(',').find_map(|part| part.trim().strip_prefix("t="))?;
    let apart = received.checked_sub(signed.parse().ok()?)?;
    if apart.unsigned_abs() <= ON_ITS_WAY {
        return None;
    }
    let direction = if apart > 0 { "after" } else { "before" };
    let found = format!(
        "record {position} came {} s {direction} Stripe signed it, by the clock of the machine that received it",
        apart.unsigned_abs()
    );
    let advice = "synchronise that machine's clock (chrony, systemd-timesyncd): beyond DAYBOOK_SIGNATURE_TOLERANCE deliveries are refused";
    Some(Finding::note("clock", found, advice))
}

fn long(minutes: i64) -> String {
    match minutes {
        0..=120 => format!("{minutes} min"),
        121..=2_880 => format!("{} h", minutes / 60),
        _ => format!("{} days", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn a_delivery_that_came_long_before_or_after_it_was_signed_tells_of_a_wrong_clock() {
        assert!(clock(3, 1_000, Some("t=990,v1=ab")).is_none());
        assert!(clock(3, 1_000, None).is_none() && clock(3, 1_000, Some("v1=ab")).is_none());
        assert!(clock(3, 1_000, Some("t=800,v1=ab")).unwrap().found.starts_with("record 3 came 200 s after"));
        assert!(clock(3, 1_000, Some("v1=ab, t=1200")).unwrap().found.starts_with("record 3 came 200 s before"));
    }
}
