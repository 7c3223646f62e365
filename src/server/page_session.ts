import { createHash, randomBytes } from 'node:crypto'
import { parseCookie } from 'cookie'
import express, { type Request, type RequestHandler, type Response, Router } from 'express'
import type { GraphQLError } from 'postgraphile/graphql'
import { retryAfter } from '../graphql/errors.ts'
import type { GraphQLInstance } from '../graphql/instance.ts'
import type { Settings } from '../process/settings.ts'
import type { Claims } from '../request/tokens.ts'

const path = '/web/session'

/**
 * Identifies a browser in which somebody has signed in, so that wrong passwords from others in the same network do not
 * lock its user out. It gives no rights.
 */
const deviceCookie = 'medislot-device'
const deviceLife = 90 * 24 * 3600 * 1000

const tokens = 'authTokens { accessToken expiresIn refreshToken refreshExpiresAt }'

// The mutations of the public API that begin or prolong a session. The pages send `input`, or nothing for refresh.
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
 * The cookie of a session. With https it has the prefix __Host-: browsers accept it only over https and only from this
 * host, so that neither another subdomain nor an attacker in the network can set it. A browser refuses such a cookie on
 * plain http (Safari also on localhost): there the cookie has another name and no such protection.
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
 * script can read. Responses look like GraphQL's: `{ data: { accessToken, expiresIn } | null }` or `{ errors }`; null
 * means that nobody is signed in.
 *
 *     POST /web/session/sign-in | register   { input }
 *     POST /web/session/accept-invitation    { input }   with the access token if the person has an account
 *     POST /web/session/refresh              { }
 *     POST /web/session/sign-out             { }     the access token is needed only without the cookie
 *
 * Other sites cannot make a browser send such requests: the cookie is SameSite=Strict, and a request needs a JSON body
 * and a custom header, for both of which a browser sends a preflight request first, which this server does not allow.
 */
export function webSession(graphql: GraphQLInstance, settings: CookieSettings): Router {
  const { name: cookieName, ...cookie } = sessionCookie(settings)
  const router = Router()
  router.use(path, onlyOurPages, express.json({ limit: '10kb' }))

  router.post(`${path}/sign-out`, async (request, response) => {
    const refreshToken = parseCookie(request.get('cookie') ?? '')[cookieName]
    const errors = await endSession(graphql, request, refreshToken)
    // The page must not say "signed out" when the session could not be ended.
    if (errors.length > 0) return void response.status(503).json({ errors })
    response.clearCookie(cookieName, cookie)
    response.json({ data: null })
  })

  router.post(`${path}/refresh`, async (request, response) => {
    const refreshToken = parseCookie(request.get('cookie') ?? '')[cookieName]
    if (!refreshToken) return void response.json({ data: null })
    const { tokens, errors } = await begin(graphql, request, 'refresh', {
      input: { refreshToken },
      claims: { from: graphql.addressOf(request) },
    })
    if (tokens) return sendTokens(response, tokens)
    // Only when the session is over: a database that does not answer in time must not sign people out.
    const isOver = errors?.some(({ extensions }) => ended.includes(String(extensions?.code)))
    if (isOver) response.clearCookie(cookieName, cookie)
    sendErrors(response, errors)
  })

  router.post(`${path}/:how`, async (request, response, next) => {
    const { how } = request.params
    if (!documents.has(how)) return next()
    const device = deviceOf(request)
    const claims: Claims = {
      // An invitation is accepted by the account that is signed in, if the person has one.
      ...(how === 'accept-invitation' && (await ownClaims(graphql, request))),
      from: graphql.addressOf(request),
      // A digest: what reaches the database may reach its log.
      device: createHash('sha256').update(device).digest('base64url'),
    }
    const { tokens, errors } = await begin(graphql, request, how, { input: request.body?.input, claims })
    if (!tokens) return sendErrors(response, errors)
    sendTokens(response, tokens, device)
  })

  function sendTokens(
    response: Response,
    { refreshToken, refreshExpiresAt, accessToken, expiresIn }: AuthTokens,
    device?: string,
  ): void {
    response.cookie(cookieName, refreshToken, { ...cookie, expires: new Date(refreshExpiresAt) })
    if (device) response.cookie(deviceCookie, device, { ...cookie, path, maxAge: deviceLife })
    response.json({ data: { accessToken, expiresIn } })
  }

  return router
}

/** The claims of the access token that a page sends, if it has one. */
const ownClaims = (graphql: GraphQLInstance, request: Request): Promise<Claims> =>
  graphql.tokens.claimsOf(request.get('authorization')).catch(() => ({}))

/** Runs the mutation that begins or prolongs a session. */
async function begin(
  graphql: GraphQLInstance,
  request: Request,
  how: string,
  { input, claims }: { input: unknown; claims: Claims },
) {
  const document = documents.get(how) as string
  const { data, errors } = await graphql.run({ document, variables: { input }, claims, requestId: request.id })
  const tokens = (data as { tokens?: { authTokens?: AuthTokens } } | null)?.tokens?.authTokens
  return { tokens, errors }
}

/** Ends a session. Returns the errors that may have left it open. */
async function endSession(
  graphql: GraphQLInstance,
  request: Request,
  refreshToken: string | undefined,
): Promise<readonly GraphQLError[]> {
  // By the cookie, since the access token may have expired. A page without the cookie may still have an access token.
  const claims = refreshToken ? {} : await ownClaims(graphql, request)
  const { errors } = await graphql.run({
    document: signOut,
    variables: { input: { refreshToken } },
    claims,
    requestId: request.id,
  })
  return errors?.filter(({ extensions }) => extensions?.code !== 'unauthenticated') ?? []
}

function sendErrors(response: Response, errors: readonly GraphQLError[] | undefined): void {
  const wait = retryAfter(errors)
  if (wait) response.status(429).set('retry-after', wait)
  response.json({ errors })
}

/** The browser's name from its cookie, or a new one. */
function deviceOf(request: Request): string {
  const known = parseCookie(request.get('cookie') ?? '')[deviceCookie] ?? ''
  return /^[\w-]{43}$/.test(known) ? known : randomBytes(32).toString('base64url')
}

const onlyOurPages: RequestHandler = (request, response, next) => {
  response.set('cache-control', 'no-store')
  if (request.get('x-medislot-web') === '1' && request.is('application/json')) return next()
  response.status(403).json({ errors: [{ message: 'Only for the pages.', extensions: { code: 'forbidden' } }] })
}
