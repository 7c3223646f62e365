import { billing } from './areas/billing.ts'
import { booking } from './areas/booking/booking.ts'
import { links } from './areas/booking/links.ts'
import { series } from './areas/booking/series.ts'
import { waitingList } from './areas/booking/waiting_list.ts'
import { events } from './areas/events.ts'
import { identity } from './areas/identity.ts'
import { isolation } from './areas/isolation.ts'
import { notifications } from './areas/notifications.ts'
import { people } from './areas/people.ts'
import { programs } from './areas/programs.ts'
import { recordings } from './areas/recordings.ts'
import { rest } from './areas/rest.ts'
import { absences } from './areas/schedule/absences.ts'
import { rooms } from './areas/schedule/rooms.ts'
import { schedule } from './areas/schedule/schedule.ts'
import { tables } from './areas/tables.ts'
import type { Mutation } from './mutation.ts'

/** All mutations of npm run test:mutations. */
export const mutations: Mutation[] = [
  ...booking,
  ...billing,
  ...schedule,
  ...absences,
  ...series,
  ...waitingList,
  ...rooms,
  ...recordings,
  ...isolation,
  ...identity,
  ...links,
  ...people,
  ...notifications,
  ...events,
  ...rest,
  ...programs,
  ...tables,
]
