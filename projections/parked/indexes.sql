alter table parked add constraint parked_pk primary key (id, kind, scope);
create index parked_since on parked (scope, since, id);
