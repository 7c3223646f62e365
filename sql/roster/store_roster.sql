create or replace function app_private.store_roster(
  clinic app_private.roster_clinic, doctors app_private.roster_doctor[], time_slots app_private.roster_time_slot[],
  templates app_private.roster_template[]) returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  stored app_private.imported_roster;
begin
  insert into app_public.clinics as c (name, time_zone, address, phone, email)
  values (clinic.name, clinic.time_zone, clinic.address, clinic.phone, app_hidden.canonical_address(clinic.email))
  returning c.id, c.name into stored.clinic_id, stored.clinic_name;

  with made as (
    insert into app_public.specializations (name)
    select distinct on (s::public.citext) s::public.citext from unnest(doctors) d cross join lateral unnest(d.specializations) s
    -- "Kardiologie" is Cardiology where that has this German name: no twin that half of the patients would not find.
    where not exists (
      select from app_public.specializations known cross join lateral jsonb_each_text(known.names) n
      where n.value::public.citext = s::public.citext)
    on conflict on constraint specializations_are_unique_by_name do nothing
    returning name::text
  )
  select coalesce(array_agg(made.name order by made.name), '{}') into stored.new_specializations from made;

  with made as (
    insert into app_public.doctors as d (clinic_id, full_name, about)
    select stored.clinic_id, given.name, given.about from unnest(doctors) given order by given.line
    returning d.clinic_id, d.id, d.full_name
  ), specialized as (
    insert into app_public.doctor_specializations (clinic_id, doctor_id, specialization_id)
    select distinct made.clinic_id, made.id, s.id
    from made
    join unnest(doctors) given on given.name = made.full_name
    join app_public.specializations s
      on s.name = any (given.specializations::public.citext[])
      or exists (select from jsonb_each_text(s.names) n where n.value::public.citext = any (given.specializations::public.citext[]))
  )
  select count(*) into stored.doctors from made;

  with made as (
    insert into app_public.time_slots as ts (clinic_id, name, start_time, end_time)
    select stored.clinic_id, given.name, given.start_time, given.end_time from unnest(time_slots) given order by given.line
    returning ts.id
  )
  select count(*) into stored.time_slots from made;

  with made as (
    insert into app_public.doctor_slot_templates as t (clinic_id, doctor_id, time_slot_id, weekday, valid_from, valid_until)
    select stored.clinic_id, d.id, ts.id, given.weekday, given.valid_from, given.valid_until
    from unnest(templates) given
    join app_public.doctors d on d.clinic_id = stored.clinic_id and d.full_name = given.doctor
    join app_public.time_slots ts on ts.clinic_id = stored.clinic_id and ts.name = given.time_slot
    order by given.line, given.weekday, ts.start_time
    returning t.id
  )
  select count(*) into stored.templates from made;
  return stored;
end
$$;

comment on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) is
'Stores a roster that was judged: the clinic, its doctors with their specializations (new ones are added to the platform''s), time slots and templates.';

revoke all on function app_private.store_roster(
  app_private.roster_clinic, app_private.roster_doctor[], app_private.roster_time_slot[], app_private.roster_template[]) from public;
