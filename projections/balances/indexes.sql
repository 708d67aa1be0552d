alter table balance add constraint balance_pk primary key (scope, customer, currency, account);
create index balance_left on balance (scope, account) where account in ('liabilities:unapplied', 'suspense');
