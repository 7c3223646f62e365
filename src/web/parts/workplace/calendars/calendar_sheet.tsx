import { useState } from 'react'
import { graphql } from '../../../data/generated/gql.ts'
import { request } from '../../../data/session.ts'
import { useText } from '../../../text/language.ts'
import { calendarsTexts } from '../../../text/manage/schedule/calendars.ts'
import { showToast } from '../../feedback/toast.tsx'
import { Field, Select } from '../../form/field.tsx'
import type { Fields } from '../../form/form.tsx'
import { FormSheet } from '../../form/form_sheet.tsx'
import { DoctorOptions } from '../doctor_options.tsx'
import { useWorkplace } from '../workplace.tsx'
import type { Calendar } from './use_calendars.ts'

const ConnectCalendar = graphql(`
  mutation ConnectCalendar($clinicId: BigInt!, $doctorId: BigInt!, $calendar: JSON!) {
    connectExternalCalendar(input: { clinicId: $clinicId, doctorId: $doctorId, calendar: $calendar }) {
      externalCalendar { id }
    }
  }
`)
const ChangeCalendar = graphql(`
  mutation ChangeCalendar($clinicId: BigInt!, $calendarId: BigInt!, $calendar: JSON!) {
    changeExternalCalendar(input: { clinicId: $clinicId, calendarId: $calendarId, calendar: $calendar }) {
      externalCalendar { id }
    }
  }
`)

interface CalendarSheetProps {
  /** Whose access is changed; undefined to connect a calendar. */
  calendar: Calendar | undefined
  /** The doctors for whom the person may connect one. */
  doctors: { id: string; fullName: string }[]
  saved(): void
  close(): void
}

/** The access to an external calendar. What was entered before is never shown. */
export function CalendarSheet({ calendar, doctors, saved, close }: CalendarSheetProps) {
  const { t } = useText(calendarsTexts)
  const { clinic } = useWorkplace()
  const [kind, setKind] = useState<string>(calendar?.kind ?? 'ICS')

  async function save({ doctorId = '', url, username, password }: Fields) {
    const access = { kind: kind.toLowerCase(), url, ...(kind === 'CALDAV' && { username, password }) }
    if (calendar) await request(ChangeCalendar, { clinicId: clinic.id, calendarId: calendar.id, calendar: access })
    else await request(ConnectCalendar, { clinicId: clinic.id, doctorId, calendar: access })
    showToast(calendar ? t.saved : t.connected)
    saved()
    close()
  }

  return (
    <FormSheet
      title={calendar ? t.change : t.add}
      lead={<p>{t.accessHint}</p>}
      submit={calendar ? t.save : t.connect}
      onSubmit={save}
      fieldOf={({ code }) => (code === 'invalid_argument' || code === 'calendar_address_refused' ? 'url' : undefined)}
      close={close}
    >
      {!calendar && (
        <Select label={t.doctor} name="doctorId" required>
          <DoctorOptions doctors={doctors} />
        </Select>
      )}
      <Select label={t.kind} value={kind} onChange={setKind}>
        <option value="ICS">{t.kinds.ICS}</option>
        <option value="CALDAV">{t.kinds.CALDAV}</option>
      </Select>
      <Field label={t.url} name="url" hint={t.urlHint} inputMode="url" autoComplete="off" maxLength={2000} required />
      {kind === 'CALDAV' && (
        <>
          <Field label={t.username} name="username" autoComplete="off" maxLength={500} required />
          <Field label={t.password} name="password" type="password" autoComplete="off" maxLength={500} required />
        </>
      )}
    </FormSheet>
  )
}
