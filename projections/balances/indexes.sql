alter table balance add constraint balance_pk primary key (scope, customer, currency, account);
