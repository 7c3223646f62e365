import { timingSafeEqual } from 'node:crypto'
import type { Request } from 'express'

/** Whether a request may read GET /metrics: it comes from this machine, or has METRICS_TOKEN as its bearer token. */
export function mayReadMetrics(request: Request, metricsToken: string | undefined): boolean {
  // Behind a proxy on this machine every request comes from this machine.
  const isLocal =
    /^(::1|(::ffff:)?127\.\d+\.\d+\.\d+)$/.test(request.socket.remoteAddress ?? '') &&
    !request.get('x-forwarded-for') &&
    !request.get('forwarded')
  return isLocal || isBearer(request.get('authorization'), metricsToken)
}

function isBearer(header: string | undefined, token: string | undefined): boolean {
  if (token === undefined) return false
  const given = Buffer.from(header ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}
