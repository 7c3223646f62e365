import { randomUUID } from 'node:crypto'
import type { ErrorRequestHandler, RequestHandler } from 'express'
import { log } from './log.ts'

declare global {
  namespace Express {
    interface Request {
      /** Names the request in the log and to the client: the client's own X-Request-Id, or one made here. */
      id: string
    }
  }
}

/** Gives every request its id, sends it back as X-Request-Id, and logs the answer. Never the query string or a body. */
export const identifyRequests: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id')
  request.id = given && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
  response.set('x-request-id', request.id)
  const began = performance.now()
  response.once('close', () => {
    // Probes come every few seconds and say nothing new.
    const level = /^\/(healthz|readyz|metrics)$/.test(request.path) ? 'debug' : 'info'
    log[level](
      {
        requestId: request.id,
        method: request.method,
        path: request.path,
        status: response.statusCode,
        ms: Math.round(performance.now() - began),
        ...(response.writableFinished ? {} : { aborted: true }),
      },
      'request',
    )
  })
  next()
}

/** Answers what no route took. */
export const notFound: RequestHandler = (request, response) => {
  response.status(404).json({ error: 'not_found', message: 'There is nothing at this address.', requestId: request.id })
}

/** Answers what a route threw: our fault, so it is logged whole and told without internals. */
export const internalError: ErrorRequestHandler = (error, request, response, next) => {
  log.error({ err: error, requestId: request.id }, 'request failed')
  if (response.headersSent) return next(error)
  response.status(500).json({ error: 'internal_error', message: 'An unexpected error occurred', requestId: request.id })
}
