import './schema/preset.ts'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Express } from 'express'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { postgraphile } from 'postgraphile'
import { makePgAdaptorWithPgClient } from 'postgraphile/adaptors/pg'
import { hookArgs } from 'postgraphile/grafast'
import { grafserv } from 'postgraphile/grafserv/express/v4'
import { type ExecutionResult, GraphQLError, type GraphQLSchema, parse, printSchema } from 'postgraphile/graphql'
import { type ConsultationSettings, createProviders } from '../consultation/providers.ts'
import { createRecordingStore, type RecordingSettings } from '../consultation/recordings.ts'
import type { Replicas } from '../database/replicas.ts'
import type { Shards } from '../database/shards.ts'
import { clientAddress } from '../http/client_address.ts'
import { KeyRing } from '../identity/key_ring.ts'
import type { ServerSettings } from '../process/settings.ts'
import { trustOf } from '../process/trusted_proxies.ts'
import { CallerTransactions, type TransactionCaller } from '../request/caller_transactions.ts'
import type { CatalogueCache } from '../request/catalogue_cache.ts'
import { type Deadline, deadlineOf } from '../request/deadline.ts'
import type { Positions } from '../request/positions.ts'
import { ReplicaReads } from '../request/replica_reads.ts'
import { makeRequestService } from '../request/service.ts'
import { ClinicsOfCaller } from '../request/shards/reads/clinics_of_caller.ts'
import { Routing } from '../request/shards/routing.ts'
import type { Outcome, RequestTransaction } from '../request/shared_transaction.ts'
import { type Claims, createTokens, type TokenSettings, type Tokens, type Unusable } from '../request/tokens.ts'
import { catalogueKey, type KeyOfAnswer } from './catalogue.ts'
import { type Errors, loadErrors } from './errors.ts'
import { OneStatementPlugin } from './one_statement.ts'
import { createOperations, type Operations } from './operations.ts'
import { schemaPreset } from './schema/preset.ts'
import { graphqlPath, makeServingPlugin, type Serving } from './serving.ts'
import { readManifests } from './trusted_documents.ts'
import { serveWebSockets } from './websocket/websocket.ts'

export interface GraphQLOptions {
  /** Connections that act as app_authenticator. */
  pool: Pool
  /** Separate connections for the mutations that compute a password's hash. */
  passwordPool: Pool
  /** For LISTEN, when `pool` goes through a connection pooler that does not support it. The caller ends it. */
  listening?: Pool | undefined
  /** The copies of the database that serve reads. The caller ends them. */
  replicas?: Replicas | undefined
  /** The databases that hold some of the clinics. The caller ends them. */
  shards?: Shards | undefined
  /** Makes the cache of answers; the text differs between releases with different answers. The caller ends it. */
  makeCache?: ((release: string) => CatalogueCache) | undefined
  settings: TokenSettings &
    Pick<ServerSettings, 'production' | 'introspection' | 'answerTimes'> &
    Partial<Pick<ServerSettings, 'trust' | 'replicaReads' | 'identityKeys' | 'calendarKeys'>> &
    ConsultationSettings &
    RecordingSettings
  log: Logger
  /** Files that list the only documents that HTTP callers may run; without them any document may run. */
  manifests?: readonly string[] | undefined
}

/** An operation to run in this process, for a caller whose token was verified. */
export interface InProcessRequest {
  document: string
  variables?: Record<string, unknown>
  operationName?: string
  /** As Tokens.bearerOf gives them; `{}` for an anonymous caller. */
  claims: Claims
  /** Why the caller's token is not usable, if one was sent. */
  unusable?: Unusable | undefined
  /** Identifies the request in the log. */
  requestId?: string
  /** The transaction to run in, from inTransaction() or inQuery(); by default the document has its own. */
  transaction?: RequestTransaction
  /** When to abort; by default the operation has the time that any request of this caller has. */
  deadline?: Deadline
  /** What the caller has seen in all databases of an installation. */
  seen?: Positions | undefined
  /** Called with the position of a change, and the number of its database, if there are copies. */
  reportPosition?: ((position: number, database: number) => void) | undefined
}

