alter table posting add constraint posting_pk primary key (scope, transaction_key, line);
create index posting_object on posting (scope, kind, id);
create index posting_customer on posting (scope, customer) where customer is not null;
create index posting_problem on posting (scope, transaction_key) where problem is not null;
