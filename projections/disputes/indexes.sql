alter table dispute add constraint dispute_pk primary key (id, scope);
create index dispute_created on dispute (scope, created_at, id);
create index dispute_customer on dispute (scope, customer, created_at) where customer is not null;
create index dispute_open on dispute (scope, created_at, id) where is_open;
create index dispute_seller on dispute (scope, seller, created_at, id) where seller is not null;
