import type { ClientBase } from 'pg'
import { tableHomes } from './table_homes.ts'

/** The tables of the diagram, which are the ones that a booking needs, in the order of the page's list. */
const mainTables = [
  'clinics',
  'policies',
  'employees',
  'accounts',
  'customers',
  'clinic_customers',
  'doctors',
  'specializations',
  'doctor_specializations',
  'time_slots',
  'doctor_slot_templates',
  'booking_slots',
  'bookings',
  'events',
  'notification_rules',
  'notifications',
  'webhook_endpoints',
]

interface Column {
  name: string
  type: string
  is_key: boolean
  is_reference: boolean
  is_enum: boolean
}

interface Table {
  name: string
  schema: string
  comment: string
  columns: Column[]
}

interface Reference {
  name: string
  child: string
  parent: string
  /** A child may have no parent. */
  optional: boolean
  /** A parent has one child at most. */
  single: boolean
}

// A reference is a foreign key to a primary key. Those to other keys, such as (clinic_id, active_doctor_id), repeat one of
// these for active rows.
const references = `
  select k.conname as name, child.relname as child, parent.relname as parent,
    exists (select from pg_attribute a
             where a.attrelid = k.conrelid and a.attnum = any (k.conkey) and not a.attnotnull) as optional,
    exists (select from pg_constraint u
             where u.conrelid = k.conrelid and u.contype in ('p', 'u') and u.conkey <@ k.conkey) as single
  from pg_constraint k
  join pg_class child on child.oid = k.conrelid
  join pg_class parent on parent.oid = k.confrelid
  join pg_constraint p on p.conrelid = k.confrelid and p.contype = 'p' and p.conkey <@ k.confkey and p.conkey @> k.confkey
  where k.contype = 'f' and child.relnamespace::regnamespace::text like 'app%'
    and child.relname = any ($1) and parent.relname = any ($1)
  order by array_position($1, parent.relname::text), array_position($1, child.relname::text), k.conname`

const tables = `
  select c.relname as name, c.relnamespace::regnamespace::text as schema, coalesce(obj_description(c.oid, 'pg_class'), '') as comment,
    (select json_agg(json_build_object(
         'name', a.attname, 'type', regexp_replace(format_type(t.oid, null), '^.*[.]', ''),
         'is_key', exists (select from pg_constraint p
                            where p.conrelid = c.oid and p.contype = 'p' and a.attnum = any (p.conkey)),
         'is_reference', exists (select from pg_constraint k
                                  where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any (k.conkey)
                                    and k.confrelid in (select oid from pg_class where relname = any ($1))),
         'is_enum', t.typtype = 'e') order by a.attnum)
       from pg_attribute a join pg_type t on t.oid = a.atttypid
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
        and a.attname not like 'active\\_%' and a.attname not like 'open\\_%') as columns
  from pg_class c
  where c.relkind = 'r' and c.relnamespace::regnamespace::text like 'app%' and c.relname = any ($1)
  order by array_position($1, c.relname::text)`

const introduction = `# The main tables

Made from the database by \`npm run catalogue\`; do not edit. The diagram has the tables that a booking needs, with their keys and their states; a line is
a foreign key, and its words are the constraint's name, which is the rule that it keeps. Every column, constraint, trigger, policy and grant of every table is
in [catalogue.txt](../../catalogue.txt).

Keys of a clinic's tables begin with \`clinic_id\`, so a row never refers to another clinic's. Not drawn are the foreign keys by which active rows refer to
active rows only. \`events\` has no foreign keys: history stays when slots and bookings are archived.
`

/**
 * docs/database/tables.md: a diagram of the main tables (mermaid), what a row of each is, and where the rows of all tables are when there
 * are several databases. Throws when a table is missing.
 */
export async function tablesPage(client: ClientBase): Promise<string> {
  const found = (await client.query<Table>(tables, [mainTables])).rows
  const missing = mainTables.filter((name) => !found.some((table) => table.name === name))
  if (missing.length > 0) throw new Error(`the database has no table ${missing.join(', ')}`)
  const lines = (await client.query<Reference>(references, [mainTables])).rows.map(lineOf)
  const rows = found.map(({ schema, name, comment }) => `| \`${schema}.${name}\` | ${sentencesOf(comment)} |`)
  return [
    introduction,
    '```mermaid',
    'erDiagram',
    ...lines,
    ...found.flatMap(boxOf),
    '```',
    '',
    '| table | what a row is |',
    '|---|---|',
    ...rows,
    '',
    ...(await tableHomes(client)),
  ].join('\n')
}

/** A comment without PostGraphile's smart tags, which are the lines that begin with @. */
const sentencesOf = (comment: string) =>
  comment
    .split('\n')
    .filter((line) => !line.startsWith('@'))
    .join(' ')

function lineOf({ name, child, parent, optional, single }: Reference): string {
  return `  ${parent} ${optional ? '|o' : '||'}--${single ? 'o|' : 'o{'} ${child} : "${name.replaceAll('_', ' ')}"`
}

function boxOf({ name, columns }: Table): string[] {
  const shown = columns.filter((column) => column.is_key || column.is_reference || column.is_enum)
  const keys = ({ is_key, is_reference }: Column) => [is_key && 'PK', is_reference && 'FK'].filter(Boolean).join(', ')
  return [`  ${name} {`, ...shown.map((column) => `    ${column.type} ${column.name} ${keys(column)}`.trimEnd()), '  }']
}
