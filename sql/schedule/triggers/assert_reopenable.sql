create or replace function app_private.assert_reopenable() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  hours tstzrange;
begin
  if NEW.status <> 'open' then
    return NEW;
  end if;
  if upper(NEW.during) <= now() then
    perform app_hidden.refuse('slot_in_the_past', 'This time has passed.',
      jsonb_build_object('endsAt', upper(NEW.during)));
  end if;
  select app_hidden.local_range(NEW.slot_date, ts.start_time, ts.end_time, c.time_zone) into hours
  from app_public.time_slots ts
  join app_public.clinics c on c.id = ts.clinic_id
  where ts.clinic_id = NEW.clinic_id and ts.id = NEW.time_slot_id;
  if hours is distinct from NEW.during then
    raise exception 'the time slot of booking slot % has other hours now: open it with create_booking_slot', NEW.id
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return NEW;
end
$$;

comment on function app_private.assert_reopenable is
'Trigger: a withdrawn slot can be reopened only at the present hours of its time slot (otherwise check_violation), '
'and not after its end (slot_in_the_past).';
