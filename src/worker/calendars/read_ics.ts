import type { CalendarAccess } from '../../identity/calendar_access.ts'
import { ReadingError, reasonOfStatus } from './reading_error.ts'

/** A calendar as it was read: its files, and what identifies this version. Undefined: it has not changed. */
export interface Content {
  files: string[]
  etag: string | null
}

export const basicAuthorization = ({ username, password }: CalendarAccess): Record<string, string> =>
  username === undefined ? {} : { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` }

/** Reads a calendar from the address of an ICS file, unless it is still the version of the etag. Throws ReadingError. */
export async function readIcs(
  access: CalendarAccess,
  etag: string | null,
  fetch: typeof globalThis.fetch,
): Promise<Content | undefined> {
  const response = await fetch(access.url, {
    headers: {
      accept: 'text/calendar',
      'user-agent': 'medislot',
      ...basicAuthorization(access),
      ...(etag ? { 'if-none-match': etag } : {}),
    },
  })
  if (response.status === 304 && etag) return undefined
  if (!response.ok) throw new ReadingError(reasonOfStatus(response.status), `the server answered ${response.status}`)
  return { files: [await response.text()], etag: response.headers.get('etag') }
}
