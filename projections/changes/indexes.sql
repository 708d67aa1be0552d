alter table change add constraint change_pk primary key (size, scope, customer);
