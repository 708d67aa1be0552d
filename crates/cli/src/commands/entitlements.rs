//! `daybook entitlements`: what a customer may use, why, and until when. The same answers as over HTTP.

use daybook_domain::scope::{Scope, ScopeId};
use daybook_store::Database;
use daybook_store::snapshot::Snapshot;

use crate::answers::{Subject, answers};
use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::known::{is_known, nobody};
use crate::output::{Output, note};
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
    pub books: BooksArguments,
}

/// Runs it.
pub async fn run(arguments: &Arguments, output: Output) -> anyhow::Result<Ending> {
    let id = arguments.customer.clone();
    let subject = if arguments.account { Subject::Account(id) } else { Subject::Customer(id) };
    let feature = arguments.feature.as_deref();
    let when = arguments.when.read();
    let asked = arguments.books.ask(async |(app, database), (id, scope)| {
        let found = answers(app, (id, scope), &subject, feature, when).await?;
        Ok((found, unknown(database, (id, scope), &subject).await?))
    });
    let (found, unknown) = asked.await?;
    output.show(&found)?;
    if let Some(said) = &unknown {
        note(said);
    }
    let is_well = if feature.is_some() { found.any_allowed } else { unknown.is_none() };
    Ok(if is_well { Ending::Well } else { Ending::WithFindings })
}

/// That nobody has named the customer, where it is so: what is answered then is what anybody would be answered.
async fn unknown(
    database: &Database,
    (id, scope): (ScopeId, &Scope),
    subject: &Subject,
) -> anyhow::Result<Option<String>> {
    let Subject::Customer(customer) = subject else { return Ok(None) };
    let mut snapshot = Snapshot::begin(database.pool()).await?;
    let is_known = is_known(&mut snapshot, id, customer).await?;
    snapshot.end().await?;
    Ok((!is_known).then(|| nobody(scope, customer)))
}
