import { useCallback, useRef, useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useUnsaved } from '../../parts/form/unsaved.ts'
import type { DateRange, Template } from './plan.ts'

const ChangeWeeklyPlan = graphql(`
  mutation ChangeWeeklyPlan($input: ChangeWeeklyPlanInput!) {
    changeWeeklyPlan(input: $input) {
      doctorSlotTemplates { timeSlotId weekday validFrom validUntil serviceId service { id name names } }
    }
  }
`)

/** Time slots of one weekday of a doctor's plan, to be switched on or off for some dates: all of them or none. */
export interface PlanChange {
  doctorId: string
  weekday: number
  timeSlotIds: string[]
  on: boolean
  /** The service for which the slots are reserved; null for all services. */
  serviceId: string | null
  span: DateRange
}

export interface RefusedChange {
  change: PlanChange
  error: unknown
}

export interface PlanChanges {
  /** Not yet answered, in the order in which they are sent. */
  waiting: PlanChange[]
  /** Refused changes that the reader has neither dismissed nor tried again. */
  refused: RefusedChange[]
  dismiss(): void
  change(change: PlanChange): void
  /** Runs work after all earlier changes have been answered. */
  afterwards(work: () => Promise<void>): void
  /** The templates in the answers to changes, which are newer than those that the page has read. */
  answered(doctorId: string): { weekday: number; templates: Template[] }[]
  /** Forgets the answers for a doctor whose templates were read again. */
  forget(doctorId: string): void
}

/** Whether two changes are about a cell of the same plan. */
const shareACell = (one: PlanChange, other: PlanChange) =>
  one.doctorId === other.doctorId &&
  one.weekday === other.weekday &&
  one.timeSlotIds.some((id) => other.timeSlotIds.includes(id))

/**
 * The changes of a clinic's weekly plans that are under way. They are sent one after the other, so that clicks are
 * answered in their order, however fast they come and whatever the connection is like.
 */
export function usePlanChanges(clinicId: string): PlanChanges {
  const [waiting, setWaiting] = useState<PlanChange[]>([])
  const [refused, setRefused] = useState<RefusedChange[]>([])
  const [columns, setColumns] = useState<{ doctorId: string; weekday: number; templates: Template[] }[]>([])
  const last = useRef(Promise.resolve())
  useUnsaved(waiting.length > 0)

  const afterwards = useCallback((work: () => Promise<void>) => {
    last.current = last.current.then(work)
  }, [])

  async function send(change: PlanChange) {
    const { doctorId, weekday, timeSlotIds, on, serviceId, span } = change
    try {
      const answer = await request(ChangeWeeklyPlan, {
        input: {
          clinicId,
          doctorId,
          weekday,
          timeSlotIds,
          seesPatients: on,
          fromDate: span.from,
          untilDate: span.until,
          serviceId: on ? serviceId : null,
        },
      })
      const templates = (answer.changeWeeklyPlan?.doctorSlotTemplates ?? []) as Template[]
      setColumns((before) => [
        ...before.filter((column) => column.doctorId !== doctorId || column.weekday !== weekday),
        { doctorId, weekday, templates },
      ])
    } catch (error) {
      setRefused((before) => [...before, { change, error }])
    }
    setWaiting((before) => before.filter((one) => one !== change))
  }

  return {
    waiting,
    refused,
    dismiss: () => setRefused([]),
    change(change) {
      setRefused((before) => before.filter((one) => !shareACell(one.change, change)))
      setWaiting((before) => [...before, change])
      afterwards(() => send(change))
    },
    afterwards,
    answered: (doctorId) => columns.filter((column) => column.doctorId === doctorId),
    forget: useCallback(
      (doctorId) => setColumns((before) => before.filter((column) => column.doctorId !== doctorId)),
      [],
    ),
  }
}
