create or replace function app_private.lock_sign_ins(address text, place text) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform from app_private.sign_in_counts sc
  where sc.address_hash = sha256(convert_to(lock_sign_ins.address, 'utf8'))
    and sc.place in (lock_sign_ins.place, 'elsewhere')
  order by sc.place for update;
  perform app_private.refuse_until(app_private.address_blocked_until(lock_sign_ins.address, lock_sign_ins.place));
end
$$;

comment on function app_private.lock_sign_ins is
'Call this after a password was compared and before the result is recorded or returned. Many concurrent guesses may '
'have passed the first check. Here they are handled one after another, and a guess that is blocked by earlier '
'failures is refused (too_many_attempts), whether it was right or wrong.';
