create or replace function app_private.fault_since(clinic_id bigint, "position" bigint, hash text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if fault_since.hash <> coalesce(app_private.seal_hash_at(fault_since.clinic_id, fault_since.position), '') then
    return 'rewritten';
  end if;
  return (
    select coalesce(since.fault, at_head.fault)
    from app_private.first_faulty_seal(fault_since.clinic_id, fault_since.position) since
    cross join (select (
      select h from app_private.event_heads h where h.clinic_id = fault_since.clinic_id) as head) last
    cross join app_private.fault_at_head(fault_since.clinic_id, last.head) at_head);
end
$$;

comment on function app_private.fault_since is
'The first fault in the chain of a clinic''s events after a position at which it had this hash; null if there is '
'none. As app_public.verify_events, but without the search for events that were never sealed, which reads all events. '
'A step of a move.';
