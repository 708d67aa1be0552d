-- The postings of all transactions. Those of one transaction sum to zero per currency.
create table posting (
    scope integer not null,
    -- `<object>:<transition>`
    transaction_key text collate "C" not null,
    line integer not null,
    -- the object whose transition it is: `ObjectKind`, by number
    kind smallint not null,
    id text collate "C" not null,
    -- by its name in the chart of accounts
    account text collate "C" not null,
    customer text collate "C",
    -- what the posting is about: an invoice, a charge, a refund, a line
    subject text collate "C" not null,
    currency text collate "C" not null,
    -- minor units, debit positive
    amount bigint not null,
    effective_at timestamptz not null,
    -- what a deferred amount is earned over
    earned_from timestamptz,
    earned_until timestamptz,
    product text,
    -- the events that caused it
    causes text[] not null,
    -- why a person should look at it
    problem text
);
