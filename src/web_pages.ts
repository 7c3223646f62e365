import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type RequestHandler, Router } from 'express'
import compressedFiles, { type ExpressStaticGzipOptions } from 'express-static-gzip'
import helmet from 'helmet'
import type { GraphQLInstance } from './graphql/instance.ts'
import { log } from './log.ts'
import type { Settings } from './settings.ts'
import { webSession } from './web_session.ts'

const dist = join(import.meta.dirname, '../dist')
const built = existsSync(join(dist, 'pages'))

/** The manifest of the documents that the pages send: none when they are not built. */
export const pagesManifests = built ? [join(dist, 'documents.json')] : []

// Every address that is a page; the script there finds out which one. Anything else is not found.
const pages = /^\/(book|bookings|desk|manage|profile|reset-password|sign-in)?(\/[\w/-]*)?$/

/** Serves a folder of dist/, in the compressed form that the build wrote beside a file where the client accepts it. */
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

const contentSecurityPolicy = helmet.contentSecurityPolicy({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    fontSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
})

const sendShell: RequestHandler = (request, response, next) => {
  const language = request.acceptsLanguages('en', 'de') || 'en'
  request.url = `/${request.path === '/' ? 'front' : 'page'}.${language}.html`
  shells(request, response, next)
}

/**
 * Answers a browser at an address that nothing took: with a page that says so, where a program gets JSON. A browser is
 * what asks for HTML before anything else.
 */
export const pageNotFound: RequestHandler = (request, response, next) => {
  const isBrowser = request.method === 'GET' && request.accepts('json', 'html') === 'html'
  if (!built || !isBrowser) return next()
  response.status(404)
  contentSecurityPolicy(request, response, () => sendShell(request, response, next))
}

/**
 * The pages for patients and clinics, as `npm run build:web` made them, and their sessions. Nothing runs or is
 * shown on a page but what comes from this server: no inline script, no inline style, no frame around it.
 * Without a build there are no pages, and the log says so; the API is served all the same.
 */
export function webPages(graphql: GraphQLInstance, settings: Pick<Settings, 'production' | 'publicUrl'>): Router {
  const router = Router()
  if (!built) {
    log.warn('The pages are not built (npm run build:web): only the API is served')
    return router
  }
  if (settings.production && settings.publicUrl?.startsWith('http:')) {
    log.warn('PUBLIC_URL is not https: sessions of the pages are not protected on their way')
  }
  router.use(webSession(graphql, settings))
  // Names of these files change with their content.
  router.use('/assets', files('assets', { immutable: true, maxAge: '1y' }))
  router.get(['/favicon.svg', '/third-party-notices.txt'], files('.'))
  router.get(pages, contentSecurityPolicy, sendShell)
  return router
}
