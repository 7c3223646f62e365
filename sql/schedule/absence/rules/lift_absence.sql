create or replace function app_private.lift_absence(absence app_public.absences) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(absence.clinic_id);
  slot_ids bigint[];
begin
  perform app_private.lock_slots_in_absence(absence.clinic_id, absence.doctor_id, absence.during);
  select array_agg(bs.id) into slot_ids from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.withdrawn_for_absence_id = absence.id;
  -- A slot that another absence covers is withdrawn for that one from now on.
  update app_public.booking_slots bs
  set withdrawn_for_absence_id = app_private.absence_covering(bs.clinic_id, bs.doctor_id, bs.during)
  where bs.clinic_id = clinic.id and bs.id = any (slot_ids);

  perform app_private.set_event_reason('absence removed');
  -- Of slots that overlap, and were withdrawn in different absences, the first one is opened.
  with wanted as (
    select bs.id, case when bs.from_template then t.service_id else bs.service_id end as service_id,
      max(bs.ends_at) over (partition by bs.doctor_id order by bs.starts_at, bs.id
        rows between unbounded preceding and 1 preceding) > bs.starts_at as overlaps
    from app_public.booking_slots bs
    join app_public.doctors d on d.clinic_id = bs.clinic_id and d.id = bs.doctor_id and d.is_active
    join app_public.time_slots ts on ts.clinic_id = bs.clinic_id and ts.id = bs.time_slot_id
    left join app_public.doctor_slot_templates t on t.clinic_id = ts.clinic_id and t.time_slot_id = ts.id
      and ts.is_active and t.doctor_id = bs.doctor_id and t.weekday = extract(isodow from bs.slot_date)
      and t.validity @> bs.slot_date
    where bs.clinic_id = clinic.id and bs.id = any (slot_ids) and bs.withdrawn_for_absence_id is null
      and bs.ends_at > now()
      and bs.during = app_hidden.local_range(bs.slot_date, ts.start_time, ts.end_time, clinic.time_zone)
      and (not bs.from_template or t.id is not null)
      and not exists (
        select from app_public.booking_slots other
        where other.clinic_id = bs.clinic_id and other.doctor_id = bs.doctor_id and other.during && bs.during
          and other.status <> 'withdrawn'))
  update app_public.booking_slots bs set status = 'open', service_id = w.service_id
  from wanted w
  where bs.clinic_id = clinic.id and bs.id = w.id and w.overlaps is distinct from true;
  perform app_private.set_event_reason(null);
  -- The others are superseded, so that generation can make the slots that the templates now want.
  update app_public.booking_slots bs set superseded = true
  where bs.clinic_id = clinic.id and bs.id = any (slot_ids) and bs.status = 'withdrawn'
    and bs.withdrawn_for_absence_id is null and bs.from_template and bs.ends_at > now();

  update app_public.rebooking_list rl set resolved_at = now(), resolution = 'fits_again'
  from app_public.bookings b
  where b.clinic_id = clinic.id and b.slot_date between absence.first_date - 2 and absence.last_date + 1
    and (absence.doctor_id is null or b.doctor_id = absence.doctor_id) and b.during && absence.during
    and rl.clinic_id = b.clinic_id and rl.open_booking_id = b.id and rl.reason = 'doctor_absent'
    and app_private.absence_covering(b.clinic_id, b.doctor_id, b.during) is null;
  -- The job then makes the slots that generations passed over, and lists visits again that match no template.
  insert into app_private.schedule_changes as sc (clinic_id) values (clinic.id)
  on conflict on constraint a_clinic_has_changes_or_not do update
    set changed_at = greatest(now(), sc.changed_at + interval '1 microsecond');
end
$$;

comment on function app_private.lift_absence is
'Opens the slots that were withdrawn for an absence that has been removed, if no other absence covers them and their '
'template, if they came from one, still wants them. Visits that are booked in no absence any more leave the rebooking '
'list. The job apply_changed_templates makes the slots that generation passed over. Fails with 40001 as '
'lock_slots_in_absence does.';
