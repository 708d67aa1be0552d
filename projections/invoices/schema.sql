-- One row per invoice, with its lines and where it belongs.
create table invoice (
    scope integer not null,
    id text collate "C" not null,
    customer text collate "C",
    subscription text collate "C",
    -- the state; once seen paid it stays paid
    status text collate "C" not null,
    currency text collate "C",
    -- minor units
    total bigint not null,
    amount_due bigint not null,
    amount_remaining bigint not null,
    created_at timestamptz not null,
    due_at timestamptz,
    -- how it stands, what paid it, its taxes
    bill json not null,
    -- its lines, as far as events showed them
    lines json not null
);
