import { useState } from 'react'
import type { PlanSeriesMoveQueryVariables } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useKeyed } from '../../data/use_keyed.ts'
import { useQuery } from '../../data/use_query.ts'
import { DateField } from '../../parts/date/date_field.tsx'
import { Problem } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { seriesTexts } from '../../text/desk/series.ts'
import { useText } from '../../text/language.ts'
import { localDate } from '../../time/time.ts'
import { DoctorChoice, TimeSlotChoice } from './choices.tsx'
import { MoveSeries, PlanSeriesMove } from './documents.ts'
import { type Chosen, PlanList } from './plan_list.tsx'

interface MoveFromProps {
  seriesId: string
  fromDate: string
  done(): void
}

const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** Moves the visits of a series from a date on to other days, times or doctors. */
export function MoveFrom({ seriesId, fromDate, done }: MoveFromProps) {
  const { t } = useText(seriesTexts)
  const { clinic } = useWorkplace()
  const keyed = useKeyed()
  const [asked, setAsked] = useState<PlanSeriesMoveQueryVariables>()
  const { data, error, refetch } = useQuery(PlanSeriesMove, asked ?? null)
  const planned = data?.planSeriesMove?.flatMap((visit) => visit ?? [])
  async function move(chosen: Chosen[]) {
    const input = keyed({
      clinicId: clinic.id,
      seriesId,
      bookingIds: chosen.map(({ bookingId }) => bookingId),
      bookingSlotIds: chosen.map(({ bookingSlotId }) => bookingSlotId),
    })
    const moved = (await request(MoveSeries, { input })).moveSeries?.bookings ?? []
    setAsked(undefined)
    showToast(t.moved(moved.length))
    done()
  }
  return (
    <>
      <MoveForm fromDate={fromDate} ask={(to) => setAsked({ clinicId: clinic.id, seriesId, fromDate, ...to })} />
      {error !== undefined && <Problem error={error} retry={refetch} />}
      {asked && planned && (
        <PlanList
          key={JSON.stringify(asked)}
          planned={planned}
          none={t.stays}
          submit={t.move}
          onSubmit={move}
          refetch={refetch}
        />
      )}
    </>
  )
}

interface MoveFormProps {
  fromDate: string
  ask(to: { days: number; timeSlotId?: string; doctorId?: string }): void
}

/** The fields of the form: the weekday, time and doctor to move to. */
function MoveForm({ fromDate, ask }: MoveFormProps) {
  const { t } = useText(seriesTexts)
  const { timeZone } = useWorkplace().clinic
  const [date, setDate] = useState(fromDate)
  const [timeSlotId, setTimeSlotId] = useState('')
  const [doctorId, setDoctorId] = useState('')
  return (
    <Form
      plain
      submit={t.showMoved}
      onSubmit={async () =>
        ask({ days: daysBetween(fromDate, date), ...(timeSlotId && { timeSlotId }), ...(doctorId && { doctorId }) })
      }
    >
      <DateField
        label={t.newFirst}
        hint={t.newFirstHint}
        name="days"
        value={date}
        onChange={setDate}
        min={localDate(undefined, timeZone)}
        required
      />
      <div className="field-pair">
        <TimeSlotChoice value={timeSlotId} choose={setTimeSlotId} none={t.asBefore} />
        <DoctorChoice value={doctorId} choose={setDoctorId} none={t.asBefore} />
      </div>
    </Form>
  )
}
