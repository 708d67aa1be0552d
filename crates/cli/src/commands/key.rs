//! `daybook key`: keys for the HTTP API. A key is shown once, when it is created.

use std::fmt;

use chrono::{DateTime, Utc};
use daybook_store::key::{self, Key, Role};
use secrecy::ExposeSecret;
use serde::Serialize;

use crate::config::{DatabaseArguments, number_above_zero};
use crate::exit::{Ending, Misused, Refused};
use crate::open::{Opened, Upgrade, with};
use crate::output::{Output, Table};
use crate::scope::{Expected, ScopeArguments};

/// `daybook key`
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Create a key and show it, this once
    Create(Create),
    /// List the keys, revoked ones too; none is shown
    List(List),
    /// Revoke a key for good; it answers no more within ten seconds
    Revoke(Revoke),
}

/// `daybook key create`
#[derive(Debug, clap::Args)]
pub struct Create {
    /// What it is for, so that you know it again: "web app, production"
    name: String,
    /// What it may do: app asks for entitlements; analyst reads everything derived; auditor reads the records too; operator may also command
    #[arg(long, default_value = "app", value_name = "ROLE", value_parser = role)]
    role: Role,
    /// The account is new: nothing was received from it yet
    #[arg(long)]
    unseen_account: bool,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    database: DatabaseArguments,
}

/// `daybook key list`
#[derive(Debug, clap::Args)]
pub struct List {
    #[command(flatten)]
    database: DatabaseArguments,
}

/// `daybook key revoke`
#[derive(Debug, clap::Args)]
pub struct Revoke {
    /// Its number, as `daybook key list` shows it
    #[arg(value_parser = number_above_zero)]
    id: i64,
    #[command(flatten)]
    database: DatabaseArguments,
}

impl Command {
    /// Where it looks.
    pub fn database(&self) -> &DatabaseArguments {
        match self {
            Self::Create(create) => &create.database,
            Self::List(list) => &list.database,
            Self::Revoke(revoke) => &revoke.database,
        }
    }
}

fn role(name: &str) -> Result<Role, String> {
    let names = || Role::ALL.map(Role::name).join(", ");
    name.trim().parse().map_err(|_| format!("it is none of {}; for example --role app", names()))
}

/// Runs it.
pub async fn run(command: &Command, output: Output) -> anyhow::Result<Ending> {
    // A key for what is to come may be the first thing there is; none can be listed or revoked in nothing.
    let upgrade = if matches!(command, Command::Create(_)) { Upgrade::NotHere } else { Upgrade::Existing };
    with(command.database(), upgrade, async |opened| match command {
        Command::Create(arguments) => create(arguments, opened, output).await,
        Command::List(_) => list(opened, output).await,
        Command::Revoke(arguments) => revoke(arguments, opened, output).await,
    })
    .await?;
    Ok(Ending::Well)
}

/// A key as it is shown.
#[derive(Serialize)]
struct Shown {
    id: i64,
    name: String,
    role: &'static str,
    scope: String,
    created_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<Key> for Shown {
    fn from(key: Key) -> Self {
        Self {
            id: key.id,
            name: key.name,
            role: key.role.name(),
            scope: key.scope.to_string(),
            created_at: key.created_at,
            revoked_at: key.revoked_at,
        }
    }
}

#[derive(Serialize)]
struct Created {
    #[serde(flatten)]
    key: Shown,
    secret: String,
}

impl fmt::Display for Created {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.secret)
    }
}

async fn create(arguments: &Create, opened: &Opened, output: Output) -> anyhow::Result<()> {
    let mut connection = opened.database.pool().acquire().await?;
    let expected = if arguments.unseen_account { Expected::Unseen } else { Expected::Seen };
    let scope = arguments.scope.find_or_expect(&mut connection, expected).await?;
    let (key, secret) = match key::create(&mut connection, &arguments.name, arguments.role, &scope).await {
        Ok(created) => created,
        Err(error @ daybook_store::Error::KeyName(_)) => return Err(Misused(error.to_string()).into()),
        Err(error) => return Err(error.into()),
    };
    let created = Created { key: key.into(), secret: secret.expose_secret().to_owned() };
    output.show(&created)?;
    let Shown { id, name, role, scope, .. } = &created.key;
    output.aside(&format!(
        "Key {id} {name:?}: role {role}, {scope}. It is shown this once; send it as `Authorization: Bearer {}...`",
        created.secret.chars().take(12).collect::<String>()
    ))
}

#[derive(Serialize)]
#[serde(transparent)]
struct Keys(Vec<Shown>);

impl fmt::Display for Keys {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return formatter
                .write_str("There are no keys. Create one: daybook key create \"web app\" --role app --mode test");
        }
        let mut table = Table::new(&[">id", "role", "scope", "created", "revoked", "name"]);
        let day = |time: &DateTime<Utc>| time.format("%Y-%m-%d").to_string();
        for key in &self.0 {
            let revoked = key.revoked_at.as_ref().map_or_else(|| "-".to_owned(), day);
            let (id, role, name) = (key.id.to_string(), key.role.to_owned(), key.name.clone());
            table.row([id, role, key.scope.clone(), day(&key.created_at), revoked, name]);
        }
        table.fmt(formatter)
    }
}

async fn list(opened: &Opened, output: Output) -> anyhow::Result<()> {
    let mut connection = opened.database.pool().acquire().await?;
    let keys = key::list(&mut connection).await?;
    output.show(&Keys(keys.into_iter().map(Shown::from).collect()))
}

#[derive(Serialize)]
struct Revoked {
    revoked: i64,
}

impl fmt::Display for Revoked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Key {} is revoked. Running servers refuse it within ten seconds.", self.revoked)
    }
}

async fn revoke(arguments: &Revoke, opened: &Opened, output: Output) -> anyhow::Result<()> {
    let mut connection = opened.database.pool().acquire().await?;
    match key::revoke(&mut connection, arguments.id).await {
        Ok(()) => output.show(&Revoked { revoked: arguments.id }),
        Err(error @ daybook_store::Error::NoSuchKey(_)) => Err(Refused(error.to_string()).into()),
        Err(error) => Err(error.into()),
    }
}
