create or replace function app_private.queue_account_message(
  address app_public.email_address, account_id bigint, kind text, language text default null,
  invitation app_private.invitations default null, record_customer_id bigint default null,
  record_clinic_id bigint default null, is_wanted boolean default true) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  known_language text;
  lately int;
begin
  select c.preferred_language into known_language
  from app_public.customers c where c.account_id = queue_account_message.account_id;
  -- The limit keeps others from filling a mailbox.
  select count(*) into lately from app_private.account_messages m
  where m.address = queue_account_message.address and m.kind = queue_account_message.kind
    and m.created_at > now() - interval '1 hour';
  -- A message that is not sent gets a row as well, so that an address without an account takes the same time.
  insert into app_private.account_messages (
    address, account_id, kind, language, state, invitation_clinic_id, invitation_id,
    record_customer_id, record_clinic_id)
  values (queue_account_message.address, queue_account_message.account_id, queue_account_message.kind,
          coalesce(known_language, case when queue_account_message.language = 'de' then 'de' end, 'en'),
          case when num_nonnulls(queue_account_message.account_id, invitation.id,
              queue_account_message.record_customer_id) = 0 or lately >= 3
              or not queue_account_message.is_wanted then 'dropped'
            else 'pending' end,
          invitation.clinic_id, invitation.id, queue_account_message.record_customer_id,
          queue_account_message.record_clinic_id);
end
$$;

comment on function app_private.queue_account_message is
'Queues an e-mail about an account, for the job send_account_messages. At most three of each kind per address and '
'hour are sent; the rest, mail about no account, invitation or record, and mail that is not wanted is dropped. The '
'language is the customer''s own, otherwise the given one (en, de), otherwise English.';
