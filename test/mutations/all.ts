import { absences } from './areas/absences.ts'
import { billing } from './areas/billing.ts'
import { booking } from './areas/booking.ts'
import { events } from './areas/events.ts'
import { identity } from './areas/identity.ts'
import { isolation } from './areas/isolation.ts'
import { links } from './areas/links.ts'
import { notifications } from './areas/notifications.ts'
import { people } from './areas/people.ts'
import { programs } from './areas/programs.ts'
import { recordings } from './areas/recordings.ts'
import { rest } from './areas/rest.ts'
import { rooms } from './areas/rooms.ts'
import { schedule } from './areas/schedule.ts'
import { series } from './areas/series.ts'
import { tables } from './areas/tables.ts'
import { waitingList } from './areas/waiting_list.ts'
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
