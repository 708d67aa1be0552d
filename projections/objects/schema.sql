-- The folded state of every object, aggregate and customer credit: what the worker goes on from.
create table object (
    scope integer not null,
    -- `ObjectKind`, by number
    kind smallint not null,
    id text collate "C" not null,
    -- in the encoding of the code version that built the generation
    state bytea not null,
    -- how many cqrs events an aggregate has
    sequence bigint not null,
    -- digest of the rows derived from it, so that equal rows are not written again
    derived bigint not null,
    -- whether others only name it: what they say of it waits for it
    only_named boolean not null
);
-- States are read as often as they are written: compressing them costs more than it saves.
alter table object alter column state set storage external;
alter table object set (toast_tuple_target = 8160);
