-- Nothing in the log is updated, deleted or truncated: not by the owner, not by mistake, not during replication.

create function refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception '% of table % is refused: its rows are never changed', lower(tg_op), tg_table_name
        using errcode = 'restrict_violation', constraint = tg_table_name || '_immutable';
end
$$;

do $$
declare
    protected text;
begin
    foreach protected in array
        array['scope', 'head', 'record', 'body', 'batch', 'delivery', 'conflict', 'api_key', 'api_key_revocation']
    loop
        -- per row: also seen by a replication worker; per statement: also seen when no row matches, and by truncate
        execute format(
            'create trigger immutable_row before update or delete on %I for each row execute function refuse_change()',
            protected);
        execute format(
            'create trigger immutable_table before update or delete or truncate on %I'
            ' for each statement execute function refuse_change()',
            protected);
        execute format('alter table %I enable always trigger immutable_row', protected);
        execute format('alter table %I enable always trigger immutable_table', protected);
    end loop;
end
$$;
