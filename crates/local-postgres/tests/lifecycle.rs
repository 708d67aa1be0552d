//! A cluster's life on real PostgreSQL: it answers, ends with its owner however that ends, recovers, is shared, and refuses what is not its own.

#[cfg(test)]
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

use local_postgres::{Cluster, DataDir, Error, Options, RUNTIME_ROLE, Search};
use support::{Holder, folder, kept, psql, servers_in, until};

#[test]
fn a_throw_away_cluster_answers_and_leaves_nothing() {
    let cluster = Cluster::start(&Options::new(DataDir::ThrowAway)).unwrap();
    assert!(!cluster.is_attached());
    assert!((15..=18).contains(&cluster.version().major()), "{}", cluster.version());
    assert_eq!(psql(&cluster.url(), "select current_user || ' in ' || current_database()"), "daybook_owner in daybook");
    assert_eq!(psql(&cluster.url_for(RUNTIME_ROLE, "daybook"), "select current_user"), "daybook_runtime");
    assert_eq!(psql(&cluster.url(), "show listen_addresses"), "");
    let data = psql(&cluster.url(), "show data_directory");
    drop(cluster);
    let home = std::path::Path::new(&data).parent().unwrap();
    assert!(!home.exists(), "{} is left", home.display());
    assert_eq!(servers_in(home), Vec::<String>::new());
}

#[test]
fn a_script_runs_whole_or_not_at_all() {
    let cluster = Cluster::start(&Options::new(DataDir::ThrowAway)).unwrap();
    cluster.run_script("create table entry (id int); insert into entry values (1), (2);").unwrap();
    let refusal = cluster.run_script("insert into entry values (3); insert into nowhere values (1);").unwrap_err();
    assert!(refusal.to_string().contains("relation \"nowhere\" does not exist (42P01)"), "{refusal}");
    assert_eq!(psql(&cluster.url(), "select count(*) from entry"), "2");
}

#[test]
fn only_data_worth_keeping_is_flushed() {
    for (data_dir, fsync) in [(DataDir::ThrowAway, "off"), (DataDir::DurableThrowAway, "on")] {
        let cluster = Cluster::start(&Options::new(data_dir)).unwrap();
        assert_eq!(psql(&cluster.url(), "show fsync"), fsync);
        assert_eq!(psql(&cluster.url(), "show synchronous_commit"), "on");
    }
    let home = folder();
    let cluster = Cluster::start(&kept(home.path())).unwrap();
    assert_eq!(psql(&cluster.url(), "show fsync"), "on");
    assert_eq!(psql(&cluster.url(), "show full_page_writes"), "on");
}

#[test]
fn kill_9_of_the_owner_leaves_no_process_and_the_data() {
    let home = folder();
    let mut holder = Holder::start(home.path());
    psql(&holder.url(), "create table entry (id int); insert into entry select generate_series(1, 1000)");
    assert!(!servers_in(home.path()).is_empty());
    holder.kill();
    until("every server process has ended", || servers_in(home.path()).is_empty());

    let cluster = Cluster::start(&kept(home.path())).unwrap();
    assert!(!cluster.is_attached());
    assert_eq!(psql(&cluster.url(), "select count(*) from entry"), "1000");
}

#[test]
fn kill_9_while_the_cluster_is_being_made_leaves_nothing_that_hinders() {
    let home = folder();
    let mut holder = Holder::start(home.path());
    until("initdb works", || home.path().join("data.new").exists() || home.path().join("data").exists());
    holder.kill();
    let cluster = Cluster::start(&kept(home.path())).unwrap();
    assert_eq!(psql(&cluster.url(), "select 1"), "1");
}

#[test]
fn kill_9_of_the_owner_removes_a_throw_away_cluster() {
    let mut holder = Holder::throw_away();
    let data = psql(&holder.url(), "show data_directory");
    let home = std::path::Path::new(&data).parent().unwrap().to_owned();
    holder.kill();
    until("the folder is removed", || !home.exists());
    assert_eq!(servers_in(&home), Vec::<String>::new());
}

