create or replace function billing_private.shares_of_checkout(
  clinic_id bigint, visits jsonb, invoices jsonb, uses_credit boolean, has_parts boolean)
returns jsonb
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  visits_elsewhere constant jsonb := billing_private.items_to_pay(visits, are_here => false);
  invoices_elsewhere constant jsonb := billing_private.items_to_pay(invoices, are_here => false);
  shared constant jsonb := nullif(current_setting('medislot.recorded', true), '')::jsonb -> 'share_checkout';
  policy app_public.policies;
  account billing_private.provider_accounts;
begin
  if num_nonnulls(visits_elsewhere, invoices_elsewhere) = 0 then
    return null;
  elsif shared is not null then
    return shared;
  elsif not has_parts then
    perform app_hidden.refuse('nothing_to_pay', 'Name a clinic in whose database something is paid.');
  end if;
  policy := billing_private.policy_of_clinics(array[shares_of_checkout.clinic_id]);
  select a.* into account from billing_private.provider_accounts a
  where a.clinic_id = shares_of_checkout.clinic_id;
  -- As in app_private.in_global_database: not in the detail of the refusal, since this may contain notes.
  raise info using message = 'medislot: to be shared with other databases',
    detail = jsonb_build_object('task', 'share_checkout', 'asked', jsonb_build_object(
      'checkoutId', nextval('billing.checkouts_id_seq')::text, 'clinicId', shares_of_checkout.clinic_id::text,
      'usesCredit', coalesce(uses_credit, false), 'currency', policy.currency,
      'provider', account.provider, 'account', account.account,
      'visits', coalesce(visits_elsewhere, '[]'), 'invoices', coalesce(invoices_elsewhere, '[]')))::text;
  perform app_hidden.refuse('shards_first', 'The other databases have to make their shares of this first.',
    '{"task": "share_checkout"}');
end
$$;

comment on function billing_private.shares_of_checkout is
'The shares of a new checkout whose visits and invoices are not all in this database: {"checkoutId", "shares"}, null '
'if all are. At the first call it refuses, and tells the server what the other databases have to hold (INFO). The '
'server makes the shares there (app_hidden.begin_share), under the id that the checkout will have, and repeats the '
'transaction with them. Refuses nothing_to_pay if nothing is paid here, shards_first.';
