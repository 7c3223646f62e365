import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCookie } from 'cookie'
import { type Request, type RequestHandler, Router } from 'express'
import compressedFiles, { type ExpressStaticGzipOptions } from 'express-static-gzip'
import helmet from 'helmet'
import { originOfStore, type RecordingSettings } from '../consultation/recordings.ts'
import type { GraphQLInstance } from '../graphql/instance.ts'
import { log } from '../process/log.ts'
import type { Settings } from '../process/settings.ts'
import { positionHeader } from '../request/positions.ts'
import { firstTimes } from './first_times.ts'
import { webSession } from './page_session.ts'

const dist = join(import.meta.dirname, '../../dist')
const built = existsSync(join(dist, 'pages'))

/** The manifest of the documents that the pages send; empty when the pages are not built. */
export const pagesManifests = built ? [join(dist, 'documents.json')] : []

// Every address that is a page; the script decides which one. Anything else is not found.
const pages =
  /^\/(book|bookings|confirm-booking|confirm-email|desk|join|manage|offer|pay|payments|profile|reset-password|sign-in|visit)?(\/[\w/-]*)?$/

/** Serves a folder of dist/, with the compressed files that the build has written if the client accepts them. */
const files = (folder: string, serveStatic: ExpressStaticGzipOptions['serveStatic'] = {}): RequestHandler =>
  compressedFiles(join(dist, folder), {
    enableBrotli: true,
    orderPreference: ['br', 'gzip'],
    index: false,
    serveStatic,
  })

const shells = files('pages', {
  cacheControl: false,
  setHeaders(response) {
    response.setHeader('cache-control', 'no-cache')
    response.setHeader('vary', 'Accept-Encoding, Accept-Language')
  },
})

const contentSecurityPolicy = (settings: RecordingSettings) =>
  helmet.contentSecurityPolicy({
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      fontSrc: ["'self'"],
      imgSrc: ["'self'"],
      // The doctor's browser uploads recordings to the bucket itself.
      connectSrc: ["'self'", ...(settings.recordings ? [originOfStore(settings.recordings)] : [])],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  })

const policyOfNoStorage = contentSecurityPolicy({})

/** The language of the pages for a browser, and the locale for dates: its own regional variant if it names one. */
function languageOf(request: Request): { language: string; locale: string } {
  const language = request.acceptsLanguages('en', 'de') || 'en'
  const variant = request
    .acceptsLanguages()
    .find((tag) => /^[a-z]{2}(-[a-z]{2})?$/i.test(tag) && tag.startsWith(language))
  return { language, locale: variant ?? language }
}

/** Whether the pages have changed something in this browser a moment ago (src/web/data/position.ts). */
const hasChanged = (request: Request) => parseCookie(request.get('cookie') ?? '')[positionHeader] !== undefined

/** Sends the front page with its first free times. */
function frontPage(graphql: GraphQLInstance): RequestHandler {
  const times = firstTimes(graphql)
  const shellOf = Object.fromEntries(
    ['en', 'de'].map((language) => [language, readFileSync(join(dist, `pages/front.${language}.html`), 'utf8')]),
  )
  return async (request, response) => {
    const { language, locale } = languageOf(request)
    // The script requests the times of a search, and those after a change of this browser, which the known ones may lack.
    const isAsKnown = Object.keys(request.query).length === 0 && !hasChanged(request)
    const found = isAsKnown ? await times(locale, language) : ''
    response.setHeader('cache-control', 'no-cache')
    response.setHeader('vary', 'Accept-Encoding, Accept-Language')
    response.type('html').send(shellOf[language]?.replace('<!--times-->', () => found))
  }
}

const sendShell: RequestHandler = (request, response, next) => {
  const { language } = languageOf(request)
  request.url = `/${request.path === '/' ? 'front' : 'page'}.${language}.html`
  shells(request, response, next)
}

/**
 * Answers a browser at an unknown address with a page, where a program gets JSON. A client that prefers HTML is taken for a
 * browser.
 */
export const pageNotFound: RequestHandler = (request, response, next) => {
  const isBrowser = request.method === 'GET' && request.accepts('json', 'html') === 'html'
  if (!built || !isBrowser) return next()
  response.status(404)
  policyOfNoStorage(request, response, () => sendShell(request, response, next))
}

/**
 * The pages for patients and clinics, built by `npm run build:web`, and their sessions. A page can load only what comes from
 * this server: no inline scripts, no inline styles, no frames. Without a build there are no pages, which is logged, and the
 * API works without them.
 */
export function webPages(
  graphql: GraphQLInstance,
  settings: Pick<Settings, 'production' | 'publicUrl'> & RecordingSettings,
): Router {
  const router = Router()
  if (!built) {
    log.warn('The pages are not built (npm run build:web): only the API is served')
    return router
  }
  if (settings.production && settings.publicUrl?.startsWith('http:')) {
    log.warn('PUBLIC_URL is not https: the sessions of the pages travel unencrypted')
  }
  router.use(webSession(graphql, settings))
  // The names of these files change with their content.
  router.use('/assets', files('assets', { immutable: true, maxAge: '1y' }))
  router.get(['/favicon.svg', '/third-party-notices.txt'], files('.'))
  const policy = contentSecurityPolicy(settings)
  router.get('/', policy, frontPage(graphql))
  router.get(pages, policy, sendShell)
  return router
}
