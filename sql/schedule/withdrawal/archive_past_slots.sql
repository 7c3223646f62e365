create or replace function app_private.archive_past_slots(batch int default 500, at timestamptz default now())
returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot_ids bigint[];
  keep interval;
begin
  select r.slots into keep from app_private.retention r;
  -- Clinic by clinic, each in the order of its dates, for which there is an index. A day more, since a date is of the
  -- clinic's zone.
  select array_agg(p.id) into slot_ids
  from (
    select past.id
    from app_public.clinics c
    cross join lateral (
      select bs.id from app_public.booking_slots bs
      -- The other slots of a visit go with the first one.
      where bs.clinic_id = c.id and bs.slot_date < (archive_past_slots.at - keep - interval '1 day')::date
        and bs.head_slot_id is null
        -- Not while a patient is still checked in: the desk has to complete the booking first.
        and not exists (
          select from app_public.bookings b
          where b.clinic_id = bs.clinic_id and b.booking_slot_id = bs.id and b.status = 'checked_in')
      order by bs.slot_date, bs.starts_at
      limit archive_past_slots.batch for update skip locked
    ) past
    -- Copies of what is in a shard are removed when it is archived there.
    where not exists (select from app_private.clinic_shards cs where cs.clinic_id = c.id)
    limit archive_past_slots.batch
  ) p;
  if slot_ids is null then
    return 0;
  end if;
  slot_ids := slot_ids || array(
    select bs.id from app_public.booking_slots bs
    join app_public.booking_slots head on head.clinic_id = bs.clinic_id and head.id = bs.head_slot_id
    where head.id = any (slot_ids));

  insert into app_public.archived_booking_slots (clinic_id, id, doctor_id, time_slot_id, slot_date, during, status,
    customer_id, created_at, service_id, head_slot_id)
  select bs.clinic_id, bs.id, bs.doctor_id, bs.time_slot_id, bs.slot_date, bs.during, bs.status, bs.customer_id,
    bs.created_at, bs.service_id, bs.head_slot_id
  from app_public.booking_slots bs where bs.id = any (slot_ids);
  insert into app_public.archived_bookings (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during,
    status, note, sequence,
    booked_by_account_id, cancelled_at, cancelled_by, cancellation_reason, answers, created_at, service_id,
    visit_starts_at, visit_ends_at, is_online, room, series_id)
  select b.clinic_id, b.id, b.booking_slot_id, b.customer_id, b.doctor_id, b.slot_date, b.during, b.status, b.note,
    b.sequence,
    b.booked_by_account_id, b.cancelled_at, b.cancelled_by, b.cancellation_reason,
    app_private.answers_of(b.clinic_id, b.id), b.created_at, b.service_id, b.visit_starts_at, b.visit_ends_at,
    b.is_online, app_private.room_of(b), b.series_id
  from app_public.bookings b
  join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id
  where bs.id = any (slot_ids);
  -- Their messages are deleted; the bookings stay in the archive and in events.
  delete from app_public.notifications n using app_public.bookings b, app_public.booking_slots bs
  where n.clinic_id = b.clinic_id and n.booking_id = b.id
    and bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id and bs.id = any (slot_ids);
  delete from app_public.bookings b using app_public.booking_slots bs
  where bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id and bs.id = any (slot_ids);
  delete from app_public.booking_slots bs where bs.id = any (slot_ids);
  return cardinality(slot_ids);
end
$$;

comment on function app_private.archive_past_slots is
'Moves up to `batch` slots that ended longer ago than app_private.retention.slots, with all their bookings, to '
'archived_booking_slots and archived_bookings, and returns how many. Deletes their messages and keeps their events. '
'Called by the job archive_past_slots until it returns 0.';
