create or replace function app_private.person_of(claims jsonb) returns app_private.request_person
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  person app_private.request_person;
  account app_private.accounts;
  acts_for_others boolean;
  is_employee boolean;
  -- A token whose values have another form is refused like an unknown one. A failed cast would be an internal error.
  own_account_id bigint := case when claims ->> 'sub' ~ '^[0-9]{1,18}$' then (claims ->> 'sub')::bigint end;
  own_session_id uuid := case
    when claims ->> 'sid' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then (claims ->> 'sid')::uuid end;
begin
  person.role := 'app_anonymous';
  person.staff_clinic_ids := '{}';
  person.desk_clinic_ids := '{}';
  person.manager_clinic_ids := '{}';
  person.own_doctor_ids := '{}';
  if claims is null or not claims ? 'sub' then
    return person;
  end if;

  if claims ? 'iss' then
    select a.* into account
    from app_private.external_identities ei
    join app_private.accounts a on a.id = ei.account_id
    where ei.issuer = claims ->> 'iss' and ei.subject = claims ->> 'sub' and a.is_active;
  else
    select a.* into account
    from app_private.accounts a
    join app_private.sessions s on s.account_id = a.id
    where a.id = own_account_id and a.is_active
      and s.id = own_session_id and s.revoked_at is null and s.expires_at > now();
    person.session_id := own_session_id;
  end if;
  if account.id is null then
    perform app_hidden.refuse('unauthenticated', 'The session has ended. Sign in again.');
  end if;

  person.account_id := account.id;
  person.is_unconfirmed := account.email_verified_at is null;
  -- Either account of a person whose accounts were merged acts for the person, except one whose address nobody proved:
  -- somebody else may have registered it. One statement, since every request runs it. It also returns whether the
  -- caller has merged records, dependants or employments, which few callers have; only then do further statements read
  -- them.
  select case when person.is_unconfirmed then c.id else coalesce(c.merged_into_id, c.id) end,
         c.merged_into_id is not null
           or exists (select from app_public.customers m where m.merged_into_id = c.id)
           or exists (select from app_public.guardianships g where g.guardian_customer_id = c.id),
         exists (select from app_public.employees e where e.account_id = account.id and e.is_active)
    into person.customer_id, acts_for_others, is_employee
  from (values (account.id)) as a (id) left join app_public.customers c on c.account_id = a.id;
  if acts_for_others then
    person.customer_ids := app_private.customers_of_person(person.customer_id);
  elsif person.customer_id is not null then
    person.customer_ids := array[person.customer_id];
  end if;
  if is_employee then
    select coalesce(array_agg(distinct e.clinic_id), '{}'),
           coalesce(array_agg(distinct e.clinic_id) filter (where e.role in ('receptionist', 'manager')), '{}'),
           coalesce(array_agg(distinct e.clinic_id) filter (where e.role = 'manager'), '{}'),
           coalesce(array_agg(e.doctor_id) filter (where e.doctor_id is not null), '{}')
      into person.staff_clinic_ids, person.desk_clinic_ids, person.manager_clinic_ids, person.own_doctor_ids
    from app_public.employees e
    where e.account_id = account.id and e.is_active;
  end if;
  person.role := case
    when account.is_admin then 'app_admin'
    when cardinality(person.staff_clinic_ids) > 0 or account.works_elsewhere then 'app_staff'
    else 'app_customer'
  end;
  return person;
end
$$;

comment on function app_private.person_of is
'The bearer of a verified token at this moment: role, customer, and clinics by right. Refuses (unauthenticated) an '
'account that is unknown or closed and a session that was signed out. Called by begin_request only.';

grant execute on function app_private.person_of to app_authenticator;
