-- What our parser read out of each record, and what came of it. An index: a parser's bug is never frozen into the log.
create table record_outcome (
    position bigint not null,
    scope integer not null,
    -- the object the event is about
    object_id text collate "C",
    -- the customer the event itself names
    customer text collate "C",
    -- `translated`, `without_effect`, `needs_fetch` or `quarantined`
    outcome text not null,
    -- why, for all but `translated`
    reason text
);