#[test]
fn a_crash_of_everything_at_once_loses_no_commit() {
    let home = folder();
    let mut holder = Holder::start(home.path());
    psql(&holder.url(), "create table entry (id int); insert into entry values (1)");
    holder.kill_everything(home.path());
    assert!(home.path().join("data/postmaster.pid").exists(), "the crash left its note");

    let cluster = Cluster::start(&kept(home.path())).unwrap();
    assert_eq!(psql(&cluster.url(), "select id from entry"), "1");
}

#[test]
fn a_server_whose_owner_and_watcher_were_killed_is_taken_over() {
    let home = folder();
    let mut holder = Holder::start(home.path());
    psql(&holder.url(), "create table entry (id int)");
    holder.kill_with_watcher(home.path());
    assert!(!servers_in(home.path()).is_empty(), "the server lives on alone");

    let cluster = Cluster::start(&kept(home.path())).unwrap();
    assert!(!cluster.is_attached());
    assert_eq!(psql(&cluster.url(), "select count(*) from entry"), "0");
}

#[test]
fn a_note_of_a_process_id_that_now_belongs_to_another_program_does_not_hinder() {
    let home = folder();
    drop(Cluster::start(&kept(home.path())).unwrap());
    let note =
        format!("{}\n{}\n0\n5432\n/nowhere\n\n0 0\nready\n", std::process::id(), home.path().join("data").display());
    fs::write(home.path().join("data/postmaster.pid"), note).unwrap();
    let cluster = Cluster::start(&kept(home.path())).unwrap();
    assert_eq!(psql(&cluster.url(), "select 1"), "1");
}

#[test]
fn a_second_command_attaches_and_leaves_the_cluster_running() {
    let home = folder();
    let owner = Cluster::start(&kept(home.path())).unwrap();
    let guest = Cluster::start(&Options { database: "other \"one\"".to_owned(), ..kept(home.path()) }).unwrap();
    assert!(guest.is_attached());
    assert_eq!(psql(&guest.url(), "select current_database()"), "other \"one\"");
    drop(guest);
    assert_eq!(psql(&owner.url(), "select 1"), "1");
}

#[test]
fn one_of_the_attached_inherits_the_cluster_when_its_owner_ends() {
    let home = folder();
    // The second name is too long for a socket, which is then elsewhere: a place that has to stay the same.
    for name in ["short".to_owned(), "x".repeat(150)] {
        let home = home.path().join(name);
        let owner = Cluster::start(&kept(&home)).unwrap();
        let mut guests = [(); 2].map(|()| Cluster::start(&kept(&home)).unwrap());
        for guest in &mut guests {
            assert!(!guest.inherit().unwrap(), "the owner lives");
        }
        let url = owner.url();
        psql(&url, "create table entry (id int)");
        drop(owner);
        assert_eq!(guests.each_mut().map(|guest| guest.inherit().unwrap()), [true, false]);
        assert_eq!(guests.each_ref().map(Cluster::is_attached), [false, true]);
        for guest in &guests {
            assert_eq!(guest.url(), url);
        }
        assert_eq!(psql(&url, "select count(*) from entry"), "0");
        let [heir, mut last] = guests;
        drop(heir);
        assert!(last.inherit().unwrap());
        assert_eq!(psql(&url, "select count(*) from entry"), "0");
    }
}

#[test]
fn a_cluster_whose_owner_and_watcher_were_killed_is_inherited() {
    let home = folder();
    let mut holder = Holder::start(home.path());
    let url = holder.url();
    let mut guest = Cluster::start(&kept(home.path())).unwrap();
    holder.kill_with_watcher(home.path());
    until("the guest inherits", || guest.inherit().unwrap());
    assert_eq!(psql(&url, "select 1"), "1");
}

#[test]
fn a_file_in_the_place_of_the_folder_is_said_to_be_none() {
    let message = Cluster::start(&kept(std::path::Path::new("/dev/null"))).unwrap_err().to_string();
    assert!(message.starts_with("/dev/null is no folder"), "{message}");
}

