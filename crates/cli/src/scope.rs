//! Which books a command is about. Whoever has one account in one mode never names it; with several, the command says which there are.

use daybook_domain::scope::{Mode, Scope, ScopeId};
use daybook_store::scope;
use sqlx::PgConnection;

use crate::config::wrong_account;
use crate::exit::Misused;

/// Whose books.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Scope (needed only when there are several)")]
pub struct ScopeArguments {
    /// test or live
    #[arg(long, env = "DAYBOOK_MODE", hide_env_values = true, value_name = "test|live", value_parser = mode)]
    mode: Option<Mode>,

    /// The Stripe account: acct_..., or `own` for the account that events do not name
    #[arg(long, env = "DAYBOOK_STRIPE_ACCOUNT", hide_env_values = true, value_name = "ACCOUNT", value_parser = account)]
    stripe_account: Option<String>,
}

/// What stands for the account that events do not name.
pub const OWN: &str = "own";

/// Reads a mode; an empty variable of the environment is refused with the same words.
fn mode(text: &str) -> Result<Mode, String> {
    match text.trim() {
        "test" => Ok(Mode::Test),
        "live" => Ok(Mode::Live),
        _ => Err("it is test or live; for example DAYBOOK_MODE=test".to_owned()),
    }
}

/// Reads an account. What cannot be one is refused here: a scope that was made stands in the log for ever.
fn account(text: &str) -> Result<String, String> {
    let text = text.trim();
    match wrong_account(text) {
        Some(wrong) if !text.is_empty() && text != OWN => {
            Err(format!("{wrong}; for example DAYBOOK_STRIPE_ACCOUNT=acct_1A2b3C4d5E6f7G8h, or {OWN}"))
        }
        _ => Ok(text.to_owned()),
    }
}

impl ScopeArguments {
    /// The one scope that is meant, which must have been seen.
    pub async fn find(&self, connection: &mut PgConnection) -> anyhow::Result<(ScopeId, Scope)> {
        Ok(self.choose(scope::received(connection).await?.into_iter().collect())?)
    }

    /// The one scope that is meant, which need not have been seen yet. An account that never was is more often a slip of the
    /// hand than a new one, and a scope that was made stands for ever: it must be `expected`.
    pub async fn find_or_expect(&self, connection: &mut PgConnection, expected: Expected) -> anyhow::Result<Scope> {
        let scope = self.find_or_name(connection).await?;
        let Some(account) = scope.account.as_deref().filter(|_| expected == Expected::Seen) else { return Ok(scope) };
        let seen = scope::received(connection).await?;
        if seen.values().any(|known| *known == scope) {
            return Ok(scope);
        }
        let seen = if seen.is_empty() { "nothing at all yet".to_owned() } else { flags(seen.values()) };
        Err(Misused(format!(
            "nothing was received from {account} in {} mode; received was: {seen}. If the name is right and its events are \
             still to come, say so with --unseen-account",
            scope.mode
        ))
        .into())
    }

    /// The one scope that is meant, which need not have been seen yet.
    pub async fn find_or_name(&self, connection: &mut PgConnection) -> anyhow::Result<Scope> {
        if let Some(mode) = self.mode
            && (self.stripe_account.is_some() || !seen_in(connection, mode).await?)
        {
            return Ok(Scope { account: self.account().map(Box::from), mode });
        }
        match (self.find(connection).await, self.mode) {
            (Ok((_, scope)), _) => Ok(scope),
            (Err(error), Some(mode)) if error.is::<NoneSeen>() => {
                Ok(Scope { account: self.account().map(Box::from), mode })
            }
            (Err(error), _) if error.is::<NoneSeen>() => Err(Misused(
                "nothing was received yet, so say which mode is meant: --mode test, or --mode live".to_owned(),
            )
            .into()),
            (Err(error), _) => Err(error),
        }
    }

    /// The named account; none for the own one.
    pub fn account(&self) -> Option<&str> {
        self.stripe_account.as_deref().map(str::trim).filter(|account| !account.is_empty() && *account != OWN)
    }

    /// The named mode.
    pub fn mode(&self) -> Option<Mode> {
        self.mode
    }

