create or replace function app_private.claim_manager_messages(batch int default 20, at timestamptz default now())
returns table (clinic_id bigint, id bigint)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select m.clinic_id, m.id from app_private.manager_messages m
      where m.state = 'pending' and m.send_after <= claim_manager_messages.at
      order by m.send_after limit claim_manager_messages.batch for update skip locked)
    -- As in claim_notifications: the attempt is counted and the next one scheduled before the message is sent.
    update app_private.manager_messages m
    set attempts = m.attempts + 1, send_after = claim_manager_messages.at + interval '30 seconds' * 2 ^ m.attempts
    from due where m.clinic_id = due.clinic_id and m.id = due.id
    returning m.clinic_id, m.id;
end
$$;

comment on function app_private.claim_manager_messages is
'Claims up to `batch` messages to managers that are to be sent at `at`, skipping those that another worker has '
'claimed. Each is due again after 30 s, doubling with each attempt, unless its outcome is recorded.';
