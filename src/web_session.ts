import { createHash, randomBytes } from 'node:crypto'
import { parseCookie } from 'cookie'
import express, { type RequestHandler, Router } from 'express'
import { retryAfter } from './graphql/errors.ts'
import type { GraphQLInstance } from './graphql/instance.ts'
import type { Claims } from './graphql/tokens.ts'
import type { Settings } from './settings.ts'

const path = '/web/session'

/**
 * Names the browser for as long as somebody signs in with it now and then, so that wrong guesses which others make in its
 * network do not lock its user out. It opens nothing.
 */
const deviceCookie = 'medislot-device'
const deviceLife = 90 * 24 * 3600 * 1000

const tokens = 'authTokens { accessToken expiresIn refreshToken refreshExpiresAt }'

// What starts or prolongs a session, as the public API has it. The pages send `input`, or nothing for refresh.
const documents = new Map(
  Object.entries({
    'sign-in': `mutation ($input: SignInInput!) { tokens: signIn(input: $input) { ${tokens} } }`,
    register: `mutation ($input: RegisterCustomerInput!) { tokens: registerCustomer(input: $input) { ${tokens} } }`,
    'accept-invitation': `mutation ($input: AcceptInvitationInput!) { tokens: acceptInvitation(input: $input) { ${tokens} } }`,
    refresh: `mutation ($input: RefreshSessionInput!) { tokens: refreshSession(input: $input) { ${tokens} } }`,
  }),
)
const signOut = 'mutation ($input: SignOutInput!) { signOut(input: $input) { result } }'

const ended = ['refresh_token_invalid', 'refresh_token_reused']

type CookieSettings = Pick<Settings, 'production' | 'publicUrl'>

/**
 * The cookie of a session. Where people come by https it has the prefix __Host-: browsers accept it only over https and
 * only from this very host, so that neither a neighbouring subdomain nor anybody on the line can set another. A browser
 * on plain http would refuse it (Safari also on localhost): there the cookie has another name and no such protection.
 */
export function sessionCookie({ production, publicUrl }: CookieSettings) {
  const secure = publicUrl ? publicUrl.startsWith('https:') : production
  const place = secure ? { name: '__Host-medislot-session', path: '/' } : { name: 'medislot-session', path }
  return { ...place, secure, httpOnly: true, sameSite: 'strict' } as const
}

interface AuthTokens {
  accessToken: string
  expiresIn: number
  refreshToken: string
  refreshExpiresAt: string
}

/**
 * Sessions of the pages: the API's own mutations, run in process, with the refresh token moved into a cookie that no
 * script can read. Answers look like GraphQL's: `{ data: { accessToken, expiresIn } | null }` or `{ errors }`; null
 * means that nobody is signed in.
 *
 *     POST /web/session/sign-in | register   { input }
 *     POST /web/session/accept-invitation    { input }   with the access token of who has an account
 *     POST /web/session/refresh              { }
 *     POST /web/session/sign-out             { }     the access token is needed only without the cookie
 *
 * Another site can make a browser send nothing here: the cookie is SameSite=Strict, and a request needs a JSON body and
 * a header of its own, for both of which a browser asks this server first, and is not answered.
 */
export function webSession(graphql: GraphQLInstance, settings: CookieSettings): Router {
  const { name: cookieName, ...cookie } = sessionCookie(settings)
  const router = Router()
  router.use(path, onlyOurPages, express.json({ limit: '10kb' }))

  router.post(`${path}/sign-out`, async (request, response) => {
    const refreshToken = parseCookie(request.get('cookie') ?? '')[cookieName]
    // By the cookie, since the access token may have expired. A page whose cookie is gone may still have that.
    const claims = refreshToken ? {} : await graphql.tokens.claimsOf(request.get('authorization')).catch(() => ({}))
    const { errors } = await graphql.run({
      document: signOut,
      variables: { input: { refreshToken } },
      claims,
      requestId: request.id,
    })
    // Nobody is told to be signed out whose session could not be ended.
    const failed = errors?.filter(({ extensions }) => extensions?.code !== 'unauthenticated')
    if (failed?.length) return void response.status(503).json({ errors: failed })
    response.clearCookie(cookieName, cookie)
    response.json({ data: null })
  })

  router.post(`${path}/:how`, async (request, response, next) => {
    const { how } = request.params
    const document = documents.get(how)
    if (!document) return next()
    const { [cookieName]: refreshToken, [deviceCookie]: knownDevice } = parseCookie(request.get('cookie') ?? '')
    if (how === 'refresh' && !refreshToken) return void response.json({ data: null })

    const input = how === 'refresh' ? { refreshToken } : request.body?.input
    // An invitation is accepted by who is signed in, if they have an account.
    const own = how === 'accept-invitation' ? graphql.tokens.claimsOf(request.get('authorization')) : {}
    const device = /^[\w-]{43}$/.test(knownDevice ?? '')
      ? (knownDevice as string)
      : randomBytes(32).toString('base64url')
    const claims: Claims = {
      ...(await Promise.resolve(own).catch(() => ({}))),
      from: graphql.addressOf(request),
      // A digest: what reaches the database may reach its log.
      ...(how !== 'refresh' && { device: createHash('sha256').update(device).digest('base64url') }),
    }
    const { data, errors } = await graphql.run({ document, variables: { input }, claims, requestId: request.id })
    const given = (data as { tokens?: { authTokens?: AuthTokens } } | null)?.tokens?.authTokens
    if (!given) {
      // Only when the session is over: a database that did not answer in time must not sign anybody out.
      if (how === 'refresh' && errors?.some(({ extensions }) => ended.includes(String(extensions?.code)))) {
        response.clearCookie(cookieName, cookie)
      }
      const wait = retryAfter(errors)
      if (wait) response.status(429).set('retry-after', wait)
      return void response.json({ errors })
    }
    response.cookie(cookieName, given.refreshToken, { ...cookie, expires: new Date(given.refreshExpiresAt) })
    if (how !== 'refresh') response.cookie(deviceCookie, device, { ...cookie, path, maxAge: deviceLife })
    const { accessToken, expiresIn } = given
    response.json({ data: { accessToken, expiresIn } })
  })

  return router
}

const onlyOurPages: RequestHandler = (request, response, next) => {
  response.set('cache-control', 'no-store')
  if (request.get('x-medislot-web') === '1' && request.is('application/json')) return next()
  response.status(403).json({ errors: [{ message: 'Only for the pages.', extensions: { code: 'forbidden' } }] })
}
