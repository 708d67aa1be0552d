-- Which customers' answers may have changed, by the size at which they did. Caches live from it.
create table change (
    -- the size of the batch that changed them
    size bigint not null,
    scope integer not null,
    customer text collate "C" not null
);
