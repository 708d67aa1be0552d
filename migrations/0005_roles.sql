-- The rights of the running program, as a role to be granted to its login. The owner of the tables only migrates.

do $$
begin
    create role daybook_runtime nologin;
exception
    when duplicate_object or unique_violation then
        null;
    when insufficient_privilege then
        raise notice 'role daybook_runtime was not created: create it and grant it the rights in this migration';
end
$$;

do $$
begin
    if not exists (select from pg_roles where rolname = 'daybook_runtime') then
        return;
    end if;

    grant usage on schema public to daybook_runtime;
    grant select on all tables in schema public to daybook_runtime;
    grant insert on scope, record, body, batch, delivery, conflict, api_key, api_key_revocation to daybook_runtime;
    -- a row lock needs the right to update; the trigger refuses the update itself
    grant update (singleton) on head to daybook_runtime;
    grant insert, update, delete on generation, live_generation, checkpoint, lease to daybook_runtime;
    -- generations are schemas, made and dropped while running
    execute format('grant create on database %I to daybook_runtime', current_database());
exception
    when insufficient_privilege then
        raise notice 'rights were not granted to daybook_runtime: the owner of the database must grant them';
end
$$;
