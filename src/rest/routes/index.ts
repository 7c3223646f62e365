import type { Route } from '../route.ts'
import { availability } from './availability.ts'
import { bookingSlots } from './booking_slots.ts'
import { bookings } from './bookings.ts'
import { clinics } from './clinics.ts'
import { customers } from './customers.ts'
import { doctors } from './doctors.ts'
import { history } from './history.ts'
import { schedule } from './schedule.ts'
import { signIn } from './sign_in.ts'

/** The REST API, by the headings under which the documentation lists it. */
export const tags: Record<string, Route[]> = {
  'Sign-in': signIn,
  Clinics: clinics,
  Doctors: doctors,
  Customers: customers,
  'Time slots and doctor slots': schedule,
  'Booking slots': bookingSlots,
  Bookings: bookings,
  Availability: availability,
  History: history,
}

export const routes: Route[] = Object.values(tags).flat()
