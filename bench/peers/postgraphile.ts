import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/express/v4'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { databaseUrl, poolSize } from './serve.ts'

// PostGraphile set up as in its manual, with the same database and function. Role and customer come as claims from a header,
// without a token, by its own settings statement.
const app = express()
const server = createServer(app)
const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({ connectionString: databaseUrl, poolConfig: { max: poolSize }, schemas: ['app_public'] }),
  ],
  grafast: {
    context: ({ node }) => ({
      pgSettings: {
        role: 'app_customer',
        'medislot.account_id': String(node?.req.headers['x-account'] ?? ''),
        'medislot.customer_id': String(node?.req.headers['x-customer'] ?? ''),
        'medislot.customer_ids': `{${node?.req.headers['x-customer'] ?? ''}}`,
      },
    }),
  },
})
await instance.createServ(grafserv).addTo(app, server)
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`ready: http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
})
process.once('SIGTERM', () => process.exit(0))
