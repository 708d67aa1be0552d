//! Whether the books hold what they must (I1 to I8), looked at on live data: every sale's documents against the postings that stand
//! in the journal, every customer's credit, and what sets alone can show.
//!
//! Page by page, each page one short snapshot of its own, in which a sale is seen whole; memory does not grow with the books.
//! Nothing is changed. The checks are `daybook_domain::accounting::invariant`: those the laws try on simulated histories.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use daybook_domain::{
    accounting::{
        Account,
        invariant::{Breach, Leg, balanced, of_credit, of_settlement},
    },
    id::{CustomerId, ObjectKind, ObjectRef},
    money::Currency,
    scope::ScopeId,
    time::Timestamp,
};
use daybook_projections::{
    journal::audit,
    objects,
    owner::{Owner, Owners},
};
use daybook_store::{Database, snapshot::Snapshot};
use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

use crate::{Error, loader::Loader, state::State, working_set::Books};

/// States of one page.
const PAGE: i64 = 1_000;
/// Findings of one kind that sets alone show, at most.
const ODDITIES: i64 = 1_000;

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whose books.
    pub scope: ScopeId,
    /// `I1` to `I8`.
    pub check: &'static str,
    /// The object, the transaction's key or the customer.
    pub object: String,
    /// Currency of the amounts.
    pub currency: String,
    /// What should stand there, minor units.
    pub expected: i128,
    /// What stands there.
    pub found: i128,
    /// What was compared.
    pub why: &'static str,
}

/// How far it is: states looked at, of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// So many are done.
    pub done: i64,
    /// Of so many.
    pub total: i64,
}

/// Who is told.
pub struct Observer<'a> {
    /// Told now and then how far it is.
    pub progress: &'a (dyn Fn(Progress) + Send + Sync),
    /// Told of everything that does not hold.
    pub found: &'a mut (dyn FnMut(Finding) + Send),
    /// Asked between two pages.
    pub shutdown: &'a CancellationToken,
}

/// What was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// States: of objects, aggregates and credits.
    pub states: i64,
    /// Sales, each with all its documents.
    pub sales: i64,
    /// Customers' credits.
    pub credits: i64,
    /// Postings.
    pub postings: i64,
    /// The size at which it began.
    pub from_size: i64,
    /// The size at which it ended; what arrived between the two may have been seen or not.
    pub to_size: i64,
}

/// Looks at all books of all scopes.
///
/// # Errors
/// What the database says, a state that cannot be read, or that it was told to stop.
pub async fn verify_books(database: &Database, observer: &mut Observer<'_>) -> Result<Verified, Error> {
    let mut verified = Verified::default();
    let mut snapshot = Snapshot::begin(database.pool()).await?;
    let total = objects::count(&mut snapshot).await?;
    verified.from_size = snapshot.size();
    of_sets(&mut snapshot, observer).await?;
    snapshot.end().await?;
    let mut after: Option<Owner> = None;
    loop {
        if observer.shutdown.is_cancelled() {
            return Err(Error::Stopped);
        }
        let mut snapshot = Snapshot::begin(database.pool()).await?;
        let page = objects::page(&mut snapshot, after.as_ref(), PAGE).await?;
        verified.to_size = snapshot.size();
        let Some(last) = page.last() else { return Ok(verified) };
        after = Some(last.owner.clone());
        verified.states += i64::try_from(page.len()).unwrap_or_default();
        let page = Page::of(page)?;
        page.verify(&mut snapshot, &mut verified, observer).await?;
        snapshot.end().await?;
        (observer.progress)(Progress { done: verified.states, total });
    }
}

/// What no sale by itself can show.
async fn of_sets(connection: &mut PgConnection, observer: &mut Observer<'_>) -> Result<(), Error> {
    let strays = audit::without_owner(connection, ODDITIES).await?;
    let strays = strays.into_iter().map(|one| (one, "postings of an object that nothing is known of"));
    let sums = audit::wrong_sums(connection, ODDITIES).await?;
    let sums = sums.into_iter().map(|one| (one, "the balance is not the sum of its postings"));
    for (oddity, why) in strays.chain(sums) {
        (observer.found)(Finding {
            scope: oddity.scope,
            check: "I1",
            object: oddity.subject,
            currency: oddity.currency,
            expected: i128::from(oddity.expected),
            found: i128::from(oddity.found),
            why,
        });
    }
    Ok(())
}

/// Some states, with what of them begins something to look at.
struct Page {
    /// Where a sale may begin: objects that come before everything they are linked with.
    seeds: HashMap<ScopeId, HashSet<ObjectRef>>,
    credits: Vec<(Owner, State)>,
}

impl Page {
    fn of(stored: Vec<objects::Stored>) -> Result<Self, Error> {
        let mut page = Self { seeds: HashMap::new(), credits: Vec::new() };
        for one in stored {
            let kind = one.owner.object.kind;
            if kind == ObjectKind::CustomerCredit {
                let state = State::decode(&one.owner.object, &one.state)?;
                page.credits.push((one.owner, state));
            } else if kind.settles() {
                let state = State::decode(&one.owner.object, &one.state)?;
                if may_begin(&one.owner.object, &state) {
                    page.seeds.entry(one.owner.scope).or_default().insert(one.owner.object);
                }
            }
        }
        Ok(page)
    }

