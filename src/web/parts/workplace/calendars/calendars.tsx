import { useState } from 'react'
import { graphql } from '../../../data/generated/gql.ts'
import { request } from '../../../data/session.ts'
import { useText } from '../../../text/language.ts'
import { calendarsTexts } from '../../../text/manage/schedule/calendars.ts'
import { dayAndClock } from '../../../time/time.ts'
import { Empty } from '../../feedback/notice.tsx'
import { showToast } from '../../feedback/toast.tsx'
import { Confirm } from '../../form/confirm.tsx'
import { Listing, RowButton } from '../../listing.tsx'
import { useDoctorNames } from '../use_doctor_names.ts'
import { useWorkplace } from '../workplace.tsx'
import { CalendarSheet } from './calendar_sheet.tsx'
import { type Calendar, useCalendars } from './use_calendars.ts'
import './calendars.css'

const DisconnectCalendar = graphql(`
  mutation DisconnectCalendar($clinicId: BigInt!, $calendarId: BigInt!) {
    disconnectExternalCalendar(input: { clinicId: $clinicId, calendarId: $calendarId }) { externalCalendar { id } }
  }
`)

/** The external calendars: for managers those of all doctors, for doctors their own. Other staff see none. */
export function Calendars({ changed }: { changed(): void }) {
  const { t } = useText(calendarsTexts)
  const { isManager, isDesk, maySeeTo } = useWorkplace()
  const query = useCalendars()
  const [edited, setEdited] = useState<Calendar | 'new'>()
  const [ended, setEnded] = useState<Calendar>()
  const names = useDoctorNames().data?.nodes ?? []
  const doctors = names.filter(({ id, isActive }) => isActive && (isManager || (!isDesk && maySeeTo(id))))
  if (doctors.length === 0) return null
  return (
    <section className="calendars" aria-labelledby="external-calendars">
      <h2 id="external-calendars">{t.title}</h2>
      <p>{t.lead}</p>
      <p>
        <button type="button" className="button" onClick={() => setEdited('new')}>
          {t.add}
        </button>
      </p>
      <Listing
        query={query}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(calendar) => (
          <CalendarRow calendar={calendar} edit={() => setEdited(calendar)} end={() => setEnded(calendar)} />
        )}
      </Listing>
      {edited && (
        <CalendarSheet
          calendar={edited === 'new' ? undefined : edited}
          doctors={doctors}
          saved={query.refetch}
          close={() => setEdited(undefined)}
        />
      )}
      {ended && (
        <Confirm
          title={t.disconnectTitle}
          submit={t.disconnect}
          confirm={async () => {
            await request(DisconnectCalendar, { clinicId: ended.clinicId, calendarId: ended.id })
            showToast(t.disconnected)
            query.refetch()
            changed()
            setEnded(undefined)
          }}
          close={() => setEnded(undefined)}
        >
          <p>{nameOf(ended)}</p>
          <p>{t.disconnectLead}</p>
        </Confirm>
      )}
    </section>
  )
}

const nameOf = ({ doctor, origin }: Calendar) => [doctor?.fullName, new URL(origin).host].filter(Boolean).join(', ')

interface CalendarRowProps {
  calendar: Calendar
  edit(): void
  end(): void
}

function CalendarRow({ calendar, edit, end }: CalendarRowProps) {
  const { t, locale } = useText(calendarsTexts)
  const { clinic } = useWorkplace()
  const { kind, lastOkAt, lastError } = calendar
  return (
    <>
      <div className="row-words">
        <h3 className="row-title">{nameOf(calendar)}</h3>
        <p className="row-more">{t.kinds[kind]}</p>
        <p>{lastOkAt ? t.readAt(dayAndClock(lastOkAt, clinic.timeZone, locale)) : t.neverRead}</p>
        {lastError && (
          <p className="missing">
            {t.error[lastError]} {t.kept}
          </p>
        )}
      </div>
      <div className="row-actions">
        <RowButton of={nameOf(calendar)} press={edit}>
          {t.changeIt}
        </RowButton>
        <RowButton of={nameOf(calendar)} ends press={end}>
          {t.disconnect}
        </RowButton>
      </div>
    </>
  )
}