    fn fits(&self, scope: &Scope) -> bool {
        let account_is_named = self.stripe_account.as_deref().is_some_and(|account| !account.trim().is_empty());
        self.mode.is_none_or(|mode| mode == scope.mode)
            && (!account_is_named || self.account() == scope.account.as_deref())
    }

    fn choose(&self, all: Vec<(ScopeId, Scope)>) -> Result<(ScopeId, Scope), NotOne> {
        let known = flags(all.iter().map(|(_, scope)| scope));
        let mut fitting = all.into_iter().filter(|(_, scope)| self.fits(scope));
        match (fitting.next(), fitting.next()) {
            (Some(one), None) => Ok(one),
            (Some(_), Some(_)) => Err(NotOne::Several(Misused(format!(
                "events of several accounts or modes are in the log, so say which is meant: {known}"
            )))),
            (None, _) if known.is_empty() => Err(NotOne::NoneSeen(NoneSeen)),
            (None, _) => Err(NotOne::Several(Misused(format!(
                "nothing was received for that mode and account; there is: {known}"
            )))),
        }
    }
}

/// Whether an account must have been seen before it is taken at its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It must have been.
    Seen,
    /// Its events are still to come.
    Unseen,
}

/// Scopes as the flags that name them, ready to be typed.
fn flags<'a>(scopes: impl Iterator<Item = &'a Scope>) -> String {
    let named = scopes
        .map(|scope| format!("`--mode {} --stripe-account {}`", scope.mode, scope.account.as_deref().unwrap_or(OWN)));
    named.collect::<Vec<_>>().join(", ")
}

/// Whether anything was received in this mode, from whichever account.
async fn seen_in(connection: &mut PgConnection, mode: Mode) -> Result<bool, daybook_store::Error> {
    Ok(scope::received(connection).await?.into_values().any(|scope| scope.mode == mode))
}

/// Nothing was received yet.
#[derive(Debug, thiserror::Error)]
#[error("nothing was received yet: there is no scope to ask about")]
pub struct NoneSeen;

#[derive(Debug)]
enum NotOne {
    NoneSeen(NoneSeen),
    Several(Misused),
}

impl From<NotOne> for anyhow::Error {
    fn from(error: NotOne) -> Self {
        match error {
            NotOne::NoneSeen(error) => error.into(),
            NotOne::Several(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(account: Option<&str>, mode: Mode) -> Scope {
        Scope { account: account.map(Box::from), mode }
    }

    fn all() -> Vec<(ScopeId, Scope)> {
        vec![
            (ScopeId(1), scope(None, Mode::Test)),
            (ScopeId(2), scope(None, Mode::Live)),
            (ScopeId(3), scope(Some("acct_1"), Mode::Live)),
        ]
    }

    fn chosen(mode: Option<Mode>, account: Option<&str>, all: Vec<(ScopeId, Scope)>) -> Result<i32, String> {
        let arguments = ScopeArguments { mode, stripe_account: account.map(str::to_owned) };
        arguments.choose(all).map(|(id, _)| id.0).map_err(|error| anyhow::Error::from(error).to_string())
    }

    #[test]
    fn the_only_scope_needs_no_name() {
        assert_eq!(chosen(None, None, all().into_iter().take(1).collect()), Ok(1));
        assert_eq!(chosen(Some(Mode::Test), None, all()), Ok(1));
        assert_eq!(chosen(None, Some("acct_1"), all()), Ok(3));
        assert_eq!(chosen(Some(Mode::Live), Some("own"), all()), Ok(2));
    }

    #[test]
    fn what_cannot_be_an_account_never_becomes_a_scope() {
        for text in ["acct_1", " own ", ""] {
            assert_eq!(account(text), Ok(text.trim().to_owned()));
        }
        insta::assert_snapshot!(account("cus_1").unwrap_err(), @r#""cus_1" is no account id: it begins with acct_; for example DAYBOOK_STRIPE_ACCOUNT=acct_1A2b3C4d5E6f7G8h, or own"#);
    }

    #[test]
    fn of_several_one_must_be_named() {
        let message = chosen(Some(Mode::Live), None, all()).unwrap_err();
        insta::assert_snapshot!(message);
        let message = chosen(Some(Mode::Test), Some("acct_1"), all()).unwrap_err();
        insta::assert_snapshot!(message);
        assert!(chosen(None, None, Vec::new()).unwrap_err().contains("nothing was received yet"));
    }
}
