import { type RequestHandler, Router } from 'express'
import ical, { ICalEventStatus } from 'ical-generator'
import type { ErrorCode } from '../database/error_codes.ts'
import type { GraphQLInstance } from '../graphql/instance.ts'
import { describeSpan, noteRefusal } from '../process/tracing.ts'
import { type FormattedError, formatProblem, ProblemError } from '../rest/problem.ts'

/** How often calendar programs are asked to fetch a calendar again, seconds. */
const refreshSeconds = 900

const document = `mutation CalendarByLink($token: String!) {
  calendarByLink(input: { token: $token }) { linkedCalendar { name entries } }
}`

/** A calendar as calendar_by_link returns it. */
export interface LinkedCalendar {
  name: string
  entries: {
    uid: string
    sequence: number
    startsAt: string
    endsAt: string
    stampedAt: string
    summary: string
    location: string
  }[]
}

/** A calendar as a file (RFC 5545) for programs that subscribe to it. Equal calendars give equal files. */
export function calendarFeed({ name, entries }: LinkedCalendar): string {
  const file = ical({ name, prodId: { company: 'medislot', product: 'medislot' }, ttl: refreshSeconds })
  for (const { uid, sequence, startsAt, endsAt, stampedAt, summary, location } of entries) {
    file.createEvent({
      id: uid,
      sequence,
      status: ICalEventStatus.CONFIRMED,
      // Instants in UTC are correct in every calendar, whatever time zone data it has.
      start: new Date(startsAt),
      end: new Date(endsAt),
      stamp: new Date(stampedAt),
      summary,
      location,
    })
  }
  return file.toString()
}

/**
 * GET /calendars/<token>.ics: the calendar to which a link of create_calendar_link leads. A program that has the current file
 * gets 304. To be mounted at /calendars.
 */
export function calendars(graphql: GraphQLInstance, registry: Map<string, ErrorCode>): Router {
  const send: RequestHandler<{ token: string }> = async (request, response) => {
    describeSpan({ 'http.route': '/calendars/{token}.ics' }, 'GET /calendars/{token}.ics')
    const claims = { from: graphql.addressOf(request) }
    const deadline = graphql.deadlineOf(claims).follow(request.socket)
    try {
      const { data, errors } = await graphql.run({
        document,
        variables: { token: request.params.token },
        claims,
        requestId: request.id,
        deadline,
      })
      if (errors) {
        const error = new ProblemError(errors[0] as unknown as FormattedError)
        const { problem, headers } = formatProblem(registry, error, { requestId: request.id, anonymous: true })
        noteRefusal(problem.code)
        response.status(problem.status).set(headers).set('cache-control', 'no-store')
        response.type('application/problem+json').send(JSON.stringify(problem))
        return
      }
      const { linkedCalendar } = (data as { calendarByLink: { linkedCalendar: LinkedCalendar } }).calendarByLink
      response.set('cache-control', 'private, no-cache').type('text/calendar')
      response.send(calendarFeed(linkedCalendar))
    } finally {
      deadline.close()
    }
  }
  return Router().get(/^\/(?<token>[\w.-]{1,100})\.ics$/, send as unknown as RequestHandler)
}
