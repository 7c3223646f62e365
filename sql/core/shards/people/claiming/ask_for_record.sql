create or replace function app_private.ask_for_record(asked jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  record_id constant bigint := (asked ->> 'customerId')::bigint;
  address constant app_public.email_address := asked ->> 'address';
begin
  perform app_private.queue_account_message(address, (asked ->> 'accountId')::bigint, 'record_claim',
    record_customer_id => record_id, record_clinic_id => (asked ->> 'clinicId')::bigint,
    is_wanted => app_private.is_unclaimed(record_id, address));
end
$$;

comment on function app_private.ask_for_record is
'A task of record_for_clinic: mails the link that adds a record of a clinic in a shard to the account that asked, to '
'the address that the clinic has recorded. Nothing is sent if somebody has already claimed the record.';
