create or replace function app_private.store_roster(
  clinic app_private.roster_clinic, doctors app_private.roster_doctor[], time_slots app_private.roster_time_slot[],
  services app_private.roster_service[], questions app_private.roster_question[],
  templates app_private.roster_template[], absences app_private.roster_absence[],
  rooms app_private.roster_room[])
returns app_private.imported_roster
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  stored app_private.imported_roster;
begin
  insert into app_public.clinics as c (name, time_zone, country, address, phone, email)
  values (clinic.name, clinic.time_zone, clinic.country, clinic.address, clinic.phone,
    app_hidden.canonical_address(clinic.email))
  returning c.id, c.name into stored.clinic_id, stored.clinic_name;

  stored.new_specializations := app_private.unknown_specializations(
    array(select unnest(d.specializations) from unnest(doctors) d));
  if not app_private.is_shard() then
    insert into app_public.specializations (name)
    select n.name::public.citext from unnest(stored.new_specializations) n (name)
    on conflict on constraint specializations_are_unique_by_name do nothing;
  else
    -- All databases have the same. When the global one has added them, they are not new any more.
    if stored.new_specializations <> '{}' then
      perform app_private.in_global_database('add_specializations',
        jsonb_build_object('names', stored.new_specializations));
    end if;
    stored.new_specializations := array(
      select jsonb_array_elements_text(
        nullif(current_setting('medislot.recorded', true), '')::jsonb -> 'add_specializations' -> 'names'));
  end if;

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
      or exists (select from jsonb_each_text(s.names) n
        where n.value::public.citext = any (given.specializations::public.citext[]))
  )
  select count(*) into stored.doctors from made;

  with made as (
    insert into app_public.time_slots as ts (clinic_id, name, start_time, end_time)
    select stored.clinic_id, given.name, given.start_time, given.end_time from unnest(time_slots) given
      order by given.line
    returning ts.id
  )
  select count(*) into stored.time_slots from made;

  with made as (
    insert into app_public.resources as r (clinic_id, type, name, turnover)
    select stored.clinic_id, given.type, given.name, make_interval(mins => given.minutes_after)
    from unnest(rooms) given order by given.line
    returning r.id
  )
  select count(*) into stored.resources from made;

  with made as (
    insert into app_public.services as s (clinic_id, name, duration, preparation, buffer_before, buffer_after,
      bookable_by, patients, names, preparations)
    select stored.clinic_id, given.name, make_interval(mins => given.minutes), given.preparation,
      make_interval(mins => given.minutes_before), make_interval(mins => given.minutes_after), given.bookable_by,
      given.patients, given.names, given.preparations
    from unnest(services) given order by given.line
    returning s.id, s.name
  ), offered as (
    insert into app_public.doctor_services (clinic_id, doctor_id, service_id, duration)
    select stored.clinic_id, d.id, made.id, make_interval(mins => o.minutes)
    from made
    join unnest(services) given on given.name = made.name
    cross join lateral unnest(given.doctors, given.doctor_minutes) o (doctor, minutes)
    join app_public.doctors d on d.clinic_id = stored.clinic_id and d.full_name = o.doctor
  ), needing as (
    insert into app_public.service_needs (clinic_id, service_id, resource_id, need)
    select stored.clinic_id, made.id, r.id, n.place
    from made
    join unnest(services) given on given.name = made.name
    cross join lateral jsonb_array_elements(given.needs) with ordinality n (names, place)
    join app_public.resources r on r.clinic_id = stored.clinic_id and n.names ? r.name
  )
  select count(*) into stored.services from made;

  with made as (
    insert into app_public.service_questions (clinic_id, service_id, question, questions, kind, choices,
      choices_by_language, is_required, max_length)
    select s.clinic_id, s.id, given.question, given.questions, given.kind, given.choices, given.choices_by_language,
      given.is_required, given.max_length
    from unnest(questions) given
    join app_public.services s on s.clinic_id = stored.clinic_id and s.name = given.service
    order by s.position, given.line
    returning id
  )
  select count(*) into stored.questions from made;

  with made as (
    insert into app_public.doctor_slot_templates as t (clinic_id, doctor_id, time_slot_id, weekday, valid_from,
      valid_until, service_id)
    select stored.clinic_id, d.id, ts.id, given.weekday, given.valid_from, given.valid_until, s.id
    from unnest(templates) given
    join app_public.doctors d on d.clinic_id = stored.clinic_id and d.full_name = given.doctor
    join app_public.time_slots ts on ts.clinic_id = stored.clinic_id and ts.name = given.time_slot
    left join app_public.services s on s.clinic_id = stored.clinic_id and s.name = given.service
    order by given.line, given.weekday, ts.start_time
    returning t.id
  )
  select count(*) into stored.templates from made;

  insert into app_public.absences (clinic_id, doctor_id, kind, first_date, last_date, start_time, end_time, note)
  select stored.clinic_id, d.id, given.kind, given.first_date, given.last_date, given.start_time, given.end_time,
    given.note
  from unnest(absences) given
  left join app_public.doctors d on d.clinic_id = stored.clinic_id and d.full_name = given.doctor
  order by given.line;
  get diagnostics stored.absences = row_count;
  return stored;
end
$$;

comment on function app_private.store_roster is
'Stores a roster that has been checked: the clinic, its doctors with their specializations (new ones are added for '
'all clinics), time slots, rooms and equipment, services with the doctors who offer them, their questions and what '
'they take, templates and absences. In a shard the global database adds the specializations. Refuses '
'global_database_first, shard_behind.';
