-- One row per customer that an event has shown.
create table customer (
    scope integer not null,
    id text collate "C" not null,
    created_at timestamptz,
    -- when it was first seen deleted
    deleted_at timestamptz,
    currency text collate "C",
    -- minor units; negative is credit to the customer
    balance bigint,
    delinquent boolean,
    has_payment_method boolean not null,
    metadata jsonb not null,
    -- the event that shows it as it is now
    cause text not null
);

-- Where your own account ids were seen beside a customer. Which of them count is the policy's business.
create table account_link (
    scope integer not null,
    -- the object that shows it: `ObjectKind`, by number
    kind smallint not null,
    id text collate "C" not null,
    -- `client_reference_id`, or `metadata.<name>`; `operator`, or `operator.unlinked` where an operator said that they do not belong together
    source text collate "C" not null,
    -- your id
    account text collate "C" not null,
    customer text collate "C" not null,
    effective_at timestamptz not null,
    cause text not null
);
