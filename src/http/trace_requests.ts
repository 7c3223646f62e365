import type { RequestHandler } from 'express'
import { describeSpan, inSpan, isTracing, noteRefusal, SpanKind } from '../process/tracing.ts'

/** Makes a span of each request, caused by the span in its traceparent header, if it has one. */
export const traceRequests: RequestHandler = (request, response, next) => {
  if (!isTracing() || /^\/(healthz|readyz|metrics)$/.test(request.path)) return next()
  const { method } = request
  const attributes = { 'http.request.method': method }
  void inSpan(method, { kind: SpanKind.SERVER, attributes, causedBy: request.get('traceparent') }, async () => {
    const closed = new Promise((resolve) => response.once('close', resolve))
    next()
    await closed
    describeSpan({ 'http.response.status_code': response.statusCode })
    if (response.statusCode >= 500) noteRefusal(String(response.statusCode))
  })
}
