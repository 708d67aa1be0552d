-- Operators' own entries are few among millions of events. Every entitlement answer asks for the newest policy: without an index
-- of their own, a plan made for any type walks the whole log backwards to find that there is none.
create index record_operator on record (scope, kind, position) where source = 'operator';
