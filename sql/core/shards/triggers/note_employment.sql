create or replace function app_private.note_employment() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Changes of one account are handled one after another: copies from several shards may arrive at the same time.
  perform from app_private.accounts a
  where a.id in (OLD.account_id, NEW.account_id) order by a.id for no key update;
  update app_private.accounts a set works_elsewhere = not a.works_elsewhere
  where a.id in (OLD.account_id, NEW.account_id) and a.works_elsewhere <> exists (
    select from app_public.employees e where e.account_id = a.id and e.is_active);
  return null;
end
$$;

comment on function app_private.note_employment is
'Trigger on employees in the global database, of its own clinics and of copies: records in the account whether it '
'works at any clinic. All shards get this with their copies of accounts. Created by app_private.become_global.';
