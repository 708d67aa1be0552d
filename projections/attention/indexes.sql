alter table attention add constraint attention_pk primary key (scope, kind, id);
