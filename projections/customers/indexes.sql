alter table customer add constraint customer_pk primary key (scope, id);
alter table account_link add constraint account_link_pk primary key (scope, kind, id, source, account);
create index account_link_account on account_link (scope, account);
create index account_link_customer on account_link (scope, customer);
create index customer_credit on customer (scope, id) where balance < 0;
