alter table event add constraint event_pk primary key (aggregate_id, aggregate_type, sequence);
create index event_position on event (position);
