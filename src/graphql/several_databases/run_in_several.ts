import type { DocumentNode, ExecutionResult } from 'postgraphile/graphql'
import type { Shard } from '../../database/shards.ts'
import type { Deadline } from '../../request/deadline.ts'
import { Positions } from '../../request/positions.ts'
import type { RequestSettings } from '../../request/service.ts'
import type { ShardUse } from '../../request/shards/shard_use.ts'
import { attempt, query, type Running, settingsOf } from '../run_operation.ts'
import type { Arguments } from '../validation/validator.ts'
import { fillIn, withoutKeys } from './fill_in.ts'
import { mergeLists } from './merge_lists.ts'

/** Where an operation runs. */
interface PlaceOfOperation {
  /** Undefined for the global database. */
  shard?: ShardUse | undefined
  /** False if other databases have a part of what the operation reads, too: Routing.has(). */
  isWhole: boolean
}

/** Finds where an operation runs. Throws Refusal `several_databases` and `clinic_needed`. */
export async function placeFor(
  { routing, keyInCatalogue }: Running,
  args: Arguments,
  deadline: Deadline,
): Promise<PlaceOfOperation> {
  const { claims, transaction } = args.requestContext as Grafast.RequestContext
  if (!routing || transaction) return { isWhole: true }
  const given = givenTo(args)
  const caller = { claims, deadline }
  const isOfCatalogue = () => keyInCatalogue(args) !== undefined
  const named =
    routing.shardOf(given, { isAnonymous: claims.sub === undefined, isOfCatalogue }) ??
    (await routing.shardOfCheckout(given, caller))
  const has = await routing.has(given, named, caller)
  const shard = named && has !== 'elsewhere' ? named : await routing.shardOfCaller(given, caller)
  return { shard: shard && routing.use(shard, caller), isWhole: has !== 'some' }
}

const givenTo = ({ document, operationName, variableValues }: Arguments) => ({
  document,
  operationName: operationName ?? undefined,
  variables: variableValues ?? {},
})

/**
 * Answers a query. Lists that are in all databases are merged, and what the global database lacks of its rows is added.
 * A part of another answer keeps the keys of its rows.
 */
export async function inAllDatabases(
  running: Running,
  args: Arguments,
  deadline: Deadline,
  isPart = false,
): Promise<ExecutionResult> {
  const { routing } = running
  const { transaction, ...request } = args.requestContext as Grafast.RequestContext
  const { claims, seen } = request
  const variables = args.variableValues ?? {}
  // Otherwise each request of callers who are not signed in would cause one in every shard.
  const isInOne = settingsOf(args).shard || transaction?.isInShard || claims.sub === undefined
  if (!routing || isInOne) return query(running, args)
  const shards = routing.shardsToMerge(givenTo(args), false)
  const spanning = running.spanning(args)
  if (shards.length === 0 && spanning.incomplete.length === 0 && spanning.again.length === 0)
    return query(running, args)
  const read = async (shard: Shard, document: DocumentNode, variableValues: Arguments['variableValues']) => {
    const use = routing.use(shard, { claims, deadline })
    const given = { ...args, document, variableValues, requestContext: request as never }
    const ofPart = withSettings(given, { claims, readOnly: true, deadline, shard: use })
    await routing.arrived(shard, seen, deadline)
    return use.repeated(async () => (await attempt(ofPart)).result)
  }
  const [global, ...parts] = await Promise.all([
    query(running, { ...args, document: spanning.global }),
    ...shards.map((shard) => read(shard, spanning.shards, variables)),
  ])
  const answer = await fillIn(spanning, variables, mergeLists(spanning, variables, global, parts), {
    all: routing.shards,
    ofClinic: (id) => routing.shardOfClinic(id),
    read: (where, document, more) =>
      where === 'everywhere'
        ? readAgain(running, { ...args, document, variableValues: { ...variables, ...more } }, deadline)
        : read(where, document, { ...variables, ...more }),
  })
  return isPart ? answer : withoutKeys(answer)
}

/**
 * Runs an operation without those fields of which its database has only a part. Reads these again, in all databases,
 * when it has ended: from copies that contain its changes.
 */
export async function completed(
  running: Running,
  args: Arguments,
  deadline: Deadline,
  run: (args: Arguments) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const { document, again, defaults } = running.shortened(args)
  const request = args.requestContext as Grafast.RequestContext
  let { seen = new Positions() } = request
  const reportPosition = (position: number, database: number) => {
    seen = seen.after(position, database)
    request.reportPosition?.(position, database)
  }
  const answer = await run({ ...args, document, requestContext: { ...request, reportPosition } as never })
  const variables = args.variableValues ?? {}
  const whole = await fillIn({ incomplete: [], again, defaults }, variables, answer, {
    all: [],
    ofClinic: () => undefined,
    read: (_, part, more) => {
      const requestContext = { ...request, seen, position: seen.position }
      const values = { ...variables, ...more }
      return readAgain(running, { ...args, document: part, variableValues: values, requestContext } as never, deadline)
    },
  })
  return withoutKeys(whole)
}

/** Reads a part of an answer as a query of the global database, to which the others add theirs. */
async function readAgain(running: Running, args: Arguments, deadline: Deadline): Promise<ExecutionResult> {
  const { claims, seen } = args.requestContext as Grafast.RequestContext
  const gathering = running.routing?.gathering({ claims, deadline })
  const part = withSettings(args, { claims, readOnly: true, deadline, gathering })
  await running.routing?.arrived(undefined, seen, deadline)
  return inAllDatabases(running, part, deadline, true)
}

/** An operation with other settings of its transaction. */
const withSettings = (args: Arguments, pgSettings: RequestSettings): Arguments => ({
  ...args,
  contextValue: Object.assign(Object.create(null), args.contextValue, { pgSettings }),
})

/** An operation in whose document lists are marked that only the databases of their clinics can filter. */
export function marked({ routing }: Running, args: Arguments): Arguments {
  const { claims, transaction } = args.requestContext as Grafast.RequestContext
  const isAlone = !routing || transaction || claims.sub === undefined
  return isAlone ? args : { ...args, document: routing.marked(givenTo(args)) }
}
