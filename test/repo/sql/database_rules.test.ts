import { describe, expect, it } from '@jest/globals'
import type { QueryResultRow } from 'pg'
import { inTransaction } from '../../helpers/database/database.ts'

// The rules of CONTRIBUTING.md for the whole database, checked in its catalogue. Each query returns what breaks a rule.
const offenders = async (query: string): Promise<QueryResultRow[]> => inTransaction((db) => db.query(query))

const ours = `in ('app_public'::regnamespace, 'app_hidden'::regnamespace, 'app_private'::regnamespace,
  'billing'::regnamespace, 'billing_private'::regnamespace)`
/** Tables that a clinic owns: those with a clinic_id. */
const clinicOwned = `(select attrelid from pg_attribute join pg_class c on c.oid = attrelid
  where attname = 'clinic_id' and c.relkind in ('r', 'p') and c.relnamespace ${ours})`

describe('every table', () => {
  it('has row-level security', async () => {
    expect(
      await offenders(
        `select oid::regclass from pg_class where relkind in ('r', 'p') and relnamespace ${ours} and not relrowsecurity`,
      ),
    ).toEqual([])
  })

  it('has a comment', async () => {
    expect(
      await offenders(
        `select oid::regclass from pg_class
         where relkind in ('r', 'p', 'v', 'm') and relnamespace ${ours} and obj_description(oid, 'pg_class') is null`,
      ),
    ).toEqual([])
  })

  it('names its indexes', async () => {
    expect(
      await offenders(
        `select indrelid::regclass, indexrelid::regclass from pg_index i join pg_class c on c.oid = indexrelid
         where c.relnamespace ${ours} and c.relname ~ '_idx\\d*$'`,
      ),
    ).toEqual([])
  })

  it('names its constraints after the rules they enforce', async () => {
    expect(
      await offenders(
        `select conrelid::regclass, conname from pg_constraint
         where conrelid <> 0 and contype <> 'n' and connamespace ${ours} and conname ~ '_(pkey|fkey|key|check|excl)\\d*$'`,
      ),
    ).toEqual([])
  })
})

describe('every table that a clinic owns', () => {
  it('has clinic_id first in its primary key', async () => {
    expect(
      await offenders(
        `select t.attrelid::regclass from ${clinicOwned} t
         where not exists (
           select from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
           where i.indrelid = t.attrelid and i.indisprimary and a.attname = 'clinic_id')`,
      ),
    ).toEqual([])
  })

  it('has clinic_id in every unique and exclusion constraint and unique index', async () => {
    expect(
      await offenders(
        `select i.indrelid::regclass, i.indexrelid::regclass from ${clinicOwned} t join pg_index i on i.indrelid = t.attrelid
         where (i.indisunique or i.indisexclusion) and not exists (
           select from pg_attribute a where a.attrelid = i.indrelid and a.attname = 'clinic_id' and a.attnum = any (i.indkey))`,
      ),
    ).toEqual([])
  })

  it('refers to other tables of clinics by keys that contain clinic_id on both sides', async () => {
    expect(
      await offenders(
        `select k.conrelid::regclass, k.conname from pg_constraint k
         where k.contype = 'f' and k.conrelid in ${clinicOwned}
           and (k.confrelid in ${clinicOwned} or k.confrelid = 'app_public.clinics'::regclass)
           and not exists (
             select from unnest(k.conkey, k.confkey) as pair (here, there)
             join pg_attribute h on h.attrelid = k.conrelid and h.attnum = pair.here
             join pg_attribute t on t.attrelid = k.confrelid and t.attnum = pair.there
             where h.attname = 'clinic_id'
               and t.attname = case k.confrelid when 'app_public.clinics'::regclass then 'id' else 'clinic_id' end)`,
      ),
    ).toEqual([])
  })

  it('is not referred to by tables that no clinic owns', async () => {
    expect(
      await offenders(
        `select k.conrelid::regclass, k.conname from pg_constraint k
         where k.contype = 'f' and k.confrelid in ${clinicOwned} and k.conrelid not in ${clinicOwned}`,
      ),
    ).toEqual([])
  })

  it('has a trigger that refuses to move a row to another clinic, for DBAs too', async () => {
    expect(
      await offenders(
        // tgargs holds the arguments, each ended by a zero byte.
        `select t.attrelid::regclass from ${clinicOwned} t join pg_class c on c.oid = t.attrelid
         where c.relnamespace in ('app_public'::regnamespace, 'billing'::regnamespace) and not exists (
           select from pg_trigger g
           where g.tgrelid = t.attrelid and g.tgenabled = 'O'
             and (g.tgfoid = 'app_hidden.refuse_new_identity'::regproc and 'clinic_id' = any (string_to_array(encode(g.tgargs, 'escape'), '\\000'))
               or g.tgfoid = 'app_private.refuse_change_of_history'::regproc))`,
      ),
    ).toEqual([])
  })

  it('has no computed column', async () => {
    expect(
      await offenders(
        `select p.oid::regprocedure from pg_proc p join pg_type t on t.oid = p.proargtypes[0]
         where p.pronamespace in ('app_public'::regnamespace, 'billing'::regnamespace) and t.typrelid in ${clinicOwned}`,
      ),
    ).toEqual([])
  })
})

