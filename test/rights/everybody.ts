import { anAccount, anEmployee } from '../helpers/clinic/world.ts'
import type { Connection } from '../helpers/database/connection.ts'
import type { Claims, Db } from '../helpers/database/database.ts'
import { allDatabasesOf } from '../helpers/shards/sharded_owner.ts'
import { people, twoClinics, type Who } from '../sql/rights/two_clinics.ts'
import type { Call } from './call.ts'

/** The people of two_clinics.ts, and others who differ from them in one respect. */
export const everybody = [
  ...people,
  'receptionist B',
  'doctor B',
  // Their token was issued while they were still employed.
  'former manager A',
  'closed account',
  'guardian',
  'former guardian',
  'merged account',
  'unconfirmed account',
] as const
export type Anybody = (typeof everybody)[number]

/** Two clinics and everybody's claims, created by the owner. */
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
    guardian: world.gina.claims,
    'former guardian': world.fritz.claims,
    'merged account': world.rob.claims,
    'unconfirmed account': world.uma.claims,
  }
  return { ...world, claims }
}

/** The outcome of a call for clinic A for everybody, derived from the outcomes for `people`. */
export function outcomesOfAll({
  outcomes,
  withoutCustomer,
  guardian,
  stranger,
  unconfirmed,
}: Call): Record<Anybody, string> {
  const known = Object.fromEntries(people.map((who, i) => [who, outcomes[i] as string])) as Record<Who, string>
  return {
    ...known,
    'receptionist B': known['manager B'],
    'doctor B': known['manager B'],
    'former manager A': withoutCustomer ?? known.Bob,
    'closed account': 'unauthenticated',
    guardian: guardian ?? known.Ann,
    'former guardian': stranger ?? known.Bob,
    'merged account': known.Bob,
    'unconfirmed account': unconfirmed ?? stranger ?? known.Bob,
  }
}

const digests = new WeakMap<object, string>()

/**
 * A text that differs after any committed change of a row of our tables, to check that nothing changed: for each table, the
 * number of its rows and the sum of the ids of the transactions that wrote them. A new version of a row has a higher id than
 * any before, so either the number or the sum changes. Much cheaper than the rows' contents, and prepared, because
 * planning it takes longer than running it.
 */
export async function digestOf(owner: Pick<Connection, 'client' | 'query'>): Promise<string> {
  return (await Promise.all((await allDatabasesOf(owner)).map(digestOfOne))).join()
}

async function digestOfOne(owner: Pick<Connection, 'client' | 'query'>): Promise<string> {
  const text = digests.get(owner.client) ?? (await digestStatement(owner))
  digests.set(owner.client, text)
  return (await owner.client.query<{ digest: string }>({ name: 'digest', text })).rows[0]?.digest ?? ''
}

async function digestStatement(owner: Pick<Connection, 'query'>): Promise<string> {
  const tables = await owner.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
     where relkind = 'r' and relnamespace::regnamespace::text ~ '^(app_|billing)' order by 1`,
  )
  const parts = tables.map(
    ({ name }) => `(select concat('${name} ', count(*), ' ', sum(xmin::text::bigint)) from only ${name})`,
  )
  // An array, since a function takes a hundred arguments at most.
  return `select array[${parts.join(', ')}]::text as digest`
}
