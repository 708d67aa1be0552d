alter table subscription add constraint subscription_pk primary key (scope, id);
create index subscription_customer on subscription (scope, customer);
