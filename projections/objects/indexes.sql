alter table object add constraint object_pk primary key (scope, kind, id);
create index object_only_named on object (scope, kind, id) where only_named;
