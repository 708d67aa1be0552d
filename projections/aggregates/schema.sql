-- What the aggregates took in, in the layout of cqrs-es, so that a stock event repository can load any of them.
create table event (
    aggregate_type text collate "C" not null,
    -- `<scope>/<id>`
    aggregate_id text collate "C" not null,
    sequence bigint not null,
    event_type text not null,
    event_version text not null,
    payload json not null,
    -- effective time, position and causing event, as text by name
    metadata json not null,
    -- the record that led to it
    position bigint not null
);
-- Compressing payloads costs a rebuild more than it saves.
alter table event alter column payload set storage external;
alter table event set (toast_tuple_target = 8160);
