create or replace function billing_private.items_to_pay(items jsonb, are_here boolean) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if jsonb_typeof(items) is distinct from 'array' or not app_private.has_other_databases() then
    return case when are_here then items end;
  end if;
  return (
    select jsonb_agg(i.item order by i.n)
    from jsonb_array_elements(items) with ordinality i (item, n)
    -- Clinics that are named wrongly are refused here.
    where (coalesce(i.item ->> 'clinicId', '') !~ '^[0-9]{1,18}$'
      or app_private.has_clinic((i.item ->> 'clinicId')::bigint)) = are_here);
end
$$;

comment on function billing_private.items_to_pay is
'The visits or invoices in an argument of begin_checkout whose clinic is in this database or, without `are_here`, in '
'another one. Null if there are none.';
