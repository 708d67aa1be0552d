alter table record_outcome add constraint record_outcome_pk primary key (position);
create index record_outcome_object on record_outcome (object_id, scope, position) where object_id is not null;
create index record_outcome_customer on record_outcome (customer, scope, position) where customer is not null;
create index record_outcome_unread on record_outcome (outcome, position) where outcome in ('needs_fetch', 'quarantined');
