create or replace function app_private.claim_account_messages(batch int default 20, at timestamptz default now())
returns setof bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with due as materialized (
      select m.id from app_private.account_messages m
      where m.state = 'pending' and m.send_after <= claim_account_messages.at
      order by m.send_after limit claim_account_messages.batch for update skip locked)
    -- As in claim_notifications, the attempt is counted and the next one scheduled before the mail is sent.
    update app_private.account_messages m
    set attempts = m.attempts + 1, send_after = claim_account_messages.at + interval '30 seconds' * 2 ^ m.attempts
    from due where m.id = due.id
    returning m.id;
end
$$;

comment on function app_private.claim_account_messages is
'Claims up to `batch` e-mails about accounts that are due at `at` and that no other worker has claimed. Each is due '
'again after 30 seconds, doubled with each attempt, unless its result is recorded.';
