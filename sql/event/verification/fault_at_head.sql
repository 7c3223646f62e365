create or replace function app_private.fault_at_head(
  clinic_id bigint, head app_private.event_heads, out fault app_public.event_fault, out fault_position bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  head_position bigint := coalesce(head.position, 0);
  last_position bigint;
begin
  select coalesce(max(s.position), 0) into last_position from app_private.event_seals s
  where s.clinic_id = fault_at_head.clinic_id;
  if last_position < head_position then
    fault := 'seal_missing';
    fault_position := last_position + 1;
  elsif last_position > head_position
    or encode(head.hash, 'hex') <> app_private.seal_hash_at(fault_at_head.clinic_id, head_position) then
    fault := 'rewritten';
    fault_position := head_position;
  end if;
end
$$;

comment on function app_private.fault_at_head is
'Compares the last seal of a clinic''s chain with the head (a null head: there is no seal). seal_missing if the chain '
'is shorter, rewritten if it is longer or ends with another hash, nulls if they agree.';
