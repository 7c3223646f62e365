import { useState } from 'react'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManageTimeSlotsQuery } from '../graphql/generated/graphql.ts'
import { Empty } from '../parts/notice.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { usePages } from '../use_pages.ts'
import { Confirm } from './form.tsx'
import { localClock, minutesBetween } from './local_clock.ts'
import { say } from './say.tsx'
import { ActiveTag, Listing, RowButton, Section } from './section.tsx'
import { useManageText } from './text/common.ts'
import { useTimeSlotsText } from './text/time_slots.ts'
import { SeriesSheet, TimeSlotSheet } from './time_slot_sheet.tsx'

export const ManageTimeSlots = graphql(`
  query ManageTimeSlots($clinicId: BigInt!, $after: Cursor) {
    timeSlots(filter: { clinicId: { equalTo: $clinicId } }, first: 100, after: $after) {
      nodes { clinicId id name startTime endTime isActive rowVersion }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const RemoveTimeSlot = graphql(`
  mutation RemoveTimeSlot($clinicId: BigInt!, $timeSlotId: BigInt!, $rowVersion: Int!) {
    removeTimeSlot(input: { clinicId: $clinicId, timeSlotId: $timeSlotId, rowVersion: $rowVersion }) { timeSlot { id } }
  }
`)
const TimeSlotIsThere = graphql(`
  query TimeSlotIsThere($clinicId: BigInt!, $id: BigInt!) { timeSlot(clinicId: $clinicId, id: $id) { id } }
`)
const ReactivateTimeSlot = graphql(`
  mutation ReactivateTimeSlot($clinicId: BigInt!, $id: BigInt!, $rowVersion: Int!) {
    updateTimeSlot(input: { clinicId: $clinicId, id: $id, patch: { isActive: true, rowVersion: $rowVersion } }) {
      timeSlot { id }
    }
  }
`)

export type TimeSlot = NonNullable<NonNullable<ManageTimeSlotsQuery['timeSlots']>['nodes'][number]>

export const byStart = (a: TimeSlot, b: TimeSlot) =>
  a.startTime.localeCompare(b.startTime) || a.endTime.localeCompare(b.endTime)

/** A clinic's units of time. */
export function TimeSlotsSection() {
  const { t, locale } = useTimeSlotsText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const [edited, setEdited] = useState<TimeSlot | 'new' | 'series'>()
  const [removed, setRemoved] = useState<TimeSlot>()
  const asked = usePages(ManageTimeSlots, { clinicId: clinic.id }, (result) => result.timeSlots, { all: true })
  const changed = asked.again

  async function remove({ clinicId, id, name, rowVersion }: TimeSlot) {
    await ask(RemoveTimeSlot, { clinicId, timeSlotId: id, rowVersion })
    const { timeSlot } = await ask(TimeSlotIsThere, { clinicId, id })
    say(timeSlot ? t.keptInactive(name) : t.removed(name))
    changed()
    setRemoved(undefined)
  }

  return (
    <Section
      title={common.section['time-slots']}
      lead={t.lead}
      action={
        <>
          <button type="button" className="button primary" onClick={() => setEdited('series')}>
            {t.addMany}
          </button>
          <button type="button" className="button" onClick={() => setEdited('new')}>
            {t.add}
          </button>
        </>
      }
    >
      <Listing
        asked={asked}
        pick={(slots) => slots.toSorted(byStart)}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(slot) => (
          <>
            <p className="row-time">
              {localClock(slot.startTime, locale)}–{localClock(slot.endTime, locale)}
              {slot.endTime <= slot.startTime && <small> {t.nextDay}</small>}
            </p>
            <div className="row-words">
              <h2 className="row-title">{slot.name}</h2>
              <p className="row-more">{t.minutes(minutesBetween(slot.startTime, slot.endTime))}</p>
            </div>
            {!slot.isActive && <ActiveTag active={false} />}
            <div className="row-actions">
              {slot.isActive ? (
                <>
                  <RowButton of={slot.name} press={() => setEdited(slot)}>
                    {common.edit}
                  </RowButton>
                  <RowButton of={slot.name} ends press={() => setRemoved(slot)}>
                    {common.remove}
                  </RowButton>
                </>
              ) : (
                <RowButton
                  of={slot.name}
                  press={async () => {
                    const { clinicId, id, rowVersion } = slot
                    await ask(ReactivateTimeSlot, { clinicId, id, rowVersion }).catch(() => undefined)
                    changed()
                  }}
                >
                  {common.reactivate}
                </RowButton>
              )}
            </div>
          </>
        )}
      </Listing>
      {edited === 'series' && <SeriesSheet changed={changed} close={() => setEdited(undefined)} />}
      {edited && edited !== 'series' && (
        <TimeSlotSheet
          slot={edited === 'new' ? undefined : (asked.data?.nodes.find(({ id }) => id === edited.id) ?? edited)}
          changed={changed}
          close={() => setEdited(undefined)}
        />
      )}
      {removed && (
        <Confirm
          title={t.removeTitle(removed.name)}
          submit={common.remove}
          confirm={() => remove(removed)}
          close={() => setRemoved(undefined)}
        >
          <p>{t.removeLead}</p>
        </Confirm>
      )}
    </Section>
  )
}
