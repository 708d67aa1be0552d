//! `daybook entitlements`: what a customer may use, why, and until when. The same answers as over HTTP.

use crate::answers::{Subject, answers, asking};
use crate::built::ensure_built;
use crate::config::DatabaseArguments;
use crate::exit::Ending;
use crate::open::{Upgrade, with};
use crate::output::Output;
use crate::scope::ScopeArguments;
use crate::when::WhenArguments;

/// `daybook entitlements`
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// cus_..., or with --account one of your own account ids
    customer: String,
    /// One feature. The exit code then tells the answer: 0 yes, 3 no
    feature: Option<String>,
    /// The first argument is one of your own account ids
    #[arg(long)]
    account: bool,
    #[command(flatten)]
    when: WhenArguments,
    #[command(flatten)]
    scope: ScopeArguments,
    #[command(flatten)]
    pub database: DatabaseArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let id = arguments.customer.clone();
    let subject = if arguments.account { Subject::Account(id) } else { Subject::Customer(id) };
    let feature = arguments.feature.as_deref();
    let found = with(&arguments.database, Upgrade::NotHere, async |opened| {
        let mut connection = opened.database.pool().acquire().await?;
        let (id, scope) = arguments.scope.find(&mut connection).await?;
        ensure_built(&mut connection).await?;
        drop(connection);
        let app = asking(&opened.database).await?;
        answers(&app, (id, &scope), &subject, feature, arguments.when.read()).await
    })
    .await?;
    output.show(&found)?;
    Ok(if feature.is_some() && !found.any_allowed { Ending::WithFindings } else { Ending::Well })
}
