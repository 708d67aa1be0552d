-- What an entitlement check looks at: one row per subscription, and one for Stripe's own summary of a customer.
create table entitlement_source (
    scope integer not null,
    -- the object it comes from: `ObjectKind`, by number
    kind smallint not null,
    id text collate "C" not null,
    customer text collate "C" not null,
    source jsonb not null
);
