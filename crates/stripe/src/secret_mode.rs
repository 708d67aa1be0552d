//! Whether a Stripe API key belongs to test or to live mode, so that a contradiction stops the start of the program.
//!
//! Only the key's prefix is looked at. Webhook signing secrets (`whsec_...`) do not say their mode.

use daybook_domain::scope::Mode;

/// The mode an API key (`sk_live_...`, `rk_test_...`, `pk_live_...`, an organisation's `sk_org_live_...`) belongs to; `None` when it does not say.
pub fn mode_of(key: &str) -> Option<Mode> {
    let rest = ["sk_", "rk_", "pk_"].iter().find_map(|prefix| key.trim().strip_prefix(prefix))?;
    // Only words before an underscore say something; the last part is the secret itself.
    let (words, _) = rest.rsplit_once('_')?;
    words.split('_').find_map(|word| match word {
        "live" => Some(Mode::Live),
        "test" => Some(Mode::Test),
        _ => None,
    })
}

/// Whether the key says a mode, and it is not this one.
pub fn contradicts(key: &str, mode: Mode) -> bool {
    mode_of(key).is_some_and(|said| said != mode)
}

#[cfg(test)]
mod tests {
    use daybook_domain::scope::Mode;

    use super::{contradicts, mode_of};

    #[test]
    fn a_key_says_its_mode_by_its_prefix() {
        assert_eq!(mode_of("sk_live_x"), Some(Mode::Live));
        assert_eq!(mode_of("rk_live_x"), Some(Mode::Live));
        assert_eq!(mode_of(" sk_test_x\n"), Some(Mode::Test));
        assert_eq!(mode_of("rk_test_x"), Some(Mode::Test));
        for prefix in ["sk", "rk", "pk"] {
            assert_eq!(mode_of(&format!("{prefix}_org_live_x")), Some(Mode::Live));
            assert_eq!(mode_of(&format!("{prefix}_org_test_x")), Some(Mode::Test));
        }
        assert_eq!(mode_of("sk_live"), None);
        assert_eq!(mode_of("sk_org_x"), None);
        assert_eq!(mode_of("whsec_x"), None);
        assert_eq!(mode_of(""), None);
    }

    #[test]
    fn only_a_key_of_the_other_mode_contradicts() {
        assert!(contradicts("sk_test_x", Mode::Live));
        assert!(contradicts("rk_live_x", Mode::Test));
        assert!(contradicts("sk_org_live_x", Mode::Test));
        assert!(!contradicts("sk_live_x", Mode::Live));
        assert!(!contradicts("whsec_x", Mode::Live));
    }
}
