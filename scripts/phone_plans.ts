import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'

// libphonenumber's data about each country's numbers, as rows for app_hidden.read_phone. The arrays have the layout of
// libphonenumber-js/source/metadata.js, where comments name the positions.
type Plan = [
  callingCode: string,
  internationalPrefix: string,
  numbers: string,
  lengths: number[],
  formats: unknown,
  nationalPrefix: string | 0 | undefined,
  rule: unknown,
  prefixForParsing: string | 0 | undefined,
  prefixBecomes: string | 0 | undefined,
  optional: unknown,
  leadingDigits: unknown,
  types: [fixed?: [string] | 0, mobile?: [string] | 0] | 0 | undefined,
]

interface Metadata {
  countries: Record<string, Plan>
  country_calling_codes: Record<string, string[]>
}

/** The file of the rows. */
export const phonePlansFile = join(import.meta.dirname, '../sql/clinic/data/phone_plans.sql')

/** The text of sql/clinic/data/phone_plans.sql, made from the installed version of libphonenumber-js. */
export async function phonePlans(): Promise<string> {
  const require = createRequire(import.meta.url)
  const metadata = JSON.parse(
    await readFile(require.resolve('libphonenumber-js/metadata.max.json'), 'utf8'),
  ) as Metadata
  const rows = Object.entries(metadata.countries).map(([country, plan]) => {
    const [callingCode, internationalPrefix, numbers, lengths, , nationalPrefix, , forParsing, becomes, , , types] =
      plan
    // Mobile numbers without a pattern of their own have the pattern of landlines.
    const [landlines, mobiles] = (types || []).map((kind) => (kind || [])[0])
    const mobile = mobiles || landlines || null
    const isMain = metadata.country_calling_codes[callingCode]?.[0] === country
    const texts = [country, callingCode, internationalPrefix, forParsing || nationalPrefix || null, becomes || null]
    const values = [...texts, numbers, mobile].map(literal)
    return `  (${[...values, `'{${lengths.join()}}'`, isMain].join(', ')})`
  })
  return `-- How numbers are formed in each country: written by \`npm run phones\` from libphonenumber-js, which is Google's
-- libphonenumber.
insert into app_private.phone_plans (
  country, calling_code, international_prefix, national_prefix, national_prefix_becomes, numbers, mobile_numbers,
  lengths, is_main) values
${rows.join(',\n')}
on conflict (country) do update set
  calling_code = excluded.calling_code, international_prefix = excluded.international_prefix,
  national_prefix = excluded.national_prefix, national_prefix_becomes = excluded.national_prefix_becomes,
  numbers = excluded.numbers, mobile_numbers = excluded.mobile_numbers, lengths = excluded.lengths,
  is_main = excluded.is_main;
`
}

const literal = (text: string | null) => (text === null ? 'null' : `'${text.replaceAll("'", "''")}'`)
