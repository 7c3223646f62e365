create or replace function app_private.event_heads_to_store()
returns table (clinic_id bigint, "position" bigint, hash text, sealed_at timestamptz, head text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select h.clinic_id, h.position, encode(h.hash, 'hex'), h.sealed_at, app_private.head_text(h)
    from app_private.event_heads h order by h.clinic_id;
end
$$;

comment on function app_private.event_heads_to_store is
'The head of each clinic''s chain of events, for the job store_event_heads. `head` is what verify_events takes.';
