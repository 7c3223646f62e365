create or replace function app_private.follow_templates(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(follow_templates.clinic_id);
  today date := (now() at time zone clinic.time_zone)::date;
  covered datemultirange;
  misfits bigint[];
  heads bigint[];
  reserved_otherwise bigint[];
  held_ones int;
  noted_at timestamptz := (select sc.changed_at from app_private.schedule_changes sc where sc.clinic_id = clinic.id);
  run app_public.slot_generation_runs;
begin
  -- Only dates that earlier generations covered: a changed template is no reason to fill the gaps between them.
  select range_agg(r.dates) * datemultirange(daterange(today, today + 366, '[]')) into covered
  from app_public.slot_generation_runs r
  where r.clinic_id = clinic.id and r.to_date >= today;

  select array_agg(bs.id order by bs.id) into misfits
  from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.slot_date >= today and bs.starts_at > now()
    and bs.from_template and not bs.superseded
    -- Slots that are withdrawn for an absence are superseded, so that slots at the new time can be made.
    and (bs.status <> 'withdrawn' or bs.withdrawn_for_absence_id is not null)
    and not exists (
      select from app_public.doctor_slot_templates t
      join app_public.time_slots ts on ts.clinic_id = t.clinic_id and ts.id = t.time_slot_id and ts.is_active
      where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
        and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date
        and bs.during = app_hidden.local_range(bs.slot_date, ts.start_time, ts.end_time, clinic.time_zone));
  -- Slots whose template is reserved for another service or not reserved any more. A booked slot is changed when it is
  -- free again (free_slots).
  select array_agg(bs.id order by bs.id) into reserved_otherwise
  from app_public.booking_slots bs
  join app_public.doctor_slot_templates t
    on t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
      and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date
  where bs.clinic_id = clinic.id and bs.slot_date >= today and bs.starts_at > now()
    and bs.from_template and bs.status in ('open', 'held') and bs.service_id is distinct from t.service_id
    and bs.id <> all (coalesce(misfits, '{}'));
  -- In the common order of locks. The updates below read the state after the lock.
  perform from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.id = any (misfits || reserved_otherwise)
  order by bs.id for no key update;

  perform app_private.set_event_reason('template changed');
  update app_public.booking_slots bs
  set status = 'withdrawn', superseded = true, customer_id = null, held_until = null, withdrawn_for_absence_id = null
  where bs.clinic_id = clinic.id and bs.id = any (misfits)
    and (bs.status = 'open' or bs.status = 'held' and bs.held_until <= now()
      or bs.withdrawn_for_absence_id is not null);
  perform app_private.set_event_reason(null);
  update app_public.booking_slots bs set service_id = t.service_id
  from app_public.doctor_slot_templates t
  where bs.clinic_id = clinic.id and bs.id = any (reserved_otherwise)
    and (bs.status = 'open' or bs.status = 'held' and bs.held_until <= now())
    and t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
    and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date;

  -- The booking of a visit is that of its first slot.
  select array_agg(distinct coalesce(bs.head_slot_id, bs.id)) into heads from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.id = any (misfits);
  insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
  select b.clinic_id, b.id, b.booking_slot_id, case when exists (
      select from app_public.booking_slots bs
      where bs.clinic_id = b.clinic_id and (bs.id = b.booking_slot_id or bs.head_slot_id = b.booking_slot_id)
        and bs.id = any (misfits) and not exists (
          select from app_public.doctor_slot_templates t
          where t.clinic_id = bs.clinic_id and t.doctor_id = bs.doctor_id and t.time_slot_id = bs.time_slot_id
            and t.weekday = extract(isodow from bs.slot_date) and t.validity @> bs.slot_date))
      then 'template_gone' else 'time_moved' end
  from app_public.bookings b
  where b.clinic_id = clinic.id and b.active_booking_slot_id = any (heads) and b.status = 'booked'
    -- Not if the desk has dismissed it before.
    and not exists (
      select from app_public.rebooking_list rl
      where rl.clinic_id = b.clinic_id and rl.booking_id = b.id and rl.booking_slot_id = b.booking_slot_id
        and rl.resolution = 'dismissed')
  on conflict on constraint a_booking_is_listed_once_at_a_time do nothing;
  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'fits_again'
  where rl.clinic_id = clinic.id and rl.resolution is null and rl.booking_slot_id <> all (coalesce(heads, '{}'))
    -- Bookings that the clinic cancelled, or that lie in an absence, stay listed, whatever the templates say.
    and rl.reason not in ('slot_withdrawn', 'doctor_absent');

  -- A held slot may be about to be booked: it is checked again when the hold has ended.
  select count(*) into held_ones from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.id = any (misfits || reserved_otherwise) and bs.status = 'held'
    and bs.held_until > now();
  if not isempty(covered) then
    run := app_private.make_booking_slots(clinic.id, covered, null);
  end if;
  -- At the end: a transaction that cancels a listed booking records a change while it holds the slot, and must not wait
  -- for a transaction that waits for that slot. Only the change that was read is removed; a later one stays recorded.
  if held_ones = 0 then
    delete from app_private.schedule_changes sc where sc.clinic_id = clinic.id and sc.changed_at = noted_at;
  else
    insert into app_private.schedule_changes (clinic_id) values (clinic.id)
    on conflict on constraint a_clinic_has_changes_or_not do nothing;
  end if;
  return run;
end
$$;

comment on function app_private.follow_templates is
'Adapts a clinic''s future slots to its templates. A free slot that no longer matches a template is withdrawn, and one '
'whose template is reserved for another service is reserved like it. A booked one stays; if no template has its time, '
'its booking is put on the rebooking list. Missing slots are made on the dates that earlier generations covered, at '
'most a year ahead. Slots made or withdrawn by hand stay. Returns the recorded run, or null if no generation covers a '
'future date. Refuses clinic_not_found.';
