//! The webhook endpoints: one by environment variables, more by flags or in a file.

use std::path::PathBuf;

use daybook_domain::scope::Mode;
use daybook_http::Endpoint;
use daybook_stripe::private::message;
use secrecy::{ExposeSecret, SecretString};

use super::endpoint::{ApiKey, UNNAMED, check_mode, check_together, wrong_account, wrong_name};
use super::{Problems, endpoints_file, secrets, written};
use crate::scope::OWN;

/// Webhook endpoints.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Webhooks")]
pub struct WebhookArguments {
    /// Signing secret of the endpoint at /webhooks/stripe. Several while one is rolled, labelled if you like: new=whsec_...,old=whsec_...
    #[arg(long, env = "DAYBOOK_WEBHOOK_SECRET", hide_env_values = true, value_name = "SECRETS")]
    webhook_secret: Option<SecretString>,

    /// The mode the endpoints were made in. A Stripe key of the other mode then stops the start
    #[arg(long, env = "DAYBOOK_MODE", hide_env_values = true, value_name = "test|live")]
    mode: Option<String>,

    /// The account that events belong to which name none: acct_..., or `own` to leave it unnamed
    #[arg(long, env = "DAYBOOK_STRIPE_ACCOUNT", hide_env_values = true, value_name = "ACCOUNT")]
    stripe_account: Option<String>,

    /// A further endpoint at /webhooks/stripe/NAME: NAME=whsec_...[,LABEL=whsec_...]. May be given several times
    #[arg(long = "endpoint", value_name = "NAME=SECRETS")]
    endpoints: Vec<SecretString>,

    /// A file with `[[endpoint]]` entries: name, secrets or `secrets_env`, mode, account, label
    #[arg(long, env = "DAYBOOK_CONFIG", hide_env_values = true, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Your Stripe API key. It is not used to call Stripe; only its mode is compared with the endpoints'
    #[arg(long, env = "STRIPE_API_KEY", hide_env_values = true, value_name = "KEY")]
    stripe_api_key: Option<SecretString>,
}

const SECRET_PLACE: &str = "DAYBOOK_WEBHOOK_SECRET (--webhook-secret)";
const SECRET_EXAMPLE: &str = "DAYBOOK_WEBHOOK_SECRET=whsec_YOUR_SECRET";

impl WebhookArguments {
    /// Checks all endpoints. None at all is a problem.
    pub fn read(&self, problems: &mut Problems) -> Option<Vec<Endpoint>> {
        let mode = mode(problems, "DAYBOOK_MODE (--mode)", self.mode.as_deref());
        let account = account(problems, self.stripe_account.as_deref());
        let mut endpoints: Vec<(String, Endpoint)> = Vec::new();
        let fill = |name: Option<String>, secrets| Endpoint {
            label: name.clone().unwrap_or_else(|| UNNAMED.to_owned()),
            name,
            secrets,
            mode,
            account: account.clone(),
        };
        let mut given = 0;
        if let Some(text) = written(self.webhook_secret.as_ref().map(ExposeSecret::expose_secret)) {
            given += 1;
            let read = secrets::read(problems, SECRET_PLACE, &SecretString::from(text));
            endpoints.extend(read.map(|secrets| (SECRET_PLACE.to_owned(), fill(None, secrets))));
        }
        for (index, text) in self.endpoints.iter().enumerate() {
            given += 1;
            let read = flag(problems, &format!("--endpoint, number {}", index + 1), text.expose_secret());
            endpoints.extend(read.map(|(name, secrets)| (format!("--endpoint {name}"), fill(Some(name), secrets))));
        }
        if let Some(path) = &self.config {
            given += 1;
            // The names of these variables stand in the file, so clap cannot read them.
            let variable = |name: &str| std::env::var_os(name).and_then(|text| text.into_string().ok());
            let read = endpoints_file::read(problems, path, &variable);
            endpoints.extend(read.into_iter().map(|(place, mut endpoint)| {
                check_mode(problems, mode, &place, &endpoint);
                endpoint.mode = endpoint.mode.or(mode);
                endpoint.account = endpoint.account.or_else(|| account.clone());
                (place, endpoint)
            }));
        }
        if given == 0 {
            let wrong = "no endpoint is configured, so nothing Stripe delivers could be verified. The secret is shown in the Dashboard \
                         (Developers, Webhooks, your endpoint) and by `stripe listen`";
            problems.add(SECRET_PLACE, wrong, SECRET_EXAMPLE);
        }
        let api_key = self.api_key(problems);
        check_together(problems, &endpoints, api_key.as_ref());
        (!endpoints.is_empty()).then(|| endpoints.into_iter().map(|(_, endpoint)| endpoint).collect())
    }

    fn api_key(&self, problems: &mut Problems) -> Option<ApiKey> {
        let key = written(self.stripe_api_key.as_ref().map(ExposeSecret::expose_secret))?;
        let wrong = if key.starts_with("whsec_") {
            Some("it is a webhook signing secret, not an API key")
        } else if ["sk_", "rk_", "pk_"].iter().any(|prefix| key.starts_with(prefix)) {
            None
        } else {
            Some("it is no API key of Stripe: those begin with sk_, rk_ or pk_, and then say their mode")
        };
        if let Some(wrong) = wrong {
            problems.add("STRIPE_API_KEY (--stripe-api-key)", wrong, "STRIPE_API_KEY=rk_test_YOUR_KEY");
        }
        Some(ApiKey { mode: daybook_stripe::secret_mode::mode_of(key) })
    }
}

/// A mode by its name.
pub fn mode(problems: &mut Problems, place: &str, text: Option<&str>) -> Option<Mode> {
    match written(text)? {
        "test" => Some(Mode::Test),
        "live" => Some(Mode::Live),
        other => {
            problems.add(place, format!("{:?} is no mode: it is test or live", message(other)), "DAYBOOK_MODE=test");
            None
        }
    }
}

fn account(problems: &mut Problems, text: Option<&str>) -> Option<String> {
    let account = written(text).filter(|account| *account != OWN)?;
    if let Some(wrong) = wrong_account(account) {
        let example = "DAYBOOK_STRIPE_ACCOUNT=acct_1A2b3C4d5E6f7G8h";
        problems.add("DAYBOOK_STRIPE_ACCOUNT (--stripe-account)", wrong, example);
    }
    Some(account.to_owned())
}

fn flag(problems: &mut Problems, place: &str, text: &str) -> Option<(String, secrets::Labelled)> {
    const EXAMPLE: &str = "--endpoint connect=whsec_YOUR_SECRET";
    let Some((name, list)) = text.split_once('=') else {
        problems.add(place, "there is no NAME= before the secret", EXAMPLE);
        return None;
    };
    let name = name.trim();
    // What stands before the sign may be a secret that was pasted in the wrong place.
    let is_secret = ["whsec_", "sk_", "rk_"].iter().any(|prefix| name.starts_with(prefix));
    let wrong = if is_secret { Some("there is no NAME= before the secret".to_owned()) } else { wrong_name(name) };
    if let Some(wrong) = wrong {
        problems.add(place, wrong, EXAMPLE);
        return None;
    }
    secrets::read(problems, &format!("--endpoint {name}"), &SecretString::from(list))
        .map(|secrets| (name.to_owned(), secrets))
}
