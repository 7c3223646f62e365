import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express, { Router } from 'express'
import helmet from 'helmet'
import type { GraphQLInstance } from './graphql/instance.ts'
import { log } from './log.ts'
import type { Settings } from './settings.ts'
import { webSession } from './web_session.ts'

const dist = join(import.meta.dirname, '../dist')
const built = existsSync(join(dist, 'index.html'))

/** The manifest of the documents that the pages send: none when they are not built. */
export const pagesManifests = built ? [join(dist, 'documents.json')] : []

// Every address that is a page; the script there finds out which one. Anything else stays a 404.
const pages = /^\/(book|bookings|desk|manage|profile|reset-password|sign-in)?(\/[\w/-]*)?$/

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
  router.use('/assets', express.static(join(dist, 'assets'), { immutable: true, maxAge: '1y', fallthrough: false }))
  for (const file of ['/favicon.svg', '/third-party-notices.txt']) router.use(file, express.static(join(dist, file)))
  router.get(
    pages,
    helmet.contentSecurityPolicy({
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
    }),
    (_request, response) => {
      response.set('cache-control', 'no-cache')
      response.sendFile(join(dist, 'index.html'))
    },
  )
  return router
}
