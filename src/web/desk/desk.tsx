import { useParams } from 'wouter'
import { NotFound } from '../parts/notice.tsx'
import { AtClinic } from '../staff/clinic.tsx'
import { DayPage } from './day_page.tsx'
import { MovingProvider } from './moving.tsx'
import { WeekPage } from './week_page.tsx'
import './desk.css'

/** The desk of a clinic: its day at /desk/:clinicId, a doctor's week at /desk/:clinicId/week/:doctorId. */
export default function Desk() {
  const [clinicId, page, doctorId] = (useParams()['*'] ?? '').split('/')
  return (
    <AtClinic base="/desk" {...(clinicId && { clinicId })}>
      <MovingProvider key={clinicId}>
        {!page ? (
          <DayPage key={clinicId} />
        ) : page === 'week' && /^\d{1,18}$/.test(doctorId ?? '') ? (
          <WeekPage key={doctorId} doctorId={doctorId as string} />
        ) : (
          <NotFound />
        )}
      </MovingProvider>
    </AtClinic>
  )
}
