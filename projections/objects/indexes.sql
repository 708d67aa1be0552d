-- Ids first: a sort compares them by their first bytes, which tell most of them apart.
alter table object add constraint object_pk primary key (id, kind, scope);
create index object_only_named on object (scope, kind, id) where only_named;
-- What was sold: products (10) and prices (11), for the check of a policy.
create index object_sold on object (scope, kind, id) where kind in (10, 11) and not only_named;
