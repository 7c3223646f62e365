import { claimResponse, type StoredResponse, storeResponse } from '../database/stored_responses.ts'
import type { Deadline } from '../deadline.ts'
import type { GraphQLInstance } from '../graphql/instance.ts'
import type { OneTransaction } from '../graphql/one_transaction.ts'
import type { Claims, Unusable } from '../graphql/tokens.ts'
import { saysTheSame } from './canonical.ts'
import { type Condition, currentVersion, entityTag, unwantedVersion } from './conditional.ts'
import { locates } from './locate.ts'
import { Refused } from './problem.ts'
import type { Input, Route } from './route.ts'
import { at, missing, shape } from './shape.ts'

/** Who asks, and the name of the request in the log. */
export interface Caller {
  claims: Claims
  /** Why the caller's token is not usable, if one was sent. */
  unusable?: Unusable | undefined
  requestId: string
  /** When the work is given up. */
  deadline: Deadline
}

/** The key of a request, and what it asks for in full. */
export interface Key {
  key: string
  asked: readonly string[]
}

/** How often a change under a condition is tried again when others change the row at the same time. */
const mostTries = 10

/** A response to a success; one that was stored says so. */
export interface Answer extends StoredResponse {
  replayed?: boolean
}

/**
 * Carries a checked request out: locates what its address leaves out, runs its document, and words the answer. A change
 * is one transaction with all of that, and under a key with the claim of the key and the storing of the answer; a
 * refusal rolls it back, so that nothing stays and a repeated request is judged anew. Throws Refused.
 */
export async function carryOut(
  graphql: GraphQLInstance,
  route: Route,
  input: Input,
  caller: Caller,
  { condition, keyed }: { condition?: Condition | undefined; keyed?: Key | undefined } = {},
): Promise<Answer> {
  if (route.method === 'GET' || route.secret) return perform(graphql, route, input, caller)

  // The database compares with one version, under its lock, and says which one there is. So a condition that several
  // versions meet is tried with one after the other, as long as others change the row in between.
  let rowVersion = condition?.first
  for (let tries = 0; ; tries++) {
    try {
      return await change(graphql, route, { ...input, rowVersion }, caller, keyed)
    } catch (error) {
      const current = error instanceof Refused ? currentVersion(error) : undefined
      if (!condition || current === undefined) throw error
      if (!condition.accepts(current)) throw condition.isUnwanted(current) ? unwantedVersion(current) : error
      if (tries === mostTries) throw error
      rowVersion = current
    }
  }
}

async function change(
  graphql: GraphQLInstance,
  route: Route,
  input: Input,
  caller: Caller,
  keyed?: Key,
): Promise<Answer> {
  const done = await graphql
    .inTransaction<Answer | Refused>(caller, async (transaction) => {
      try {
        const known = keyed && (await claimResponse(transaction, keyed.key, keyed.asked))
        if (known) return { result: { ...known, replayed: true }, keep: false }
        const answer = await perform(graphql, route, input, caller, transaction)
        if (keyed) await storeResponse(transaction, keyed.key, answer)
        return { result: answer, keep: true }
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        return { result: error, keep: false }
      }
    })
    .catch((error) => {
      throw new Refused(error)
    })
  if (done instanceof Refused) throw done
  return done
}

async function perform(
  graphql: GraphQLInstance,
  route: Route,
  input: Input,
  caller: Caller,
  transaction?: OneTransaction,
): Promise<Answer> {
  const run = async (document: string, variables: Record<string, unknown>) => {
    const { data, errors } = await graphql.run({
      document,
      variables,
      ...caller,
      ...(transaction && { transaction }),
    })
    const [error] = errors ?? []
    if (error) throw new Refused(error)
    return data
  }

  const key = route.locate?.by(input)
  if (route.locate && key !== undefined) {
    const locate = locates[route.locate.what]
    if (!locate) throw new Error(`nothing locates a ${route.locate.what}`)
    const located = at(await run(locate.document, { key }), locate.answer)
    if (located) input.located = located as string
    else if (locate.notFound) throw Refused.as(locate.notFound)
  }

  const data = await run(route.document, route.variables(input))
  const notThere = missing(route, data)
  if (notThere) throw Refused.as(notThere)
  if (!route.answer) return { status: 204, headers: {}, body: '' }
  const body = shape(route, data, input.first)
  if (body === null) {
    // A policy that lets a row be seen and not be changed leaves a change without an answer.
    const seen = route.method !== 'GET' && input.located !== undefined
    throw Refused.as(seen ? 'forbidden' : (route.notFound ?? 'internal_error'))
  }
  refuseOtherValues(route, input, body as Record<string, unknown>)
  const text = JSON.stringify(body)
  const tag = entityTag(body, text)
  return {
    status: route.status ?? 200,
    headers: {
      ...(tag && { etag: tag }),
      ...(route.location && {
        location: `/api${route.location.replace(/\{(\w+)\}/, (_, name) => String((body as Record<string, unknown>)[name]))}`,
      }),
    },
    body: text,
  }
}

/** Refuses a body whose fields that cannot be changed say something else than the resource has. */
function refuseOtherValues(route: Route, { returned }: Input, body: Record<string, unknown>): void {
  const faults = Object.entries(returned)
    .filter(([name, value]) => !route.body?.returned?.includes(name) && !saysTheSame(value, body[name]))
    .map(([field]) => ({ field, message: 'cannot be changed here' }))
  if (faults.length > 0) throw Refused.for(faults)
}
