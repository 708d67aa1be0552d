//! Who asks: a bearer key, its role and the one scope it is bound to. Only the SHA-256 of a key is ever compared or remembered, so that neither
//! the time of a comparison nor the memory of this process gives one away.
//!
//! # Layout
//! - [`keyring`]: keys looked up and remembered for a short while
//! - this file: what a route asks of its caller

pub mod keyring;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use daybook_domain::scope::ScopeId;
use daybook_store::key::Role;

use crate::Problem;
use crate::state::Shared;

/// What a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    /// The key, by number.
    pub key: i64,
    /// What it may do.
    pub role: Role,
    /// Where.
    pub scope: ScopeId,
}

impl Access {
    /// Whoever may run commands on the machine: everything may be read.
    pub fn of_the_machine(scope: ScopeId) -> Self {
        Self { key: 0, role: Role::Auditor, scope }
    }

    /// Passes if the role is `needed` or one above it.
    ///
    /// # Errors
    /// [`Problem::RoleTooLow`].
    pub fn needs(self, needed: Role) -> Result<Self, Problem> {
        if rank(self.role) >= rank(needed) { Ok(self) } else { Err(Problem::RoleTooLow { needed, has: self.role }) }
    }
}

/// Each role may do what those below it may; what an operator may do beyond an auditor are commands.
fn rank(role: Role) -> u8 {
    match role {
        Role::App => 0,
        Role::Analyst => 1,
        Role::Auditor => 2,
        Role::Operator => 3,
    }
}

/// Defines a caller with at least a role: an extractor that refuses all others.
macro_rules! callers {
    ($($(#[$doc:meta])* $name:ident: $role:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub Access);

        impl FromRequestParts<Shared> for $name {
            type Rejection = Problem;

            async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Problem> {
                app.keyring.authenticate(&parts.headers).await?.needs(Role::$role).map(Self)
            }
        }
    )*};
}

callers! {
    /// A caller with any key.
    AppCaller: App;
    /// A caller that may read everything derived.
    AnalystCaller: Analyst;
    /// A caller that may read the records themselves.
    AuditorCaller: Auditor;
    /// A caller that may act.
    OperatorCaller: Operator;
}
