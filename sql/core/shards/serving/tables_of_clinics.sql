create or replace function app_private.tables_of_clinics()
returns table (table_name text, is_copied boolean, not_copied text[], readers text, seen_by text)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  return query
    with relations as (
      select th.table_name as name, th.table_name::regclass as oid, th.table_name::regclass as of_table,
        th.copied_columns is not null as is_copied
      from app_private.table_homes th
      -- A checkout is where its clinics are.
      where th.home = 'clinic' or th.table_name = 'billing.checkouts'
      union all
      -- A view shows rows of its tables.
      select distinct v.relnamespace::regnamespace || '.' || v.relname, v.oid, d.refobjid, th.copied_columns is not null
      from pg_class v
      join pg_rewrite r on r.ev_class = v.oid
      join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass
      join app_private.table_homes th on th.table_name::regclass = d.refobjid and th.home = 'clinic'
      where v.relkind = 'v' and v.relnamespace in ('app_public'::regnamespace, 'billing'::regnamespace)
    ),
    policies as (
      select p.polrelid as of_table, pg_get_expr(p.polqual, p.polrelid) ~ 'current_customer_ids?\(' as is_own
      from pg_policy p
      where p.polpermissive and p.polcmd in ('r', '*')
        and p.polroles && array[0, 'app_anonymous'::regrole, 'app_customer'::regrole]::oid[]
    )
    select r.name, bool_and(r.is_copied),
      array(
        select a.attname::text from pg_attribute a
        join app_private.table_homes th on th.table_name::regclass = a.attrelid
        where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and th.copied_columns <> '{*}' and a.attname <> all (th.copied_columns)
        order by a.attnum),
      case
        when has_any_column_privilege('app_anonymous', r.oid, 'select') then 'app_anonymous'
        when has_any_column_privilege('app_customer', r.oid, 'select') then 'app_customer'
        when has_any_column_privilege('app_staff', r.oid, 'select') then 'app_staff'
        when has_any_column_privilege('app_admin', r.oid, 'select') then 'app_admin'
      end,
      case
        when bool_or(not p.is_own) then 'everybody'
        when bool_or(p.is_own) then 'customers'
        else 'staff'
      end
    from relations r left join policies p on p.of_table = r.of_table
    group by r.name, r.oid
    order by r.name;
end
$$;

comment on function app_private.tables_of_clinics is
'For servers of an installation with shards: each table of clinics, and each view of such tables, by its name with '
'the schema. Returns whether the global database has copies of its rows, which columns these lack, the lowest role '
'that may read any row (null: none), and who sees rows besides the staff of their clinics: customers (their own '
'rows), everybody (some rows), or nobody else (staff). From app_private.table_homes, privileges and policies.';

grant execute on function app_private.tables_of_clinics to app_authenticator;
