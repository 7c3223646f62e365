import { unique } from '../../helpers/clinic/world.ts'
import type { Claims, Db } from '../../helpers/database/database.ts'

/** The result of register_customer, sign_in, refresh_session and accept_invitation. */
export interface Tokens {
  account_id: string
  session_id: string
  refresh_token: string
  refresh_expires_at: Date
  refusal: string | null
}

export const password = 'a fine long password'

/** An e-mail address that is unique in the test run. */
export const anAddress = (): string => `${unique('ann').replace(' ', '-')}@test.example`

/** The claims of an access token of this session. */
export const claimsOf = ({ account_id, session_id }: Tokens): Claims => ({ sub: account_id, sid: session_id })

/** Registers a patient over the API, as an anonymous caller. */
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

/** Signs in over the API. */
export function signIn(
  db: Db,
  email: string | null,
  secret: string | null = password,
  place: Place = {},
): Promise<Tokens> {
  return db.as(place, () => db.one<Tokens>('select * from app_public.sign_in($1, $2)', [email, secret]))
}

/** Presents a refresh token to the API. */
export function refresh(db: Db, token: string | null): Promise<Tokens> {
  return db.as({}, () => db.one<Tokens>('select * from app_public.refresh_session($1)', [token]))
}

/** Moves the counts of sign-ins back in time by this much. */
export const later = async (db: Pick<Db, 'query'>, interval: string) => {
  for (const table of ['sign_in_counts', 'network_attempts'])
    await db.query(`update app_private.${table} set counted_at = counted_at - $1::interval`, [interval])
}

/**
 * Sends the mails about accounts that are due, and returns those to an address with the tokens of their links, in the
 * order in which they were written.
 */
export async function sent(db: Db, email: string) {
  await db.asOwner()
  const mails: { kind: string; subject: string; body: string; token: string }[] = []
  for (const { id } of await db.query('select id from app_private.claim_account_messages(100) id order by id'))
    for (const mail of await db.query(
      `select o.*, m.kind from app_private.account_message_of($1, 'https://book.test/') o, app_private.account_messages m
       where m.id = $1`,
      [id],
    )) {
      if (mail.recipient === email)
        mails.push({
          kind: mail.kind,
          subject: mail.subject,
          body: mail.body,
          token: /^https:\/\/book\.test\/[a-z/-]+#token=([\w-]{32})$/m.exec(mail.body)?.[1] ?? '',
        })
      await db.query('select app_private.end_account_message($1)', [id])
    }
  return mails
}

/** Registers a patient who then opens the link of the mail. */
export async function registerAndConfirm(db: Db, email = anAddress()): Promise<Tokens> {
  const tokens = await register(db, email)
  const mails = await sent(db, email)
  await db.as(claimsOf(tokens), () => db.query('select app_public.confirm_email($1)', [mails.at(-1)?.token]))
  await db.asOwner()
  return tokens
}
