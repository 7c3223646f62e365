create or replace function app_private.report_humans_in_two_places(at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  found_in record;
  clinics int := 0;
begin
  for found_in in
    select t.clinic_id, jsonb_agg(distinct jsonb_build_object('doctor', d.full_name,
      'time', to_char(lower(t.during) at time zone c.time_zone, 'YYYY-MM-DD HH24:MI'))) as times
    from app_private.humans_in_two_places t
    join app_public.doctors d on d.clinic_id = t.clinic_id and d.id = t.doctor_id
    join app_public.clinics c on c.id = t.clinic_id and c.is_active
    where lower(t.during) < report_humans_in_two_places.at + interval '28 days'
      -- A mail to managers is written in their clinic's database.
      and not exists (select from app_private.clinic_shards cs where cs.clinic_id = t.clinic_id)
      -- Once a week, also if the job runs more often.
      and not exists (
        select from app_private.manager_messages m
        where m.clinic_id = t.clinic_id and m.kind = 'doctor_in_two_places'
          and m.created_at > report_humans_in_two_places.at - interval '6 days')
    group by t.clinic_id
  loop
    -- The managers do not learn which other clinic it is.
    perform app_private.queue_manager_emails(found_in.clinic_id, 'doctor_in_two_places',
      jsonb_build_object('times', found_in.times));
    clinics := clinics + 1;
  end loop;
  return clinics;
end
$$;

comment on function app_private.report_humans_in_two_places is
'Queues a mail to the managers of each clinic that offers a doctor in the next four weeks at a time at which another '
'clinic does, too, at most once a week, and returns the number of clinics. Called by the job '
'report_humans_in_two_places.';
