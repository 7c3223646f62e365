import type { Pool } from 'pg'
import type { Load } from '../measure/load.ts'
import type { Slot } from './world.ts'

/** Tries to book a slot for its patient. Returns whether it succeeded. Throws any error except a refusal. */
export type Way = (slot: Slot) => Promise<boolean>

const document = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id status } } }'

/** `book_slot` as a customer, directly by pg: one transaction with prepared statements in as few round trips as possible. */
export const bySql =
  (pool: Pool): Way =>
  async ({ clinicId, id, by }) => {
    const client = await pool.connect()
    try {
      const [, , booked] = await Promise.all([
        client.query({ name: 'begin', text: 'begin' }),
        client.query({ name: 'claims', text: 'select app_private.begin_request($1)', values: [by.claims] }),
        client.query({
          name: 'book',
          text: 'select id, status from app_public.book_slot($1, $2)',
          values: [clinicId, id],
        }),
        client.query({ name: 'commit', text: 'commit' }),
      ])
      return booked.rows[0].status === 'booked'
    } catch (error) {
      await client.query('rollback')
      if ((error as { message: string }).message === 'This slot is taken.') return false
      throw error
    } finally {
      client.release()
    }
  }

/** Over medislot's GraphQL, with a verified token. */
export const byGraphQL =
  (load: Load): Way =>
  async ({ clinicId, id, by }) => {
    const { text } = await load.post(
      '/graphql',
      { query: document, variables: { input: { clinicId, bookingSlotId: id } } },
      { authorization: `Bearer ${by.token}` },
    )
    const { data, errors } = JSON.parse(text)
    if (errors && errors[0].extensions.code !== 'slot_taken') throw new Error(text)
    return data?.bookSlot?.booking.status === 'BOOKED'
  }

/** Over medislot's REST, with a verified token. */
export const byRest =
  (load: Load): Way =>
  async ({ id, by }) => {
    const { status, text } = await load.post(
      `/api/bookingSlots/${id}/book`,
      {},
      { authorization: `Bearer ${by.token}` },
    )
    if (status === 409 && JSON.parse(text).code === 'slot_taken') return false
    if (status !== 201) throw new Error(text)
    return JSON.parse(text).status === 'BOOKED'
  }

/** Over the GraphQL of a stock PostGraphile, which gets the caller in a header. */
export const byStockPostGraphile =
  (load: Load): Way =>
  async ({ clinicId, id, by }) => {
    const { text } = await load.post(
      '/graphql',
      {
        query: document.replace('booking {', 'result {'),
        variables: { input: { clinicId, bookingSlotId: id } },
      },
      { 'x-account': by.accountId, 'x-customer': by.customerId },
    )
    const { data, errors } = JSON.parse(text)
    if (errors) throw new Error(text)
    return data.bookSlot.result.status.toLowerCase() === 'booked'
  }

/** Over POST /book of a peer. */
export const byPeer =
  (load: Load): Way =>
  async ({ clinicId, id, by }) => {
    const { status, text } = await load.post('/book', { clinicId, slotId: id, customerId: by.customerId })
    if (status === 409) return false
    if (status !== 201) throw new Error(text)
    return JSON.parse(text).id !== undefined
  }
