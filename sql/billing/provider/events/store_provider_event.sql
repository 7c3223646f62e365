create or replace function billing_private.store_provider_event(
  provider text, event_id text, type text, object_id text, account text default null, own_id bigint default null)
returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  if num_nulls(provider, event_id, type, object_id) > 0
     or greatest(length(provider), length(event_id), length(type), length(object_id), length(account)) > 255 then
    perform app_hidden.refuse('invalid_argument', 'An event has a provider, an id, a type and an object.',
      '{"argument": "eventId"}');
  end if;
  if billing_private.is_event_of_another_database(
    store_provider_event.provider, store_provider_event.object_id, store_provider_event.own_id) then
    return null;
  end if;
  insert into billing_private.provider_events (provider, event_id, type, object_id, account)
  values (store_provider_event.provider, store_provider_event.event_id, store_provider_event.type,
    store_provider_event.object_id, store_provider_event.account)
  on conflict on constraint an_event_of_a_provider_is_stored_once do nothing;
  return found;
end
$$;

comment on function billing_private.store_provider_event is
'Stores an event that a provider has reported and whose signature the caller has verified. `own_id` is medislot''s id '
'of the checkout or refund, if the event contains it. Each event is stored once: returns whether it is new. Returns '
'null for an event about another database of the installation, which is not stored. For the billing process. Refuses '
'invalid_argument.';

grant execute on function billing_private.store_provider_event to app_billing;
