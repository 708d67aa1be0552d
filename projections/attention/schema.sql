-- What a person should look at and has no read model of its own: reviews, warnings of fraud, what Stripe asks of sellers.
create table attention (
    scope integer not null,
    -- `ObjectKind`, by number
    kind smallint not null,
    id text collate "C" not null,
    -- why: a name of the closed list
    code text collate "C" not null,
    customer text collate "C",
    subscription text collate "C",
    since timestamptz not null,
    until timestamptz,
    -- more, in Stripe's words
    detail text,
    -- the event that shows it as it is now
    cause text collate "C" not null
);
