-- Where the derived state stands. These rows change; what they point at can be rebuilt.

create table generation (
    -- its tables stand in the schema `generation_<id>`
    id integer generated always as identity,
    created_at timestamptz not null default clock_timestamp(),
    -- the version of the code that built it
    code_version text not null,
    constraint generation_pk primary key (id)
);
comment on table generation is 'One build of the aggregates or of read models, each in a schema of its own.';

create table live_generation (
    -- `aggregates`, or the name of a read model
    name text not null,
    generation integer not null,
    constraint live_generation_pk primary key (name),
    constraint live_generation_exists foreign key (generation) references generation (id)
);
comment on table live_generation is 'Which generation answers, for the aggregates and for each read model.';

create table checkpoint (
    generation integer not null,
    -- how many records are applied
    size bigint not null default 0,
    -- the epoch of the lease under which it was last moved
    epoch bigint not null default 0,
    updated_at timestamptz not null default clock_timestamp(),
    constraint checkpoint_pk primary key (generation),
    constraint checkpoint_generation_exists foreign key (generation) references generation (id) on delete cascade,
    constraint checkpoint_size_not_negative check (size >= 0)
) with (fillfactor = 20);
comment on table checkpoint is 'How far each generation has come, written in the transaction that moved it.';

create table lease (
    name text not null,
    holder uuid not null,
    -- rises by one whenever the lease changes hands
    epoch bigint not null,
    expires_at timestamptz not null,
    constraint lease_pk primary key (name)
) with (fillfactor = 20);
comment on table lease is 'Who does a job that only one process may do, until when by the database''s clock.';
