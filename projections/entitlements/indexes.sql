alter table entitlement_source add constraint entitlement_source_pk primary key (scope, kind, id, part);
create index entitlement_source_customer on entitlement_source (scope, customer);
