create or replace function app_private.claim_manager_messages(batch int default 20, at timestamptz default now())
returns table (clinic_id bigint, id bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select m.clinic_id, m.id from app_private.manager_messages m
      where m.state = 'pending' and m.send_after <= claim_manager_messages.at
      order by m.send_after limit claim_manager_messages.batch for update skip locked)
    -- As with claim_notifications: counted, and due again, before it goes out.
    update app_private.manager_messages m
    set attempts = m.attempts + 1, send_after = claim_manager_messages.at + interval '30 seconds' * 2 ^ m.attempts
    from due where m.clinic_id = due.clinic_id and m.id = due.id
    returning m.clinic_id, m.id;
end
$$;

comment on function app_private.claim_manager_messages(int, timestamptz) is
'Takes up to `batch` messages to managers that are to be sent at `at`, none that another worker has. Each is due again after 30 s, doubling, unless its end is recorded.';

revoke all on function app_private.claim_manager_messages(int, timestamptz) from public;
