import type { RequestSettings } from '../request/service.ts'

/** What is read of Grafast's description of a plan. */
interface Plan {
  buckets: {
    reason: { type: string }
    steps: { stepClass: string; isSyncAndSafe?: boolean; stream?: object }[]
  }[]
}

/** Steps that wait for a statement of another step, and run none. */
const waiting = ['PgSelectRowsStep', 'ConnectionStep', 'ConnectionItemsStep']

/**
 * Whether an operation runs exactly one statement. Everything else that may wait for something could run more: it is counted
 * as a statement.
 */
function isOneStatement({ buckets }: Plan): boolean {
  const mayRunStatements = buckets.flatMap(({ reason, steps }) =>
    steps
      .filter(({ isSyncAndSafe, stepClass }) => !isSyncAndSafe && !waiting.includes(stepClass))
      .map(({ stepClass, stream }) => reason.type === 'root' && stepClass === 'PgSelectStep' && !stream),
  )
  return mayRunStatements.length === 1 && mayRunStatements[0] === true
}

/** Has the transaction of a query committed in the message of its statement, if the plan of the query shows that it is the only one. */
export const OneStatementPlugin: GraphileConfig.Plugin = {
  name: 'MedislotOneStatementPlugin',
  grafast: {
    middleware: {
      establishOperationPlan(next, { context }) {
        const plan = next()
        let isOne = known.get(plan)
        if (isOne === undefined) {
          isOne = isOneStatement(plan.generatePlanJSON() as unknown as Plan)
          known.set(plan, isOne)
        }
        const { pgSettings } = context as { pgSettings?: RequestSettings }
        if (pgSettings) pgSettings.commitsAtOnce = isOne
        return plan
      },
    },
  },
}

/** The plans that were examined. */
const known = new WeakMap<object, boolean>()
