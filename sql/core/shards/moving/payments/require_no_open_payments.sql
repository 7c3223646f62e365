create or replace function app_private.require_no_open_payments(clinic_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- The provider reports their outcome to the billing process of this database.
  if app_private.has_open_payments(require_no_open_payments.clinic_id) then
    perform app_hidden.refuse('clinic_not_movable', 'Patients of this clinic are paying online at the moment.',
      '{"because": "open_payments"}');
  elsif exists (
    select from billing.checkout_parts cp join billing.checkouts ch on ch.id = cp.checkout_id
    where cp.clinic_id = require_no_open_payments.clinic_id
      and ch.state <> 'paid' and (ch.provider_session is not null or ch.is_share)
      and ch.expires_at > now() - interval '30 days'
      and (ch.clinics > 1 or ch.is_share)) then
    -- Money that arrives late is shared between its clinics where they were when it was begun.
    perform app_hidden.refuse('clinic_not_movable',
      'Patients began to pay this clinic together with another one in the last 30 days and did not finish.',
      '{"because": "shared_payments"}');
  end if;
end
$$;

comment on function app_private.require_no_open_payments is
'Refuses (clinic_not_movable) a clinic with payments that a provider has not settled, and one that shares with '
'another clinic a checkout that ended unpaid within 30 days: money may still arrive. A step of a move.';
