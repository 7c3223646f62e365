create or replace function app_private.first_inserted_event(
  clinic_id bigint, sealing app_private.event_sealing, head_position bigint,
  out event_id bigint, out "position" bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  next_transaction xid8 := pg_snapshot_xmax(pg_current_snapshot());
  inserted app_public.events;
begin
  -- An event without a seal was inserted by other means if it will never get one: seal_events has passed its place, or
  -- its transaction number has not been assigned yet. (This transaction's own number may be such a number.)
  select e.* into inserted from app_public.events e
  where e.clinic_id = first_inserted_event.clinic_id
    and ((e.transaction_id, e.id) <= (sealing.transaction_id, sealing.event_id)
      or e.transaction_id >= next_transaction and sealing.transaction_id < next_transaction
        and e.transaction_id is distinct from pg_current_xact_id_if_assigned())
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id)
  order by e.transaction_id, e.id limit 1;
  if inserted.id is null then
    return;
  end if;
  event_id := inserted.id;
  -- Its place is before the first sealed event that follows it.
  select coalesce(min(s.position), head_position + 1) into first_inserted_event.position
  from app_public.events e
  join app_private.event_seals s on s.clinic_id = e.clinic_id and s.event_id = e.id
  where e.clinic_id = inserted.clinic_id and (e.transaction_id, e.id) > (inserted.transaction_id, inserted.id);
end
$$;

comment on function app_private.first_inserted_event is
'The first event of a clinic that was inserted too late to be sealed by seal_events, and its position: that of the '
'first sealed event after it, or the one after the head. Nulls if there is none. `sealing` is the last event that '
'seal_events has read.';
