create or replace function app_private.check_birth_date() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- The date may be a day later than in UTC, because in some time zones it is tomorrow.
  if NEW.birth_date > current_date + 1 or NEW.birth_date < current_date - interval '130 years' then
    perform app_hidden.refuse('invalid_argument', 'This is not the birth date of a living person.',
      '{"argument": "birthDate"}');
  end if;
  return NEW;
end
$$;

comment on function app_private.check_birth_date is
'Trigger of customers: refuses (invalid_argument) birth dates in the future and those more than 130 years ago.';
