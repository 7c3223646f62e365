create or replace function app_hidden.require_one_of(value text, argument text, variadic known text[]) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if value <> all (known) then
    perform app_hidden.refuse('invalid_argument', format('Known values are %s.', array_to_string(known, ', ')),
      jsonb_build_object('argument', argument));
  end if;
  return true;
end
$$;

comment on function app_hidden.require_one_of is
'For check constraints, as app_hidden.require_length. True for one of the known values. Refuses invalid_argument.';

grant execute on function app_hidden.require_one_of to app_anonymous;
