import type { Claims, Db } from '../../helpers/database.ts'
import { unique } from '../../helpers/world.ts'

/** What register_customer, sign_in, refresh_session and accept_invitation give. */
export interface Tokens {
  account_id: string
  session_id: string
  refresh_token: string
  refresh_expires_at: Date
  refusal: string | null
}

export const password = 'a fine long password'

/** An e-mail address that no other of the test run has. */
export const anAddress = (): string => `${unique('ann').replace(' ', '-')}@test.example`

/** What an access token of this session carries. */
export const claimsOf = ({ account_id, session_id }: Tokens): Claims => ({ sub: account_id, sid: session_id })

/** Somebody registers over the API, nobody being signed in. */
export function register(
  db: Db,
  email = anAddress(),
  secret: string | null = password,
  place: Place = {},
): Promise<Tokens> {
  return db.as(place, () =>
    db.one<Tokens>('select * from app_public.register_customer($1, $2, $3)', [email, secret, 'Ann']),
  )
}

/** Where a request comes from: its network address, and the digest of a browser's cookie. */
export type Place = { from?: string; device?: string }

/** Somebody signs in over the API. */
export function signIn(
  db: Db,
  email: string | null,
  secret: string | null = password,
  place: Place = {},
): Promise<Tokens> {
  return db.as(place, () => db.one<Tokens>('select * from app_public.sign_in($1, $2)', [email, secret]))
}

/** A refresh token is presented to the API, by whoever has it. */
export function refresh(db: Db, token: string | null): Promise<Tokens> {
  return db.as({}, () => db.one<Tokens>('select * from app_public.refresh_session($1)', [token]))
}

/** As if so much time had passed since whatever was counted of sign-ins. */
export const later = async (db: Pick<Db, 'query'>, interval: string) => {
  for (const table of ['sign_in_counts', 'network_attempts'])
    await db.query(`update app_private.${table} set counted_at = counted_at - $1::interval`, [interval])
}