export interface GraphQLInstance {
  schema: GraphQLSchema
  resolvedPreset: GraphileConfig.ResolvedPreset
  tokens: Tokens
  /** The client's address; X-Forwarded-For counts as far as the proxies are trusted. */
  addressOf(request: IncomingMessage): string
  /** How long the work for a request of this caller may take. The caller of this function closes it. */
  deadlineOf(claims: Claims): Deadline
  /** Serves /graphql, and /graphiql outside production, on an Express app, and WebSockets on its HTTP server. */
  addTo(app: Express, server: Server): Promise<void>
  /** Runs a query or mutation with the same limits, rights and error codes as over HTTP. Does not throw for a refusal. */
  run(request: InProcessRequest): Promise<ExecutionResult>
  /** The cache of answers to anonymous reads of the catalogue, if there is one. */
  cache: CatalogueCache | undefined
  /** How to cache the answers to a document; undefined if it reads more than the catalogue. */
  catalogueKey(document: string): KeyOfAnswer | undefined
  /** Says which operations run in shards; undefined in an installation of one database. */
  routing: Routing | undefined
  /** The errors of a document before it runs: none when it fits the schema and the limits. */
  check(document: string): readonly GraphQLError[]
  /**
   * Runs work in one transaction of a caller, which is committed or rolled back according to the outcome. Throws a
   * GraphQLError, formatted like any other, when the caller's session has ended or the commit fails.
   */
  inTransaction<T>(
    caller: TransactionCaller,
    work: (transaction: RequestTransaction) => Promise<Outcome<T>>,
  ): Promise<T>
  /**
   * Runs work that only reads in one transaction of a caller, with one snapshot: see QueryTransaction. The work runs again on
   * the primary if a replica fails. Throws a GraphQLError, formatted like any other, when the work throws.
   */
  inQuery<T>(caller: TransactionCaller, work: (transaction: RequestTransaction) => Promise<T>): Promise<T>
  /** Ends WebSocket connections and LISTEN; the pools stay open. */
  release(): Promise<void>
}

/** Maximum size of a request, a document with its variables, in bytes. */
const maxRequestLength = 100_000

/**
 * Builds the GraphQL API of a migrated database. Throws when something in the database has no valid name in the schema, and
 * StartError for errors in the manifests.
 */
export async function createGraphQL(options: GraphQLOptions): Promise<GraphQLInstance> {
  const { pool, passwordPool, listening = pool, replicas, shards, makeCache, settings, log, manifests } = options
  const { answerTimes } = settings
  const deadlineOfCaller = (claims: Claims) => deadlineOf(answerTimes, claims)
  const errors = await loadErrors(pool, log)
  const tokens = createTokens(settings)
  const addressOf = (request: IncomingMessage) => clientAddress(request, settings.trust ?? trustOf(undefined))
  let serving: Serving
  const service = makeRequestService(pool, { passwordPool, listening })
  const replicaReads = replicas && new ReplicaReads(replicas, settings.replicaReads ?? 'anonymous', pool)

  const instance = postgraphile({
    extends: [schemaPreset, databasePreset(service), servicesPreset(settings, tokens), servingPreset(settings, errors)],
    plugins: [OneStatementPlugin, makeServingPlugin(tokens, errors, () => serving, addressOf)],
  })
  const schema = await instance.getSchema()
  const cache = makeCache?.(printSchema(schema))
  const routing = shards && new Routing(shards, pool, await ClinicsOfCaller.read(shards, pool, schema))
  const reads = { replicaReads, cache, routing }
  const operations = createOperations(schema, errors.formatError, settings.introspection, answerTimes, reads)
  const check = (document: string) => operations.parseAndValidate(document).errors ?? []
  serving = { operations, trusted: manifests && (await readManifests(manifests, check)) }
  const resolvedPreset = instance.getResolvedPreset()
  const transactions = new CallerTransactions({
    ...reads,
    connect: makePgAdaptorWithPgClient(pool),
    formatted: formatterOf(errors),
  })
  const serv = instance.createServ(grafserv)
  await serv.ready()
  let endWebSockets: (() => Promise<void>) | undefined

  return {
    schema,
    resolvedPreset,
    tokens,
    addressOf,
    deadlineOf: deadlineOfCaller,
    async addTo(app, server) {
      await serv.addTo(app, null, false)
      endWebSockets = serveWebSockets(server, graphqlPath, serv, maxRequestLength, deadlineOfCaller)
    },
    run: (request) => runInProcess({ schema, resolvedPreset, operations }, request),
    check,
    cache,
    catalogueKey: (document) => catalogueKey(schema, parse(document)),
    routing,
    inTransaction: (caller, work) => transactions.inTransaction(caller, work),
    inQuery: (caller, work) => transactions.inQuery(caller, work),
    async release() {
      await endWebSockets?.()
      await instance.release()
      await service.release?.()
    },
  }
}

