import type { Route } from '../route/route.ts'
import { availability } from './availability.ts'
import { bookingSlots } from './booking_slots.ts'
import { bookings } from './bookings.ts'
import { absences } from './clinic/absences.ts'
import { billing } from './clinic/billing.ts'
import { bookkeeping } from './clinic/bookkeeping.ts'
import { calendarLinks } from './clinic/calendar_links.ts'
import { clinics } from './clinic/clinics.ts'
import { consultations } from './clinic/consultations.ts'
import { doctors } from './clinic/doctors.ts'
import { externalCalendars } from './clinic/external_calendars.ts'
import { networkAlerts } from './clinic/network_alerts.ts'
import { questions } from './clinic/questions.ts'
import { recordings } from './clinic/recordings.ts'
import { resources } from './clinic/resources.ts'
import { series } from './clinic/series.ts'
import { services } from './clinic/services.ts'
import { waitingList } from './clinic/waiting_list.ts'
import { customers } from './customers.ts'
import { history } from './history.ts'
import { links } from './links.ts'
import { notifications } from './notifications.ts'
import { people } from './people.ts'
import { schedule } from './schedule.ts'
import { signIn } from './sign_in.ts'

/** The endpoints of the REST API, by their headings in the documentation. */
export const tags: Record<string, Route[]> = {
  'Sign-in': signIn,
  Clinics: [...clinics, ...networkAlerts],
  Doctors: doctors,
  Services: [...services, ...questions],
  Customers: [...customers, ...people],
  'Time slots and doctor slots': schedule,
  Absences: absences,
  'Booking slots': bookingSlots,
  Bookings: bookings,
  Series: series,
  'Online visits': [...consultations, ...recordings],
  'Rooms and equipment': resources,
  Payments: [...billing, ...bookkeeping],
  'Waiting list': waitingList,
  'Links and guests': links,
  Calendars: [...calendarLinks, ...externalCalendars],
  Availability: availability,
  Notifications: notifications,
  History: history,
}

export const routes: Route[] = Object.values(tags).flat()
