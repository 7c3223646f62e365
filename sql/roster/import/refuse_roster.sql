create or replace function app_private.refuse_roster(roster jsonb, faults app_private.roster_fault[]) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  perform app_hidden.refuse('import_refused',
    format('The roster has %s; nothing was stored.', case cardinality(faults) when 1 then 'a fault'
      else cardinality(faults) || ' faults' end),
    (select jsonb_build_object('faults', jsonb_agg(
       -- Columns are named by the header that the file has, since that is what people look for.
       jsonb_build_object('file', f.file, 'line', f.line, 'column', coalesce(h.header, f."column"), 'reason', f.reason,
         'value', f.value)
       order by f.file, f.line, coalesce(h.position, 0), f.reason))
     from unnest(faults) f
     left join app_private.roster_headers(roster) h on h.file = f.file and h."column" = f."column"
       and not h.is_repeated));
end
$$;

comment on function app_private.refuse_roster is
'Refuses a roster (import_refused) with all its faults, ordered by file, line and column, as {"faults": [{"file", '
'"line", "column", "reason", "value"}]}. Never returns.';
