//! `daybook policy check`: reads a policy and changes nothing. Where there is a database, what the policy names is compared with what its account and
//! mode has shown; without one, only the file is looked at.

use std::fmt;

use daybook_domain::entitlement::Policy;
use daybook_domain::entitlement::policy::{Problem, Unseen};
use daybook_store::log::read;
use daybook_store::policy::in_force;
use serde::Serialize;

use super::Check;
use super::effect::{self, Effect};
use super::names::{self, told};
use crate::config::{Place, Problems};
use crate::exit::Ending;
use crate::open::reading;
use crate::output::{Output, counted};
use crate::scope::NoneSeen;

/// What was found.
#[derive(Serialize)]
pub struct Checked {
    file: String,
    sound: bool,
    plans: usize,
    features: usize,
    problems: Vec<Problem>,
    /// what it was compared with; none when only the file was looked at
    compared_with: Option<String>,
    unseen: Vec<Unseen>,
    /// whose answers would change if it were applied now
    effect: Option<Effect>,
}

impl Checked {
    /// A file that is no policy.
    pub fn wrong(file: &str, problems: Vec<Problem>) -> Self {
        Self {
            file: file.to_owned(),
            sound: false,
            plans: 0,
            features: 0,
            problems,
            compared_with: None,
            unseen: Vec::new(),
            effect: None,
        }
    }
}

impl fmt::Display for Checked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        if self.sound {
            let (plans, features) = (number(self.plans), number(self.features));
            let (plans, features) = (counted(plans, "plan", "plans"), counted(features, "feature", "features"));
            writeln!(formatter, "{} is sound: {plans}, {features}.", self.file)?;
            match &self.compared_with {
                Some(scope) if self.unseen.is_empty() => {
                    writeln!(formatter, "Everything it names was seen in events of {scope}.")?;
                }
                Some(_) => formatter.write_str(&told(&self.unseen))?,
                None => {}
            }
            return self
                .effect
                .as_ref()
                .map_or(Ok(()), |effect| write!(formatter, "If it were applied now:\n{effect}"));
        }
        writeln!(formatter, "{} has {}:", self.file, counted(number(self.problems.len()), "problem", "problems"))?;
        self.problems.iter().try_for_each(|problem| writeln!(formatter, "  {problem}"))
    }
}

/// Checks a text.
pub async fn check(arguments: &Check, text: &str, output: Output) -> anyhow::Result<Ending> {
    let policy = match Policy::parse(text) {
        Ok(policy) => policy,
        Err(error) => {
            output.show(&Checked::wrong(&arguments.file, error.problems))?;
            return Ok(Ending::WithFindings);
        }
    };
    let (compared_with, unseen, effect) = match compare(arguments, &policy).await? {
        Some(Compared { scope, unseen, effect }) => (Some(scope), unseen, effect),
        None => (None, Vec::new(), None),
    };
    let ending = if unseen.is_empty() { Ending::Well } else { Ending::WithFindings };
    let (file, plans, features) = (arguments.file.clone(), policy.plans.len(), policy.features.len());
    let problems = Vec::new();
    output.show(&Checked { file, sound: true, plans, features, problems, compared_with, unseen, effect })?;
    Ok(ending)
}

/// What a database says of a policy.
struct Compared {
    scope: String,
    unseen: Vec<Unseen>,
    effect: Option<Effect>,
}

/// Compares with what was seen, where there is a database that has seen something.
async fn compare(arguments: &Check, policy: &Policy) -> anyhow::Result<Option<Compared>> {
    let mut problems = Problems::default();
    let source = arguments.database.read(&mut problems);
    let source = problems.check(source)?;
    let is_there = match &source.place {
        Place::At { .. } => true,
        Place::In(folder) => local_postgres::is_there(folder),
    };
    if arguments.offline || !is_there {
        return Ok(None);
    }
    reading(&arguments.database, async |opened| {
        let mut connection = opened.database.pool().acquire().await?;
        let (id, scope) = match arguments.scope.find(&mut connection).await {
            Err(error) if error.is::<NoneSeen>() => return Ok(None),
            found => found?,
        };
        let size = read::size(&mut connection).await?;
        let present = in_force(&mut connection, id, size).await?;
        drop(connection);
        if !names::is_built(&opened.database).await? {
            return Ok(None);
        }
        let unseen = names::unseen(&opened.database, id, policy).await?;
        let effect = effect::instead_of(&opened.database, id, present.as_ref(), policy).await?;
        Ok(Some(Compared { scope: scope.to_string(), unseen, effect }))
    })
    .await
}
