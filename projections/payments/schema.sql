-- One row per charge and refund, and per payment intent that has not come to an end.
create table payment (
    scope integer not null,
    -- `ObjectKind`, by number
    kind smallint not null,
    id text collate "C" not null,
    customer text collate "C",
    subscription text collate "C",
    invoice text collate "C",
    -- Stripe's status; `authorized` for a charge that is not captured
    status text collate "C" not null,
    -- minor units
    amount bigint not null,
    currency text collate "C",
    created_at timestamptz not null,
    -- everything known of it
    details json not null
);
