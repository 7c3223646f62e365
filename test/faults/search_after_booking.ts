import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { aClinic, aCustomer, aDoctor, aSlot } from '../helpers/clinic/world.ts'
import type { Connection } from '../helpers/database/connection.ts'
import { tokenOf } from '../helpers/programs/tokens.ts'
import type { Site } from './site.ts'

/** A client that books, and at once searches without signing in. */
export interface Searcher {
  /** Ends it after its current search, of which there is at least one. */
  stop(): Promise<{ searches: number; wrong: string[] }>
}

const slotsOfTrial = 60
const patienceMs = 4000

/**
 * Starts a client with a clinic of its own. After each booking it searches on either server with the position of the booking,
 * by REST and by GraphQL, as the pages do. A slot that it has booked is free never again, so no search may find it.
 */
export async function searchAfterBooking({ servers }: Site, owner: Connection): Promise<Searcher> {
  const clinicId = await aClinic(owner)
  const doctorId = await aDoctor(owner, clinicId)
  const { claims } = await aCustomer(owner)
  const slotIds: string[] = []
  for (let n = 0; n < slotsOfTrial; n++) slotIds.push(await aSlot(owner, clinicId, doctorId, 24 + n))
  const authorization = `Bearer ${await tokenOf(claims, 3600 * 6)}`

  let over = false
  let searches = 0
  const wrong: string[] = []
  const booked = new Set<string>()
  const url = (n: number) => `http://127.0.0.1:${servers[n % 2]?.proxy.port}`

  async function book(slotId: string): Promise<string | undefined> {
    // Repeated with its key until it is done: a lost response may be that of a booking that was made.
    const key = randomUUID()
    for (let n = 0; !over || searches === 0; n++) {
      const response = await ask(`${url(n)}/api/bookingSlots/${slotId}/book`, {
        method: 'POST',
        headers: { authorization, 'idempotency-key': key },
      })
      if (response?.status === 201) return response.headers.get('medislot-position') ?? undefined
      await sleep(50)
    }
    return undefined
  }

  async function search(n: number, position: string): Promise<void> {
    const headers = { 'medislot-position': position }
    const rest = await ask(`${url(n)}/api/doctors/${doctorId}/bookingSlots?limit=100`, { headers })
    const query = `{ availableSlots(clinicId: ${clinicId}, pageSize: 100) { bookingSlotId } }`
    const graphql = await ask(`${url(n)}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    })
    const found = [
      ...((rest?.body as { items?: { id: string }[] })?.items ?? []).map(({ id }) => ['REST', id] as const),
      ...(
        (graphql?.body as { data?: { availableSlots?: { bookingSlotId: string }[] } })?.data?.availableSlots ?? []
      ).map(({ bookingSlotId }) => ['GraphQL', bookingSlotId] as const),
    ]
    for (const [api, id] of found)
      if (booked.has(id)) wrong.push(`slot ${id} was booked, and a search by ${api} with position ${position} found it`)
    if (rest?.status === 200 && graphql?.status === 200) searches++
  }

  const done = (async () => {
    for (const slotId of slotIds) {
      if (over && searches > 0) return
      const position = await book(slotId)
      if (!position) continue
      booked.add(slotId)
      for (let n = 0; n < 4; n++) await search(n, position)
    }
  })()

  return {
    async stop() {
      over = true
      await done
      return { searches, wrong }
    },
  }
}

async function ask(url: string, request: RequestInit) {
  try {
    const response = await fetch(url, { ...request, signal: AbortSignal.timeout(patienceMs) })
    return { status: response.status, headers: response.headers, body: (await response.json()) as unknown }
  } catch {
    return undefined
  }
}
