//! Whether a status that a list was asked for is one that Stripe documents. Sets of states are open, so a new one is no error; but a slip of the hand finds nothing, and
//! an empty list looks like an answer.

use daybook_domain::entitlement::policy::nearest;

use crate::output::note;

/// Says on standard error that nothing was found under a status that nobody knows, and which there are.
pub fn say_if_unknown(status: Option<&str>, found_nothing: bool, known: &[&str]) {
    if let Some(said) = status.filter(|_| found_nothing).and_then(|status| unknown(status, known)) {
        note(&said);
    }
}

fn unknown(status: &str, known: &[&str]) -> Option<String> {
    if known.contains(&status) {
        return None;
    }
    let meant = nearest(status, known.iter().copied());
    let meant = meant.map_or_else(String::new, |meant| format!(" (did you mean {meant}?)"));
    Some(format!(
        "No entry here has the status {status:?}, and Stripe documents no such status{meant}: it is one of {}.",
        known.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use daybook_domain::fact::InvoiceStatus;

    use super::*;

    #[test]
    fn a_status_that_nobody_knows_is_told_with_those_there_are() {
        insta::assert_snapshot!(unknown("payed", InvoiceStatus::NAMES).unwrap(), @r#"No entry here has the status "payed", and Stripe documents no such status: it is one of draft, open, paid, void, uncollectible, deleted."#);
        assert!(unknown("opem", InvoiceStatus::NAMES).is_some_and(|said| said.contains("(did you mean open?)")));
        assert_eq!(unknown("paid", InvoiceStatus::NAMES), None);
    }
}
