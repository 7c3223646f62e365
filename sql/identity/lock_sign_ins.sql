create or replace function app_private.lock_sign_ins(address text, place text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from app_private.sign_in_counts sc
  where sc.address_hash = sha256(convert_to(lock_sign_ins.address, 'utf8')) and sc.place in (lock_sign_ins.place, 'elsewhere')
  order by sc.place for update;
  perform app_private.refuse_while_waiting(app_private.address_waits_until(lock_sign_ins.address, lock_sign_ins.place));
end
$$;

comment on function app_private.lock_sign_ins(text, text) is
'To be called after a password was compared and before the outcome is recorded or told. Many guesses at once may have been let through: here they pass one after another, and one that would have had to wait for those before it is refused (too_many_attempts) whether it was right or not.';

revoke all on function app_private.lock_sign_ins(text, text) from public;
