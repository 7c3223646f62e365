import { Client } from 'pg'
import { StartError } from '../process/settings.ts'

/** A row of app_private.shards. */
export interface Shard {
  id: number
  address: string
  state: 'joining' | 'active'
}

/** Connects to a database as its owner. Call end() when done. */
export async function connectOwner(url: string): Promise<Client> {
  const client = new Client({
    connectionString: url,
    application_name: 'medislot shards',
    connectionTimeoutMillis: 10_000,
  })
  // The next query reports that the connection is lost.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** The shards in the global database's map. */
export async function shardsOf(global: Client): Promise<Shard[]> {
  return (await global.query<Shard>('select id, address, state from app_private.shards order by id')).rows
}

/** postgresql://host:port/database, from an address that may have a login. Throws StartError for anything else. */
export function addressWithoutLogin(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (!url || !/^postgres(ql)?:$/.test(url.protocol) || !url.hostname || !/^\/[^/]+$/.test(url.pathname))
    throw new StartError(`${given}: must look like postgresql://host:5432/database`)
  return `postgresql://${url.host}${url.pathname}`
}

/** Connects to a database with the login for replication, which may create and drop slots. Call end() when done. */
export async function connectForReplication(address: string, password: string): Promise<Client> {
  const { hostname, port, pathname } = new URL(address)
  const client = new Client({
    host: hostname,
    port: Number(port || 5432),
    database: decodeURIComponent(pathname.slice(1)),
    user: 'medislot_replication',
    password,
    replication: 'database',
  } as ConstructorParameters<typeof Client>[0])
  // The next query reports that the connection is lost.
  client.on('error', () => undefined)
  await client.connect()
  return client
}

/** How PostgreSQL connects to a database for replication. */
export const replicationConnection = (address: string, password: string): string =>
  connectionOf(address, { user: 'medislot_replication', password })

/** How PostgreSQL connects to a database, as libpq understands it. */
export function connectionOf(address: string, more: Record<string, string>): string {
  const { hostname, port, pathname } = new URL(address)
  const values = { host: hostname, port: port || '5432', dbname: decodeURIComponent(pathname.slice(1)) }
  return Object.entries({ ...values, ...more })
    .map(([name, value]) => `${name}='${value.replace(/[\\']/g, '\\$&')}'`)
    .join(' ')
}
