create or replace function billing_private.policy_of_clinics(clinic_ids bigint[]) returns app_public.policies
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  clinic record;
  policy app_public.policies;
  own_account jsonb;
begin
  if cardinality(clinic_ids) > 1 then
    -- The lock lasts until the provider has been asked for a page, since the money goes to this account.
    perform from billing_private.provider_accounts a where a.clinic_id = any (clinic_ids)
    order by a.clinic_id for share;
  end if;
  for clinic in
    select p as policy, jsonb_build_array(a.provider, a.account) as account
    from app_public.policies p left join billing_private.provider_accounts a on a.clinic_id = p.clinic_id
    where p.clinic_id = any (clinic_ids) order by p.clinic_id
  loop
    if policy.clinic_id is null then
      policy := clinic.policy;
      own_account := clinic.account;
    elsif (clinic.policy).currency <> policy.currency then
      perform app_hidden.refuse('several_currencies', 'These clinics have different currencies. Pay at each by itself.',
        jsonb_build_object('clinicIds', jsonb_build_array(policy.clinic_id::text, (clinic.policy).clinic_id::text)));
    elsif clinic.account <> own_account then
      perform app_hidden.refuse('several_accounts', 'These clinics have different accounts. Pay at each by itself.',
        jsonb_build_object('clinicIds', jsonb_build_array(policy.clinic_id::text, (clinic.policy).clinic_id::text)));
    end if;
    policy.payment_hold_time := least(policy.payment_hold_time, (clinic.policy).payment_hold_time);
  end loop;
  return policy;
end
$$;

comment on function billing_private.policy_of_clinics is
'The policy for one payment to some clinics: that of the first of them, with the shortest payment_hold_time of all. '
'Null if there is no such clinic. Locks the accounts of several. Refuses several_currencies, several_accounts.';
