import { readFile } from 'node:fs/promises'
import { expect, it } from '@jest/globals'
import { inTransaction } from '../../helpers/database/database.ts'

const entities = { Slot: 'booking_slot', Booking: 'booking' }

it('docs/database/state-machine.md shows exactly the transitions that the database allows', async () => {
  const page = await readFile('docs/database/state-machine.md', 'utf8')
  const drawn = Object.entries(entities).flatMap(([heading, entity]) => {
    const chart = page.split(`## ${heading}\n`)[1]?.split('```')[1] ?? ''
    return [...chart.matchAll(/^ {2}(\w+) --> (\w+): (.+)$/gm)].map(([, from, to, meaning]) => [
      entity,
      from,
      to,
      meaning,
    ])
  })
  const allowed = await inTransaction((db) =>
    db.query('select entity, from_state, to_state, meaning from app_public.state_transitions'),
  )
  expect(drawn.sort()).toEqual(allowed.map(Object.values).sort())
})
