import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '../helpers/database/connection.ts'
import { tokenOf } from '../helpers/programs/tokens.ts'
import { eventually } from '../helpers/time/eventually.ts'
import type { Practice } from './clients.ts'
import { canMountVolume, type Part, type Site } from './site.ts'

/** A fault. */
export interface Fault {
  /**
   * Causes the fault, and restarts the programs that it ended, as a supervisor would. The others have to recover.
   * Throws if the fault did not happen.
   */
  strike(site: Site, practice: Practice): Promise<void>
  /** Whether callers notice nothing of the fault. */
  isUnnoticed?: true
  /** Why it cannot be caused on this machine. */
  skip?(): Promise<string | undefined>
}

const oneOf = <T>(some: readonly T[]): T => some[Math.floor(Math.random() * some.length)] as T

/** Every fault, by the name that `npm run test:faults -- --fault` takes. */
export const faults: Record<string, Fault> = {
  none: { isUnnoticed: true, strike: async () => undefined },

  'postgres-killed': {
    async strike(site) {
      process.kill(await site.postmaster(), 'SIGKILL')
      await site.startPostgres()
    },
  },

  'backend-killed': {
    // PostgreSQL treats the death of a backend as a crash: it ends all backends, recovers from WAL, and continues.
    async strike(site) {
      const owner = await site.owner()
      const backends = await owner.query<{ pid: number }>(
        `select pid from pg_stat_activity where application_name = 'medislot server'`,
      )
      const ended = new Promise((resolve) => owner.client.once('end', resolve))
      process.kill(oneOf(backends).pid, 'SIGKILL')
      await ended
    },
  },

  'postgres-restarted': {
    // A fast shutdown: clients are disconnected, and no recovery is needed.
    async strike(site) {
      await site.postgres.stop()
      await site.startPostgres()
    },
  },

  'standby-killed': {
    isUnnoticed: true,
    async strike({ standbys }) {
      const killed = oneOf(standbys)
      await killed.kill()
      await sleep(500)
      await killed.start()
    },
  },

  'standbys-behind': {
    isUnnoticed: true,
    async strike({ standbys }) {
      for (const standby of standbys) await standby.pause()
      // Longer than a standby may be behind.
      await sleep(2500)
      for (const standby of standbys) await standby.resume()
    },
  },

  'standby-promoted': {
    isUnnoticed: true,
    async strike({ standbys }) {
      const promoted = oneOf(standbys)
      await promoted.promote()
      await sleep(500)
      await promoted.startAsNewCopy()
    },
  },

  'server-killed': { strike: ({ servers }) => oneOf(servers).killAndRestart() },

  'worker-killed': { isUnnoticed: true, strike: ({ worker }) => worker.killAndRestart() },

  'connections-dropped': {
    async strike({ database, servers }) {
      for (const line of [database, ...servers.map(({ proxy }) => proxy)]) {
        line.cut()
        await sleep(100)
        // The worst moment: the calls take effect, and the responses are lost.
        line.swallowAnswers()
        await sleep(200)
        line.cut()
        line.flow()
        await sleep(100)
      }
    },
  },

  'connections-stalled': {
    async strike({ database, servers }) {
      for (const [line, isCut] of [
        [database, true],
        [servers[0].proxy, true],
        [database, false],
        [servers[1].proxy, false],
      ] as const) {
        line.stall()
        await sleep(800)
        // Otherwise the delayed data arrive late.
        if (isCut) line.cut()
        line.flow()
      }
    },
  },

  'pool-full': {
    // Every query of a server waits for this lock, until no connection is left for the next request.
    strike: (site) => locking(site, 'lock table app_public.booking_slots in access exclusive mode', 2500),
  },

  'statements-time-out': {
    strike: (site, { clinicId }) =>
      locking(
        site,
        `select from app_public.booking_slots where clinic_id = ${clinicId} and id % 2 = 0 for update`,
        2500,
      ),
  },

  'clock-jumps': {
    isUnnoticed: true,
    async strike({ servers, worker }, { desk }) {
      const authorization = `Bearer ${await tokenOf(desk.claims, 3600)}`
      // Three hours ahead, three hours behind, and correct again: a token valid for one hour shows which.
      for (const expected of [401, 200, 200]) {
        for (const { program } of [...servers, worker]) program.process.kill('SIGUSR2')
        for (const { proxy } of servers) {
          const me = async () =>
            (await fetch(`http://127.0.0.1:${proxy.port}/api/me`, { headers: { authorization } })).status
          await eventually(
            async () => (await me()) === expected,
            `a clock by which a token of one hour gets ${expected}`,
          )
        }
        await sleep(500)
      }
    },
  },

  'disk-full': {
    skip: async () =>
      (await canMountVolume()) ? undefined : 'no small file system can be mounted here, which takes root on Linux',
    async strike(site) {
      // Without the log that is kept for standbys: its segments would be used again while the disk is full.
      await site.asSuperuser('alter system set wal_keep_size = 0', 'select pg_reload_conf()', 'checkpoint')
      const makeRoom = await site.fillVolume?.()
      try {
        // Use up the space that PostgreSQL has reserved, until the disk is full.
        await eventually(
          () =>
            site
              .asSuperuser(
                'create temporary table filler as select repeat($$x$$, 1000) from generate_series(1, 1000)',
                'select pg_switch_wal()',
              )
              .then(
                () => false,
                () => true,
              ),
          'PostgreSQL without room',
        )
        await sleep(500)
      } finally {
        await makeRoom?.()
      }
      // PostgreSQL may have survived and refused writes, or may have ended because it could not write WAL.
      const isUp = () =>
        site.asSuperuser('checkpoint').then(
          () => true,
          () => false,
        )
      const hasEnded = site.postgres.ended.then(() => true)
      const ended = await Promise.race([
        hasEnded,
        eventually(isUp, 'PostgreSQL, up or ended', 30_000).then(() => false),
      ])
      if (ended) await site.startPostgres()
    },
  },
}

/** Holds a lock against all others for a while. */
async function locking(site: Site, statement: string, ms: number): Promise<void> {
  const owner = await connect(site.postgres.ownerUrl())
  try {
    await owner.query(`begin; ${statement}`)
    await sleep(ms)
    await owner.query('rollback')
  } finally {
    await owner.close()
  }
}

/** A value from GET /metrics of a server. */
export async function figureOf({ proxy }: Part, name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${proxy.port}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  if (!line) throw new Error(`no figure ${name} in /metrics`)
  return Number(line.slice(name.length + 1))
}
