//! Bearer keys: a role inside one scope. A key is shown once, when it is created; only its SHA-256 is stored, which is enough because a key is
//! 32 random bytes and not a person's password. A revocation is a row of its own and is not taken back.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use daybook_domain::scope::{Scope, ScopeId};
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use crate::{Error, scope};

/// What the bearer of a key may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// ask for entitlements
    App,
    /// read everything derived
    Analyst,
    /// read everything derived and the records behind it
    Auditor,
    /// everything an auditor may, and operators' commands
    Operator,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::App, Self::Analyst, Self::Auditor, Self::Operator];

    /// The name it is stored under.
    pub fn name(self) -> &'static str {
        match self {
            Self::App => "app",
            Self::Analyst => "analyst",
            Self::Auditor => "auditor",
            Self::Operator => "operator",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no role: app, analyst, auditor or operator")]
pub struct UnknownRole(pub String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|role| role.name() == name).ok_or_else(|| UnknownRole(name.to_owned()))
    }
}

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// its number
    pub id: i64,
    /// what its creator called it
    pub name: String,
    /// what it may do
    pub role: Role,
    /// where it may do it, by number
    pub scope_id: ScopeId,
    /// where it may do it
    pub scope: Scope,
    /// when it was created
    pub created_at: DateTime<Utc>,
    /// since when it answers no more
    pub revoked_at: Option<DateTime<Utc>>,
}

struct KeyRow {
    id: i64,
    name: String,
    role: String,
    scope: i32,
    account: String,
    livemode: bool,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl TryFrom<KeyRow> for Key {
    type Error = Error;

    fn try_from(row: KeyRow) -> Result<Self, Error> {
        let role = row.role.parse().map_err(|UnknownRole(value)| Error::StoredRole { key: row.id, value })?;
        Ok(Self {
            id: row.id,
            name: row.name,
            role,
            scope_id: ScopeId(row.scope),
            scope: scope::from_columns(row.account, row.livemode),
            created_at: row.created_at,
            revoked_at: row.revoked_at,
        })
    }
}

/// Creates a key. The secret, `dbk_<role>_<64 hexadecimal digits>`, cannot be shown again.
///
/// # Errors
/// When the name is empty or longer than 200 characters, or the database fails.
pub async fn create(
    connection: &mut PgConnection,
    name: &str,
    role: Role,
    scope: &Scope,
) -> Result<(Key, SecretString), Error> {
    let characters = name.chars().count();
    if characters == 0 || characters > 200 || name.contains('\0') {
        return Err(Error::KeyName(characters));
    }
    let scope_id = scope::intern(connection, scope).await?;
    let secret = format!("dbk_{role}_{}", hex::encode(rand::random::<[u8; 32]>()));
    let row = sqlx::query!(
        "insert into api_key (name, role, scope, hash) values ($1, $2, $3, $4) returning id, created_at",
        name,
        role.name(),
        scope_id.0,
        &hash(&secret)[..],
    )
    .fetch_one(connection)
    .await?;
    let key = Key {
        id: row.id,
        name: name.to_owned(),
        role,
        scope_id,
        scope: scope.clone(),
        created_at: row.created_at,
        revoked_at: None,
    };
    Ok((key, SecretString::from(secret)))
}

/// The key that this bearer token is, unless it is unknown or revoked.
///
/// # Errors
/// When the database fails.
pub async fn find(connection: &mut PgConnection, token: &str) -> Result<Option<Key>, Error> {
    let row = sqlx::query_as!(
        KeyRow,
        r#"select api_key.id, name, role, scope, account, livemode, created_at, revoked_at as "revoked_at?"
         from api_key
         join scope on scope.id = api_key.scope
         left join api_key_revocation on api_key_revocation.api_key = api_key.id
         where hash = $1 and revoked_at is null"#,
        &hash(token)[..],
    )
    .fetch_optional(connection)
    .await?;
    row.map(Key::try_from).transpose()
}

/// Every key, revoked ones included, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn list(connection: &mut PgConnection) -> Result<Vec<Key>, Error> {
    let rows = sqlx::query_as!(
        KeyRow,
        r#"select api_key.id, name, role, scope, account, livemode, created_at, revoked_at as "revoked_at?"
         from api_key
         join scope on scope.id = api_key.scope
         left join api_key_revocation on api_key_revocation.api_key = api_key.id
         order by api_key.id"#,
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Revokes a key. One that is revoked already stays so since then.
///
/// # Errors
/// When there is no such key, or the database fails.
pub async fn revoke(connection: &mut PgConnection, id: i64) -> Result<(), Error> {
    let found = sqlx::query_scalar!(
        r#"with known as (select id from api_key where id = $1),
             revoked as (insert into api_key_revocation (api_key) select id from known on conflict do nothing)
         select exists (select from known) as "found!""#,
        id,
    )
    .fetch_one(connection)
    .await?;
    if found { Ok(()) } else { Err(Error::NoSuchKey(id)) }
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}
