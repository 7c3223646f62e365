create or replace function app_private.unpaid_shares(clinic_id bigint)
returns table (checkout_id bigint, amount bigint, joins boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select cp.checkout_id, sum(cp.amount - cp.credit)::bigint, exists (
      select from billing_private.checkout_shares s
      join app_private.clinic_moves cm on cm.clinic_id = unpaid_shares.clinic_id and cm.to_shard = s.shard_id
      where s.checkout_id = cp.checkout_id)
    from billing.checkout_parts cp join billing.checkouts ch on ch.id = cp.checkout_id
    where cp.clinic_id = unpaid_shares.clinic_id and ch.state <> 'paid' and ch.expires_at > now() - interval '30 days'
      and (ch.is_share or ch.clinics > 1 and ch.provider_session is not null)
    group by cp.checkout_id;
end
$$;

comment on function app_private.unpaid_shares is
'The checkouts that a clinic shares with others, or of which its database has a share, and that ended unpaid within '
'30 days, so that money may still arrive in the database with their page. When the clinic moves, the other database '
'gets a share of each, with this amount. With `joins` the other database has such a share already, of a clinic that '
'has moved there before.';
