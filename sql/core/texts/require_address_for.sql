create or replace function app_hidden.require_address_for(chosen text, channel text, address text, argument text)
returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if chosen = channel and address is null then
    perform app_hidden.refuse('channel_needs_address',
      case channel
        when 'sms' then 'Messages by SMS need a phone number.'
        else 'Messages by e-mail need an e-mail address.'
      end,
      jsonb_build_object('argument', argument));
  end if;
  return true;
end
$$;

comment on function app_hidden.require_address_for is
'For check constraints, as app_hidden.require_length. True unless `chosen` is `channel` and the address that the '
'channel needs is missing. Refuses channel_needs_address; the detail names the argument.';

grant execute on function app_hidden.require_address_for to app_anonymous;
