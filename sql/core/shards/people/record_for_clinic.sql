create or replace function app_private.record_for_clinic(task text, asked jsonb) returns jsonb
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  person bigint := (asked ->> 'customerId')::bigint;
begin
  -- Without shards, a server may record people only by the API's functions, with their rules.
  if not exists (select from app_private.shards) then
    perform app_hidden.refuse('not_here', 'This database has no shards.');
  end if;
  case record_for_clinic.task
    when 'add_customer' then
      if asked ? 'guestFrom' then
        perform app_private.admit_guest((asked ->> 'email')::app_public.email_address, asked ->> 'guestFrom');
      end if;
      person := app_private.new_customer((asked ->> 'clinicId')::bigint, asked ->> 'fullName',
        (asked ->> 'email')::app_public.email_address, asked ->> 'phone', asked ->> 'preferredLanguage');
      insert into app_private.people_of_shards (clinic_id, customer_id)
      values ((asked ->> 'clinicId')::bigint, person);
    when 'confirm_customer' then
      perform app_private.confirm_customer(person);
    when 'end_claim' then
      perform app_private.end_claim(person);
    when 'claim_record' then
      perform app_private.claim_for_shard(asked);
    when 'ask_for_record' then
      perform app_private.ask_for_record(asked);
    when 'read_record_link' then
      return app_private.read_record_link(asked);
    when 'claim_by_link' then
      person := app_private.claim_by_link(asked);
    when 'add_specializations' then
      return app_private.add_specializations(asked);
    when 'admit_invited' then
      return app_private.admit_for_clinic(asked);
    when 'count_unconfirmed' then
      return app_private.count_unconfirmed(asked);
    else
      perform app_hidden.refuse('invalid_argument', 'There is no such task.', '{"argument": "task"}');
  end case;
  return jsonb_build_object('customerId', person::text);
end
$$;

comment on function app_private.record_for_clinic is
'Records in the global database what a call in a shard has asked for (app_private.in_global_database): add_customer, '
'confirm_customer, end_claim, claim_record, ask_for_record, read_record_link, claim_by_link, add_specializations, '
'admit_invited; or reads there what the shard needs (count_unconfirmed). Returns {"customerId"}, of read_record_link '
'with the "address", of add_specializations {"names"}, of admit_invited {"accountId", "sessionId", "isNew", "tokens"}, '
'of count_unconfirmed {"live", "held"}. Called by servers only, which do not repeat it: a '
'customer that the shard does not use is removed later (app_private.settle_people). Refuses not_here in a database '
'without shards, invalid_argument, text_too_long, text_not_accepted, invalid_email, shard_behind, '
'invitation_invalid, email_taken, customer_not_claimable, merge_link_invalid, merge_not_possible, '
'merged_visits_overlap, too_many_attempts, too_many_guest_bookings.';

grant execute on function app_private.record_for_clinic to app_authenticator;
