import { useSyncExternalStore } from 'react'
import { learnClocks, UtcOffsets, unknownZones } from './clocks.ts'
import { post, Refusal, run } from './graphql/client.ts'
import { graphql } from './graphql/generated/gql.ts'
import type { CurrentPersonQuery, TypedDocumentString } from './graphql/generated/graphql.ts'
import type { Language } from './text/language.ts'

const CurrentPerson = graphql(`
  query CurrentPerson {
    currentPerson { accountId email fullName customerId isAdmin deskClinicIds managerClinicIds staffClinicIds }
  }
`)

export type Person = NonNullable<CurrentPersonQuery['currentPerson']>

/** Whether somebody works for a clinic, in whatever role, or for all of them. */
export const isStaff = (who: Who): boolean => !!who && (who.isAdmin === true || !!who.staffClinicIds?.length)

/** Whether somebody runs a clinic, or all of them. */
export const isManager = (who: Who): boolean => !!who && (who.isAdmin === true || !!who.managerClinicIds?.length)

/** Where somebody's work begins: at the desk for those who have one, else with their own bookings. */
export const homeOf = (who: Person): string => (isStaff(who) ? '/desk' : '/bookings')

/** Who is here: `undefined` while that is being found out, null when nobody is signed in. */
type Who = Person | null | undefined

interface Tokens {
  accessToken: string
  /** Milliseconds of Date.now(). */
  goodUntil: number
}

// The access token lives here and nowhere else; the refresh token in a cookie that scripts cannot read.
let tokens: Tokens | undefined
let who: Who
const listeners = new Set<() => void>()

function setWho(person: Who) {
  who = person
  for (const listener of listeners) listener()
}

const sessionRequest = (how: string, body: unknown = {}, headers = {}) =>
  post(`/web/session/${how}`, body, { 'x-medislot-web': '1', ...headers }) as Promise<{
    accessToken: string
    expiresIn: number
  } | null>

function keep(given: { accessToken: string; expiresIn: number } | null) {
  tokens = given
    ? // Half a minute early, so that none expires on its way.
      { accessToken: given.accessToken, goodUntil: Date.now() + (given.expiresIn - 30) * 1000 }
    : undefined
}

const sessionEnded = ['refresh_token_invalid', 'refresh_token_reused']
let refreshing: Promise<void> | undefined

/** A refresh token works once, so the tabs of a browser, which share the cookie, take turns. */
function refresh(): Promise<void> {
  const turn = async () => {
    try {
      keep(await sessionRequest('refresh'))
    } catch (error) {
      if (!(error instanceof Refusal) || !sessionEnded.includes(error.code)) throw error
      keep(null)
    }
  }
  refreshing ??= (navigator.locks ? navigator.locks.request('medislot-session', turn) : turn()).finally(() => {
    refreshing = undefined
  })
  return refreshing
}

/** An access token that is good, or undefined when nobody is signed in. */
export async function accessToken(): Promise<string | undefined> {
  if (tokens && tokens.goodUntil < Date.now()) {
    await refresh()
    if (!tokens) setWho(null)
  }
  return tokens?.accessToken
}

/** Runs a document for the person who is here. Throws as run() does. */
export async function ask<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const answer = await askAsPerson(document, variables, signal)
  // Before a page shows a clinic's times it knows the clinic's clocks.
  const timeZones = [...unknownZones(answer)]
  if (timeZones.length > 0) learnClocks(await run(UtcOffsets, { timeZones }, undefined, signal))
  return answer
}

async function askAsPerson<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const token = await accessToken()
  try {
    return await run(document, variables, token, signal)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'unauthenticated' || !token) throw error
    // Expired before this device's clock says so, or signed out elsewhere. Nothing was done, so it can be asked again.
    if (tokens?.accessToken === token) await refresh()
    if (tokens) return await run(document, variables, tokens.accessToken, signal)
    setWho(null)
    throw error
  }
}

/** Finds out who is here, again: after a sign-in, or when they changed their name. */
export async function findOutWho(): Promise<void> {
  setWho(tokens ? (await run(CurrentPerson, {}, await accessToken())).currentPerson : null)
}

/** Finds out at the start who is here: a session may have been left open. */
export async function startSession(): Promise<void> {
  try {
    await refresh()
    await findOutWho()
  } catch {
    // Without the server there is nobody; each part of the page says that it cannot be reached.
    setWho(null)
  }
}

export const signIn = async (input: { email: string; password: string }) => {
  keep(await sessionRequest('sign-in', { input }))
  await findOutWho()
}

interface Registration {
  email: string
  password: string
  fullName: string
  phone?: string
  preferredLanguage: Language
}

export const register = async (input: Registration) => {
  keep(await sessionRequest('register', { input }))
  await findOutWho()
}

/** Joins a clinic's staff by the token of an invitation; a password is for who has no account yet. */
export const acceptInvitation = async (input: { token: string; password?: string }) => {
  const token = await accessToken()
  keep(await sessionRequest('accept-invitation', { input }, token ? { authorization: `Bearer ${token}` } : {}))
  await findOutWho()
}

export async function signOut(): Promise<void> {
  // As it is, expired or not: it is needed only when the cookie is gone.
  const token = tokens?.accessToken
  await sessionRequest('sign-out', {}, token ? { authorization: `Bearer ${token}` } : {})
  keep(null)
  setWho(null)
}

/** Who is here, followed as it changes. */
export function useWho(): Who {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => who,
  )
}
