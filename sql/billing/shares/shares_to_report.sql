create or replace function billing_private.shares_to_report(batch int default 50)
returns table (checkout_id bigint, shard_id int, share_id bigint, state text, received bigint, provider_payment text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select s.checkout_id, s.shard_id, s.share_id from billing_private.checkout_shares s
      where s.due_since is not null and s.retry_at <= now()
      order by s.retry_at limit shares_to_report.batch for update skip locked
    )
    update billing_private.checkout_shares s set retry_at = now() + interval '10 seconds'
    from due d join billing.checkouts c on c.id = d.checkout_id
    where s.checkout_id = d.checkout_id and s.shard_id = d.shard_id and s.share_id = d.share_id
    returning s.checkout_id, s.shard_id, s.share_id, c.state::text, s.received, s.provider_payment;
end
$$;

comment on function billing_private.shares_to_report is
'Up to `batch` shares in other databases whose checkout has ended, with its state and with what was received for '
'them, to be passed on there. Each is returned again after ten seconds, until note_share_recorded records that it was. '
'For the billing process of the global database.';

grant execute on function billing_private.shares_to_report to app_billing;
