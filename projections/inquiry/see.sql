-- Everything that entitlement answers about these customers and accounts are worked out from, in one snapshot.
with reached as materialized (
    select coalesce(min(size), 0) as size from checkpoint
    where generation in (select generation from live_generation)
), beside as materialized (
    select distinct link.scope, link.customer
    from unnest($3::integer[], $4::text[]) as asked (scope, account)
    join account_link as link on link.scope = asked.scope and link.account = asked.account
    join unnest($5::integer[], $6::text[]) as counted (scope, source)
        on counted.scope = link.scope and counted.source = link.source
), wanted as materialized (
    select scope, customer from unnest($1::integer[], $2::text[]) as asked (scope, customer)
    union select scope, customer from beside
)
select (select size from reached) as "size!",
    (select coalesce(json_object_agg(name, generation), '{}') from live_generation)
        as "pointer!: Json<BTreeMap<String, i32>>",
    (select coalesce(json_agg(json_build_array(asked.scope, (
            select position from record
            where record.scope = asked.scope and kind = $8 and source = 'operator' and position < reached.size
            order by position desc limit 1
        ))), '[]')
        from unnest($7::integer[]) as asked (scope), reached) as "policies!: Json<Vec<(i32, Option<i64>)>>",
    (select coalesce(json_agg(json_build_array(
            customer.scope, id, deleted_at is not null, has_payment_method)), '[]')
        from wanted join customer on customer.scope = wanted.scope and id = wanted.customer)
        as "customers!: Json<Vec<(i32, String, bool, bool)>>",
    (select coalesce(json_agg(json_build_array(wanted.scope, wanted.customer)), '[]')
        from wanted
        where not exists (select from customer where customer.scope = wanted.scope and id = wanted.customer)
            and exists (
                select from record_outcome as naming
                where naming.scope = wanted.scope and naming.customer = wanted.customer collate "C"
            ))
        as "named!: Json<Vec<(i32, String)>>",
    (select coalesce(json_agg(json_build_array(wanted.scope, wanted.customer, source)
            order by wanted.scope, wanted.customer, kind, id, part), '[]')
        from wanted join entitlement_source as own
            on own.scope = wanted.scope and own.customer = wanted.customer)
        as "sources!: Json<Vec<(i32, String, Source)>>",
    (select coalesce(json_agg(json_build_array(link.scope, link.customer, link.source, link.account)
            order by link.scope, link.customer, effective_at desc, cause desc, link.source), '[]')
        from beside
        join account_link as link on link.scope = beside.scope and link.customer = beside.customer
        join unnest($5::integer[], $6::text[]) as counted (scope, source)
            on counted.scope = link.scope and counted.source = link.source)
        as "sightings!: Json<Vec<(i32, String, String, String)>>"
