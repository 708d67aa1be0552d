alter table payment add constraint payment_pk primary key (id, kind, scope);
create index payment_created on payment (scope, created_at, id);
create index payment_customer on payment (customer, scope, created_at) where customer is not null;
create index payment_unsuccessful on payment (scope, status, created_at, id) where status <> 'succeeded';
create index payment_waiting on payment (scope, created_at, id) where kind = 4;
create index payment_lost on payment (scope, created_at, id) where kind = 6 and customer is null;
