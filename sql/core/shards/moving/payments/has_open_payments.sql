create or replace function app_private.has_open_payments(clinic_id bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (
      select from billing.checkout_parts cp where cp.clinic_id = has_open_payments.clinic_id and cp.is_open)
    or exists (
      select from billing_private.provider_calls pc
      where pc.clinic_id = has_open_payments.clinic_id and pc.state = 'pending');
end
$$;

comment on function app_private.has_open_payments is
'Whether patients are paying a clinic online, or something is still to be reported to its payment provider.';
