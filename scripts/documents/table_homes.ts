import type { ClientBase } from 'pg'

interface TableHome {
  name: string
  home: 'clinic' | 'global' | 'everywhere'
  copied: string[] | null
}

const chapters: [TableHome['home'], string][] = [
  ['clinic', 'Rows of a clinic are written in the database of the clinic, its shard.'],
  ['global', 'Rows are written in the global database only; shards refuse them (`not_here`).'],
  [
    'everywhere',
    'Each database has rows of its own: what migrations write, and its settings, counters and what it has to send.',
  ],
]

/** A chapter of docs/database/tables.md: where the rows of each table are when clinics are spread over several databases. */
export async function tableHomes(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query<TableHome>(
    'select table_name as name, home, copied_columns as copied from app_private.table_homes order by table_name',
  )
  const columnsOf = (name: string, columns: string[]) =>
    `| \`${name}\` | ${columns[0] === '*' ? 'all columns' : columns.map((column) => `\`${column}\``).join(', ')} |`
  return [
    '## With several databases',
    '',
    'Where the rows of each table are when clinics are spread over several databases ([shards.md](../shards.md)), as',
    '`app_private.table_homes` has it. With one database all of them are there.',
    ...chapters.flatMap(([home, sentence]) => {
      const tables = rows.filter((row) => row.home === home)
      const copied = tables.flatMap(({ name, copied }) => (copied ? [columnsOf(name, copied)] : []))
      return [
        '',
        `### ${home}`,
        '',
        sentence,
        ...(copied.length > 0 ? ['', `| copied to ${target[home]} | columns |`, '|---|---|', ...copied] : []),
        '',
        `${copied.length > 0 ? 'Not copied: ' : ''}${tables
          .filter((table) => !table.copied)
          .map(({ name }) => `\`${name}\``)
          .join(', ')}.`,
      ]
    }),
    '',
  ]
}

const target = { clinic: 'the global database', global: 'all shards', everywhere: '' }
