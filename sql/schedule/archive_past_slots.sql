create or replace function app_private.archive_past_slots(batch int default 500, at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slot_ids bigint[];
  keep interval;
begin
  select r.slots into keep from app_private.retention r;
  -- By date, which has an index; a day more, since a date is of the clinic's zone.
  with past as (
    select bs.id, bs.slot_date from app_public.booking_slots bs
    where bs.slot_date < (archive_past_slots.at - keep - interval '1 day')::date
      -- A patient who was checked in and never completed is still there for all we know: the desk sees to that.
      and not exists (
        select from app_public.bookings b
        where b.clinic_id = bs.clinic_id and b.booking_slot_id = bs.id and b.status = 'checked_in')
    order by bs.slot_date, bs.id
    limit archive_past_slots.batch for update skip locked
  )
  select array_agg(p.id) into slot_ids from past p;
  if slot_ids is null then
    return 0;
  end if;

  insert into app_public.archived_booking_slots (clinic_id, id, doctor_id, time_slot_id, slot_date, during, status, customer_id, created_at)
  select bs.clinic_id, bs.id, bs.doctor_id, bs.time_slot_id, bs.slot_date, bs.during, bs.status, bs.customer_id, bs.created_at
  from app_public.booking_slots bs where bs.id = any (slot_ids);
  insert into app_public.archived_bookings (clinic_id, id, booking_slot_id, customer_id, doctor_id, slot_date, during, status, note, sequence,
    booked_by_account_id, cancelled_at, cancelled_by, cancellation_reason, created_at)
  select b.clinic_id, b.id, b.booking_slot_id, b.customer_id, b.doctor_id, b.slot_date, b.during, b.status, b.note, b.sequence,
    b.booked_by_account_id, b.cancelled_at, b.cancelled_by, b.cancellation_reason, b.created_at
  from app_public.bookings b
  join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id
  where bs.id = any (slot_ids);
  -- What was said about them goes; that it was booked and what became of it stays, here and in events.
  delete from app_public.notifications n using app_public.bookings b, app_public.booking_slots bs
  where n.clinic_id = b.clinic_id and n.booking_id = b.id
    and bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id and bs.id = any (slot_ids);
  delete from app_public.bookings b using app_public.booking_slots bs
  where bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id and bs.id = any (slot_ids);
  delete from app_public.booking_slots bs where bs.id = any (slot_ids);
  return cardinality(slot_ids);
end
$$;

comment on function app_private.archive_past_slots(int, timestamptz) is
'Moves up to `batch` slots that are longer past than app_private.retention.slots, with all their bookings, to archived_booking_slots and archived_bookings, and returns how many. Their messages are removed, their events stay. Called by the job archive_past_slots until it returns 0.';

revoke all on function app_private.archive_past_slots(int, timestamptz) from public;
