import { lazy, type ReactNode, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { Failure } from './parts/failure.tsx'
import { Loading, NotFound } from './parts/notice.tsx'
import { TopBar } from './parts/top_bar.tsx'
import { SearchPage } from './patient/search_page.tsx'

// The front page comes at once; what follows it is fetched when somebody goes there.
const BookPage = lazy(() => import('./patient/book_page.tsx'))
const BookingsPage = lazy(() => import('./patient/bookings_page.tsx'))
const BookingPage = lazy(() => import('./patient/booking_page.tsx'))
const ProfilePage = lazy(() => import('./patient/profile_page.tsx'))
const ResetPasswordPage = lazy(() => import('./patient/reset_password_page.tsx'))
const SignInPage = lazy(() => import('./patient/sign_in_page.tsx'))
const Desk = lazy(() => import('./desk/desk.tsx'))
const Manage = lazy(() => import('./manage/manage.tsx'))

/** The page of some ids; an address that holds others is not a page. */
const ofIds = (ids: string[], page: ReactNode) => (ids.every((id) => /^\d{1,18}$/.test(id)) ? page : <NotFound />)

/** All pages and their addresses. */
export function App() {
  return (
    <>
      <TopBar />
      <Failure>
        <Suspense fallback={<Loading />}>
          <Switch>
            <Route path="/" component={SearchPage} />
            <Route path="/book/:clinicId/:slotId">
              {({ clinicId, slotId }) => ofIds([clinicId, slotId], <BookPage clinicId={clinicId} slotId={slotId} />)}
            </Route>
            <Route path="/bookings" component={BookingsPage} />
            <Route path="/bookings/:clinicId/:id">
              {({ clinicId, id }) => ofIds([clinicId, id], <BookingPage key={id} clinicId={clinicId} id={id} />)}
            </Route>
            <Route path="/profile" component={ProfilePage} />
            <Route path="/reset-password" component={ResetPasswordPage} />
            <Route path="/sign-in" component={SignInPage} />
            <Route path="/desk/*?" component={Desk} />
            <Route path="/manage/*?" component={Manage} />
            <Route>
              <NotFound />
            </Route>
          </Switch>
        </Suspense>
      </Failure>
    </>
  )
}
