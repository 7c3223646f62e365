create or replace function app_hidden.require_address_for(chosen text, channel text, address text, argument text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if chosen = channel and address is null then
    perform app_hidden.refuse('channel_needs_address',
      case channel when 'sms' then 'Messages by SMS need a phone number.' else 'Messages by e-mail need an e-mail address.' end,
      jsonb_build_object('argument', argument));
  end if;
  return true;
end
$$;

comment on function app_hidden.require_address_for(text, text, text, text) is
'True unless the chosen channel is this one and its address is missing; for checks of tables, as app_hidden.require_length. Refuses channel_needs_address, naming the argument.';

revoke all on function app_hidden.require_address_for(text, text, text, text) from public;
grant execute on function app_hidden.require_address_for(text, text, text, text) to app_anonymous;
