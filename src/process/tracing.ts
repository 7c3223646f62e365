import { type Attributes, context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { log } from './log.ts'

// Spans are made here and not by instrumentation of libraries: those record statements, and the first statement of each
// transaction contains who calls and from which address. Attributes are names and numbers of ours, never values of
// callers.

const tracer = trace.getTracer('medislot')
let isOn = false

/** Whether traces are collected. */
export const isTracing = (): boolean => isOn

/**
 * Sends traces to an OpenTelemetry collector from now on, if there is an address of one (OTLP over HTTP). Only then is
 * the SDK loaded. Returns a function that sends what is left.
 */
export async function startTracing(endpoint: string | undefined, program: string): Promise<() => Promise<void>> {
  if (!endpoint) return async () => {}
  const [{ AsyncLocalStorageContextManager }, { W3CTraceContextPropagator }, { OTLPTraceExporter }, resources, sdk] =
    await Promise.all([
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/core'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/sdk-trace'),
    ])
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` })
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({
      'service.name': process.env.OTEL_SERVICE_NAME ?? `medislot-${program}`,
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter })],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  isOn = true
  return () => provider.shutdown().catch((error) => log.warn({ err: error }, 'the last traces were not sent'))
}

interface SpanOptions {
  kind?: SpanKind
  attributes?: Attributes
  /** The span that caused this one, as a W3C traceparent; by default the current one. */
  causedBy?: string | undefined
}

export { SpanKind }

/** Runs work in a span, which ends with it. The span of work that throws names the error by its code. */
export async function inSpan<T>(
  name: string,
  { kind = SpanKind.INTERNAL, attributes = {}, causedBy }: SpanOptions,
  work: () => T | Promise<T>,
): Promise<T> {
  if (!isOn) return work()
  const parent = causedBy ? propagation.extract(context.active(), { traceparent: causedBy }) : context.active()
  const current = trace.getActiveSpan()
  // If the work has another cause, the current span is added as a link.
  const links = causedBy && current ? [{ context: current.spanContext() }] : []
  return tracer.startActiveSpan(name, { kind, attributes, links }, parent, async (span) => {
    try {
      return await work()
    } catch (error) {
      fail(span, (error as { code?: string } | null)?.code ?? 'error')
      throw error
    } finally {
      span.end()
    }
  })
}

/** Names the refusal or the error with which the current span ends. */
export function noteRefusal(code: string | undefined): void {
  const span = isOn ? trace.getActiveSpan() : undefined
  if (span && code) fail(span, code)
}

/** Adds attributes to the current span, and renames it if there is a name. */
export function describeSpan(attributes: Attributes, name?: string): void {
  const span = isOn ? trace.getActiveSpan() : undefined
  span?.setAttributes(attributes)
  if (name) span?.updateName(name)
}

function fail(span: Span, code: string): void {
  span.setAttribute('error.type', code).setStatus({ code: SpanStatusCode.ERROR })
}

/** The current span as a W3C traceparent; undefined when nothing is traced. */
export function currentTraceparent(): string | undefined {
  if (!isOn) return undefined
  const carrier: { traceparent?: string } = {}
  propagation.inject(context.active(), carrier)
  return carrier.traceparent
}