describe('every policy', () => {
  it('contains no subquery except the call of a function that reads claims', async () => {
    expect(
      await offenders(
        `select p.polrelid::regclass, p.polname from pg_policy p,
           concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) as text
         where regexp_replace(text, '\\( SELECT app_hidden\\.(\\w+)\\(\\) AS \\1\\)', '', 'g') ~* '\\mselect\\M'`,
      ),
    ).toEqual([])
  })

  it('reads claims once in a statement, if it is for staff and another one applies to them, too', async () => {
    expect(
      await offenders(
        `select p.polrelid::regclass, p.polname from pg_policy p
         where p.polcmd = 'r' and p.polroles = array['app_staff'::regrole]::oid[]
           and regexp_replace(pg_get_expr(p.polqual, p.polrelid), '\\( SELECT app_hidden\\.(\\w+)\\(\\) AS \\1\\)', '', 'g')
             ~ 'app_hidden'
           and exists (select from pg_policy other
             where other.polrelid = p.polrelid and other.oid <> p.oid and other.polcmd in ('r', '*')
               and other.polroles <> array['app_admin'::regrole]::oid[])`,
      ),
    ).toEqual([])
  })

  it('calls only functions of ours that read claims', async () => {
    expect(
      await offenders(
        `select p.polrelid::regclass, p.polname, d.refobjid::regproc from pg_policy p
         join pg_depend d on d.classid = 'pg_policy'::regclass and d.objid = p.oid and d.refclassid = 'pg_proc'::regclass
         join pg_proc f on f.oid = d.refobjid
         where f.pronamespace ${ours}
           and pg_get_function_sqlbody(f.oid) !~ '^RETURN [^;]*current_setting\\(''medislot\\.[a-z_]+''::text, true\\)[^;]*$'`,
      ),
    ).toEqual([])
  })
})

describe('every view', () => {
  it('runs with the rights of the caller (security_invoker)', async () => {
    expect(
      await offenders(
        `select oid::regclass from pg_class
         where relkind in ('v', 'm') and relnamespace ${ours} and not coalesce('security_invoker=true' = any (reloptions), false)`,
      ),
    ).toEqual([])
  })
})

describe('every function', () => {
  it('that is a security definer pins search_path, with pg_temp last', async () => {
    expect(
      await offenders(
        `select oid::regprocedure, proconfig from pg_proc
         where pronamespace ${ours} and prosecdef and not exists (
           select from unnest(proconfig) setting where setting ~ '^search_path=pg_catalog(, public)?, pg_temp$')`,
      ),
    ).toEqual([])
  })

  it('with a string as its body pins search_path, except begin_request, whose settings outlive the call', async () => {
    expect(
      await offenders(
        `select proname from pg_proc
         where pronamespace ${ours} and prosqlbody is null and not exists (
           select from unnest(proconfig) setting where setting ~ '^search_path=pg_catalog(, public)?, pg_temp$')`,
      ),
    ).toEqual([{ proname: 'begin_request' }])
  })

  it('that forces a plan turns JIT compilation off, which the cost of a forced plan would start', async () => {
    expect(
      await offenders(
        `select oid::regprocedure, proconfig from pg_proc
         where pronamespace ${ours} and array_to_string(proconfig, ' ') ~ '(enable_\\w+=off|plan_cache_mode=)'
           and not 'jit=off' = any (proconfig)`,
      ),
    ).toEqual([])
  })

  it('that uses dates, times or intervals pins TimeZone, so its results do not depend on the session', async () => {
    expect(
      await offenders(
        `select p.oid::regprocedure from pg_proc p join pg_language l on l.oid = p.prolang
         where p.pronamespace ${ours} and l.lanname = 'plpgsql'
           and regexp_replace(pg_get_functiondef(p.oid), '^\\s*--.*$', '', 'gn')
             ~* '(\\mnow\\(\\)|\\m(interval|date|time|timestamp|timestamptz|current_date)\\M|_(at|date)\\M)'
           and not 'TimeZone=UTC' = any (coalesce(p.proconfig, '{}'))`,
      ),
    ).toEqual([])
  })

  it('is not executable by PUBLIC', async () => {
    expect(
      await offenders(
        `select p.oid::regprocedure from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         where p.pronamespace ${ours} and a.grantee = 0`,
      ),
    ).toEqual([])
  })

  it('has a comment', async () => {
    expect(
      await offenders(
        `select oid::regprocedure from pg_proc where pronamespace ${ours} and obj_description(oid, 'pg_proc') is null`,
      ),
    ).toEqual([])
  })

  // The access paths are inlined into available_slots; a plpgsql function could not be inlined.
  it('that reads tables is written in plpgsql, except the access paths of the search', async () => {
    expect(
      await offenders(
        `select p.oid::regprocedure from pg_proc p join pg_language l on l.oid = p.prolang
         where p.pronamespace ${ours} and l.lanname = 'sql'
           and p.prorettype not in ('app_private.free_slot'::regtype, 'app_public.available_slot'::regtype)
           and (p.prosqlbody is null or exists (
             select from pg_depend d join pg_class c on c.oid = d.refobjid
             where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.refclassid = 'pg_class'::regclass
               and c.relnamespace ${ours}))`,
      ),
    ).toEqual([])
  })

  it('of a trigger only writes rows: it sends no notification and adds no job', async () => {
    expect(
      await offenders(
        `select oid::regprocedure from pg_proc
         where pronamespace ${ours} and prorettype = 'trigger'::regtype and prosrc ~* '\\m(notify|pg_notify|add_jobs?)\\M'`,
      ),
    ).toEqual([])
  })
})

