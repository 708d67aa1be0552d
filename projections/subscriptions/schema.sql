-- One row per subscription, as it stands.
create table subscription (
    scope integer not null,
    id text collate "C" not null,
    customer text collate "C",
    -- Stripe's status
    status text not null,
    -- a dispute on one of its payments is open, or was lost and not paid since
    disputed boolean not null,
    -- since when it has that status
    since timestamptz not null,
    period_start timestamptz,
    period_end timestamptz,
    trial_end timestamptz,
    cancel_at timestamptz,
    ended_at timestamptz,
    -- everything known of how it stands
    standing jsonb not null
);
