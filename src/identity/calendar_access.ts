import type { Client } from 'pg'
import type { KeyRing, SealedText } from './key_ring.ts'

/** What is needed to read an external calendar. */
export interface CalendarAccess {
  kind: 'ics' | 'caldav'
  url: string
  username?: string | undefined
  password?: string | undefined
}

/** The same as it is stored: all but the kind and the origin of the URL is in the ciphertext. */
export interface SealedAccess extends SealedText {
  kind: CalendarAccess['kind']
  origin: string
}

const contextOf = ({ kind, origin }: Pick<SealedAccess, 'kind' | 'origin'>) => `calendar|${kind}|${origin}`

/** Encrypts the access to a calendar. The origin of its URL stays readable: the database decides whether it may be requested. */
export function sealAccess(ring: KeyRing, { kind, url, username, password }: CalendarAccess): SealedAccess {
  const { origin } = new URL(url)
  return {
    kind,
    origin,
    ...ring.sealCalendar(JSON.stringify({ url, username, password }), contextOf({ kind, origin })),
  }
}

/** Decrypts it. Throws if the key is not in the ring or the row was changed or moved. */
export function openAccess(ring: KeyRing, sealed: SealedAccess): CalendarAccess {
  return { kind: sealed.kind, ...JSON.parse(ring.openCalendar(sealed, contextOf(sealed))) }
}

/**
 * The access that a caller gave, or undefined if it is none. Addresses of the scheme webcal are https. A user name and a
 * password are given beside the URL, not in it, where programs would show them.
 */
export function readAccess(given: unknown): CalendarAccess | undefined {
  const { kind, url, username, password } = (typeof given === 'object' && given ? given : {}) as Record<string, unknown>
  const address = typeof url === 'string' && url.length <= 2000 ? url.trim().replace(/^webcals?:/i, 'https:') : ''
  const parsed = URL.canParse(address) ? new URL(address) : undefined
  const isText = (value: unknown) => typeof value === 'string' && value.length > 0 && value.length <= 500
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password) return undefined
  if (kind !== 'caldav' && kind !== 'ics') return undefined
  // An ICS address may need them, a CalDAV server always does.
  const isOpen = kind === 'ics' && username == null && password == null
  if (!isOpen && !(isText(username) && isText(password))) return undefined
  parsed.hash = ''
  return isOpen
    ? { kind, url: parsed.href }
    : { kind, url: parsed.href, username: username as string, password: password as string }
}

interface Stored {
  clinic_id: string
  calendar_id: string
  kind: CalendarAccess['kind']
  origin: string
  stored_key_id: string
  nonce: Buffer
  ciphertext: Buffer
}

/** Encrypts the access to every calendar that is under another key than the current one again, and returns how many there were. */
export async function rotateCalendars(client: Client, ring: KeyRing): Promise<number> {
  let rotated = 0
  for (;;) {
    const { rows } = await client.query<Stored>('select * from app_hidden.calendars_under_other_keys($1)', [
      ring.currentId,
    ])
    if (rows.length === 0) return rotated
    for (const { clinic_id, calendar_id, stored_key_id: keyId, ...stored } of rows) {
      const sealed = sealAccess(ring, openAccess(ring, { ...stored, keyId }))
      await client.query('select app_hidden.store_calendar_access($1, $2, $3, $4, $5, $6)', [
        clinic_id,
        calendar_id,
        stored.nonce,
        sealed.keyId,
        sealed.nonce,
        sealed.ciphertext,
      ])
      rotated++
    }
  }
}
