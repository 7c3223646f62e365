import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useEntryWords } from '../../parts/booking/entry_words.tsx'
import ServiceField from '../../parts/booking/service_field.tsx'
import { DateField } from '../../parts/date/date_field.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field, Select } from '../../parts/form/field.tsx'
import type { Fields } from '../../parts/form/form.tsx'
import { FormSheet } from '../../parts/form/form_sheet.tsx'
import { DoctorOptions } from '../../parts/workplace/doctor_options.tsx'
import { useDoctorNames } from '../../parts/workplace/use_doctor_names.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { deskWaitingTexts } from '../../text/desk/waiting.ts'
import { useText } from '../../text/language.ts'
import { localDate, plusDays } from '../../time/time.ts'
import { type Patient, PatientField } from '../slot/patient_field.tsx'

const JoinForPatient = graphql(`
  mutation JoinForPatient($input: JoinWaitingListInput!) {
    joinWaitingList(input: $input) { clientMutationId }
  }
`)
const isoWeekdays = [1, 2, 3, 4, 5, 6, 7]
/** How long somebody waits unless another last day is chosen. */
const usualDays = 90

/** Puts a patient of the clinic on its waiting list. */
export function JoinSheet({ saved, close }: { saved(): void; close(): void }) {
  const { t } = useText(deskWaitingTexts)
  const { clinic } = useWorkplace()
  const [patient, setPatient] = useState<Patient>()
  const [isMissing, setMissing] = useState(false)
  const [service, setService] = useState<string>()
  const [doctorId, setDoctorId] = useState('')
  const [today] = useState(() => localDate(undefined, clinic.timeZone))
  const [fromDate, setFromDate] = useState(today)
  const [untilDate, setUntilDate] = useState(() => plusDays(today, usualDays))
  const doctors = (useDoctorNames().data?.nodes ?? []).filter(({ isActive }) => isActive)

  async function save(fields: Fields) {
    if (!patient) {
      setMissing(true)
      return
    }
    await request(JoinForPatient, {
      input: {
        clinicId: clinic.id,
        customerId: patient.id,
        serviceId: service ?? null,
        doctorId: doctorId || null,
        fromDate,
        untilDate,
        ...wishesIn(fields),
      },
    })
    showToast(t.added(patient.name))
    saved()
    close()
  }

  return (
    <FormSheet title={t.addTitle} submit={t.save} onSubmit={save} close={close}>
      <PatientField patient={patient} choose={setPatient} isMissing={isMissing} />
      <ServiceField
        clinic={clinic.id}
        {...(doctorId && { doctor: doctorId })}
        service={service}
        choose={setService}
        forDesk
      />
      <Select label={t.doctor} value={doctorId} onChange={setDoctorId}>
        <option value="">{t.anyDoctor}</option>
        <DoctorOptions doctors={doctors} />
      </Select>
      <div className="two-dates">
        <DateField label={t.from} name="fromDate" value={fromDate} onChange={setFromDate} min={today} required />
        <DateField label={t.until} name="untilDate" value={untilDate} onChange={setUntilDate} min={fromDate} required />
      </div>
      <WeekdaysAndTimes />
    </FormSheet>
  )
}

function WeekdaysAndTimes() {
  const { t } = useText(deskWaitingTexts)
  const { weekday } = useEntryWords()
  return (
    <>
      <fieldset className="group checks">
        <legend>{t.weekdays}</legend>
        {isoWeekdays.map((number) => (
          <label key={number} className="check">
            <input type="checkbox" name={`weekday-${number}`} />
            <span>{weekday(number)}</span>
          </label>
        ))}
        <p className="hint">{t.weekdaysHint}</p>
      </fieldset>
      <div className="two-dates">
        <Field label={t.notBefore} name="notBefore" type="time" />
        <Field label={t.notAfter} name="notAfter" type="time" />
      </div>
    </>
  )
}

/** The wishes in the fields of the form. */
function wishesIn({ notBefore, notAfter, ...fields }: Fields) {
  const weekdays = isoWeekdays.filter((number) => fields[`weekday-${number}`] !== undefined)
  return { weekdays: weekdays.length > 0 ? weekdays : null, notBefore: notBefore ?? null, notAfter: notAfter ?? null }
}
