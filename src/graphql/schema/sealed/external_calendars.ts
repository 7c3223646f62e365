import { readAccess, sealAccess } from '../../../identity/calendar_access.ts'
import { inHexadecimal, sealedArgument } from './sealed_argument.ts'

/** Encrypts the argument `calendar` of the functions that take one. */
export const ExternalCalendarsPlugin = sealedArgument('MedislotExternalCalendarsPlugin', {
  functions: ['connect_external_calendar', 'change_external_calendar'],
  argument: 'calendar',
  codecName: 'externalCalendarAccess',
  keys: 'calendarKeys',
  seal: (ring, given) => {
    const access = readAccess(given)
    return access ? inHexadecimal(sealAccess(ring, access)) : {}
  },
})
