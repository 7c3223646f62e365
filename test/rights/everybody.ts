import type { Connection } from '../helpers/connection.ts'
import type { Claims, Db } from '../helpers/database.ts'
import { anAccount, anEmployee } from '../helpers/world.ts'
import { people, twoClinics, type Who } from '../sql/two_clinics.ts'
import type { Call } from './functions.ts'

/** The people of two_clinics.ts, and those who differ from them in one thing. */
export const everybody = [
  ...people,
  'receptionist B',
  'doctor B',
  // Whose token is as good as it was a moment ago, when they still worked there.
  'former manager A',
  'closed account',
] as const
export type Anybody = (typeof everybody)[number]

/** Two clinics and everybody's claims. Made by the owner. */
export async function everybodysWorld(db: Pick<Db, 'one' | 'query'>) {
  const world = await twoClinics(db as Db)
  const former = await anEmployee(db, world.a.clinicId, 'manager')
  await db.query('update app_public.employees set is_active = false where id = $1', [former.employeeId])
  const closed = await anAccount(db)
  await db.query('update app_private.accounts set is_active = false where id = $1', [closed.accountId])
  const claims: Record<Anybody, Claims> = {
    ...world.claims,
    'receptionist B': (await anEmployee(db, world.b.clinicId, 'receptionist')).claims,
    'doctor B': (await anEmployee(db, world.b.clinicId, 'doctor', world.b.doctorId)).claims,
    'former manager A': former.claims,
    'closed account': closed.claims,
  }
  return { ...world, claims }
}

/** What becomes of a call upon clinic A, for everybody, from what becomes of it for `people`. */
export function outcomesOfAll({ outcomes, withoutCustomer }: Call): Record<Anybody, string> {
  const known = Object.fromEntries(people.map((who, i) => [who, outcomes[i] as string])) as Record<Who, string>
  return {
    ...known,
    'receptionist B': known['manager B'],
    'doctor B': known['manager B'],
    'former manager A': withoutCustomer ?? known.Bob,
    'closed account': 'unauthenticated',
  }
}

const digests = new WeakMap<object, string>()

/** A digest of every row of ours, to see that nothing changed. Prepared: to plan it takes longer than to run it. */
export async function digestOf(owner: Pick<Connection, 'client' | 'query'>): Promise<string> {
  const text = digests.get(owner.client) ?? (await digestStatement(owner))
  digests.set(owner.client, text)
  return (await owner.client.query<{ digest: string }>({ name: 'digest', text })).rows[0]?.digest ?? ''
}

async function digestStatement(owner: Pick<Connection, 'query'>): Promise<string> {
  const tables = await owner.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind in ('r', 'p') and relnamespace::regnamespace::text ~ '^app_' order by 1`,
  )
  const parts = tables.map(
    ({ name }) => `(select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from ${name} t)`,
  )
  return `select md5(concat_ws(',', ${parts.join(', ')})) as digest`
}