    async fn verify(
        self,
        connection: &mut PgConnection,
        verified: &mut Verified,
        observer: &mut Observer<'_>,
    ) -> Result<(), Error> {
        for (scope, seeds) in self.seeds {
            let mut books = Books::default();
            Loader::Any.load(connection, scope, &mut books, seeds.clone()).await?;
            verify_sales(connection, (scope, &books), seeds, verified, observer).await?;
        }
        verify_credits(connection, self.credits, verified, observer).await
    }
}

/// Whether no object it is linked with comes before it: a sale is looked at once, from its first member.
fn may_begin(object: &ObjectRef, state: &State) -> bool {
    let Some(known) = state.as_object() else { return false };
    let mut linked = known.outgoing().chain(known.incoming.iter().cloned());
    linked.all(|other| !other.kind.settles() || other >= *object)
}

async fn verify_sales(
    connection: &mut PgConnection,
    (scope, books): (ScopeId, &Books),
    seeds: HashSet<ObjectRef>,
    verified: &mut Verified,
    observer: &mut Observer<'_>,
) -> Result<(), Error> {
    let mut sales = Vec::new();
    let mut owners = Vec::new();
    for seed in seeds {
        let sale = books.settlement(&seed);
        if sale.members().next().is_some_and(|(first, _)| *first == seed) {
            owners.extend(sale.members().map(|(member, _)| Owner { scope, object: member.clone() }));
            sales.push(sale);
        }
    }
    let stored = by_owner(connection, &owners).await?;
    for sale in sales {
        let members: BTreeSet<&ObjectRef> = sale.members().map(|(member, _)| member).collect();
        let legs: Vec<&audit::Leg> = members.iter().filter_map(|member| stored.get(*member)).flatten().collect();
        verified.sales += 1;
        verified.postings += i64::try_from(legs.len()).unwrap_or_default();
        let legs: Vec<Leg<'_>> = legs.into_iter().filter_map(leg).collect();
        tell(scope, of_settlement(&sale, &legs), observer);
    }
    Ok(())
}

async fn by_owner(
    connection: &mut PgConnection,
    owners: &[Owner],
) -> Result<HashMap<ObjectRef, Vec<audit::Leg>>, Error> {
    let mut by_owner: HashMap<ObjectRef, Vec<audit::Leg>> = HashMap::new();
    let owners: Owners = owners.iter().collect();
    for leg in audit::of_owners(connection, &owners).await? {
        by_owner.entry(leg.owner.object.clone()).or_default().push(leg);
    }
    Ok(by_owner)
}

/// A stored posting as the invariants read it. What is not of this version's chart is none of its business.
fn leg(stored: &audit::Leg) -> Option<Leg<'_>> {
    Some(Leg {
        key: &stored.transaction_key,
        at: Timestamp::from_unix(stored.effective_at.timestamp())?,
        account: Account::parse(&stored.account)?,
        subject: &stored.subject,
        currency: Currency::parse(&stored.currency)?,
        amount: i128::from(stored.amount),
    })
}

async fn verify_credits(
    connection: &mut PgConnection,
    credits: Vec<(Owner, State)>,
    verified: &mut Verified,
    observer: &mut Observer<'_>,
) -> Result<(), Error> {
    let scopes: Vec<i32> = credits.iter().map(|(owner, _)| owner.scope.0).collect();
    let customers: Vec<String> = credits.iter().map(|(owner, _)| owner.id().to_owned()).collect();
    let account = Account::CustomerCredit.as_str();
    let mut sums: HashMap<(ScopeId, String), BTreeMap<Currency, i128>> = HashMap::new();
    for sum in audit::of_customers(connection, account, (&scopes, &customers)).await? {
        let Some(currency) = Currency::parse(&sum.currency) else { continue };
        sums.entry((sum.scope, sum.customer)).or_default().insert(currency, i128::from(sum.amount));
    }
    let owners: Owners = credits.iter().map(|(owner, _)| owner).collect();
    let stored = audit::of_owners(connection, &owners).await?;
    verified.postings += i64::try_from(stored.len()).unwrap_or_default();
    for (owner, state) in &credits {
        let State::Credit(credit) = state else { continue };
        verified.credits += 1;
        let known = sums.remove(&(owner.scope, owner.id().to_owned())).unwrap_or_default();
        tell(owner.scope, of_credit(&CustomerId::new(owner.id()), credit, &known), observer);
        let legs: Vec<Leg<'_>> = stored.iter().filter(|leg| leg.owner == *owner).filter_map(leg).collect();
        tell(owner.scope, balanced(&legs), observer);
    }
    Ok(())
}

fn tell(scope: ScopeId, breaches: Vec<Breach>, observer: &mut Observer<'_>) {
    for breach in breaches {
        (observer.found)(Finding {
            scope,
            check: breach.invariant.number(),
            object: breach.object.into(),
            currency: breach.currency.to_string(),
            expected: breach.expected,
            found: breach.found,
            why: breach.why,
        });
    }
}
