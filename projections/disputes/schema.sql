-- One row per dispute, with where it belongs.
create table dispute (
    scope integer not null,
    id text collate "C" not null,
    customer text collate "C",
    subscription text collate "C",
    invoice text collate "C",
    charge text collate "C",
    -- the connected account behind the sale, as the sale itself names it
    seller text collate "C",
    -- Stripe's status
    status text collate "C" not null,
    -- whether nothing is decided yet
    is_open boolean not null,
    -- minor units
    amount bigint not null,
    currency text collate "C",
    created_at timestamptz not null,
    -- until when evidence is asked for; none when nobody waits for any
    due_at timestamptz,
    -- everything known of it
    details json not null
);
