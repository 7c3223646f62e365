create or replace function app_public.calendar_as_of(
  clinic_id bigint, at timestamptz default now(), from_date date default null, to_date date default null,
  after text default null, page_size int default 20)
returns setof app_public.calendar_entry
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  until date;
begin
  perform app_private.require_clinic_role(calendar_as_of.clinic_id, 'staff');
  if from_date is null then
    select (calendar_as_of.at at time zone c.time_zone)::date into from_date from app_public.clinics c
    where c.id = calendar_as_of.clinic_id;
  end if;
  until := coalesce(to_date, from_date);
  if at is null then
    perform app_hidden.refuse('invalid_argument', 'Say as of when.', '{"argument": "at"}');
  elsif until is null or until not between from_date and from_date + 30 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 31 days.',
      '{"argument": "toDate"}');
  elsif page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 entries.', '{"argument": "pageSize"}');
  elsif after !~ '^[0-9]{1,16}\.[0-9]{1,18}\.[0-9]{1,18}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
  end if;

  return query
    -- The doctor, date and time of a slot never change, so they are read from the slot or its archived row. The states
    -- of the slot and of its bookings are computed from their events.
    with slots as materialized (
      select bs.id, bs.doctor_id, bs.slot_date, bs.during from app_public.booking_slots bs
      where bs.clinic_id = calendar_as_of.clinic_id and bs.slot_date between from_date and until
      union all
      select bs.id, bs.doctor_id, bs.slot_date, bs.during from app_public.archived_booking_slots bs
      where bs.clinic_id = calendar_as_of.clinic_id and bs.slot_date between from_date and until
    ), of_slots as materialized (
      select e.* from slots s
      join app_public.events e on e.clinic_id = calendar_as_of.clinic_id and e.booking_slot_id = s.id
    ), seen as (
      -- A transaction is included completely or not at all, from the time of its last event on. Its number alone does
      -- not identify it, because a restored database begins to count again.
      select e.*, max(coalesce(e.recorded_at, e.occurred_at)) over (partition by e.transaction_id,
        e.occurred_at) as seen_at
      from (
        select e.* from of_slots e where e.booking_id is null
        union all
        -- Of its bookings everything, since one may have been moved to another day.
        select e.* from app_public.events e
        where e.clinic_id = calendar_as_of.clinic_id
          and e.booking_id in (
            select o.booking_id from of_slots o where o.booking_id is not null
            union
            -- The first slot of a visit across midnight is on the day before.
            select head.booking_id from of_slots o
            join app_public.events head on head.clinic_id = o.clinic_id and head.booking_slot_id = o.head_slot_id
            where head.booking_id is not null)
      ) e
    ), slot_states as (
      select distinct on (t.booking_slot_id) t.booking_slot_id, t.to_state, t.customer_id, t.head_slot_id
      from seen t
      where t.booking_id is null and t.seen_at <= calendar_as_of.at
      order by t.booking_slot_id, t.recorded_at desc nulls last, t.id desc
    ), booking_states as (
      select distinct on (t.booking_id) t.booking_id, t.booking_slot_id, t.to_state, t.customer_id from seen t
      where t.booking_id is not null and t.seen_at <= calendar_as_of.at
      order by t.booking_id, t.recorded_at desc nulls last, t.id desc
    ), bookings_of_slots as (
      select b.booking_slot_id as slot_id, b.* from booking_states b
      union all
      -- The other slots of a visit have its booking.
      select ss.booking_slot_id, b.* from slot_states ss
      join booking_states b on b.booking_slot_id = ss.head_slot_id and b.to_state <> 'cancelled'
    ), entries as (
      select concat_ws('.', (extract(epoch from lower(s.during)) * 1000000)::bigint, s.id,
        coalesce(bs.booking_id, 0)) as cursor,
        s.*, ss.to_state as slot_status,
        -- The event of a slot that became free has its former customer.
        case when ss.to_state in ('held', 'booked') then ss.customer_id end as customer_id,
        bs.booking_id, bs.to_state as booking_status, bs.customer_id as booking_customer_id
      from slots s
      join slot_states ss on ss.booking_slot_id = s.id
      left join bookings_of_slots bs on bs.slot_id = s.id
    )
    select e.cursor, calendar_as_of.clinic_id, e.id, e.doctor_id, e.slot_date, lower(e.during), upper(e.during),
      e.slot_status::app_public.slot_status, e.customer_id, e.booking_id, e.booking_status::app_public.booking_status,
        e.booking_customer_id
    from entries e
    where after is null or (string_to_array(e.cursor, '.')::bigint[]) > (string_to_array(after, '.')::bigint[])
    order by string_to_array(e.cursor, '.')::bigint[]
    limit page_size;
end
$$;

comment on function app_public.calendar_as_of is
'The calendar of a clinic as it was at a past moment (default now), computed from its events: each slot on the local '
'dates from `from_date` (default the date of that moment) to `to_date` (inclusive, at most 31 days, default the same '
'date), in order of time, with every booking it had, also ended ones. A live booking is listed with each slot of its '
'visit. A transaction is included from the time of its last event on, which is a moment before its commit. Each row '
'has a cursor: pass the last one as `after` to get the next page of `page_size` (1 to 100, default 20). For staff of '
'the clinic. Refuses forbidden, unauthenticated, invalid_argument.';

grant execute on function app_public.calendar_as_of to app_staff;
