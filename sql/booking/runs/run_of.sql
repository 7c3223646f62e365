create or replace function app_private.run_of(slot app_public.booking_slots, service app_public.services)
returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  wanted constant interval := service.buffer_before + service.duration + service.buffer_after;
  run bigint[];
  covered_until timestamptz;
begin
  if wanted is null or slot.starts_at + wanted <= slot.ends_at then
    return array[slot.id];
  end if;
  -- Slots of a doctor that are not withdrawn never overlap, so at most one continues each.
  select array_agg(bs.id order by bs.starts_at), max(bs.ends_at) into run, covered_until
  from (
    select s.id, s.starts_at, s.ends_at,
      bool_and(s.starts_at = s.previous_end) over (order by s.starts_at) as is_without_gap
    from (
      select near.id, near.starts_at, near.ends_at,
        coalesce(lag(near.ends_at) over (order by near.starts_at), slot.starts_at) as previous_end
      from app_public.booking_slots near
      where near.clinic_id = slot.clinic_id and near.doctor_id = slot.doctor_id
        and near.during && tstzrange(slot.starts_at, slot.starts_at + wanted) and near.status <> 'withdrawn'
        and near.starts_at >= slot.starts_at
    ) s
  ) bs
  where bs.is_without_gap;
  if run[1] is distinct from slot.id or covered_until < slot.starts_at + wanted then
    perform app_hidden.refuse('run_not_free', 'The doctor has no slots for the whole visit from then on.',
      jsonb_build_object('bookingSlotId', run[cardinality(run)]::text, 'reason', 'no_slot',
        'freeUntil', covered_until));
  end if;
  return run;
end
$$;

comment on function app_private.run_of is
'The run for a visit that begins with this slot: the ids of the fewest slots of its doctor, one right after the other '
'in order of time, that cover the duration of the service with its buffers. Whether they are free is checked by '
'app_private.assert_run_claimable. `service` is a result of app_private.offered_service. Refuses run_not_free if the '
'adjoining slots are too short together; the detail names the last slot before the gap.';
