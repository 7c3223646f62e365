import { describe, expect, it } from '@jest/globals'
import { book, reschedule } from '../../helpers/clinic/operations.ts'
import { aQuestion, aService } from '../../helpers/clinic/services.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// app_private.store_answers, which book_slot calls: here with the claims of the patient or of the desk.

async function aBooking(db: Db) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, slotId, customer } = practice
  const serviceId = await aService(db, clinicId, { doctors: [doctorId] })
  const { id: bookingId } = await book(db, clinicId, slotId, { customerId: customer.customerId, serviceId })
  /** As the owner, since only book_slot may call it; the claims say who books. */
  const store = async (answers: unknown, by: 'patient' | 'desk' = 'patient') => {
    await db.query(`select set_config('medislot.customer_ids', $1, true)`, [
      by === 'patient' ? `{${customer.customerId}}` : '',
    ])
    await db.query(
      'select app_private.store_answers(b, $3) from app_public.bookings b where b.clinic_id = $1 and b.id = $2',
      [clinicId, bookingId, answers === undefined ? null : JSON.stringify(answers)],
    )
  }
  const stored = () =>
    db.query('select question_id as "questionId", wording, answer, customer_id from app_public.booking_answers')
  return { ...practice, serviceId, bookingId, store, stored }
}

describe('answers to a service’s questions', () => {
  it('are stored with the words of the question and the patient', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, customer, store, stored } = await aBooking(db)
      const since = await aQuestion(db, clinicId, serviceId, { question: 'Since when?', is_required: true })
      const first = await aQuestion(db, clinicId, serviceId, { question: 'First visit?', kind: 'yes_no' })
      const why = await aQuestion(db, clinicId, serviceId, {
        question: 'Why?',
        kind: 'choice',
        choices: ['Check', 'Pain'],
      })
      await store([
        { questionId: why, answer: 'Pain' },
        { questionId: since, answer: '  Since Monday ' },
        { questionId: first, answer: false },
      ])
      const by = { customer_id: customer.customerId }
      expect((await stored()).sort((a, b) => Number(a.questionId) - Number(b.questionId))).toEqual([
        { questionId: since, wording: 'Since when?', answer: 'Since Monday', ...by },
        { questionId: first, wording: 'First visit?', answer: 'no', ...by },
        { questionId: why, wording: 'Why?', answer: 'Pain', ...by },
      ])
      await db.query(`update app_public.service_questions set question = 'How long?' where id = $1`, [since])
      expect((await stored()).map(({ wording }) => wording)).toContain('Since when?')
    }))

  it('are required of patients for required questions that are still asked, and never of the desk', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, store, stored } = await aBooking(db)
      const required = await aQuestion(db, clinicId, serviceId, { is_required: true })
      await aQuestion(db, clinicId, serviceId)
      for (const nothing of [undefined, [], [{ questionId: required, answer: ' \n' }]]) {
        await db.undone(async () => {
          const error = await expectRefusal(store(nothing), 'answer_missing')
          expect(JSON.parse(error.detail ?? '')).toMatchObject({ questionId: required })
        })
      }
      await store(undefined, 'desk')
      await db.query('update app_public.service_questions set is_active = false where id = $1', [required])
      await store(undefined)
      expect(await stored()).toEqual([])
    }))

  it('are refused if the service does not ask the question, or does not ask it any more', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, store, stored } = await aBooking(db)
      const other = await aQuestion(db, clinicId, await aService(db, clinicId))
      const former = await aQuestion(db, clinicId, serviceId, { is_active: false })
      for (const questionId of [other, former, '999999999'])
        await db.undone(() => expectRefusal(store([{ questionId, answer: 'x' }]), 'question_not_found'))
      expect(await stored()).toEqual([])
    }))

  it('are refused if the question belongs to another service than the booking, even from the owner', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, doctorId, bookingId, customer, stored } = await aBooking(db)
      const own = await aQuestion(db, clinicId, serviceId)
      const other = await aQuestion(db, clinicId, await aService(db, clinicId))
      const insert = (booking: string, questionId: string) =>
        db.query(
          `insert into app_public.booking_answers (clinic_id, booking_id, question_id, answer) values ($1, $2, $3, 'x')`,
          [clinicId, booking, questionId],
        )
      const slot = await aSlot(db, clinicId, doctorId, 60)
      const { id: withoutService } = await book(db, clinicId, slot, { customerId: customer.customerId })
      for (const [booking, questionId] of [
        [bookingId, other],
        [withoutService, own],
        [withoutService, other],
      ] as const)
        await db.undone(() => expectRefusal(insert(booking, questionId), 'question_not_found'))
      await insert(bookingId, own)
      expect(await stored()).toMatchObject([{ questionId: own }])
    }))

  it.each([
    ['a text beyond its own limit', { max_length: 5 }, 'Monday', 'text_too_long'],
    ['a text with control characters', {}, 'a\u0007b', 'text_not_accepted'],
    ['another choice', { kind: 'choice', choices: ['Check', 'Pain'] }, 'pain', 'answer_not_accepted'],
    ['a yes for a choice', { kind: 'choice', choices: ['Check', 'Pain'] }, true, 'answer_not_accepted'],
    ['a text for yes or no', { kind: 'yes_no' }, 'perhaps', 'answer_not_accepted'],
  ])('refuse %s', (_, columns, answer, refusal) =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, store } = await aBooking(db)
      const questionId = await aQuestion(db, clinicId, serviceId, columns)
      await expectRefusal(store([{ questionId, answer }]), refusal)
    }),
  )

  it('count characters, not bytes', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, store, stored } = await aBooking(db)
      const questionId = await aQuestion(db, clinicId, serviceId, { max_length: 5 })
      await store([{ questionId, answer: 'Öääüß' }])
      expect(await stored()).toHaveLength(1)
    }))

  it.each([
    ['an object', { 12: 'x' }],
    ['a text', 'x'],
    ['a list of texts', ['x']],
    ['no question', [{ answer: 'x' }]],
    ['a question that is not an id', [{ questionId: '1; drop', answer: 'x' }]],
    ['an id beyond every id', [{ questionId: '9'.repeat(30), answer: 'x' }]],
    ['a number', [{ questionId: '1', answer: 7 }]],
    ['a list as answer', [{ questionId: '1', answer: ['x'] }]],
    ['no answer', [{ questionId: '1' }]],
    [
      'the same question twice',
      [
        { questionId: '1', answer: 'x' },
        { questionId: '01', answer: 'y' },
      ],
    ],
    ['more than a hundred', Array.from({ length: 101 }, (_, i) => ({ questionId: String(i), answer: 'x' }))],
  ])('are refused as %s', (_, answers) =>
    inTransaction(async (db) => {
      const { store } = await aBooking(db)
      const error = await expectRefusal(store(answers), 'invalid_argument')
      expect(JSON.parse(error.detail ?? '')).toMatchObject({ argument: 'answers' })
    }),
  )

  it('never change, not even when the owner writes them', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, store } = await aBooking(db)
      await store([{ questionId: await aQuestion(db, clinicId, serviceId), answer: 'Since Monday' }])
      await expectRefusal(db.query(`update app_public.booking_answers set answer = 'Never'`), 'immutable_column')
    }))

  it('are exported with the person and erased with the person, in the archive as well', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, customer, bookingId, store, stored } = await aBooking(db)
      const [second, first] = [await aQuestion(db, clinicId, serviceId), await aQuestion(db, clinicId, serviceId)]
      await db.query('select app_public.reorder_service_questions($1, $2, $3)', [clinicId, serviceId, [first, second]])
      await store([
        { questionId: second, answer: 'two' },
        { questionId: first, answer: 'one' },
      ])
      const answersIn = async () =>
        (await db.one('select bookings from app_public.export_customer($1)', [customer.customerId])).bookings.map(
          ({ answers }: { answers: { answer: string }[] }) => answers.map(({ answer }) => answer),
        )
      expect(await answersIn()).toEqual([['one', 'two']])

      await db.query(`update app_private.retention set slots = '0'`)
      await db.query(`select app_private.archive_past_slots(at => now() + interval '10 days')`)
      expect(await db.query('select id from app_public.bookings where id = $1', [bookingId])).toEqual([])
      expect(await stored()).toEqual([])
      expect(await answersIn()).toEqual([['one', 'two']])

      await db.query('select app_public.erase_customer($1)', [customer.customerId])
      expect(await answersIn()).toEqual([[]])
    }))

  it('of live bookings are erased with the person', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, customer, store, stored } = await aBooking(db)
      await store([{ questionId: await aQuestion(db, clinicId, serviceId), answer: 'Since Monday' }])
      await db.query('select app_public.erase_customer($1)', [customer.customerId])
      expect(await stored()).toEqual([])
    }))
})

