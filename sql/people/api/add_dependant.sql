create or replace function app_public.add_dependant(
  full_name text, birth_date date, relation app_public.guardian_relation, until date default null)
returns app_public.guardianships
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  most constant int := 10;
  given_name text := nullif(btrim(add_dependant.full_name), '');
  grown_up date := (add_dependant.birth_date + interval '18 years')::date;
  last_day date := coalesce(add_dependant.until, case when grown_up > current_date then grown_up end);
  guardian app_public.customers;
  dependant_id bigint;
  guardianship app_public.guardianships;
begin
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif app_hidden.caller_is_unconfirmed() then
    perform app_hidden.refuse('email_not_confirmed', 'Confirm your e-mail address first.');
  end if;
  -- Serializes the counting below.
  select c.* into guardian from app_public.customers c
  where c.id = app_hidden.current_customer_id() and c.is_active for no key update;
  if guardian.id is null then
    perform app_hidden.refuse('customer_not_found', 'Only patients have dependants.');
  elsif given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  elsif add_dependant.relation is null then
    perform app_hidden.refuse('invalid_argument', 'Say what you are to this person.', '{"argument": "relation"}');
  elsif add_dependant.birth_date is null then
    perform app_hidden.refuse('invalid_argument', 'A birth date is needed.', '{"argument": "birthDate"}');
  elsif last_day <= current_date then
    perform app_hidden.refuse('invalid_argument', 'The end has to be later than today.', '{"argument": "until"}');
  end if;

  select g.* into guardianship
  from app_public.guardianships g join app_public.customers d on d.id = g.dependant_customer_id
  where g.guardian_customer_id = guardian.id and g.ended_at is null and d.is_active
    and d.birth_date = add_dependant.birth_date and app_hidden.same_name(d.full_name, given_name);
  if guardianship.dependant_customer_id is not null then
    return guardianship;
  end if;
  if (select count(*) from app_public.guardianships g
      where g.guardian_customer_id = guardian.id and g.ended_at is null
        and (g.until is null or g.until > current_date)) >= most then
    perform app_hidden.refuse('too_many_dependants', format('A guardian has at most %s dependants.', most),
      jsonb_build_object('allowed', most));
  end if;
  insert into app_public.customers (full_name, birth_date) values (given_name, add_dependant.birth_date)
  returning id into dependant_id;
  insert into app_public.guardianships (guardian_customer_id, dependant_customer_id, relation, until)
  values (guardian.id, dependant_id, add_dependant.relation, last_day) returning * into guardianship;
  perform app_private.renew_customer_ids();
  return guardianship;
end
$$;

comment on function app_public.add_dependant is
'Adds a person for whom the caller books, such as a child: a customer without an account of their own, with their own '
'limits. The guardianship ends on the day `until`, by default the 18th birthday; for adults it has no end unless '
'`until` is given. Messages about a dependant go to the guardian. At most ten at a time. A dependant with this name '
'and birth date who was added before is returned. Refuses unauthenticated, email_not_confirmed, customer_not_found '
'(the caller is not a patient), invalid_argument, text_too_long, text_not_accepted, too_many_dependants.';

grant execute on function app_public.add_dependant to app_customer;
