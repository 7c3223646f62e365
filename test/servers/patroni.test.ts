import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createDatabase } from '../../src/database/embedded/cluster.ts'
import { migrateDatabase } from '../../src/database/migrations.ts'
import { log } from '../../src/process/log.ts'
import { aPractice, aSlot } from '../helpers/clinic/world.ts'
import { connect } from '../helpers/database/connection.ts'
import { describeWithProgram } from '../helpers/postgresql/debian.ts'
import { type PatroniCluster, startPatroni } from '../helpers/postgresql/patroni.ts'
import { type Program, startServer } from '../helpers/programs/program.ts'
import { tokenOf, tokenSettings } from '../helpers/programs/tokens.ts'
import { eventually } from '../helpers/time/eventually.ts'

// docs/scaling.md, "Failover": the machine of the primary is lost while bookings are made, and Patroni promotes the standby.

describeWithProgram('etcd-server', 'etcd', (etcd) => {
  describeWithProgram('patroni', 'patroni', (patroni) => {
    describeWithProgram('haproxy', 'haproxy', (haproxy) => {
      describeWithProgram('postgresql-15', '/usr/lib/postgresql/15/bin/postgres', (postgres) => {
        let cluster: PatroniCluster
        let server: Program | undefined
        beforeAll(async () => {
          log.level = 'silent'
          cluster = await startPatroni({ patroni, etcd, haproxy, postgres })
        })
        afterAll(async () => {
          await server?.stop('SIGKILL')
          await cluster?.stop()
        })

        it('no acknowledged booking is lost, and bookings are possible again automatically', async () => {
          const passwords = { ownerPassword: randomUUID(), serverPassword: randomUUID(), billingPassword: randomUUID() }
          const as = (url: string, username: string, password: string) =>
            Object.assign(new URL(url), { username, password, pathname: '/medislot' }).href
          const ownerUrl = as(cluster.superuserUrl, 'medislot', passwords.ownerPassword)
          await createDatabase(cluster.superuserUrl, passwords)
          await migrateDatabase(ownerUrl)
          const asServer = (url: string) => as(url, 'app_authenticator', passwords.serverPassword)
          const owner = await connect(ownerUrl)
          const { clinicId, doctorId, customer } = await aPractice(owner)
          const slotIds: string[] = []
          for (let n = 0; n < 60; n++) slotIds.push(await aSlot(owner, clinicId, doctorId, 100 + n))
          await owner.close()
          server = await startServer(asServer(cluster.superuserUrl), {
            JWT_SECRET: tokenSettings.jwtSecret,
            // All servers: the one that is the primary serves no reads as a replica.
            REPLICA_URLS: cluster.nodeUrls.map(asServer).join(),
            STATEMENT_TIMEOUT_MS: '3000',
          })
          const { url } = server
          const authorization = `Bearer ${await tokenOf(customer.claims)}`
          const acknowledged: string[] = []
          const attempt = async (slotId: string, key: string): Promise<string | undefined> => {
            const headers = { authorization, 'idempotency-key': key }
            const path = `/api/bookingSlots/${slotId}/book`
            const response = await fetch(`${url}${path}`, {
              method: 'POST',
              headers,
              signal: AbortSignal.timeout(5000),
            })
            if (response.status !== 201) return undefined
            acknowledged.push(((await response.json()) as { id: string }).id)
            return response.headers.get('medislot-position') ?? ''
          }
          const book = async () => {
            const [slotId, key] = [slotIds.shift() as string, randomUUID()]
            const position = await eventually(() => attempt(slotId, key), 'a booking')
            return { slotId, position }
          }

          for (let n = 0; n < 10; n++) await book()
          await cluster.killPrimary()
          const killedAt = performance.now()
          await book()
          process.stderr.write(
            `Patroni: a booking was possible ${Math.round((performance.now() - killedAt) / 1000)} s after the primary was lost\n`,
          )
          // And the search does not find it, wherever it is served.
          const { slotId, position } = await book()
          const found = await fetch(`${url}/api/doctors/${doctorId}/bookingSlots?limit=100`, {
            headers: { 'medislot-position': position },
          })
          const { items } = (await found.json()) as { items: { id: string }[] }
          expect(items.map(({ id }) => id)).not.toContain(slotId)

          const promoted = await connect(ownerUrl)
          const rows = await promoted.query<{ id: string }>('select id from app_public.bookings where clinic_id = $1', [
            clinicId,
          ])
          await promoted.close()
          expect(rows.map(({ id }) => id)).toEqual(expect.arrayContaining(acknowledged))
          expect(acknowledged).toHaveLength(12)
        })
      })
    })
  })
})
