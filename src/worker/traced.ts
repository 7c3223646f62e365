import type { JobHelpers, TaskList } from 'graphile-worker'
import { inSpan, SpanKind } from '../process/tracing.ts'

/** The tasks, each in a span of its own. */
export const traced = (tasks: TaskList): TaskList =>
  Object.fromEntries(
    Object.entries(tasks).map(([name, task]) => [
      name,
      (payload: unknown, helpers: JobHelpers) =>
        inSpan(`job ${name}`, { kind: SpanKind.CONSUMER, attributes: { 'medislot.job': name } }, async () => {
          await task?.(payload, helpers)
        }),
    ]),
  )