// Functions written as strings pin TimeZone. All else runs with the session's settings and must not depend on TimeZone.
it('no view, default, constraint, policy, trigger or function of one expression depends on TimeZone', async () => {
  expect(
    await offenders(
      `with expressions (thing, tree) as (
         select r.ev_class::regclass::text, r.ev_action::text from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relnamespace ${ours}
         union all
         select a.adrelid::regclass || '.' || t.attname, a.adbin::text from pg_attrdef a
         join pg_attribute t on t.attrelid = a.adrelid and t.attnum = a.adnum join pg_class c on c.oid = a.adrelid where c.relnamespace ${ours}
         union all
         select conname, conbin::text from pg_constraint where connamespace ${ours}
         union all
         select p.polname, concat(p.polqual, p.polwithcheck) from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace ${ours}
         union all
         select g.tgname, g.tgqual::text from pg_trigger g join pg_class c on c.oid = g.tgrelid where c.relnamespace ${ours}
         union all
         select p.oid::regprocedure::text, concat(p.prosqlbody, p.proargdefaults) from pg_proc p where p.pronamespace ${ours}
           -- Called by available_slots only, which pins TimeZone.
           and p.prorettype not in ('app_private.free_slot'::regtype, 'app_public.available_slot'::regtype)
       )
       select e.thing, f.oid::regprocedure as uses
       from expressions e
       cross join lateral (select distinct (regexp_matches(e.tree, ':(?:op)?funcid (\\d+)', 'g'))[1]::oid as id) used
       join pg_proc f on f.oid = used.id
       -- Functions that depend on settings are stable. Of these, only those that take or return an instant matter.
       where f.provolatile = 's' and f.pronargs > 0 and f.pronamespace = 'pg_catalog'::regnamespace
         and (f.prorettype = 'timestamptz'::regtype or 'timestamptz'::regtype = any (f.proargtypes))
       order by 1`,
    ),
  ).toEqual([
    // Hours and minutes have the same length in every time zone.
    { thing: 'app_private.invitations.expires_at', uses: 'timestamptz_pl_interval(timestamp with time zone,interval)' },
    { thing: 'app_private.sessions.expires_at', uses: 'timestamptz_pl_interval(timestamp with time zone,interval)' },
    { thing: 'app_public.late_notifications', uses: 'timestamptz_mi_interval(timestamp with time zone,interval)' },
  ])
})

describe('every type', () => {
  it('has a comment', async () => {
    expect(
      await offenders(
        `select t.oid::regtype from pg_type t left join pg_class c on c.oid = t.typrelid
         where t.typnamespace ${ours} and (t.typtype in ('e', 'd') or c.relkind = 'c') and obj_description(t.oid, 'pg_type') is null`,
      ),
    ).toEqual([])
  })
})

describe('PUBLIC', () => {
  it('has no right to our objects, and cannot create objects in a schema of a search_path', async () => {
    expect(
      await offenders(
        `select c.oid::regclass::text as thing, a.privilege_type from pg_class c, aclexplode(c.relacl) a where c.relnamespace ${ours} and a.grantee = 0
         union all
         select n.nspname, a.privilege_type from pg_namespace n, aclexplode(n.nspacl) a
         where n.nspname ~ '^app_|^billing|^public$|^graphile_' and a.grantee = 0
         union all
         select t.oid::regtype::text, a.privilege_type from pg_type t, aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) a
         left join pg_class c on false
         where t.typnamespace ${ours} and t.typtype in ('e', 'd') and a.grantee = 0`,
      ),
    ).toEqual([])
  })
})
