import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { clinicsOf, peopleOf } from '../../src/database/several_databases.ts'
import { aCustomer } from '../../test/helpers/clinic/world.ts'
import type { Installation } from '../../test/helpers/shards/shards.ts'
import { type Measured, measured, median } from '../measure/compare.ts'

type Database = Installation['global']

interface Copies {
  group: string
  /** The name of a copied item in the figures: "booking". */
  one: string
  /** The name of the subscription and of its slot. */
  name: string
  publisher: Database
  subscriber: Database
  /** Makes what is to be copied, while nothing is copied. Returns how many there are. */
  make(): Promise<number>
}

/** The rows of `count` people, as registration writes them. */
export const peopleToShard = ({ global, databases }: Installation, count: number): Copies => ({
  group: 'people whom the apply worker of a shard copies after a pause',
  one: 'person',
  name: peopleOf(1),
  publisher: global,
  subscriber: databases[0] as Database,
  async make() {
    for (let n = 0; n < count; n++) await aCustomer(global)
    return count
  },
})

export const bookingsToGlobal = ({ global, databases }: Installation, make: Copies['make']): Copies => ({
  group: 'bookings that the apply worker of the global database copies after a pause',
  one: 'booking',
  name: clinicsOf(1),
  publisher: databases[0] as Database,
  subscriber: global,
  make,
})

/**
 * How many items one apply worker copies per second when many are waiting. The processor time of its process and of the
 * sender's shows the cost, also on a busy machine.
 */
export async function catchingUp(copies: Copies, rounds: number): Promise<Measured> {
  const figures: number[] = []
  const spent: { apply: number[]; send: number[] } = { apply: [], send: [] }
  // The first round is for warming up.
  for (let round = 0; round <= rounds; round++) {
    const { perSecond, apply, send } = await caughtUpOnce(copies)
    if (round === 0) continue
    figures.push(perSecond)
    spent.apply.push(apply)
    spent.send.push(send)
  }
  return {
    group: copies.group,
    ...measured('one apply worker', '/s', figures),
    also: {
      [`ms of processor to apply a ${copies.one}`]: median(spent.apply).toFixed(3),
      [`ms of processor to send a ${copies.one}`]: median(spent.send).toFixed(3),
    },
  }
}

async function caughtUpOnce({ name, publisher, subscriber, make }: Copies) {
  const applies = async () =>
    (
      await subscriber.query<{ pid: number }>(
        'select pid from pg_stat_subscription where subname = $1 and relid is null and pid is not null',
        [name],
      )
    )[0]?.pid
  const slot = () =>
    publisher.one<{ confirmed: string; pid: number | null }>(
      `select confirmed_flush_lsn - '0/0' as confirmed, active_pid as pid from pg_replication_slots where slot_name = $1`,
      [name],
    )
  await subscriber.query(`alter subscription ${name} disable`)
  while ((await applies()) || (await slot()).pid) await sleep(20)
  const count = await make()
  const { position } = await publisher.one(`select pg_current_wal_insert_lsn() - '0/0' as position`)
  await subscriber.query(`alter subscription ${name} enable`)
  let began = performance.now()
  let reached = await slot()
  for (; reached.pid === null; reached = await slot()) began = performance.now()
  // A position may be one header of a page after the end of the last record.
  for (; Number(reached.confirmed) < Number(position) - 24; reached = await slot()) await sleep(5)
  const seconds = (performance.now() - began) / 1000
  const perOne = async (pid: number | null | undefined) => (await processorMs(pid)) / count
  return { perSecond: count / seconds, apply: await perOne(await applies()), send: await perOne(reached.pid) }
}

/** For how long a process has run on a processor. */
async function processorMs(pid: number | null | undefined): Promise<number> {
  const [ns] = (await readFile(`/proc/${pid}/schedstat`, 'utf8')).split(' ')
  return Number(ns) / 1e6
}
