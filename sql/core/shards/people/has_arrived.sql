create or replace function app_private.has_arrived(task text, answer jsonb) returns boolean
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if has_arrived.task = 'count_unconfirmed' then
    return true;
  elsif has_arrived.task = 'add_specializations' then
    return app_private.unknown_specializations(
      array(select jsonb_array_elements_text(has_arrived.answer -> 'names'))) = '{}';
  elsif has_arrived.task = 'admit_invited' then
    return exists (
      select from app_private.accounts a join app_private.sessions s on s.account_id = a.id
      where a.id = (has_arrived.answer ->> 'accountId')::bigint and s.id = (has_arrived.answer ->> 'sessionId')::uuid
        and a.email_verified_at is not null);
  end if;
  return exists (
    select from app_public.customers c
    where c.id = (has_arrived.answer ->> 'customerId')::bigint
      and case has_arrived.task
        when 'confirm_customer' then c.email_verified_at is not null
        when 'claim_record' then c.merged_into_id is not null
        when 'claim_by_link' then c.merged_into_id is not null
        when 'end_claim' then c.merged_into_id is null
        else true end);
end
$$;

comment on function app_private.has_arrived is
'Whether this shard has received what the global database has recorded for it: a task and the answer of '
'app_private.record_for_clinic. For servers.';

grant execute on function app_private.has_arrived to app_authenticator;
