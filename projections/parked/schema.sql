-- What others name and no event has shown, where they cannot find their place without it.
create table parked (
    scope integer not null,
    -- `ObjectKind`, by number
    kind smallint not null,
    id text collate "C" not null,
    -- the first time, at Stripe, that an event showed something that waits for it
    since timestamptz not null,
    -- the first of those that wait, as kind and id, longest first
    waiting text[] not null,
    -- how many wait
    waiting_count bigint not null
);
