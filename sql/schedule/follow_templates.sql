create or replace function app_private.follow_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(follow_templates.clinic_id);
  today date := (now() at time zone clinic.time_zone)::date;
  covered datemultirange;
  misfits bigint[];
  held_ones int;
  noted_at timestamptz := (select sc.changed_at from app_private.schedule_changes sc where sc.clinic_id = clinic.id);
  run app_public.slot_generation_runs;
begin
  -- Only dates for which somebody, or the schedule, generated slots: a change of a template is no reason to fill the gaps between them.
  select range_agg(r.dates) * datemultirange(daterange(today, today + 366, '[]')) into covered
  from app_public.slot_generation_runs r
  where r.clinic_id = clinic.id and r.to_date >= today;

  select array_agg(bs.id order by bs.id) into misfits
  from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.slot_date >= today and bs.starts_at > now()
    and bs.from_template and not bs.superseded and bs.status <> 'withdrawn'
    and not exists (
      select from app_public.doctor_slot_templates t
      join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date
        and bs.during = app_hidden.local_range(bs.slot_date, ts.start_time, ts.end_time, clinic.time_zone));
  -- In the order everybody locks slots; judged by what is true after the lock.
  perform from app_public.booking_slots bs where bs.clinic_id = clinic.id and bs.id = any (misfits) order by bs.id for no key update;

  perform set_config('medislot.reason', 'template changed', true);
  update app_public.booking_slots bs set status = 'withdrawn', superseded = true, customer_id = null, held_until = null
  where bs.clinic_id = clinic.id and bs.id = any (misfits)
    and (bs.status = 'open' or bs.status = 'held' and bs.held_until <= now());
  perform set_config('medislot.reason', '', true);

  insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
  select b.clinic_id, b.id, b.booking_slot_id, case when exists (
      select from app_public.doctor_slot_templates t
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date) then 'time_moved' else 'template_gone' end
  from app_public.bookings b
  join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and bs.id = b.booking_slot_id
  where b.clinic_id = clinic.id and b.active_booking_slot_id = any (misfits) and b.status = 'booked'
    -- What the desk dismissed it need not dismiss again.
    and not exists (
      select from app_public.rebooking_list rl
      where rl.clinic_id = b.clinic_id and rl.booking_id = b.id and rl.booking_slot_id = b.booking_slot_id and rl.resolution = 'dismissed')
  on conflict on constraint a_booking_is_listed_once_at_a_time do nothing;
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'fits_again'
  where rl.clinic_id = clinic.id and rl.resolution is null and rl.booking_slot_id <> all (coalesce(misfits, '{}'))
    -- What the clinic took away is over, whatever the templates say.
    and rl.reason <> 'slot_withdrawn';

  -- Somebody may be booking a held one at this moment: looked at again when the hold has ended.
  select count(*) into held_ones from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.id = any (misfits) and bs.status = 'held';
  if not isempty(covered) then
    run := app_private.make_booking_slots(clinic.id, covered, null);
  end if;
  -- Last of all: who cancels a listed booking notes a change while holding its slot, and must not wait for what waits for that slot.
  -- Only the change that was read: a later one stays noted.
  if held_ones = 0 then
    delete from app_private.schedule_changes sc where sc.clinic_id = clinic.id and sc.changed_at = noted_at;
  else
    insert into app_private.schedule_changes (clinic_id) values (clinic.id)
    on conflict on constraint a_clinic_has_changes_or_not do nothing;
  end if;
  return run;
end
$$;

comment on function app_private.follow_templates(bigint) is
'Makes a clinic''s slots ahead follow its templates: a free slot that no template wants at its time any more is withdrawn, a booked one stays and its booking goes onto the rebooking list, and slots wanted now are made on the dates that earlier generations covered, at most a year ahead. Slots made or withdrawn by hand stay as they are. Returns the recorded generation, or null when no generation covers a day ahead. Refuses clinic_not_found.';

revoke all on function app_private.follow_templates(bigint) from public;
