create or replace function app_private.refuse_while_waiting(until timestamptz) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if refuse_while_waiting.until > now() then
    perform app_hidden.refuse('too_many_attempts', 'Too many failed attempts. Wait and try again.',
      jsonb_build_object('retryAfterSeconds', ceil(extract(epoch from refuse_while_waiting.until - now()))));
  end if;
end
$$;

comment on function app_private.refuse_while_waiting(timestamptz) is
'Refuses (too_many_attempts, detail: retryAfterSeconds) until this instant has passed; null has.';

revoke all on function app_private.refuse_while_waiting(timestamptz) from public;
