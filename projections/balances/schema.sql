-- Sums of the journal by customer, currency and account.
create table balance (
    scope integer not null,
    -- empty for postings of no customer
    customer text collate "C" not null,
    currency text collate "C" not null,
    account text collate "C" not null,
    -- minor units, debit positive
    amount bigint not null,
    -- how many postings it sums
    postings bigint not null
);
