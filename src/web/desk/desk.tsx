import { lazy, Suspense } from 'react'
import { useParams } from 'wouter'
import { AreaErrorTextsContext } from '../parts/feedback/error_text.ts'
import { Loading, NotFound } from '../parts/feedback/notice.tsx'
import { AtClinic, useWorkplace } from '../parts/workplace/workplace.tsx'
import { deskErrorTexts } from '../text/desk/errors.ts'
import { BookingForProvider } from './booking_for.tsx'
import { DayPage } from './day/day_page.tsx'
import { WeekPage } from './day/week_page.tsx'
import { MovingProvider } from './moving.tsx'
import { RebookingPage } from './rebooking_page.tsx'
import './desk.css'

const AccountPage = lazy(() => import('./account/account_page.tsx'))
const AccountsPage = lazy(() => import('./account/accounts_page.tsx'))
const WaitingPage = lazy(() => import('./waiting/waiting_page.tsx'))
const AbsencesPage = lazy(() => import('./absences_page.tsx'))
const SeriesPage = lazy(() => import('./series/series_page.tsx'))

/**
 * The desk of a clinic: its day at /desk/:clinicId, a doctor's week at /desk/:clinicId/week/:doctorId, the rebooking list at
 * /desk/:clinicId/rebooking, the waiting list at /desk/:clinicId/waiting, the absences at /desk/:clinicId/absences, series
 * at /desk/:clinicId/series, and a patient's account at /desk/:clinicId/account/:customerId, which is found at
 * /desk/:clinicId/accounts.
 */
export default function Desk() {
  const [clinicId, page, id] = (useParams()['*'] ?? '').split('/')
  return (
    <AreaErrorTextsContext value={deskErrorTexts}>
      <AtClinic base="/desk" {...(clinicId && { clinicId })}>
        <MovingProvider key={clinicId}>
          <BookingForProvider>
            <Suspense fallback={<Loading />}>
              <Chosen clinicId={clinicId} page={page} id={/^\d{1,18}$/.test(id ?? '') ? id : undefined} />
            </Suspense>
          </BookingForProvider>
        </MovingProvider>
      </AtClinic>
    </AreaErrorTextsContext>
  )
}

interface ChosenProps {
  clinicId: string | undefined
  page: string | undefined
  id: string | undefined
}

function Chosen({ clinicId, page, id }: ChosenProps) {
  const { isDesk } = useWorkplace()
  if (!page) return <DayPage key={clinicId} />
  if (page === 'rebooking') return <RebookingPage key={clinicId} />
  if (page === 'waiting') return <WaitingPage key={clinicId} />
  if (page === 'absences') return <AbsencesPage key={clinicId} />
  if (page === 'series') return <SeriesPage key={id} {...(id && { seriesId: id })} />
  if (page === 'week' && id) return <WeekPage key={id} doctorId={id} />
  if (page === 'accounts' && isDesk) return <AccountsPage key={clinicId} />
  if (page === 'account' && id && isDesk) return <AccountPage key={id} customerId={id} />
  return <NotFound />
}
