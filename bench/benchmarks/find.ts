import type { PoolClient } from 'pg'
import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { compare, type Measured, median } from '../measure/compare.ts'
import { type Person, people } from '../world/names.ts'
import { claimsOfDesk, makeWorld, requestConnections, type World } from '../world/world.ts'

const sizes = {
  quick: { patients: 2_000, searches: 5, rounds: 1 },
  usual: { patients: 100_000, searches: 40, rounds: 5 },
  full: { patients: 100_000, searches: 200, rounds: 15 },
}

export const benchmark: Benchmark = {
  name: 'find',
  work: 'patients found by what a receptionist types, twelve at most; milliseconds',
  seconds: { quick: 20, usual: 120, full: 300 },
  run,
}

/** What somebody types to find a person. */
const ways: Record<string, (person: Person) => string> = {
  'by whole name, without accents': ({ name }) => plain(name),
  'by family name and the beginning of the given name': ({ name }) => {
    const [family, given] = [plain(name).split(' ').at(-1), plain(name).split(' ').at(-2)]
    return `${family} ${given?.slice(0, 3)}`
  },
  'by family name alone': ({ name }) => plain(name).split(' ').at(-1) ?? '',
  'by the first three letters of the family name': ({ name }) => plain(name).split(' ').at(-1)?.slice(0, 3) ?? '',
  'by whole name, one letter wrong': ({ name }) => misspelt(plain(name)),
  'by the last four digits of the phone number': ({ phone }) => phone?.slice(-4) ?? '',
}
/** Searches with so many matches that the page need not show the person. */
const isCommon = ['by family name alone', 'by the first three letters of the family name']

const plain = (name: string) =>
  name
    .replaceAll('ß', 'ss')
    .replaceAll('ı', 'i')
    .replace(/[øØ]/g, 'o')
    .replace(/[łŁ]/g, 'l')
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')

/** With a wrong fourth letter in the longest word. */
function misspelt(name: string): string {
  const longest = name.split(/[ -]/).toSorted((a, b) => b.length - a.length)[0] ?? ''
  return name.replace(longest, `${longest.slice(0, 3)}x${longest.slice(4)}`)
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { patients, searches, rounds } = sizes[scale]
  // Two clinics: the other one's patients must not slow a search down.
  const world = await makeWorld({ clinics: 2, doctors: 1, days: 0, customers: 1 })
  const pool = requestConnections(world, 1)
  const clients: PoolClient[] = []
  try {
    const persons = people(patients)
    for (const clinic of [1, 2]) await fill(world, clinic, persons)
    progress(`${patients.toLocaleString('en')} patients in each of two clinics`)
    const asDesk = await pool.connect()
    const asOwner = await world.pool.connect()
    clients.push(asDesk, asOwner)
    await asDesk.query('begin')
    await asDesk.query('select app_private.begin_request($1)', [await claimsOfDesk(world)])

    const measured: Measured[] = []
    const step = Math.floor(patients / searches)
    for (const [group, typed] of Object.entries(ways)) {
      const asked = persons
        .filter((_, i) => i % step === 0)
        .filter(({ phone }) => phone)
        .map((person) => ({ person, text: typed(person) }))
      const way = (name: string, find: (text: string) => Promise<{ full_name: string }[]>, checks: boolean) => ({
        name,
        async round() {
          const took: number[] = []
          for (const { person, text } of asked) {
            const began = performance.now()
            const rows = await find(text)
            took.push(performance.now() - began)
            if (rows.length === 0) throw new Error(`${text} finds nobody`)
            if (checks && rows.length < 12 && !rows.some(({ full_name }) => full_name === person.name)) {
              throw new Error(`${text} does not find ${person.name}`)
            }
          }
          return median(took)
        },
      })
      measured.push(
        ...(await compare({
          group,
          unit: 'ms',
          rounds,
          contestants: [
            way('the first twelve records by name', async () => firstByName(asOwner), false),
            way('find_clinic_customers', (text) => find(asDesk, text), !isCommon.includes(group)),
          ],
        })),
      )
    }
    return measured
  } finally {
    for (const client of clients) client.release(true)
    await pool.end()
    await world.end()
  }
}

async function find(client: PoolClient, text: string) {
  const { rows } = await client.query({
    name: 'find',
    text: 'select * from app_public.find_clinic_customers(1, $1, 12)',
    values: [text],
  })
  return rows as { full_name: string }[]
}

async function firstByName(client: PoolClient) {
  const { rows } = await client.query({
    name: 'first by name',
    text: 'select * from app_public.clinic_customers where clinic_id = 1 order by full_name, customer_id limit 12',
  })
  return rows as { full_name: string }[]
}

async function fill(world: World, clinic: number, persons: Person[]): Promise<void> {
  await world.query(
    `with person as materialized (select * from jsonb_to_recordset($1) as p (name text, email text, phone text))
     insert into app_public.customers (full_name, email, phone) select name, email, phone from person`,
    [JSON.stringify(persons)],
  )
  // Plans of triggers and foreign keys that were made for empty tables would scan whole tables for each row.
  await world.query('analyze')
  await world.query(
    `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone)
     select $1, c.id, c.full_name, c.email, c.phone from app_public.customers c
     where c.account_id is null and not exists (select from app_public.clinic_customers cc where cc.customer_id = c.id)`,
    [clinic],
  )
  await world.query('vacuum analyze')
}
