//! Whether there are read models to ask. Without this look, a person who asks too early, or as a role without the rights, is told that some table does
//! not exist.

use anyhow::bail;
use daybook_store::generation;
use sqlx::PgConnection;

/// Whether read models exist. That they do and cannot be read is an error with its remedy.
pub async fn is_built(connection: &mut PgConnection) -> anyhow::Result<bool> {
    if generation::pointer(connection).await?.is_empty() {
        return Ok(false);
    }
    ensure_readable(connection).await?;
    Ok(true)
}

/// Read models must be readable to this role, if there are any.
pub async fn ensure_readable(connection: &mut PgConnection) -> anyhow::Result<()> {
    if let Some(unusable) = generation::unusable(connection, None).await?.first() {
        bail!(
            "the read models (generation {unusable}) cannot be read by this role: run `daybook migrate` as their owner, or \
             `daybook rebuild --all`; `daybook doctor` says more"
        );
    }
    Ok(())
}

/// Read models must exist to answer.
pub async fn ensure_built(connection: &mut PgConnection) -> anyhow::Result<()> {
    if !is_built(connection).await? {
        bail!("no read models exist yet: start `daybook serve`, which builds them, or run `daybook rebuild --all`");
    }
    Ok(())
}
