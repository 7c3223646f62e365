create or replace function app_private.require_no_open_payments(clinic_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- The provider reports their outcome to the billing process of this database.
  if app_private.has_open_payments(require_no_open_payments.clinic_id) then
    perform app_hidden.refuse('clinic_not_movable', 'Patients of this clinic are paying online at the moment.',
      '{"because": "open_payments"}');
  end if;
end
$$;

comment on function app_private.require_no_open_payments is
'Refuses (clinic_not_movable) a clinic with payments that a provider has not settled. A step of a move.';