#[test]
fn commands_that_start_at_once_share_one_server() {
    let home = folder();
    let clusters: Vec<Cluster> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| Cluster::start(&kept(home.path())).unwrap())).collect();
        starts.into_iter().map(|start| start.join().unwrap()).collect()
    });
    assert_eq!(clusters.iter().filter(|cluster| !cluster.is_attached()).count(), 1);
    for cluster in &clusters {
        assert_eq!(psql(&cluster.url(), "select 1"), "1");
    }
}

#[test]
fn data_used_by_a_server_of_somebody_else_is_refused() {
    let home = folder();
    drop(Cluster::start(&kept(home.path())).unwrap());
    let stranger = support::Stranger::start(home.path());
    let message = Cluster::start(&kept(home.path())).unwrap_err().to_string();
    assert!(message.contains("is in use by a PostgreSQL server that daybook did not start"), "{message}");
    drop(stranger);
    Cluster::start(&kept(home.path())).unwrap();
}

#[test]
fn a_folder_with_other_things_in_it_is_refused_untouched() {
    let home = folder();
    fs::write(home.path().join("letter"), "dear").unwrap();
    let error = Cluster::start(&kept(home.path())).unwrap_err();
    assert!(matches!(error, Error::NotOurs { .. }), "{error}");
    assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
}

#[test]
fn a_path_too_long_or_too_odd_for_a_socket_gets_its_socket_elsewhere() {
    let home = folder();
    for name in ["x".repeat(150), "an odd, 'quoted' name".to_owned()] {
        let cluster = Cluster::start(&kept(&home.path().join(name))).unwrap();
        assert_eq!(psql(&cluster.url(), "select 1"), "1");
        let sockets = psql(&cluster.url(), "show unix_socket_directories");
        drop(cluster);
        assert!(!std::path::Path::new(&sockets).exists(), "{sockets} is left");
    }
}

#[test]
fn without_programs_one_message_says_what_to_do() {
    let options = Options { search: Search::only([]), ..Options::new(DataDir::ThrowAway) };
    let message = Cluster::start(&options).unwrap_err().to_string();
    assert!(message.starts_with("no PostgreSQL was found on this machine. Install"), "{message}");
}

#[test]
fn a_server_that_cannot_start_is_reported_with_its_log() {
    let home = folder();
    drop(Cluster::start(&kept(home.path())).unwrap());
    fs::write(home.path().join("data/postgresql.conf"), "max_connections = many\n").unwrap();
    let message = Cluster::start(&kept(home.path())).unwrap_err().to_string();
    assert!(message.contains("it ended at once") && message.contains("max_connections"), "{message}");
}

#[test]
fn a_folder_under_a_closed_one_is_refused_with_the_way_out() {
    if !nix::unistd::geteuid().is_root() {
        return; // Only root runs PostgreSQL as somebody else.
    }
    let home = folder();
    let closed = home.path().join("closed");
    fs::create_dir(&closed).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    let message = Cluster::start(&kept(&closed.join("data"))).unwrap_err().to_string();
    assert!(message.contains("cannot enter") && message.contains("closed"), "{message}");
}

#[test]
fn an_ordinary_user_runs_a_cluster_that_root_may_attach_to() {
    if !nix::unistd::geteuid().is_root() {
        return; // Every other test here runs as an ordinary user then.
    }
    let home = folder();
    let nobody = nix::unistd::User::from_name("nobody").unwrap().unwrap();
    let own = home.path().join("own");
    fs::create_dir(&own).unwrap();
    nix::unistd::chown(&own, Some(nobody.uid), Some(nobody.gid)).unwrap();
    let program = home.path().join("hold");
    fs::copy(support::hold(), &program).unwrap();
    let mut command = Command::new(program);
    command.uid(nobody.uid.as_raw()).gid(nobody.gid.as_raw());
    let holder = Holder::run(command, Some(&own));
    holder.url();
    let guest = Cluster::start(&kept(&own)).unwrap();
    assert!(guest.is_attached());
    assert_eq!(psql(&guest.url(), "select 1"), "1");
}
