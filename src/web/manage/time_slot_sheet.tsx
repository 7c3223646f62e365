import { useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { FormSheet, Input } from './form.tsx'
import { series } from './local_clock.ts'
import { say } from './say.tsx'
import { useManageText } from './text/common.ts'
import { useTimeSlotsText } from './text/time_slots.ts'
import type { TimeSlot } from './time_slots.tsx'

const AddTimeSlot = graphql(`
  mutation AddTimeSlot($timeSlot: TimeSlotInput!) {
    createTimeSlot(input: { timeSlot: $timeSlot }) { timeSlot { id } }
  }
`)
const EditTimeSlot = graphql(`
  mutation EditTimeSlot($clinicId: BigInt!, $id: BigInt!, $patch: TimeSlotPatch!) {
    updateTimeSlot(input: { clinicId: $clinicId, id: $id, patch: $patch }) { timeSlot { id } }
  }
`)

interface TimeSlotSheetProps {
  /** None for a new one. */
  slot: TimeSlot | undefined
  changed(): void
  close(): void
}

/** A time slot's name and times. */
export function TimeSlotSheet({ slot, changed, close }: TimeSlotSheetProps) {
  const { t } = useTimeSlotsText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  return (
    <FormSheet
      key={slot?.rowVersion}
      title={slot ? t.edit(slot.name) : t.add}
      lead={slot && <p>{t.editLead}</p>}
      submit={slot ? common.save : common.add}
      save={async ({ name = '', startTime = '', endTime = '' }) => {
        const values = { name, startTime, endTime }
        if (slot) {
          const { clinicId, id, rowVersion } = slot
          await ask(EditTimeSlot, { clinicId, id, patch: { ...values, rowVersion } })
        } else await ask(AddTimeSlot, { timeSlot: { ...values, clinicId: clinic.id } })
        say(common.saved)
        changed()
        close()
      }}
      fieldOf={({ code }) => ({ unique_violation: 'name', check_violation: 'endTime' })[code]}
      reload={changed}
      close={close}
    >
      <Input label={t.name} name="name" defaultValue={slot?.name} maxLength={100} required />
      <div className="two-fields">
        <Input label={t.start} name="startTime" type="time" defaultValue={slot?.startTime.slice(0, 5)} required />
        <Input
          label={t.end}
          name="endTime"
          type="time"
          defaultValue={slot?.endTime.slice(0, 5)}
          hint={t.endHint}
          required
        />
      </div>
    </FormSheet>
  )
}

/** Many time slots of one length, one after the other, each named by its beginning. */
export function SeriesSheet({ changed, close }: Omit<TimeSlotSheetProps, 'slot'>) {
  const { t } = useTimeSlotsText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const [from, setFrom] = useState('08:00')
  const [until, setUntil] = useState('12:00')
  const [length, setLength] = useState('30')
  const times = series(from, until, Number(length))

  async function save() {
    let there = 0
    try {
      for (const { start, end } of times) {
        try {
          await ask(AddTimeSlot, { timeSlot: { clinicId: clinic.id, name: start, startTime: start, endTime: end } })
        } catch (error) {
          // Also what an attempt before this one has made.
          if (!(error instanceof Refusal) || error.code !== 'unique_violation') throw error
          there += 1
        }
      }
    } finally {
      changed()
    }
    say(t.seriesAdded(times.length - there, there))
    close()
  }

  return (
    <FormSheet title={t.addMany} lead={<p>{t.seriesLead}</p>} submit={common.add} save={save} close={close}>
      <div className="two-fields">
        <Input
          label={t.seriesFrom}
          name="from"
          type="time"
          value={from}
          onChange={({ target }) => setFrom(target.value)}
          required
        />
        <Input
          label={t.seriesUntil}
          name="until"
          type="time"
          value={until}
          onChange={({ target }) => setUntil(target.value)}
          required
        />
      </div>
      <Input
        label={t.seriesLength}
        name="length"
        type="number"
        min={1}
        max={1440}
        value={length}
        onChange={({ target }) => setLength(target.value)}
        required
      />
      <p className="hint" role="status">
        {times.length > 0 ? t.seriesMade(times.length) : t.seriesNone}
      </p>
    </FormSheet>
  )
}
