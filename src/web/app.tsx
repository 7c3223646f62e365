import { lazy, type ReactNode, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { Failure } from './parts/feedback/failure.tsx'
import { Loading, NotFound } from './parts/feedback/notice.tsx'
import { TopBar } from './parts/layout/top_bar.tsx'
import { SearchPage } from './patient/search/search_page.tsx'

// The front page is in the first script; the other pages are loaded when they are opened.
const BookPage = lazy(() => import('./patient/book/book_page.tsx'))
const BookingsPage = lazy(() => import('./patient/booking/bookings_page.tsx'))
const BookingPage = lazy(() => import('./patient/booking/booking_page.tsx'))
const MoneyPages = lazy(() => import('./patient/payments/money_pages.tsx'))
const ProfilePage = lazy(() => import('./patient/account/profile_page.tsx'))
const ConfirmEmailPage = lazy(() => import('./patient/account/confirm_email_page.tsx'))
const ResetPasswordPage = lazy(() => import('./patient/account/reset_password_page.tsx'))
const OfferPage = lazy(() => import('./patient/waiting/offer_page.tsx'))
const VisitPage = lazy(() => import('./patient/visit/visit_page.tsx'))
const JoinPage = lazy(() => import('./patient/visit/join_page.tsx'))
const ConfirmPage = lazy(() => import('./patient/visit/confirm_page.tsx'))
const SignInPage = lazy(() => import('./patient/account/sign_in_page.tsx'))
const Desk = lazy(() => import('./desk/desk.tsx'))
const Manage = lazy(() => import('./manage/manage.tsx'))

/** A page whose address contains ids; with anything else in their place there is no such page. */
const ifIds = (ids: string[], page: ReactNode) => (ids.every((id) => /^\d{1,18}$/.test(id)) ? page : <NotFound />)

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
              {({ clinicId, slotId }) => ifIds([clinicId, slotId], <BookPage clinicId={clinicId} slotId={slotId} />)}
            </Route>
            <Route path="/bookings" component={BookingsPage} />
            <Route path="/bookings/:clinicId/:id">
              {({ clinicId, id }) => ifIds([clinicId, id], <BookingPage key={id} clinicId={clinicId} id={id} />)}
            </Route>
            <Route path="/pay/*" component={MoneyPages} />
            <Route path="/payments/*?" component={MoneyPages} />
            <Route path="/profile" component={ProfilePage} />
            <Route path="/confirm-email/*?" component={ConfirmEmailPage} />
            <Route path="/reset-password" component={ResetPasswordPage} />
            <Route path="/sign-in" component={SignInPage} />
            <Route path="/confirm-booking" component={ConfirmPage} />
            <Route path="/offer" component={OfferPage} />
            <Route path="/visit" component={VisitPage} />
            <Route path="/join" component={JoinPage} />
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
