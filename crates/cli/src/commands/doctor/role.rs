//! The roles: what the one of every day may do, too much and too little, and whether the owner's address leads to the owner.

use daybook_store::immutability::PROTECTED;

use super::catalogue::{self, Rights, Role};
use super::finding::Finding;
use crate::exit::explained;
use crate::open::Opened;

/// Tables whose rows change while the program runs.
const STATE: [&str; 4] = ["generation", "live_generation", "checkpoint", "lease"];
const TWO_ROLES: &str = "create a login, `grant daybook_runtime to LOGIN`, put it into DATABASE_URL, and keep the owner's address in \
                         DAYBOOK_OWNER_URL for migrations";

/// Looks at both roles.
pub async fn look(opened: &Opened) -> anyhow::Result<Vec<Finding>> {
    let mut connection = opened.database.pool().acquire().await?;
    let role = catalogue::role(&mut connection).await?;
    let log = catalogue::rights(&mut connection, &PROTECTED).await?;
    let state = catalogue::rights(&mut connection, &STATE).await?;
    drop(connection);
    let mut findings = runtime(&role, &log, &state);
    findings.extend(owner(opened, &role).await);
    Ok(findings)
}

fn runtime(role: &Role, log: &[Rights], state: &[Rights]) -> Vec<Finding> {
    let name = &role.name;
    let only_triggers = |what: &str| {
        Finding::note("role", format!("{name} {what}: only the triggers protect the log from it"), TWO_ROLES)
    };
    if role.is_superuser {
        return vec![only_triggers("is a superuser")];
    }
    if role.owns_the_log {
        return vec![only_triggers("owns the tables")];
    }
    let mut findings = Vec::new();
    if !role.may_create_schemas {
        let found = format!("{name} may not create schemas, so the read models cannot be built");
        let advice = format!("as the owner: grant create on database {} to daybook_runtime", role.database);
        findings.push(Finding::wrong("role", found, advice));
    }
    let lacking = lacking(log, state);
    if !lacking.is_empty() {
        let found = format!("{name} lacks rights it needs: {}", lacking.join("; "));
        let advice = format!(
            "as the owner: grant daybook_runtime to {name}; if daybook_runtime itself lacks them, give it those of migration 5 again"
        );
        findings.push(Finding::wrong("role", found, advice));
    }
    let changeable: Vec<&str> = log.iter().filter(|one| one.any_change).map(|one| one.table_name.as_str()).collect();
    if !changeable.is_empty() {
        let changeable = changeable.join(", ");
        let found = format!("{name} may update, delete or truncate: {changeable}");
        let advice = format!("as the owner: revoke update, delete, truncate on {changeable} from {name}");
        findings.push(Finding::wrong("role", found, advice));
    }
    if findings.is_empty() {
        findings.push(Finding::ok("role", format!("{name} may only read the log and add to it")));
    }
    findings
}

/// What it needs and may not, a sentence for each kind of right.
fn lacking(log: &[Rights], state: &[Rights]) -> Vec<String> {
    let named = |what: &str, tables: Vec<&Rights>| {
        let tables: Vec<&str> = tables.into_iter().map(|one| one.table_name.as_str()).collect();
        (!tables.is_empty()).then(|| format!("it may not {what} {}", tables.join(", ")))
    };
    let all = || log.iter().chain(state);
    [
        named("read", all().filter(|one| !one.select).collect()),
        // The head is locked and never changed; everything else grows.
        named("lock", log.iter().filter(|one| one.table_name == "head" && !one.lock).collect()),
        named("add to", all().filter(|one| one.table_name != "head" && !one.insert).collect()),
        named("update and delete in", state.iter().filter(|one| !one.change).collect()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The owner's address is used seldom; that it is wrong should not be learned on the day of an upgrade.
async fn owner(opened: &Opened, runtime: &Role) -> Option<Finding> {
    let looked = match opened.owner().await {
        Ok(None) => return None,
        Ok(Some(owner)) => {
            let role = async { anyhow::Ok(catalogue::role(&mut *owner.pool().acquire().await?).await?) }.await;
            owner.pool().close().await;
            role
        }
        Err(error) => Err(error),
    };
    Some(match looked {
        Ok(owner) if owner.database_identity != runtime.database_identity => Finding::wrong(
            "owner",
            format!(
                "DAYBOOK_OWNER_URL names another database ({}) than DATABASE_URL ({})",
                owner.database, runtime.database
            ),
            "let both name the same one, or the next upgrade creates tables in the wrong place",
        ),
        Ok(owner) if owner.owns_the_log || owner.is_superuser => {
            Finding::ok("owner", format!("{} can be reached and may upgrade the tables", owner.name))
        }
        Ok(owner) => Finding::wrong(
            "owner",
            format!("{} of DAYBOOK_OWNER_URL does not own the tables, so the next upgrade will fail", owner.name),
            "put the address of the role that ran the first `daybook migrate` there",
        ),
        Err(error) => Finding::wrong(
            "owner",
            format!("DAYBOOK_OWNER_URL cannot be used: {}", explained(&error)),
            "check the address and the password; it is needed for upgrades only",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(tables: &[&str]) -> Vec<Rights> {
        let rights = |table: &&str| Rights {
            table_name: (*table).to_owned(),
            select: true,
            insert: true,
            change: true,
            any_change: false,
            lock: true,
        };
        tables.iter().map(rights).collect()
    }

    #[test]
    fn each_right_that_is_lacking_is_named() {
        let (mut log, mut state) = (all(&PROTECTED), all(&STATE));
        assert!(lacking(&log, &state).is_empty());
        log[1].lock = false;
        log[2].insert = false;
        log[3].select = false;
        state[3].change = false;
        let expected = [
            "it may not read body",
            "it may not lock head",
            "it may not add to record",
            "it may not update and delete in lease",
        ];
        assert_eq!(lacking(&log, &state), expected);
    }
}
