create or replace function app_hidden.set_human(
  human_id bigint, customer_id bigint default null, clinic_id bigint default null, doctor_id bigint default null,
  employee_id bigint default null)
returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_operator();
  if set_human.human_id is not null
     and not exists (select from app_private.humans h where h.id = set_human.human_id) then
    perform app_hidden.refuse('human_not_found', 'There is no such human.');
  end if;
  update app_public.customers c set human_id = set_human.human_id
  where c.id = set_human.customer_id;
  update app_public.doctors d set human_id = set_human.human_id
  where d.clinic_id = set_human.clinic_id and d.id = set_human.doctor_id;
  update app_public.employees e set human_id = set_human.human_id
  where e.clinic_id = set_human.clinic_id and e.id = set_human.employee_id;
end
$$;

comment on function app_hidden.set_human is
'Records which human a customer, doctor or employee is; null removes it. Two rows with one human are one person, such '
'as a doctor who works at two clinics. For administrators and DBAs. Refuses forbidden, human_not_found.';

grant execute on function app_hidden.set_human to app_admin;
