create or replace function app_private.read_record_link(asked jsonb) returns jsonb
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
begin
  -- The link works for the account that asked for it.
  perform set_config('medislot.account_id', asked ->> 'accountId', true);
  message := app_private.merge_message_of(asked ->> 'token');
  if message.record_clinic_id is null then
    perform app_hidden.refuse('merge_link_invalid', 'The link is not valid or no longer valid. Ask for a new one.');
  end if;
  return jsonb_build_object('customerId', message.record_customer_id::text, 'address', message.address);
end
$$;

comment on function app_private.read_record_link is
'A task of record_for_clinic: the record and the address for which app_private.ask_for_record sent a link, so that the '
'shard can compare the address with what the clinic has recorded. Refuses merge_link_invalid.';
