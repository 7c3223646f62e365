create or replace function app_private.unpaid_shares(clinic_id bigint)
returns table (checkout_id bigint, amount bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select cp.checkout_id, sum(cp.amount - cp.credit)::bigint
    from billing.checkout_parts cp join billing.checkouts ch on ch.id = cp.checkout_id
    where cp.clinic_id = unpaid_shares.clinic_id and ch.state <> 'paid'
      and (ch.is_share or ch.clinics > 1 and ch.provider_session is not null)
    group by cp.checkout_id;
end
$$;

comment on function app_private.unpaid_shares is
'The checkouts that a clinic shares with others, or of which its database has a share, and that have ended unpaid. '
'Money may still arrive in the database with their page. When the clinic moves, the other database gets a share of '
'each, with this amount.';
