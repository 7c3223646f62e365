import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field } from '../../parts/form/field.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { timeSlotsTexts } from '../../text/manage/schedule/time_slots.ts'
import { series } from '../../time/local_clock.ts'
import type { TimeSlot } from './use_time_slots.ts'

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
  /** Undefined to add a time slot. */
  slot: TimeSlot | undefined
  changed(): void
  close(): void
}

/** Edits a time slot's name and times. */
export function TimeSlotSheet({ slot, changed, close }: TimeSlotSheetProps) {
  const { t } = useText(timeSlotsTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  return (
    <FormSheet
      key={slot?.rowVersion}
      title={slot ? t.edit(slot.name) : t.add}
      lead={slot && <p>{t.editLead}</p>}
      submit={slot ? common.save : common.add}
      onSubmit={async ({ name = '', startTime = '', endTime = '' }) => {
        const values = { name, startTime, endTime }
        if (slot) {
          const { clinicId, id, rowVersion } = slot
          await request(EditTimeSlot, { clinicId, id, patch: { ...values, rowVersion } })
        } else await request(AddTimeSlot, { timeSlot: { ...values, clinicId: clinic.id } })
        showToast(common.saved)
        changed()
        close()
      }}
      fieldOf={({ code }) => ({ unique_violation: 'name', check_violation: 'endTime' })[code]}
      reload={changed}
      close={close}
    >
      <Field label={t.name} name="name" defaultValue={slot?.name} maxLength={100} required />
      <div className="two-fields">
        <Field label={t.start} name="startTime" type="time" defaultValue={slot?.startTime.slice(0, 5)} required />
        <Field
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

/** Adds time slots, except those that an earlier attempt has added. Returns the number of added ones. */
async function addAll(clinicId: string, times: ReturnType<typeof series>): Promise<number> {
  let added = 0
  for (const { start, end } of times) {
    try {
      await request(AddTimeSlot, { timeSlot: { clinicId, name: start, startTime: start, endTime: end } })
      added += 1
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'unique_violation') throw error
    }
  }
  return added
}

/** Adds a series of time slots of the same length, each named by its start time. */
export function SeriesSheet({ changed, close }: Omit<TimeSlotSheetProps, 'slot'>) {
  const { t } = useText(timeSlotsTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [from, setFrom] = useState('08:00')
  const [until, setUntil] = useState('12:00')
  const [length, setLength] = useState('30')
  const times = series(from, until, Number(length))

  async function save() {
    const added = await addAll(clinic.id, times).finally(changed)
    showToast(t.seriesAdded(added, times.length - added))
    close()
  }

  return (
    <FormSheet title={t.addMany} lead={<p>{t.seriesLead}</p>} submit={common.add} onSubmit={save} close={close}>
      <div className="two-fields">
        <Field
          label={t.seriesFrom}
          name="from"
          type="time"
          value={from}
          onChange={({ target }) => setFrom(target.value)}
          required
        />
        <Field
          label={t.seriesUntil}
          name="until"
          type="time"
          value={until}
          onChange={({ target }) => setUntil(target.value)}
          required
        />
      </div>
      <Field
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
