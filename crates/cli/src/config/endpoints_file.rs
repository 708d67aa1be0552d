//! Endpoints in a file, for those who have several: `[[endpoint]]` with `name`, `secrets` or `secrets_env`, `mode`, `account` and `label`.

use std::io::Read;
use std::path::Path;

use daybook_http::Endpoint;
use daybook_stripe::private::message;
use secrecy::SecretString;
use serde::Deserialize;

use super::endpoint::{wrong_account, wrong_label, wrong_name};
use super::webhook::mode;
use super::{Problems, secrets};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    endpoint: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: Option<String>,
    secrets: Option<Vec<String>>,
    secrets_env: Option<String>,
    mode: Option<String>,
    account: Option<String>,
    label: Option<String>,
}

const EXAMPLE: &str = "[[endpoint]] name = \"connect\", secrets_env = \"CONNECT_WEBHOOK_SECRET\", mode = \"live\"";

/// A larger file is no list of endpoints, in bytes.
const LONGEST: usize = 1024 * 1024;

/// How a variable of the environment is looked up.
pub type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads the endpoints of a file, each with the place where it stands.
pub fn read(problems: &mut Problems, path: &Path, variable: Lookup<'_>) -> Vec<(String, Endpoint)> {
    let shown = path.display().to_string();
    let text = match std::fs::File::open(path).and_then(beginning) {
        Ok(text) if text.len() > LONGEST => {
            let wrong = format!("{shown} is larger than {LONGEST} bytes, which no list of endpoints is");
            problems.add("DAYBOOK_CONFIG (--config)", wrong, "DAYBOOK_CONFIG=./daybook.toml");
            return Vec::new();
        }
        Ok(text) => text,
        Err(error) => {
            problems.add("DAYBOOK_CONFIG (--config)", format!("{shown}: {error}"), "DAYBOOK_CONFIG=./daybook.toml");
            return Vec::new();
        }
    };
    parse(problems, &shown, &text, variable)
}

/// As much as shows that it is too long: what is read may have no end.
fn beginning(file: std::fs::File) -> std::io::Result<String> {
    let mut text = String::new();
    file.take(u64::try_from(LONGEST).unwrap_or(u64::MAX).saturating_add(1)).read_to_string(&mut text)?;
    Ok(text)
}

fn parse(problems: &mut Problems, shown: &str, text: &str, variable: Lookup<'_>) -> Vec<(String, Endpoint)> {
    match toml::from_str::<File>(text) {
        Ok(file) if file.endpoint.is_empty() => {
            problems.add(shown, "there is no [[endpoint]] in it", EXAMPLE);
            Vec::new()
        }
        Ok(file) => {
            let entries = file.endpoint.into_iter();
            entries.filter_map(|entry| endpoint(problems, shown, entry, variable)).collect()
        }
        Err(error) => {
            let (line, column) = position(text, error.span().map_or(0, |span| span.start));
            // The message itself, not the excerpt around it: a secret may stand there. The message may quote one, too.
            problems.add(format!("{shown}, line {line}, column {column}"), message(error.message()), EXAMPLE);
            Vec::new()
        }
    }
}

fn endpoint(problems: &mut Problems, shown: &str, entry: Entry, variable: Lookup<'_>) -> Option<(String, Endpoint)> {
    let place = match &entry.name {
        Some(name) => format!("{shown}, endpoint {name:?}"),
        None => format!("{shown}, the endpoint without a name"),
    };
    let wrong = [
        entry.name.as_deref().and_then(wrong_name),
        entry.account.as_deref().and_then(wrong_account),
        entry.label.as_deref().and_then(wrong_label),
    ];
    let sound = wrong.iter().all(Option::is_none);
    let mode = mode(problems, &place, entry.mode.as_deref());
    for wrong in wrong.into_iter().flatten() {
        problems.add(&place, wrong, EXAMPLE);
    }
    let secrets = match (&entry.secrets, &entry.secrets_env) {
        (Some(secrets), None) => secrets::read(problems, &place, &SecretString::from(secrets.join(","))),
        (None, Some(name)) => {
            let found = variable(name);
            if found.is_none() {
                let wrong = format!("secrets_env names {name}, which is not set");
                problems.add(&place, wrong, format!("{name}=whsec_YOUR_SECRET"));
            }
            let shown = format!("{name} (named by {place})");
            found.and_then(|text| secrets::read(problems, &shown, &SecretString::from(text)))
        }
        (Some(_), Some(_)) => {
            problems.add(&place, "it has both `secrets` and `secrets_env`: which one is meant?", EXAMPLE);
            None
        }
        (None, None) => {
            problems.add(&place, "it has neither `secrets` nor `secrets_env`", EXAMPLE);
            None
        }
    };
    let label = entry.label.or_else(|| entry.name.clone()).unwrap_or_else(|| super::endpoint::UNNAMED.to_owned());
    let endpoint = Endpoint { name: entry.name, secrets: secrets?, mode, account: entry.account, label };
    sound.then_some((place, endpoint))
}

