//! Who may use and drop a generation, whoever made it: the program's role, the owner of the log, and other logins of either.

use crate::support::{TestDatabase, migrated_database};
use daybook_store::{Error, generation};
use sqlx::{Connection, PgConnection};

/// Names of roles that no other test has: roles belong to the whole server.
struct Roles {
    owner: String,
    login: String,
}

/// A database whose log belongs to a role that is no superuser, and a login of the runtime role.
async fn two_roles(name: &str) -> (TestDatabase, Roles) {
    let test = migrated_database().await;
    let pool = test.database.pool();
    let roles = Roles {
        owner: format!("daybook_test_owner_{name}_{}", std::process::id()),
        login: format!("daybook_test_login_{name}_{}", std::process::id()),
    };
    let database: String = sqlx::query_scalar("select current_database()::text").fetch_one(pool).await.unwrap();
    for statement in [
        format!("create role {}", roles.owner),
        format!("create role {} in role daybook_runtime", roles.login),
        format!("grant create on database {database} to {}", roles.owner),
        format!("grant all on all tables in schema public to {}", roles.owner),
        format!("alter table record owner to {}", roles.owner),
    ] {
        sqlx::query(&statement).execute(pool).await.unwrap();
    }
    (test, roles)
}

async fn become_role(connection: &mut PgConnection, role: &str) {
    sqlx::query(&format!("set role {role}")).execute(connection).await.unwrap();
}

/// What a worker or a rebuild does, as this role: a generation with a table in it, live.
async fn build(connection: &mut PgConnection, role: &str) -> i32 {
    become_role(connection, role).await;
    let mut transaction = connection.begin().await.unwrap();
    let id = generation::create(&mut transaction, "1").await.unwrap().id;
    generation::use_generation(&mut transaction, id).await.unwrap();
    sqlx::query("create table balance (amount bigint)").execute(&mut *transaction).await.unwrap();
    generation::switch(&mut transaction, &["aggregates"], id).await.unwrap();
    transaction.commit().await.unwrap();
    id
}

/// What a worker does to the rows of a live generation.
async fn work(connection: &mut PgConnection, role: &str, id: i32) {
    become_role(connection, role).await;
    for statement in ["insert into T values (1)", "update T set amount = 2", "select * from T", "delete from T"] {
        let statement = statement.replace('T', &format!("generation_{id}.balance"));
        sqlx::query(&statement).execute(&mut *connection).await.unwrap_or_else(|error| panic!("{role}: {error}"));
    }
    assert_eq!(generation::unusable(connection, None).await.unwrap(), [0; 0], "{role}");
}

#[tokio::test]
async fn a_generation_can_be_used_by_both_roles_whichever_made_it() {
    let (test, roles) = two_roles("used").await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    for builder in ["daybook_runtime", &roles.login, &roles.owner] {
        let id = build(&mut connection, builder).await;
        for user in ["daybook_runtime", &roles.login, &roles.owner] {
            work(&mut connection, user, id).await;
        }
    }
}

#[tokio::test]
async fn every_login_of_the_runtime_role_may_drop_what_another_made() {
    let (test, roles) = two_roles("dropped").await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let by_login = build(&mut connection, &roles.login).await;
    let by_role = build(&mut connection, "daybook_runtime").await;
    generation::prune(&mut connection, by_login).await.unwrap();
    let by_owner = build(&mut connection, &roles.owner).await;
    become_role(&mut connection, &roles.login).await;
    generation::prune(&mut connection, by_role).await.unwrap();

    // The owner's is the owner's, as long as nobody made it a member of the role.
    build(&mut connection, &roles.login).await;
    assert!(matches!(
        generation::prune(&mut connection, by_owner).await,
        Err(Error::GenerationOfAnother(id)) if id == by_owner
    ));
    let left = generation::of_others(&mut connection).await.unwrap();
    assert_eq!(left, [generation::OfAnother { generation: by_owner, owner: roles.owner.clone() }]);
    become_role(&mut connection, "none").await;
    sqlx::query(&format!("grant daybook_runtime to {}", roles.owner)).execute(&mut *connection).await.unwrap();
    become_role(&mut connection, &roles.owner).await;
    generation::share_all(&mut connection).await.unwrap();
    become_role(&mut connection, &roles.login).await;
    generation::prune(&mut connection, by_owner).await.unwrap();
}

#[tokio::test]
async fn generations_that_were_made_without_rights_are_found_and_mended() {
    let (test, roles) = two_roles("mended").await;
    let mut connection = test.database.pool().acquire().await.unwrap();
    let id = build(&mut connection, &roles.owner).await;
    sqlx::query(&format!("revoke all on schema generation_{id} from daybook_runtime"))
        .execute(&mut *connection)
        .await
        .unwrap();
    assert_eq!(generation::unusable(&mut connection, None).await.unwrap(), [0; 0]);
    assert_eq!(generation::unusable(&mut connection, Some("daybook_runtime")).await.unwrap(), [id]);
    assert_eq!(generation::unusable(&mut connection, Some("nobody_of_this_name")).await.unwrap(), [0; 0]);
    become_role(&mut connection, "daybook_runtime").await;
    assert_eq!(generation::unusable(&mut connection, None).await.unwrap(), [id]);
    generation::share_all(&mut connection).await.unwrap();
    assert_eq!(generation::unusable(&mut connection, None).await.unwrap(), [id], "it is not this role's to share");
    become_role(&mut connection, &roles.owner).await;
    generation::share_all(&mut connection).await.unwrap();
    generation::share_all(&mut connection).await.unwrap();
    work(&mut connection, "daybook_runtime", id).await;
    become_role(&mut connection, &roles.owner).await;
    sqlx::query(&format!("revoke update on generation_{id}.balance from daybook_runtime"))
        .execute(&mut *connection)
        .await
        .unwrap();
    assert_eq!(generation::unusable(&mut connection, Some("daybook_runtime")).await.unwrap(), [id]);
}
