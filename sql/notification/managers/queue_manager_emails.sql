create or replace function app_private.queue_manager_emails(clinic_id bigint, kind text, details jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  insert into app_private.manager_messages (clinic_id, kind, employee_id, details)
  select e.clinic_id, queue_manager_emails.kind, e.id, queue_manager_emails.details
  from app_public.employees e
  where e.clinic_id = queue_manager_emails.clinic_id and e.role = 'manager' and e.is_active
  order by e.id;
end
$$;

comment on function app_private.queue_manager_emails is
'Queues an e-mail to each active manager of a clinic, for the job send_manager_messages. manager_message_of has the '
'text of each kind.';
