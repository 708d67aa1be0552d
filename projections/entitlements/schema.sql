-- What an entitlement check looks at: one row per subscription, one per purchase of something once, one for Stripe's own summary of a customer, and one for what operators said of it.
create table entitlement_source (
    scope integer not null,
    -- the object it comes from: `ObjectKind`, by number
    kind smallint not null,
    id text collate "C" not null,
    -- which of the object's sources: 0 its own, 1 operators' word on it
    part smallint not null default 0,
    customer text collate "C" not null,
    source jsonb not null
);
