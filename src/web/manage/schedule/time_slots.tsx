import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Listing } from '../../parts/listing.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { timeSlotsTexts } from '../../text/manage/schedule/time_slots.ts'
import { localClock, minutesBetween } from '../../time/local_clock.ts'
import { AddButton, currentEntry, EntryActions } from '../parts/entries.tsx'
import { Section } from '../parts/section.tsx'
import { SeriesSheet, TimeSlotSheet } from './time_slot_sheet.tsx'
import { byStart, type TimeSlot, useTimeSlots } from './use_time_slots.ts'

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

/** The time slots of a clinic. */
export function TimeSlotsSection() {
  const { t } = useText(timeSlotsTexts)
  const { t: common } = useText(manageTexts)
  const [edited, setEdited] = useState<TimeSlot | 'new' | 'series'>()
  const [removed, setRemoved] = useState<TimeSlot>()
  const query = useTimeSlots()
  const changed = query.refetch

  async function remove({ clinicId, id, name, rowVersion }: TimeSlot) {
    await request(RemoveTimeSlot, { clinicId, timeSlotId: id, rowVersion })
    const { timeSlot } = await request(TimeSlotIsThere, { clinicId, id })
    showToast(timeSlot ? t.keptInactive(name) : t.removed(name))
    changed()
    setRemoved(undefined)
  }

  return (
    <Section
      title={common.section['time-slots']}
      lead={t.lead}
      action={
        <>
          <AddButton press={() => setEdited('series')}>{t.addMany}</AddButton>
          <button type="button" className="button" onClick={() => setEdited('new')}>
            {t.add}
          </button>
        </>
      }
    >
      <Listing
        query={query}
        pick={(slots) => slots.toSorted(byStart)}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(slot) => (
          <TimeSlotRow slot={slot} edit={() => setEdited(slot)} remove={() => setRemoved(slot)} changed={changed} />
        )}
      </Listing>
      {edited === 'series' && <SeriesSheet changed={changed} close={() => setEdited(undefined)} />}
      {edited && edited !== 'series' && (
        <TimeSlotSheet slot={currentEntry(query, edited)} changed={changed} close={() => setEdited(undefined)} />
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

interface TimeSlotRowProps {
  slot: TimeSlot
  edit(): void
  remove(): void
  changed(): void
}

function TimeSlotRow({ slot, edit, remove, changed }: TimeSlotRowProps) {
  const { t, locale } = useText(timeSlotsTexts)
  const { t: common } = useText(manageTexts)
  const errorText = useErrorText()

  async function reactivate() {
    const { clinicId, id, rowVersion } = slot
    await request(ReactivateTimeSlot, { clinicId, id, rowVersion }).catch((error) => showToast(errorText(error)))
    changed()
  }

  return (
    <>
      <p className="row-time">
        {localClock(slot.startTime, locale)}–{localClock(slot.endTime, locale)}
        {slot.endTime <= slot.startTime && <small> {t.nextDay}</small>}
      </p>
      <div className="row-words">
        <h2 className="row-title">{slot.name}</h2>
        <p className="row-more">{t.minutes(minutesBetween(slot.startTime, slot.endTime))}</p>
      </div>
      <EntryActions
        name={slot.name}
        isActive={slot.isActive}
        edit={slot.isActive ? edit : undefined}
        end={remove}
        endText={common.remove}
        reactivate={reactivate}
      />
    </>
  )
}
