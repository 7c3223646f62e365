create or replace function app_private.forget_human(human_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  delete from app_private.humans h
  where h.id = forget_human.human_id
    and not exists (select from app_public.customers c where c.human_id = h.id)
    and not exists (select from app_public.doctors d where d.human_id = h.id)
    and not exists (select from app_public.employees e where e.human_id = h.id);
end
$$;

comment on function app_private.forget_human is
'Removes the human behind a customer who was erased, with the documents, unless it is somebody else''s, too: another '
'customer''s, a doctor''s or an employee''s. Null means no human.';