/** How operations reach the database: with the claims of their caller, in the caller's transaction if there is one. */
function databasePreset(service: ReturnType<typeof makeRequestService>): GraphileConfig.Preset {
  return {
    pgServices: [
      {
        ...service,
        pgSettings: ({ claims, transaction }: Grafast.RequestContext) =>
          ({ claims, readOnly: false, ...(transaction && { transaction }) }) as never,
      },
    ],
  }
}

/** What fields need besides the database: keys, tokens, and the services for online visits. */
function servicesPreset(settings: GraphQLOptions['settings'], tokens: Tokens): GraphileConfig.Preset {
  return {
    gather: {
      identityKeys: settings.identityKeys ? new KeyRing(settings.identityKeys) : undefined,
      calendarKeys: settings.calendarKeys ? new KeyRing(settings.calendarKeys, 'CALENDAR_KEYS') : undefined,
    },
    grafast: {
      context: { tokens, consultations: createProviders(settings), recordings: createRecordingStore(settings) },
    },
  }
}

/** What is served over HTTP and WebSocket, and where. */
function servingPreset({ production }: { production: boolean }, { formatError }: Errors): GraphileConfig.Preset {
  return {
    grafserv: {
      graphqlPath,
      graphqlOverGET: true,
      graphiql: !production,
      graphiqlPath: '/graphiql',
      graphiqlOnGraphQLGET: false,
      maxRequestLength,
      websockets: true,
      // An error without a code comes from before one of our operations ran.
      maskError: (error) => (error.extensions.code ? error : formatError(error, randomUUID())),
    },
  }
}

/** Turns anything that was thrown into the error that callers get. */
function formatterOf({ formatError }: Errors): (error: unknown, requestId: string) => GraphQLError {
  return (error, requestId) =>
    error instanceof GraphQLError
      ? error
      : formatError(new GraphQLError((error as Error).message, { originalError: error as Error }), requestId)
}

/** What a document runs with. */
interface Running extends Pick<GraphQLInstance, 'schema' | 'resolvedPreset'> {
  operations: Operations
}

/** See GraphQLInstance.run. */
async function runInProcess(
  { schema, resolvedPreset, operations }: Running,
  { document, variables, operationName, ...context }: InProcessRequest,
): Promise<ExecutionResult> {
  const { claims, requestId = randomUUID(), unusable, transaction, deadline, seen, reportPosition } = context
  const validated = operations.parseAndValidate(document)
  if (!validated.document) return { errors: validated.errors }
  const args = {
    schema,
    document: validated.document,
    variableValues: variables ?? null,
    operationName: operationName ?? null,
    resolvedPreset,
    requestContext: {
      claims,
      requestId,
      unusable,
      position: 0,
      seen,
      reportPosition,
      ...(transaction && { transaction }),
      ...(deadline && { deadline }),
    },
    contextValue: Object.create(null),
  }
  await hookArgs(args)
  return (await operations.execute(args)) as ExecutionResult
}