/// Line and column, from 1, of a byte.
fn position(text: &str, byte: usize) -> (usize, usize) {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use daybook_domain::scope::Mode;

    use super::*;

    fn parsed(text: &str) -> Result<Vec<Endpoint>, String> {
        let mut problems = Problems::default();
        let variable = |name: &str| (name == "CONNECT").then(|| "whsec_from_the_environment".to_owned());
        let read = parse(&mut problems, "daybook.toml", text, &variable);
        let read = problems.check(Some(read)).map_err(|problems| problems.to_string())?;
        Ok(read.into_iter().map(|(_, endpoint)| endpoint).collect())
    }

    #[test]
    fn endpoints_have_names_secrets_modes_accounts_and_labels() {
        let endpoints = parsed(
            "[[endpoint]]\nsecrets = ['whsec_12345678', 'old=whsec_abcdefgh']\n\
             [[endpoint]]\nname = 'connect'\nsecrets_env = 'CONNECT'\nmode = 'live'\naccount = 'acct_1'\nlabel = 'Connect'\n",
        )
        .unwrap();
        let seen: Vec<_> = endpoints
            .iter()
            .map(|one| (one.name.as_deref(), one.secrets.len(), one.mode, one.account.as_deref(), one.label.as_str()))
            .collect();
        assert_eq!(
            seen,
            [(None, 2, None, None, "default"), (Some("connect"), 1, Some(Mode::Live), Some("acct_1"), "Connect")]
        );
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let message = parsed(
            "[[endpoint]]\nname = 'My Endpoint'\nsecrets = ['hunter2']\n\
             [[endpoint]]\nname = 'a'\naccount = 'cus_1'\nsecrets_env = 'NOT_SET'\n\
             [[endpoint]]\nname = 'b'\nsecrets = ['whsec_12345678']\nsecrets_env = 'CONNECT'\n\
             [[endpoint]]\nname = 'c'\n\
             [[endpoint]]\nname = 'd'\nsecrets = ['whsec_12345678']\nlabel = \"a\\nb\"\n",
        )
        .unwrap_err();
        insta::assert_snapshot!(message);
    }

    #[test]
    fn a_file_without_end_is_not_read_to_its_end() {
        let mut problems = Problems::default();
        assert!(read(&mut problems, Path::new("/dev/zero"), &|_| None).is_empty());
        assert!(problems.check(Some(())).unwrap_err().to_string().contains("larger than 1048576 bytes"));
    }

    #[test]
    fn a_file_without_endpoints_says_so() {
        insta::assert_snapshot!(parsed("# nothing yet\n").unwrap_err());
    }

    #[test]
    fn a_broken_file_is_named_with_line_and_column_and_without_its_text() {
        let message = parsed("[[endpoint]]\nname = 'a'\nsecret = 'whsec_12345678'\n").unwrap_err();
        insta::assert_snapshot!(message);
        let message = parsed("[[endpoint]]\nname = 'a'\nsecrets = ['whsec_12345678'\nmode = 'live'\n").unwrap_err();
        assert!(message.contains("daybook.toml, line ") && !message.contains("12345678"), "{message}");
    }
}