describe('answers when a booking gets another service', () => {
  /** A booking with an answer, and another service with a required question. */
  async function twoServices(db: Db) {
    const booked = await aBooking(db)
    const { clinicId, doctorId, serviceId, slotId, bookingId, customer } = booked
    const since = await aQuestion(db, clinicId, serviceId)
    await booked.store([{ questionId: since, answer: 'Since Monday' }])
    const otherService = await aService(db, clinicId, { doctors: [doctorId] })
    const pregnant = await aQuestion(db, clinicId, otherService, { is_required: true, kind: 'yes_no' })
    const optional = await aQuestion(db, clinicId, otherService)
    const move = (to: string, answers: unknown[] | null, claims = customer.claims) =>
      db.as(claims, () => reschedule(db, clinicId, bookingId, slotId, null, to, answers))
    const answersNow = async () =>
      (await booked.stored())
        .map(({ questionId, answer }) => [questionId, answer] as const)
        .sort(([a], [b]) => Number(a) - Number(b))
    return { ...booked, since, otherService, pregnant, optional, move, answersNow }
  }

  it('are required of the patient, and stored beside the earlier ones', () =>
    inTransaction(async (db) => {
      const { otherService, pregnant, optional, since, move, answersNow } = await twoServices(db)
      for (const none of [null, [], [{ questionId: optional, answer: 'x' }]])
        await db.undone(() => expectRefusal(move(otherService, none), 'answer_missing'))
      expect(await answersNow()).toEqual([[since, 'Since Monday']])
      expect(await move(otherService, [{ questionId: pregnant, answer: false }])).toMatchObject({
        service_id: otherService,
      })
      expect(await answersNow()).toEqual([
        [since, 'Since Monday'],
        [pregnant, 'no'],
      ])
    }))

  it('are not required of the desk, which may give them', () =>
    inTransaction(async (db) => {
      const { serviceId, otherService, pregnant, since, receptionist, move, answersNow } = await twoServices(db)
      await move(otherService, null, receptionist.claims)
      expect(await answersNow()).toEqual([[since, 'Since Monday']])
      await move(serviceId, null, receptionist.claims)
      await move(otherService, [{ questionId: pregnant, answer: true }], receptionist.claims)
      expect(await answersNow()).toEqual([
        [since, 'Since Monday'],
        [pregnant, 'yes'],
      ])
    }))

  it('count when the booking gets its earlier service back, and are replaced if they are given again', () =>
    inTransaction(async (db) => {
      const { serviceId, otherService, pregnant, since, move, answersNow } = await twoServices(db)
      await move(otherService, [{ questionId: pregnant, answer: false }])
      await move(serviceId, [{ questionId: since, answer: 'Since Tuesday' }])
      await move(otherService, null)
      expect(await answersNow()).toEqual([
        [since, 'Since Tuesday'],
        [pregnant, 'no'],
      ])
    }))

  it('are refused if the other service does not ask the question, or if the booking keeps its service', () =>
    inTransaction(async (db) => {
      const { serviceId, otherService, pregnant, since, move, answersNow } = await twoServices(db)
      const required = { questionId: pregnant, answer: false }
      const toFormer = [required, { questionId: since, answer: 'Since Tuesday' }]
      await db.undone(() => expectRefusal(move(otherService, toFormer), 'question_not_found'))
      await db.undone(() =>
        expectRefusal(move(serviceId, [{ questionId: since, answer: 'Since Tuesday' }]), 'invalid_argument'),
      )
      await db.undone(() =>
        expectRefusal(move(otherService, [{ ...required, answer: 'maybe' }]), 'answer_not_accepted'),
      )
      expect(await answersNow()).toEqual([[since, 'Since Monday']])
    }))
})
