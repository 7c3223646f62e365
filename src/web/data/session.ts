import { useSyncExternalStore } from 'react'
import type { Language } from '../text/language.ts'
import { storeOffsets, UtcOffsets, unknownZones } from '../time/clocks.ts'
import { post, Refusal, run } from './client.ts'
import { graphql } from './generated/gql.ts'
import type { CurrentPersonQuery, TypedDocumentString } from './generated/graphql.ts'

const CurrentPerson = graphql(`
  query CurrentPerson {
    currentPerson { accountId email emailIsConfirmed newEmail fullName customerId customerIds isAdmin deskClinicIds managerClinicIds staffClinicIds }
  }
`)

export type Person = NonNullable<CurrentPersonQuery['currentPerson']>

/** Whether a person works for a clinic in any role, or is an administrator. */
export const isStaff = (person: MaybePerson): boolean =>
  !!person && (person.isAdmin === true || !!person.staffClinicIds?.length)

/** Whether a person manages a clinic, or is an administrator. */
export const isManager = (person: MaybePerson): boolean =>
  !!person && (person.isAdmin === true || !!person.managerClinicIds?.length)

/** The first page after signing in: the desk for staff, the own bookings for patients. */
export const homeOf = (person: Person): string => (isStaff(person) ? '/desk' : '/bookings')

/** The person who is signed in: undefined while that is not known yet, null if nobody is signed in. */
type MaybePerson = Person | null | undefined

interface Tokens {
  accessToken: string
  /** Milliseconds of Date.now(). */
  validUntil: number
}

// The access token is kept only here; the refresh token is in a cookie that scripts cannot read.
let tokens: Tokens | undefined
let current: MaybePerson
const listeners = new Set<() => void>()

function setPerson(person: MaybePerson) {
  current = person
  for (const listener of listeners) listener()
}

const sessionRequest = (how: string, body: unknown = {}, headers = {}) =>
  post(`/web/session/${how}`, body, { 'x-medislot-web': '1', ...headers }) as Promise<{
    accessToken: string
    expiresIn: number
  } | null>

function storeTokens(given: { accessToken: string; expiresIn: number } | null) {
  tokens = given
    ? // Half a minute early, so that no token expires during a request.
      { accessToken: given.accessToken, validUntil: Date.now() + (given.expiresIn - 30) * 1000 }
    : undefined
}

const sessionEnded = ['refresh_token_invalid', 'refresh_token_reused']
let refreshing: Promise<void> | undefined

/** A refresh token works once, so the tabs of a browser, which share the cookie, refresh one after the other. */
function refresh(): Promise<void> {
  const turn = async () => {
    try {
      storeTokens(await sessionRequest('refresh'))
    } catch (error) {
      if (!(error instanceof Refusal) || !sessionEnded.includes(error.code)) throw error
      storeTokens(null)
    }
  }
  refreshing ??= (navigator.locks ? navigator.locks.request('medislot-session', turn) : turn()).finally(() => {
    refreshing = undefined
  })
  return refreshing
}

/** A valid access token, or undefined if nobody is signed in. */
export async function accessToken(): Promise<string | undefined> {
  if (tokens && tokens.validUntil < Date.now()) {
    await refresh()
    if (!tokens) setPerson(null)
  }
  return tokens?.accessToken
}

/** Runs a document for the person who is signed in, or for an anonymous visitor. Throws as run() does. */
export async function request<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const answer = await requestAsPerson(document, variables, signal)
  // A page needs the UTC offsets of a clinic's zone before it shows the clinic's times.
  const timeZones = [...unknownZones(answer)]
  if (timeZones.length > 0) storeOffsets(await run(UtcOffsets, { timeZones }, undefined, signal))
  return answer
}

async function requestAsPerson<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const token = await accessToken()
  try {
    return await run(document, variables, token, signal)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'unauthenticated' || !token) throw error
    // The token has expired although it was valid by this device's clock, or was revoked. Nothing was executed, so it can be
    // retried.
    if (tokens?.accessToken === token) await refresh()
    if (tokens) return await run(document, variables, tokens.accessToken, signal)
    setPerson(null)
    throw error
  }
}

/** Loads the person who is signed in, after a sign-in or a change of their name. */
export async function loadCurrentPerson(): Promise<void> {
  setPerson(tokens ? (await run(CurrentPerson, {}, await accessToken())).currentPerson : null)
}

/** Restores a session that is still open when the pages start. */
export async function startSession(): Promise<void> {
  try {
    await refresh()
    await loadCurrentPerson()
  } catch {
    // If the server is unreachable, nobody is signed in; each part of the page shows the error.
    setPerson(null)
  }
}

export const signIn = async (input: { email: string; password: string }) => {
  storeTokens(await sessionRequest('sign-in', { input }))
  await loadCurrentPerson()
}

interface Registration {
  email: string
  password: string
  fullName: string
  phone?: string
  preferredLanguage: Language
}

export const register = async (input: Registration) => {
  storeTokens(await sessionRequest('register', { input }))
  await loadCurrentPerson()
}

/** Joins a clinic's staff by the token of an invitation; the password is for a person without an account. */
export const acceptInvitation = async (input: { token: string; password?: string }) => {
  const token = await accessToken()
  storeTokens(await sessionRequest('accept-invitation', { input }, token ? { authorization: `Bearer ${token}` } : {}))
  await loadCurrentPerson()
}

export async function signOut(): Promise<void> {
  // Even an expired token: it is needed only if the cookie is missing.
  const token = tokens?.accessToken
  await sessionRequest('sign-out', {}, token ? { authorization: `Bearer ${token}` } : {})
  storeTokens(null)
  setPerson(null)
}

/** The person who is signed in; renders again when that changes. */
export function useCurrentPerson(): MaybePerson {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )
}
