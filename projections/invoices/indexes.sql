alter table invoice add constraint invoice_pk primary key (id, scope);
create index invoice_created on invoice (scope, created_at, id);
create index invoice_customer on invoice (customer, scope, created_at) where customer is not null;
create index invoice_unpaid on invoice (scope, status, created_at, id) where status <> 'paid';
