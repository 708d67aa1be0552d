alter table dispute add constraint dispute_pk primary key (id, scope);
create index dispute_created on dispute (scope, created_at, id);
create index dispute_customer on dispute (scope, customer, created_at) where customer is not null;
