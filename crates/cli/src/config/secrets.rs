//! Webhook signing secrets as they are written: `whsec_...`, several of them while one is rolled, each with a label if you like:
//! `new=whsec_...,old=whsec_...`. What is wrong with one is said by its place in the list, never by showing it.

use secrecy::{ExposeSecret, SecretString};

use super::Problems;

/// Secrets, each with what it is called in the log.
pub type Labelled = Vec<(String, SecretString)>;

/// How a list of secrets can look.
pub const EXAMPLE: &str = "new=whsec_YOUR_NEW_SECRET,old=whsec_YOUR_OLD_SECRET";

/// Reads a list. `place` is where it stands.
pub fn read(problems: &mut Problems, place: &str, text: &SecretString) -> Option<Labelled> {
    let mut secrets = Labelled::new();
    let mut sound = true;
    for (number, part) in text.expose_secret().split(',').map(str::trim).filter(|part| !part.is_empty()).enumerate() {
        let number = number + 1;
        let (label, secret) = match part.split_once('=') {
            Some((label, secret)) if !label.starts_with("whsec_") => (label.trim().to_owned(), secret.trim()),
            _ => (format!("secret-{number}"), part),
        };
        let wrong = what_is_wrong(&label, secret).or_else(|| {
            let twice = secrets.iter().any(|(other, _)| *other == label);
            twice.then(|| format!("the label {label:?} stands twice"))
        });
        if let Some(wrong) = wrong {
            problems.add(place, format!("secret {number} of the list: {wrong}"), EXAMPLE);
            sound = false;
        }
        secrets.push((label, SecretString::from(secret)));
    }
    if secrets.is_empty() {
        problems.add(place, "no secret is in the list", EXAMPLE);
    }
    (sound && !secrets.is_empty()).then_some(secrets)
}

fn what_is_wrong(label: &str, secret: &str) -> Option<String> {
    if label.is_empty() || label.len() > 100 || label.chars().any(char::is_control) {
        return Some("its label is empty, longer than 100 bytes or not printable".to_owned());
    }
    for other in ["sk_", "rk_", "pk_"] {
        if secret.starts_with(other) {
            return Some(format!("it is an API key ({other}...), not the signing secret of a webhook endpoint"));
        }
    }
    let Some(rest) = secret.strip_prefix("whsec_") else {
        return Some("it does not begin with whsec_".to_owned());
    };
    if rest.len() < 8 {
        return Some("it is too short to be a signing secret".to_owned());
    }
    rest.chars()
        .any(|character| !character.is_ascii_graphic())
        .then(|| "it holds a space or a character no secret has".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(text: &str) -> Result<Vec<String>, String> {
        let mut problems = Problems::default();
        let read = read(&mut problems, "DAYBOOK_WEBHOOK_SECRET", &SecretString::from(text));
        let read = problems.check(read).map_err(|problems| problems.to_string())?;
        Ok(read.into_iter().map(|(label, _)| label).collect())
    }

    #[test]
    fn a_secret_may_have_a_label() {
        assert_eq!(labels("whsec_12345678").unwrap(), ["secret-1"]);
        assert_eq!(labels(" new=whsec_12345678 , whsec_abcdefgh=, ").unwrap(), ["new", "secret-2"]);
    }

    #[test]
    fn what_is_wrong_is_said_without_the_secret() {
        let message = labels("sk_test_topsecret1,whsec_,hunter2hunter2,a=whsec_12345678,a=whsec_12345678").unwrap_err();
        insta::assert_snapshot!(message);
        assert!(!message.contains("topsecret") && !message.contains("hunter2") && !message.contains("12345678"));
    }
}
