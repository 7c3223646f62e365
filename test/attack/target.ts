import fc from 'fast-check'
import { aCustomer, anAccount, aPractice, aSlot } from '../helpers/clinic/world.ts'
import { type OwnServer, ownServer } from '../helpers/programs/server.ts'
import { tokenOf } from '../helpers/programs/tokens.ts'

/** The attackers: their access tokens, undefined for an anonymous one. */
export const attackers = ['nobody', 'patient', 'receptionist', 'manager', 'admin'] as const
export type Attacker = (typeof attackers)[number]

/** A server on a database with two clinics. */
export interface Target extends OwnServer {
  port: number
  tokens: Record<Attacker, string | undefined>
  /** Ids of existing rows, and of rows of another clinic, for use in requests. */
  ids: string[]
  /** Undoes the effects of an attack on the attackers: ended sessions, closed accounts, memberships. */
  restore(): Promise<void>
  /** The memory of the server in megabytes. */
  memory(): Promise<number>
  /** The internal errors that the server has logged since the last call. No request may cause one. */
  faults(): string[]
}

/** Call stop() when done. */
export async function aTarget(env: Record<string, string> = {}): Promise<Target> {
  const server = await ownServer({ env })
  const { owner, program } = server
  const practice = await aPractice(owner)
  const neighbour = await aPractice(owner)
  for (const hours of [50, 60, 70, 80, 90, 100]) await aSlot(owner, practice.clinicId, practice.doctorId, hours)
  const other = await aCustomer(owner)
  const admin = await anAccount(owner, { isAdmin: true })
  let read = 0

  return {
    ...server,
    port: Number(new URL(program.url).port),
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
      // An erased account cannot be restored.
      for (const change of changes) await owner.query(change).catch(() => undefined)
    },
    async memory() {
      const metrics = await (await fetch(`${program.url}/metrics`)).text()
      return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]) / 1e6
    },
    faults() {
      const logged = program.stderr().slice(read)
      read += logged.length
      // Lines that are not log entries come from console.error.
      return logged.split('\n').filter((line) => line && (!line.startsWith('{') || JSON.parse(line).level >= 50))
    },
  }
}

const { ATTACK_SECONDS, ATTACK_SEED = ATTACK_SECONDS ? undefined : '1' } = process.env

/** How long a fuzz test may take. */
export const attackTimeout = Number(ATTACK_SECONDS ?? 0) * 1000 + 300_000

/**
 * Runs `attack` with `times` random sources, or until it throws. Then throws that error with the seed;
 * ATTACK_SEED=<seed> repeats the same attacks. Within `npm run test:slow` the seed is always one, so that the same code
 * gets the same result; with ATTACK_SECONDS the attacks go on for that time, and each run uses another seed.
 */
export async function keepAttacking(times: number, attack: (g: fc.GeneratorValue) => Promise<void>): Promise<void> {
  const outcome = await fc.check(fc.asyncProperty(fc.gen(), attack), {
    ...(ATTACK_SECONDS
      ? { numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: Number(ATTACK_SECONDS) * 1000 }
      : { numRuns: times }),
    endOnFailure: true,
    ...(ATTACK_SEED && { seed: Number(ATTACK_SEED) }),
  })
  if (!outcome.failed) return
  const cause = outcome.errorInstance as Error
  throw new Error(`ATTACK_SEED=${outcome.seed}, attack ${outcome.numRuns}: ${cause.message}`, { cause })
}
