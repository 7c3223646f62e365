import { useState } from 'react'
import { useLocation } from 'wouter'
import type { PlanSeriesQueryVariables } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useKeyed } from '../../data/use_keyed.ts'
import { useQuery } from '../../data/use_query.ts'
import ServiceField from '../../parts/booking/service_field.tsx'
import { DateField } from '../../parts/date/date_field.tsx'
import { Problem } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { seriesTexts } from '../../text/desk/series.ts'
import { useText } from '../../text/language.ts'
import { localDate } from '../../time/time.ts'
import { useBookingFor } from '../booking_for.tsx'
import { type Patient, PatientField } from '../slot/patient_field.tsx'
import { DoctorChoice, TimeSlotChoice } from './choices.tsx'
import { BookSeries, PlanSeries } from './documents.ts'
import { type Chosen, PlanList } from './plan_list.tsx'
import { Weekdays } from './weekdays.tsx'

/** What was asked for: the variables of the plan, and where the visits take place. */
interface Asked extends PlanSeriesQueryVariables {
  online: boolean | undefined
}

/** Plans a series and books it. */
export function NewSeries() {
  const { t } = useText(seriesTexts)
  const [asked, setAsked] = useState<Asked>()
  const { online, ...variables } = asked ?? {}
  const { data, error, refetch } = useQuery(PlanSeries, asked ? (variables as PlanSeriesQueryVariables) : null)
  const book = useBooking(asked)
  const planned = data?.planSeries?.flatMap((visit) => visit ?? [])
  return (
    <>
      <SeriesForm ask={setAsked} />
      {error !== undefined && <Problem error={error} retry={refetch} />}
      {asked && planned && (
        <PlanList
          key={JSON.stringify(asked)}
          planned={planned}
          none={t.leaveOut}
          submit={t.book}
          onSubmit={book}
          refetch={refetch}
        />
      )}
    </>
  )
}

/** Books the chosen dates and shows the series. */
function useBooking(asked: Asked | undefined) {
  const { t } = useText(seriesTexts)
  const keyed = useKeyed()
  const [, go] = useLocation()
  return async (chosen: Chosen[]) => {
    const { clinicId, customerId, serviceId, online } = asked as Asked
    const input = keyed({
      clinicId,
      customerId: customerId ?? '0',
      serviceId,
      online,
      bookingSlotIds: chosen.map(({ bookingSlotId }) => bookingSlotId),
    })
    const booked = (await request(BookSeries, { input })).bookSeries?.bookings ?? []
    showToast(t.booked(booked.length))
    go(`/desk/${clinicId}/series/${booked[0]?.seriesId}`)
  }
}

/** The fields of the form: the patient, the weekdays and dates, the time and the doctor. */
function SeriesForm({ ask }: { ask(asked: Asked): void }) {
  const { t } = useText(seriesTexts)
  const { clinic } = useWorkplace()
  const [patient, setPatient] = useState<Patient | undefined>(useBookingFor().patient)
  const [isMissing, setIsMissing] = useState(false)
  const [doctorId, setDoctorId] = useState('')
  const [timeSlotId, setTimeSlotId] = useState('')
  const [service, setService] = useState<string>()
  const [online, setOnline] = useState<boolean>()
  const [firstDate, setFirstDate] = useState('')
  const [weekdays, setWeekdays] = useState<number[]>([])
  return (
    <Form
      submit={t.show}
      onSubmit={async ({ everyWeeks, visits }) => {
        setIsMissing(!patient)
        if (!patient) return
        ask({
          clinicId: clinic.id,
          doctorId,
          timeSlotId,
          firstDate,
          customerId: patient.id,
          ...(service && { serviceId: service }),
          ...(weekdays.length > 0 && { weekdays }),
          everyWeeks: Number(everyWeeks),
          visits: Number(visits),
          online,
        })
      }}
    >
      <PatientField patient={patient} choose={setPatient} isMissing={isMissing} />
      <div className="field-pair">
        <DoctorChoice value={doctorId} choose={setDoctorId} />
        <TimeSlotChoice value={timeSlotId} choose={setTimeSlotId} />
      </div>
      <ServiceField
        clinic={clinic.id}
        doctor={doctorId || undefined}
        service={service}
        choose={setService}
        place={{ online, choose: setOnline }}
        forDesk
      />
      <DateField
        label={t.firstDate}
        name="firstDate"
        value={firstDate}
        onChange={setFirstDate}
        min={localDate(undefined, clinic.timeZone)}
        required
      />
      <Weekdays value={weekdays} choose={setWeekdays} />
      <div className="field-pair">
        <Field label={t.everyWeeks} name="everyWeeks" type="number" min={1} max={52} defaultValue={1} required />
        <Field label={t.visits} name="visits" type="number" min={2} max={52} defaultValue={12} required />
      </div>
    </Form>
  )
}
