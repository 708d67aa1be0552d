alter table event add constraint event_pk primary key (aggregate_type, aggregate_id, sequence);
create index event_position on event (position);
