create or replace function app_private.refuse_until(until timestamptz) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if refuse_until.until > now() then
    perform app_hidden.refuse('too_many_attempts', 'Too many failed attempts. Wait and try again.',
      jsonb_build_object('retryAfterSeconds', ceil(extract(epoch from refuse_until.until - now()))));
  end if;
end
$$;

comment on function app_private.refuse_until is
'Refuses (too_many_attempts, detail: retryAfterSeconds) until the given time has passed. Null never refuses.';
