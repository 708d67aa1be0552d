-- Ids first: a sort compares them by their first bytes, which tell most of them apart.
alter table object add constraint object_pk primary key (id, kind, scope);
create index object_only_named on object (scope, kind, id) where only_named;
