//! What is configured: secrets, endpoints, mode, API key.

use super::finding::Finding;
use crate::config::{Problems, WebhookArguments};
use crate::output::counted;

/// Looks at the endpoints.
pub fn look(arguments: &WebhookArguments) -> Vec<Finding> {
    let mut problems = Problems::default();
    let endpoints = arguments.read(&mut problems).unwrap_or_default();
    let mut findings = of_problems("endpoints", &problems);
    if endpoints.is_empty()
        && let Some(advice) = findings.last_mut().and_then(|finding| finding.advice.as_mut())
    {
        advice.push_str("; run the doctor with the same variables and flags as `daybook serve`");
    }
    for endpoint in &endpoints {
        let secrets: Vec<&str> = endpoint.secrets.iter().map(|(label, _)| label.as_str()).collect();
        let account = endpoint.account.as_deref().unwrap_or("its own account, not named");
        let number = counted(i64::try_from(secrets.len()).unwrap_or(i64::MAX), "secret", "secrets");
        let found = format!("{}: {number} ({}), {account}", endpoint.path(), secrets.join(", "));
        findings.push(Finding::ok("endpoints", found));
        findings.push(match endpoint.mode {
            Some(mode) => Finding::ok("mode", format!("{}: {mode}", endpoint.path())),
            None => Finding::note(
                "mode",
                format!("{}: not said", endpoint.path()),
                "set DAYBOOK_MODE=test or live, so that a key of the other mode stops the start",
            ),
        });
        if secrets.len() > 1 {
            findings.push(Finding::note(
                "rotation",
                format!("{}: several secrets are accepted", endpoint.path()),
                "when Stripe no longer signs with the old one, remove it; `daybook event show` says which secret verified a delivery",
            ));
        }
    }
    findings
}

/// Each problem as a finding.
pub fn of_problems(name: &'static str, problems: &Problems) -> Vec<Finding> {
    let wrong = |problem: &crate::config::Problem| {
        Finding::wrong(
            name,
            format!("{}: {}", problem.place, problem.wrong),
            format!("for example: {}", problem.example),
        )
    };
    problems.list().iter().map(wrong).collect()
}
