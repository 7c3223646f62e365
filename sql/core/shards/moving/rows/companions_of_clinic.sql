create or replace function app_private.companions_of_clinic(clinic_id bigint) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp set timezone = 'UTC' set datestyle = 'ISO' set bytea_output = 'hex' as $$
begin
  return jsonb_build_object(
    'link_keys', (select jsonb_agg(to_jsonb(lk)) from app_private.link_keys lk),
    'checkouts', (
      select coalesce(jsonb_agg(to_jsonb(ch) || case when us.checkout_id is null then '{}' else
        jsonb_build_object('is_share', true, 'clinics', 1, 'amount', us.amount, 'may_be_paid', true,
          'provider_session', null, 'url', null, 'provider', case when us.amount > 0 then ch.provider end) end), '[]')
      from billing.checkouts ch
      left join app_private.unpaid_shares(companions_of_clinic.clinic_id) us on us.checkout_id = ch.id
      where ch.id in (
        select cp.checkout_id from billing.checkout_parts cp where cp.clinic_id = companions_of_clinic.clinic_id
        union select p.checkout_id from billing.payments p where p.clinic_id = companions_of_clinic.clinic_id
        union select pc.checkout_id from billing_private.provider_calls pc
          where pc.clinic_id = companions_of_clinic.clinic_id)));
end
$$;

comment on function app_private.companions_of_clinic is
'Rows that do not belong to a clinic but have to be in its database: the keys of links that were sent, and checkouts, '
'which may have paid for visits in several clinics. For a checkout that was not paid, the row is a share with the '
'part of this clinic (app_private.unpaid_shares). For put_companions_of_clinic.';
