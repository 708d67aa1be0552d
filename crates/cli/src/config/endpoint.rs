//! What is checked of webhook endpoints beside their secrets: names, accounts, and that none contradicts another or the API key's mode.

use daybook_domain::scope::Mode;
use daybook_http::Endpoint;
use daybook_stripe::private::message;

use super::{Problems, problem::Problem};

/// The label of the endpoint without a name.
pub const UNNAMED: &str = "default";

/// What is wrong with a name, as it stands in a path.
pub fn wrong_name(name: &str) -> Option<String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    let sound = !name.is_empty() && name.len() <= 64 && name.bytes().all(fits);
    (!sound).then(|| {
        let name = message(name);
        format!("{name:?} is no name for an endpoint: 1 to 64 letters, digits, - and _, because it stands in the path")
    })
}

/// What is wrong with a label, as every record and every metric of the endpoint holds it.
pub fn wrong_label(label: &str) -> Option<String> {
    let sound = !label.trim().is_empty() && label.len() <= 100 && !label.chars().any(char::is_control);
    (!sound).then(|| format!("{:?} is no label: 1 to 100 bytes that can be printed", message(label)))
}

/// What is wrong with an account's id.
pub fn wrong_account(account: &str) -> Option<String> {
    let sound =
        account.starts_with("acct_") && account.len() <= 255 && account.bytes().all(|byte| byte.is_ascii_graphic());
    (!sound).then(|| format!("{:?} is no account id: it begins with acct_", message(account)))
}

/// Adds what is wrong between endpoints: two at one path, and an API key of the other mode.
pub fn check_together(problems: &mut Problems, endpoints: &[(String, Endpoint)], api_key: Option<&ApiKey>) {
    for (index, (place, endpoint)) in endpoints.iter().enumerate() {
        if endpoints.iter().take(index).any(|(_, other)| other.name == endpoint.name) {
            let wrong =
                format!("another endpoint answers at {} too: give one of them a name of its own", endpoint.path());
            problems.add(place, wrong, "--endpoint connect=whsec_YOUR_SECRET");
        }
        if let (Some(mode), Some(api_key)) = (endpoint.mode, api_key)
            && let Some(key_mode) = api_key.mode.filter(|key_mode| *key_mode != mode)
        {
            let Problem { place, wrong, example } = contradiction(place, endpoint, mode, key_mode);
            problems.add(place, wrong, example);
        }
    }
}

/// Adds what is wrong between the mode that is said of all endpoints and that of one of them.
pub fn check_mode(problems: &mut Problems, said: Option<Mode>, place: &str, endpoint: &Endpoint) {
    if let (Some(said), Some(mode)) = (said, endpoint.mode)
        && said != mode
    {
        problems.add(
            format!("DAYBOOK_MODE (--mode) and {place}"),
            format!(
                "DAYBOOK_MODE says {said}, and the endpoint at {} is said to be of {mode} mode: which is it?",
                endpoint.path()
            ),
            format!(
                "DAYBOOK_MODE={mode}; to serve endpoints of both modes, leave it out and give each endpoint its mode"
            ),
        );
    }
}

/// An API key of Stripe, as far as it says where it belongs.
#[derive(Clone, Copy, Debug)]
pub struct ApiKey {
    /// The mode its prefix says.
    pub mode: Option<Mode>,
}

fn contradiction(place: &str, endpoint: &Endpoint, mode: Mode, key_mode: Mode) -> Problem {
    Problem {
        place: format!("STRIPE_API_KEY (--stripe-api-key) and {place}"),
        wrong: format!(
            "the API key is of {key_mode} mode, and the endpoint at {} is said to be of {mode} mode. Test and live are two worlds at Stripe: \
             either the key or the mode belongs to the other one, and starting now could mix test customers with paying ones",
            endpoint.path()
        ),
        example: match mode {
            Mode::Test => "DAYBOOK_MODE=test with STRIPE_API_KEY=sk_test_... or rk_test_...".to_owned(),
            Mode::Live => "DAYBOOK_MODE=live with STRIPE_API_KEY=sk_live_... or rk_live_...".to_owned(),
        },
    }
}
