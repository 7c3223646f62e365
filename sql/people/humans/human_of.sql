create or replace function app_hidden.human_of(
  customer_id bigint default null, clinic_id bigint default null, doctor_id bigint default null,
  employee_id bigint default null)
returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  human bigint;
  is_known boolean;
begin
  perform app_private.require_operator();
  if num_nonnulls(human_of.customer_id, human_of.doctor_id, human_of.employee_id) <> 1 then
    perform app_hidden.refuse('invalid_argument', 'Name one customer, doctor or employee.',
      '{"argument": "customerId"}');
  end if;
  if human_of.customer_id is not null then
    select c.human_id, true into human, is_known from app_public.customers c
    where c.id = human_of.customer_id and c.is_active for no key update;
  elsif human_of.doctor_id is not null then
    select d.human_id, true into human, is_known from app_public.doctors d
    where d.clinic_id = human_of.clinic_id and d.id = human_of.doctor_id for no key update;
  else
    select e.human_id, true into human, is_known from app_public.employees e
    where e.clinic_id = human_of.clinic_id and e.id = human_of.employee_id for no key update;
  end if;
  if is_known is null then
    perform app_hidden.refuse('human_not_found', 'There is no such customer, doctor or employee.');
  end if;
  if human is null then
    insert into app_private.humans default values returning id into human;
    perform app_hidden.set_human(human, human_of.customer_id, human_of.clinic_id, human_of.doctor_id,
      human_of.employee_id);
  end if;
  return human;
end
$$;

comment on function app_hidden.human_of is
'The human behind a customer, a doctor or an employee of a clinic, who is created if none is known yet. For '
'administrators and DBAs. Refuses forbidden, invalid_argument, human_not_found.';

grant execute on function app_hidden.human_of to app_admin;
