import type { ClientBase } from 'pg'

interface ErrorCode {
  sqlstate: string
  name: string
  http_status: number
  title: string
  description: string
}

/** Groups of SQLSTATEs, in the order of the page: a code belongs to the first group that matches. */
const groups: [heading: string, fits: RegExp][] = [
  ['Who may', /^MS40/],
  ['Anything', /^MS0/],
  ['Accounts and sessions', /^MS1/],
  ['Clinics and their people', /^MS2/],
  ['Schedules', /^MS3/],
  ['Bookings', /^MS5/],
  ['Services', /^MS8[24]/],
  ['Import', /^MS6/],
  ['Messages', /^MS7/],
  ['The API itself', /^MS9/],
  ["PostgreSQL's own", /^(?!MS)/],
]

const introduction = `# Error codes

All refusals, which are the same in SQL, GraphQL and REST. Made from \`app_hidden.error_codes\` (sql/core/error_codes.sql) by \`npm run catalogue\`; do not edit.

- **SQL** raises the SQLSTATE. MESSAGE is a sentence for people and may change; DETAIL is a JSON object for programs, for example \`{"bookingSlotId": "7"}\`.
- **GraphQL** returns the name in \`errors[].extensions.code\`. The HTTP status is used if the whole answer is a refusal.
- Decide by SQLSTATE or name, never by text. An error that is not listed here is a bug in medislot: it is logged in full, and the answer is \`internal_error\`.
`

/** docs/api/error-codes.md: the registry of refusals, by group. Throws when a code belongs to no group. */
export async function errorCodes(client: ClientBase): Promise<string> {
  const { rows } = await client.query<ErrorCode>('select * from app_hidden.error_codes order by sqlstate')
  const groupOf = ({ sqlstate }: ErrorCode) => {
    const group = groups.find(([, fits]) => fits.test(sqlstate))
    if (!group) throw new Error(`${sqlstate} belongs to no group of docs/api/error-codes.md`)
    return group[0]
  }
  const sections = groups.map(([heading]) => {
    const codes = rows.filter((row) => groupOf(row) === heading)
    return codes.length ? `\n## ${heading}\n\n${table(codes)}` : ''
  })
  return introduction + sections.join('')
}

function table(codes: ErrorCode[]): string {
  const lines = codes.map(
    ({ sqlstate, name, http_status, title, description }) =>
      `| \`${sqlstate}\` | \`${name}\` | ${http_status} | ${title}. ${description} |\n`,
  )
  return `| SQLSTATE | name | HTTP | what it means |\n|---|---|---|---|\n${lines.join('')}`
}
