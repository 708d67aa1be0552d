-- Whoever builds a generation, the running program can use it: a rebuild by the owner of the log, or by another login, must not leave read models that
-- nobody else may read. Called when a generation is made, and again for all of them by `daybook migrate`.

create function share_generation(generation integer) returns boolean
language plpgsql
set search_path = pg_catalog, public
as $$
declare
    wanted text := 'generation_' || generation;
    namespace record;
    grantee text;
    relation regclass;
begin
    select oid, nspowner into namespace from pg_namespace where nspname = wanted;
    -- what is not there, or another role's, is not ours to share
    if not found or not pg_has_role(namespace.nspowner, 'usage') then
        return false;
    end if;
    for grantee in
        select rolname from pg_roles
        where rolname = 'daybook_runtime' or oid = (select relowner from pg_class where oid = 'record'::regclass)
    loop
        execute format('grant usage on schema %I to %I', wanted, grantee);
        -- tables that this role makes from now on, and those that stand there already
        execute format(
            'alter default privileges in schema %I grant select, insert, update, delete on tables to %I', wanted, grantee);
        for relation in
            select oid from pg_class
            where relnamespace = namespace.oid and relkind = 'r' and pg_has_role(relowner, 'usage')
        loop
            execute format('grant select, insert, update, delete on %s to %I', relation, grantee);
        end loop;
    end loop;
    -- so that every member of the role may drop it when another has taken its place
    if exists (select from pg_roles where rolname = 'daybook_runtime' and oid <> namespace.nspowner)
        and pg_has_role('daybook_runtime', 'usage') then
        begin
            execute format('alter schema %I owner to daybook_runtime', wanted);
        exception
            when insufficient_privilege then
                null;
        end;
    end if;
    return true;
end
$$;

-- Generations that were made before.
select share_generation(id) from generation;
