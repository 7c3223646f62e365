import { escapeLiteral } from 'pg'
import { addressWithoutLogin, connectionOf, connectOwner, shardsOf } from './databases.ts'

/** A function of the API that takes a clinic. `number` is the position of that argument, beginning with 1. */
interface ClinicFunction {
  schema: string
  name: string
  number: number
  /** As in CREATE FUNCTION, with types that every database has. */
  arguments: string
  passed: string
  result: string
  returns_set: boolean
  /** What is selected from the result; null if the result is not a row. */
  read: string | null
  comment: string | null
}

/** A type of PostgreSQL, or text in place of one of our own types. `type` is an alias of pg_type. */
const plainType = (type: string) => `
  case when ${type}.typnamespace = 'pg_catalog'::regnamespace and not exists (
      select from pg_type element where element.oid = ${type}.typelem and element.typnamespace <> ${type}.typnamespace)
    then format_type(${type}.oid, null)
    else 'text' || case when ${type}.typcategory = 'A' then '[]' else '' end end`

const functions = `
  select p.pronamespace::regnamespace as schema, quote_ident(p.proname) as name, array_position(p.proargnames, 'clinic_id') as number,
    (select string_agg(concat_ws(' ', quote_ident(p.proargnames[i]), ${plainType('t')},
         'default ' || regexp_replace(pg_get_function_arg_default(p.oid, i::int), '::(app_public|billing)\\.\\w+', '::text')),
       ', ' order by i)
     from unnest(p.proargtypes) with ordinality a (type, i) join pg_type t on t.oid = a.type) as arguments,
    (select string_agg('$' || i || '::' || format_type(a.type, null), ', ' order by i)
     from unnest(p.proargtypes) with ordinality a (type, i)) as passed,
    case when r.typrelid = 0 then ${plainType('r')} else 'shards.' || quote_ident(r.typname) end as result,
    p.proretset as returns_set,
    (select string_agg('r.' || quote_ident(c.attname) || '::' || ${plainType('t')}, ', ' order by c.attnum)
     from pg_attribute c join pg_type t on t.oid = c.atttypid
     where c.attrelid = r.typrelid and c.attnum > 0 and not c.attisdropped) as read,
    obj_description(p.oid, 'pg_proc') as comment
  from pg_proc p join pg_type r on r.oid = p.prorettype
  where p.pronamespace = any ($1::regnamespace[]) and 'clinic_id' = any (p.proargnames[1:p.pronargs])
  order by p.proname`

/** The rows that those functions return, as types of their own. */
const types = `
  select 'create type shards.' || quote_ident(r.typname) || ' as (' ||
    string_agg(quote_ident(c.attname) || ' ' || ${plainType('t')}, ', ' order by c.attnum) || ');' as statement
  from pg_type r
  join pg_attribute c on c.attrelid = r.typrelid and c.attnum > 0 and not c.attisdropped
  join pg_type t on t.oid = c.atttypid
  where r.oid in (
    select p.prorettype from pg_proc p
    where p.pronamespace = any ($1::regnamespace[]) and 'clinic_id' = any (p.proargnames[1:p.pronargs]))
  group by r.typname order by r.typname`

/** Schemas whose functions are the API. */
const schemas = ['app_public', 'billing']

/**
 * SQL for a database with PL/Proxy: the functions of the API that take a clinic, in the schema `shards`, each of which runs in
 * the database of its clinic, and a foreign server for each database. Run it again after a shard was added, and after a
 * migration. It contains no passwords: they are in user mappings.
 */
export async function proxySql(globalUrl: string): Promise<string> {
  const global = await connectOwner(globalUrl)
  try {
    const databases = [{ id: 0, address: addressWithoutLogin(globalUrl) }, ...(await shardsOf(global))]
    const { rows: made } = await global.query<{ statement: string }>(types, [schemas])
    const { rows: found } = await global.query<ClinicFunction>(functions, [schemas])
    return [
      '-- Made by npm run shards -- proxy.',
      'begin;',
      'set local client_min_messages = warning;',
      'create extension if not exists plproxy;',
      dba,
      ...databases.map(({ id, address }) => foreignServer(id, address)),
      'drop schema if exists shards cascade;',
      'create schema shards;',
      'grant usage on schema shards to medislot_dba;',
      map,
      ...made.map(({ statement }) => statement),
      ...found.map(proxyFunction),
      'revoke execute on all functions in schema shards from public;',
      'grant execute on all functions in schema shards to medislot_dba;',
      'commit;',
      '',
    ].join('\n')
  } finally {
    await global.end()
  }
}

function foreignServer(id: number, address: string): string {
  const connection = connectionOf(address, { application_name: 'medislot proxy' })
  const name = `medislot_${id}`
  return `do $do$ begin
  if exists (select from pg_foreign_server where srvname = '${name}') then
    alter server ${name} options (set p0 ${escapeLiteral(connection)});
  else
    create server ${name} foreign data wrapper plproxy options (p0 ${escapeLiteral(connection)}, disable_binary '1');
  end if;
end $do$;
grant usage on foreign server ${name} to medislot_dba;`
}

/** Who may call the functions. Not dropped with them, so that its members keep this right. */
const dba = `do $do$ begin
  if not exists (select from pg_roles where rolname = 'medislot_dba') then
    create role medislot_dba;
  end if;
end $do$;`

/** The map in the global database is read for each call, so that a clinic is found after it was moved. */
const map = `create function shards.number_of(clinic_id bigint) returns int language plproxy as $body$
  cluster 'medislot_0';
  select coalesce((select m.shard_id from app_private.clinic_shards m where m.clinic_id = $1::bigint),
    (select 0 from app_private.returned_clinics r where r.clinic_id = $1::bigint),
    $1::bigint / 1000000000000)::int;
$body$;
comment on function shards.number_of is 'The shard of a clinic; 0 for the global database.';
create function shards.database_of(clinic_id bigint) returns text language sql
return 'medislot_' || coalesce(shards.number_of(clinic_id), 0);
comment on function shards.database_of is 'The foreign server of the database of a clinic; without one that of the global database.';`

const proxyFunction = (one: ClinicFunction): string => `create function shards.${one.name}(${one.arguments})
returns ${one.returns_set ? 'setof ' : ''}${one.result} language plproxy as $body$
  cluster shards.database_of($${one.number});
  select ${one.read ?? 'r'} from ${one.schema}.${one.name}(${one.passed}) r;
$body$;
comment on function shards.${one.name} is ${escapeLiteral(one.comment ?? '')};`
