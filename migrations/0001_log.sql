-- The log: what was received, in the order in which it was written down. Insert only.

create table scope (
    id integer not null,
    -- `acct_...`; empty for the endpoint's own account when it is not named
    account text not null default '',
    livemode boolean not null,
    constraint scope_pk primary key (id),
    constraint scope_unique unique (account, livemode),
    constraint scope_id_positive check (id > 0)
);
comment on table scope is 'A Stripe account in one mode. Part of every key.';

create table head (
    -- One row, locked `for update` by whoever appends, and never updated: a held snapshot would make an updated row slow.
    singleton boolean not null default true,
    constraint head_pk primary key (singleton),
    constraint head_one_row check (singleton)
);
insert into head default values;
comment on table head is 'The lock under which the log grows.';

create table record (
    -- dense, from 0, in commit order
    position bigint not null,
    -- Stripe's timestamp in seconds, when the event names one
    created bigint,
    received_at timestamptz not null,
    scope integer not null,
    event_id text collate "C" not null,
    source text not null,
    kind text collate "C" not null,
    api_version text,
    endpoint text,
    secret_label text,
    signature text,
    -- SHA-256(0x00 || leaf), RFC 6962
    leaf_hash bytea not null,
    constraint record_pk primary key (position),
    constraint record_event_id_unique unique (event_id),
    constraint record_position_not_negative check (position >= 0),
    constraint record_source_known check (source in ('webhook', 'api', 'import', 'operator'))
);
create index record_scope_kind on record (scope, kind, position);
create index record_created on record using brin (created);
comment on table record is 'One entry of the log: a verified Stripe event, or an operator''s entry.';

create table body (
    position bigint not null,
    salt bytea not null,
    body bytea not null,
    constraint body_pk primary key (position),
    constraint body_salt_length check (length(salt) = 32)
);
-- Bodies of the usual three kilobytes stay in the row, uncompressed, so that reading many of them is one sequential read.
alter table body alter column body set storage external;
alter table body set (toast_tuple_target = 8160);
comment on table body is 'The exact bytes of a record, and the salt of their commitment.';

create table batch (
    -- the count of records after this batch
    size bigint not null,
    count integer not null,
    -- the hashes of the complete subtrees, 32 bytes each, largest first
    frontier bytea not null,
    -- the RFC 6962 tree hash of all records up to `size`
    root bytea not null,
    appended_at timestamptz not null default clock_timestamp(),
    constraint batch_pk primary key (size),
    constraint batch_count_positive check (count > 0 and count <= size),
    constraint batch_frontier_length check (length(frontier) = 32 * bit_count(size::bit(64))),
    constraint batch_root_length check (length(root) = 32)
);
comment on table batch is 'One row for each append: the size, the Merkle frontier and the root of the log after it.';

create table delivery (
    -- tells deliveries of one event apart; recorders draw it in blocks, so it is no order
    id bigint generated always as identity (cache 64),
    -- the record that holds the event
    position bigint not null,
    received_at timestamptz not null,
    outcome text not null,
    api_version text,
    endpoint text,
    secret_label text,
    signature text,
    constraint delivery_pk primary key (position, id),
    constraint delivery_outcome_known check (outcome in ('appended', 'duplicate', 'conflict'))
);
comment on table delivery is 'Every verified delivery of a webhook, repeated ones included.';

create table conflict (
    id bigint generated always as identity,
    -- the record that has the same event id and other content
    position bigint not null,
    event_id text not null,
    source text not null,
    received_at timestamptz not null,
    kind text not null,
    created bigint,
    api_version text,
    endpoint text,
    secret_label text,
    signature text,
    salt bytea not null,
    body bytea not null,
    constraint conflict_pk primary key (id),
    constraint conflict_salt_length check (length(salt) = 32),
    constraint conflict_source_known check (source in ('webhook', 'api', 'import', 'operator'))
);
create index conflict_position on conflict (position);
alter table conflict alter column body set storage external;
comment on table conflict is 'What arrived under the id and API version of a record but says something else. Kept in full for a person to settle.';
