import fc from 'fast-check'
import { cloneDatabase } from '../helpers/cluster.ts'
import { type Connection, connect } from '../helpers/connection.ts'
import type { Db } from '../helpers/database.ts'
import { type Program, startServer } from '../helpers/program.ts'
import { tokenOf, tokenSettings } from '../helpers/tokens.ts'
import { aCustomer, anAccount, aPractice, aSlot } from '../helpers/world.ts'

/** Who attacks: by their access token, undefined for somebody who is nobody. */
export const attackers = ['nobody', 'patient', 'receptionist', 'manager', 'admin'] as const
export type Attacker = (typeof attackers)[number]

/** The real server alone, as in production, on a database with a practice in it. */
export interface Target {
  url: string
  port: number
  program: Program
  owner: Connection & Db
  tokens: Record<Attacker, string | undefined>
  /** Ids of rows that are there, and of a neighbour's, which a request may hit by name. */
  ids: string[]
  /** Undoes what an attack did to the attackers: ended sessions, closed accounts, memberships. */
  restore(): Promise<void>
  /** Memory that the server holds, megabytes. */
  memory(): Promise<number>
  /** What the server logged as a fault of its own since this was last asked: nothing from outside may make one. */
  faults(): string[]
  stop(): Promise<void>
}

/** Call stop() when done. */
export async function aTarget(env: Record<string, string> = {}): Promise<Target> {
  const database = await cloneDatabase()
  const owner = (await connect(database.url)) as Connection & Db
  const practice = await aPractice(owner)
  const neighbour = await aPractice(owner)
  for (const hours of [50, 60, 70, 80, 90, 100]) await aSlot(owner, practice.clinicId, practice.doctorId, hours)
  const other = await aCustomer(owner)
  const admin = await anAccount(owner, { isAdmin: true })
  const program = await startServer(database.serverUrl, {
    JWT_SECRET: tokenSettings.jwtSecret,
    LOG_LEVEL: 'warn',
    ...env,
  })
  let read = 0

  return {
    url: program.url,
    port: Number(new URL(program.url).port),
    program,
    owner,
    tokens: {
      nobody: undefined,
      patient: await tokenOf(practice.customer.claims),
      receptionist: await tokenOf(practice.receptionist.claims),
      manager: await tokenOf(practice.manager.claims),
      admin: await tokenOf(admin.claims),
    },
    ids: [
      practice.clinicId,
      practice.doctorId,
      practice.slotId,
      practice.customer.customerId,
      neighbour.clinicId,
      neighbour.slotId,
      other.customerId,
    ],
    async restore() {
      const changes = [
        `update app_private.sessions set revoked_at = null, expires_at = now() + interval '1 day'`,
        'update app_public.clinics set is_active = true where not is_active',
        'update app_private.accounts set is_active = true',
        'delete from app_private.sign_in_counts',
        'update app_public.customers set is_active = true where not is_active',
        'update app_public.employees set is_active = true where not is_active',
      ]
      // Who was erased does not come back.
      for (const change of changes) await owner.query(change).catch(() => undefined)
    },
    async memory() {
      const metrics = await (await fetch(`${program.url}/metrics`)).text()
      return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 1e6
    },
    faults() {
      const logged = program.stderr().slice(read)
      read += logged.length
      // Lines that are no log are somebody's console.error.
      return logged.split('\n').filter((line) => line && (!line.startsWith('{') || JSON.parse(line).level >= 50))
    },
    async stop() {
      await owner.close()
      await program.stop('SIGKILL')
      await database.drop()
    },
  }
}

const { ATTACK_SECONDS, ATTACK_SEED = ATTACK_SECONDS ? undefined : '1' } = process.env

/** How long a fuzzer runs: some seconds within `npm test`, or ATTACK_SECONDS. */
export const milliseconds = Number(ATTACK_SECONDS ?? 6) * 1000

/**
 * Attacks again and again, each time with what `attack` makes of another random source, until the time is over or it
 * throws. Then throws what it threw, with the seed: ATTACK_SEED=<seed> does the same again. Within `npm test` the seed is
 * always one, so that the same code is told the same; who gives it time looks elsewhere each time.
 */
export async function keepAttacking(attack: (g: fc.GeneratorValue) => Promise<void>): Promise<void> {
  const outcome = await fc.check(fc.asyncProperty(fc.gen(), attack), {
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: milliseconds,
    endOnFailure: true,
    ...(ATTACK_SEED && { seed: Number(ATTACK_SEED) }),
  })
  if (!outcome.failed) return
  const cause = outcome.errorInstance as Error
  throw new Error(`ATTACK_SEED=${outcome.seed}, attack ${outcome.numRuns}: ${cause.message}`, { cause })
}
