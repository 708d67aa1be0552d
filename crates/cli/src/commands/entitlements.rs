//! `daybook entitlements`: what a customer may use, why, and until when. The same answers as over HTTP.

use crate::answers::{Subject, answers};
use crate::books::BooksArguments;
use crate::exit::Ending;
use crate::output::Output;
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
    let found = arguments.books.ask(async |app, scope| answers(app, scope, &subject, feature, when).await).await?;
    output.show(&found)?;
    Ok(if feature.is_some() && !found.any_allowed { Ending::WithFindings } else { Ending::Well })
}
