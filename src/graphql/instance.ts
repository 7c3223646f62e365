import '../graphile.config.ts'
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server } from 'node:http'
import type { Express } from 'express'
import type { Pool } from 'pg'
import type { Logger } from 'pino'
import { postgraphile } from 'postgraphile'
import { makePgAdaptorWithPgClient } from 'postgraphile/adaptors/pg'
import { hookArgs } from 'postgraphile/grafast'
import { grafserv } from 'postgraphile/grafserv/express/v4'
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'postgraphile/graphql'
import { clientAddress, trustOf } from '../client_address.ts'
import { type Deadline, deadlineOf } from '../deadline.ts'
import { schemaPreset } from '../graphile.config.ts'
import type { ServerSettings } from '../settings.ts'
import { connectInTime } from './connect_in_time.ts'
import { loadErrors } from './errors.ts'
import { graphqlPath, makeServingPlugin, type Serving } from './http.ts'
import { OneTransaction, type Outcome, Undone } from './one_transaction.ts'
import { createOperations } from './operations.ts'
import { makeRequestService } from './request_adaptor.ts'
import { inTransaction } from './request_transaction.ts'
import { type Claims, createTokens, type TokenSettings, type Tokens, type Unusable } from './tokens.ts'
import { readManifests } from './trusted_documents.ts'
import { serveWebSockets } from './websocket.ts'

export interface GraphQLOptions {
  /** Connections that act as app_authenticator. */
  pool: Pool
  /** More of them, for the mutations that compute a password's hash. */
  passwordPool: Pool
  /** Where to listen for changes when `pool` leads through a pooler that does not; the caller ends it. */
  listening?: Pool | undefined
  settings: TokenSettings &
    Pick<ServerSettings, 'production' | 'introspection' | 'answerTimes'> &
    Partial<Pick<ServerSettings, 'trust'>>
  log: Logger
  /** Files that list the only documents which callers from outside may run; without any these run what they like. */
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
  /** Names the request in the log. */
  requestId?: string
  /** The transaction to run in, as inTransaction() gives it; by default the document's own. */
  transaction?: OneTransaction
  /** When to give it up; by default it has the time that any request of this caller has. */
  deadline?: Deadline
}

export interface GraphQLInstance {
  schema: GraphQLSchema
  resolvedPreset: GraphileConfig.ResolvedPreset
  tokens: Tokens
  /** The address a request comes from, as far as proxies are trusted. */
  addressOf(request: IncomingMessage): string
  /** How long the work for a request of this caller may go on. Whoever asks closes it. */
  deadlineOf(claims: Claims): Deadline
  /** Serves /graphql, and /graphiql outside production, on an Express app, and WebSockets on its HTTP server. */
  addTo(app: Express, server: Server): Promise<void>
  /** Runs a query or mutation as over HTTP: the same limits, rights and error codes. Never throws for a refusal. */
  run(request: InProcessRequest): Promise<ExecutionResult>
  /** The errors that refuse a document, before it is run: none when it fits the schema and the limits. */
  check(document: string): readonly GraphQLError[]
  /**
   * Runs work in one transaction of a caller, which is kept or undone as its outcome says. Throws a GraphQLError, told
   * as any other, when the caller's session has ended or the commit is refused.
   */
  inTransaction<T>(
    caller: { claims: Claims; requestId: string; deadline?: Deadline },
    work: (transaction: OneTransaction) => Promise<Outcome<T>>,
  ): Promise<T>
  /** Ends WebSocket connections and LISTEN; the pools stay open. */
  release(): Promise<void>
}

/** Longest request, in bytes: a document with its variables. */
const maxRequestLength = 100_000

/**
 * Builds the GraphQL API of a migrated database. Throws when the database has what the schema has no name for, and
 * StartError for faults of the manifests.
 */
export async function createGraphQL({
  pool,
  passwordPool,
  listening = pool,
  settings,
  log,
  manifests,
}: GraphQLOptions): Promise<GraphQLInstance> {
  const errors = await loadErrors(pool, log)
  const { tell } = errors
  const tokens = createTokens(settings)
  const addressOf = (request: IncomingMessage) => clientAddress(request, settings.trust ?? trustOf(undefined))
  const { answerTimes } = settings
  let serving: Serving
  const service = makeRequestService(pool, { passwordPool, listening })
  const connect = makePgAdaptorWithPgClient(pool)

  const instance = postgraphile({
    extends: [schemaPreset],
    plugins: [makeServingPlugin(tokens, errors, () => serving, addressOf)],
    pgServices: [
      {
        ...service,
        pgSettings: ({ claims, transaction }: Grafast.RequestContext) =>
          ({ claims, readOnly: false, ...(transaction && { transaction }) }) as never,
      },
    ],
    grafast: { context: { tokens } },
    grafserv: {
      graphqlPath,
      graphqlOverGET: true,
      graphiql: !settings.production,
      graphiqlPath: '/graphiql',
      graphiqlOnGraphQLGET: false,
      maxRequestLength,
      websockets: true,
      // What comes here untold failed before one of our operations ran.
      maskError: (error) => (error.extensions.code ? error : tell(error, randomUUID())),
    },
  })
  const schema = await instance.getSchema()
  const operations = createOperations(schema, tell, settings.introspection, answerTimes)
  const check = (document: string) => operations.parseAndValidate(document).errors ?? []
  serving = { operations, trusted: manifests && (await readManifests(manifests, check)) }
  const resolvedPreset = instance.getResolvedPreset()
  const serv = instance.createServ(grafserv)
  await serv.ready()
  let endWebSockets: (() => Promise<void>) | undefined

  return {
    schema,
    resolvedPreset,
    tokens,
    addressOf,
    deadlineOf: (claims) => deadlineOf(answerTimes, claims),
    async addTo(app, server) {
      await serv.addTo(app, null, false)
      endWebSockets = serveWebSockets(server, graphqlPath, serv, maxRequestLength, (claims) =>
        deadlineOf(answerTimes, claims),
      )
    },
    async run({ document, variables, operationName, ...context }) {
      const { claims, requestId = randomUUID(), unusable, transaction, deadline } = context
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
          ...(transaction && { transaction }),
          ...(deadline && { deadline }),
        },
        contextValue: Object.create(null),
      }
      await hookArgs(args)
      return (await operations.execute(args)) as ExecutionResult
    },
    check,
    async inTransaction({ claims, requestId, deadline }, work) {
      try {
        return await connectInTime(connect, deadline)(null, (client) =>
          inTransaction(client, { claims, readOnly: false, ...(deadline && { deadline }) }, async (inner) => {
            const { result, keep } = await work(new OneTransaction(inner))
            if (!keep) throw new Undone(result)
            return result
          }),
        )
      } catch (error) {
        if (error instanceof Undone) return error.result
        const { message } = error as Error
        throw error instanceof GraphQLError
          ? error
          : tell(new GraphQLError(message, { originalError: error as Error }), requestId)
      }
    },
    async release() {
      await endWebSockets?.()
      await instance.release()
      await service.release?.()
    },
  }
}
