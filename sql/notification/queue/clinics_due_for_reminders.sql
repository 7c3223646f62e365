create or replace function app_private.clinics_due_for_reminders(at timestamptz default now())
returns table (clinic_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- With a period of 25 hours, the reminders of the coming 24 hours are written even when a round is half an hour late.
  return query
    select rr.clinic_id from app_private.reminder_rounds rr
    where rr.looked_at <= clinics_due_for_reminders.at - interval '30 minutes'
    order by rr.looked_at;
end
$$;

comment on function app_private.clinics_due_for_reminders is
'The clinics for which queue_coming_reminders last ran half an hour ago or longer, those that have waited longest '
'first.';
