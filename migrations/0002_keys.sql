-- Bearer keys. The key itself is shown once and never stored.

create table api_key (
    id bigint generated always as identity,
    name text not null,
    role text not null,
    scope integer not null,
    -- SHA-256 of the key
    hash bytea not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint api_key_pk primary key (id),
    constraint api_key_hash_unique unique (hash),
    constraint api_key_hash_length check (length(hash) = 32),
    constraint api_key_name_length check (length(name) between 1 and 200),
    constraint api_key_role_known check (role in ('app', 'analyst', 'auditor', 'operator')),
    constraint api_key_scope_exists foreign key (scope) references scope (id)
);
comment on table api_key is 'Who may ask: a role inside one scope.';

create table api_key_revocation (
    api_key bigint not null,
    revoked_at timestamptz not null default clock_timestamp(),
    constraint api_key_revocation_pk primary key (api_key),
    constraint api_key_revocation_key_exists foreign key (api_key) references api_key (id)
);
comment on table api_key_revocation is 'Keys that answer no more. A revocation is not taken back.';
