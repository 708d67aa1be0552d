-- Owners first: two objects that claim the same movement are both kept, for a person to look at.
alter table posting add constraint posting_pk primary key (id, kind, scope, transaction_key, line);
create index posting_customer on posting (customer, scope, (causes[1])) where customer is not null;
create index posting_problem on posting (scope, transaction_key) where problem is not null;
-- Exports and trial balances go by time.
create index posting_effective on posting (scope, effective_at, transaction_key);
