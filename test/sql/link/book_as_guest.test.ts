import { describe, expect, it } from '@jest/globals'
import { aQuestion, aService } from '../../helpers/clinic/services.ts'
import { aVisitPractice, statesOf } from '../../helpers/clinic/visits.ts'
import { aDoctor, aPractice, aSlot, unique } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { byLink, pages, textOf, tokenIn } from './links.ts'

const anybody = { from: '192.0.2.1' }
const anAddress = () => `${unique('guest').replace(' ', '-')}@test.example`

async function aClinicForGuests(db: Db) {
  const practice = await aPractice(db)
  await db.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [practice.clinicId])
  return practice
}

const ask = (db: Db, clinicId: string, slotId: string, email: string, claims: Record<string, unknown> = anybody) =>
  db.as(claims, () =>
    db.one('select * from app_public.book_as_guest($1, $2, $3, $4)', [clinicId, slotId, 'Gil Guest', email]),
  )

const askForService = (
  db: Db,
  clinicId: string,
  slotId: string | undefined,
  email: string,
  serviceId: string,
  answers: object[] | null = null,
) =>
  db.as(anybody, () =>
    db.one('select * from app_public.book_as_guest($1, $2, $3, $4, service_id => $5, answers => $6)', [
      clinicId,
      slotId,
      'Gil Guest',
      email,
      serviceId,
      answers && JSON.stringify(answers),
    ]),
  )

/** The mail that is to be sent to an address. */
const mailTo = async (db: Db, email: string): Promise<string> =>
  (
    await db.one<{ text: string }>(
      `select m.subject || e'\n' || m.body as text from app_private.account_messages am
       cross join lateral app_private.account_message_of(am.id, $2) m
       where am.address = $1 and am.kind = 'guest_booking' order by am.id desc limit 1`,
      [email, pages],
    )
  ).text
const tokenOf = (mail: string) => mail.match(/\/confirm-booking#(\S+)/)?.[1] as string

const confirm = (db: Db, token: string | undefined, claims: Record<string, unknown> = anybody) =>
  db.as(claims, () => db.one('select * from app_public.confirm_guest_booking($1)', [token]))

const slotOf = (db: Db, slotId: string) =>
  db.one('select status, customer_id, held_until from app_public.booking_slots where id = $1', [slotId])

describe('a guest', () => {
  it('holds a slot with a name and an address, and books it with the link in the mail', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId } = await aClinicForGuests(db)
      const email = anAddress()
      const { held_until } = await ask(db, clinicId, slotId, email)
      expect((held_until.getTime() - Date.now()) / 60_000).toBeCloseTo(30, 0)
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'held', held_until })
      // The clinic has no record of the guest yet, and the mail contains no text that its requester could choose.
      expect(await db.query('select from app_public.clinic_customers where clinic_id = $1', [clinicId])).toEqual([])
      const mail = await mailTo(db, email)
      expect(mail).not.toContain('Gil')
      const token = tokenOf(mail)

      const view = await confirm(db, token)
      expect(view).toMatchObject({ clinic_id: clinicId, booking_slot_id: slotId, status: 'booked', refusal: null })
      const booking = await db.one(
        `select b.id, cc.full_name, cc.email, c.email_verified_at is not null as is_proven, c.account_id
         from app_public.bookings b join app_public.clinic_customers cc using (clinic_id, customer_id)
         join app_public.customers c on c.id = b.customer_id where b.booking_slot_id = $1`,
        [slotId],
      )
      expect(booking).toEqual({ id: view.booking_id, full_name: 'Gil Guest', email, is_proven: true, account_id: null })
      expect(
        await db.one('select actor, actor_account_id from app_public.events where booking_id = $1', [booking.id]),
      ).toEqual({
        actor: 'customer',
        actor_account_id: null,
      })
      // The confirmation has the link with which the guest moves or cancels.
      const manage = tokenIn(await textOf(db, booking.id))
      const { status } = await db.as(anybody, () =>
        db.one('select status from app_public.booking_by_link($1)', [manage]),
      )
      expect(status).toBe('booked')
      // Once more: the same booking.
      expect(await confirm(db, token)).toMatchObject({ booking_id: view.booking_id })
      expect(await db.query('select from app_public.bookings where booking_slot_id = $1', [slotId])).toHaveLength(1)
    }))

  it('books after the hold has ended if the time is still free, and is refused when it is not', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, doctorId, customer } = await aClinicForGuests(db)
      const email = anAddress()
      const other = await aSlot(db, clinicId, doctorId, 50)
      const tokens = []
      for (const slot of [slotId, other]) {
        await ask(db, clinicId, slot, email)
        tokens.push(tokenOf(await mailTo(db, email)))
      }
      await db.query(
        `update app_public.booking_slots set held_until = now() - interval '1 minute' where status = 'held'`,
      )
      await db.query('select app_private.release_expired_holds()')
      await db.query('select app_public.book_slot($1, $2, $3)', [clinicId, other, customer.customerId])
      expect(await confirm(db, tokens[0])).toMatchObject({ status: 'booked', booking_slot_id: slotId })
      await expectRefusal(confirm(db, tokens[1]), 'slot_taken')
    }))

  it('is refused where the clinic does not accept guests, and by the rules for patients', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      await expectRefusal(ask(db, clinicId, slotId, anAddress()), 'guests_not_accepted')
      await expectRefusal(ask(db, '0', slotId, anAddress()), 'guests_not_accepted')
      await db.query(
        `update app_public.policies set accepts_guests = true, lead_time = '72 hours' where clinic_id = $1`,
        [clinicId],
      )
      await expectRefusal(ask(db, clinicId, slotId, anAddress()), 'booking_too_late')
      await db.query(`update app_public.policies set lead_time = '0' where clinic_id = $1`, [clinicId])
      for (const email of ['', 'no address', 'a@b.example, c@d.example'])
        await expectRefusal(ask(db, clinicId, slotId, email), 'invalid_email')
      await expectRefusal(
        db.as(anybody, () =>
          db.query('select app_public.book_as_guest($1, $2, $3, $4)', [clinicId, slotId, ' ', anAddress()]),
        ),
        'invalid_argument',
      )
      await db.query('select app_public.book_slot($1, $2, $3)', [clinicId, slotId, customer.customerId])
      await expectRefusal(ask(db, clinicId, slotId, anAddress()), 'slot_taken')
      expect(await db.query(`select from app_public.customers where full_name = 'Gil Guest'`)).toEqual([])
    }))

  it('holds, books and moves every slot of a service, and the link shows the visit without its buffers', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds } = await aVisitPractice(db)
      await db.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
      const serviceId = await aService(db, clinicId, {
        doctors: [doctorId],
        name: 'Examination',
        names: { de: 'Untersuchung' },
        duration: '40 minutes',
        buffer_after: '10 minutes',
      })
      const email = anAddress()
      await askForService(db, clinicId, slotIds[0], email, serviceId)
      expect(await statesOf(db, slotIds)).toBe('hhoooo')
      const times = (slotId: string | undefined) =>
        db.one(
          `select starts_at, starts_at + interval '40 minutes' as ends_at from app_public.booking_slots where id = $1`,
          [slotId],
        )
      const mail = await mailTo(db, email)
      expect(mail).toContain('\nExamination\n')
      await db.query(`update app_private.account_messages set language = 'de' where address = $1`, [email])
      expect(await mailTo(db, email)).toContain('\nUntersuchung\n')
      const { booking_id } = await confirm(db, tokenOf(mail))
      expect(await statesOf(db, slotIds)).toBe('bboooo')
      const token = tokenIn(await textOf(db, booking_id))
      const visit = { booking_id, service_id: serviceId, service_name: 'Examination', status: 'booked' }
      expect(await byLink(db, 'booking', [token])).toMatchObject({ ...visit, ...(await times(slotIds[0])) })
      // The new time overlaps the old one; the two slots that the visit no longer takes are free again.
      const to = slotIds[1]
      expect(await byLink(db, 'reschedule', [token, to])).toMatchObject({ ...visit, ...(await times(to)) })
      expect(await statesOf(db, slotIds)).toBe('obbooo')
      await expectRefusal(byLink(db, 'reschedule', [token, slotIds[5]]), 'run_not_free')
      expect(await statesOf(db, slotIds)).toBe('obbooo')
      expect(await byLink(db, 'cancel', [token])).toMatchObject({ ...visit, status: 'cancelled' })
      expect(await statesOf(db, slotIds)).toBe('oooooo')
    }))

  it('answers the questions of a service with the request, and the booking gets the answers', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, firstVisit } = await aVisitPractice(db)
      await db.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
      const why = await aQuestion(db, clinicId, firstVisit, { question: 'Why?', is_required: true, max_length: 20 })
      const referred = await aQuestion(db, clinicId, firstVisit, { question: 'Referred?', kind: 'yes_no' })
      const since = await aQuestion(db, clinicId, firstVisit, { question: 'Since?' })
      const email = anAddress()
      const ask = (answers: object[] | null) => askForService(db, clinicId, slotIds[0], email, firstVisit, answers)
      // Refused at the form, and nothing is held or mailed.
      for (const answers of [null, [], [{ questionId: why, answer: ' ' }], [{ questionId: referred, answer: true }]])
        await expectRefusal(ask(answers), 'answer_missing')
      const given = { questionId: why, answer: 'A rash' }
      await expectRefusal(ask([{ questionId: why, answer: 'x'.repeat(21) }]), 'text_too_long')
      await expectRefusal(ask([given, { questionId: referred, answer: 'perhaps' }]), 'answer_not_accepted')
      await expectRefusal(ask([given, { questionId: '0', answer: 'x' }]), 'question_not_found')
      await expectRefusal(ask([given, given]), 'invalid_argument')
      expect(await statesOf(db, slotIds)).toBe('oooooo')
      expect(await db.query('select from app_private.account_messages where address = $1', [email])).toEqual([])

      await ask([given, { questionId: referred, answer: true }, { questionId: since, answer: 'Monday' }])
      // A question that the clinic removes meanwhile does not stop the guest.
      await db.query('update app_public.service_questions set is_active = false where id = $1', [since])
      const { booking_id } = await confirm(db, tokenOf(await mailTo(db, email)))
      expect(
        await db.query('select question_id, answer from app_public.booking_answers where booking_id = $1 order by 1', [
          booking_id,
        ]),
      ).toEqual([
        { question_id: why, answer: 'A rash' },
        { question_id: referred, answer: 'yes' },
      ])
      expect(await db.query('select answers from app_private.guest_bookings')).toEqual([{ answers: null }])
    }))

  it('is refused a service that is for known patients, or that the doctor does not offer', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds } = await aVisitPractice(db)
      await db.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
      const ask = (serviceId: string) => askForService(db, clinicId, slotIds[0], anAddress(), serviceId)
      const returning = await aService(db, clinicId, { doctors: [doctorId], patients: 'returning' })
      await expectRefusal(ask(returning), 'service_not_for_customer')
      await expectRefusal(ask(await aService(db, clinicId)), 'service_not_offered')
      expect(await statesOf(db, slotIds)).toBe('oooooo')
    }))

  it('is limited: two open holds an address, four mails an hour, and requests of a network', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aClinicForGuests(db)
      const email = anAddress()
      let hours = 60
      const another = async (address = email, from = '192.0.2.1') =>
        ask(db, clinicId, await aSlot(db, clinicId, doctorId, hours++), address, { from })
      await another()
      await another()
      await expectRefusal(another(), 'too_many_guest_bookings')
      for (let i = 0; i < 2; i++) {
        await confirm(db, tokenOf(await mailTo(db, email)))
        await another()
      }
      await db.query('update app_private.guest_bookings set held_until = now() where booking_id is null')
      await expectRefusal(another(), 'too_many_guest_bookings')
      await db.query(`update app_private.network_limits set burst = 6 where kind = 'guest'`)
      for (let i = 0; i < 2; i++) await another(anAddress())
      await expectRefusal(another(anAddress()), 'too_many_attempts')
      await another(anAddress(), '192.0.2.2')
    }))

  it('counts for the limit of slots per network and for the alert of the clinic, like a patient', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, receptionist } = await aClinicForGuests(db)
      await db.query('update app_private.alert_limits set slots_of_a_day = 2, share_of_a_day = 0.5')
      await db.query(`update app_private.network_limits set burst = 2 where kind = 'booking'`)
      // At one time, so that they are of one date in the clinic's zone.
      const second = await aSlot(db, clinicId, await aDoctor(db, clinicId))
      const third = await aSlot(db, clinicId, await aDoctor(db, clinicId))
      await ask(db, clinicId, slotId, anAddress())
      await ask(db, clinicId, second, anAddress())
      await expectRefusal(ask(db, clinicId, third, anAddress()), 'network_takes_too_many')
      await ask(db, clinicId, third, anAddress(), { from: '192.0.2.2' })
      const alerts = await db.as(receptionist.claims, () =>
        db.query('select slots_taken from app_public.network_alerts($1)', [clinicId]),
      )
      expect(alerts).toEqual([{ slots_taken: 2 }])
    }))

  it('who does not confirm leaves nothing after a day; one who does keeps the booking', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, doctorId } = await aClinicForGuests(db)
      const [gone, kept] = [anAddress(), anAddress()]
      await ask(db, clinicId, slotId, gone)
      await ask(db, clinicId, await aSlot(db, clinicId, doctorId, 50), kept)
      const [expired, used] = [tokenOf(await mailTo(db, gone)), tokenOf(await mailTo(db, kept))]
      await confirm(db, used)
      await db.query(`update app_private.guest_bookings set created_at = created_at - interval '25 hours'`)
      for (const token of [expired, used]) expect(await confirm(db, token)).toMatchObject({ refusal: 'link_invalid' })
      await db.query(
        `update app_public.booking_slots set held_until = now() - interval '1 minute' where status = 'held'`,
      )
      await db.query('select app_private.release_expired_holds()')
      await db.query('select app_private.remove_old_records()')
      const found = async (email: string) =>
        (await db.query('select from app_public.customers where email = $1', [email])).length
      expect([await found(gone), await found(kept)]).toEqual([0, 1])
      expect(await db.query('select from app_private.guest_bookings')).toEqual([])
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open' })
    }))

  it('who is erased cannot confirm any more', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId } = await aClinicForGuests(db)
      const email = anAddress()
      await ask(db, clinicId, slotId, email)
      const token = tokenOf(await mailTo(db, email))
      const { customer_id } = await slotOf(db, slotId)
      await db.query('select app_public.erase_customer($1)', [customer_id])
      expect(await confirm(db, token)).toMatchObject({ refusal: 'link_invalid' })
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'open' })
      for (const table of ['app_private.guest_bookings', 'app_private.account_messages'])
        expect(await db.query(`select from ${table} t where t::text like '%' || $1 || '%'`, [email])).toEqual([])
    }))
})

it("a guest's link confirms its own booking only, and a link to manage one confirms nothing", () =>
  inTransaction(async (db) => {
    const { clinicId, slotId, doctorId, customer } = await aClinicForGuests(db)
    const email = anAddress()
    await ask(db, clinicId, slotId, email)
    const token = tokenOf(await mailTo(db, email))
    const { id } = await db.one('select id from app_public.book_slot($1, $2, $3)', [
      clinicId,
      await aSlot(db, clinicId, doctorId, 50),
      customer.customerId,
    ])
    const manage = tokenIn(await textOf(db, id))
    for (const wrong of [manage, manage.replace('.m', '.c'), token.replace('.c', '.m'), `${token}0`, ''])
      expect(await confirm(db, wrong)).toMatchObject({ refusal: 'link_invalid' })
    expect(await db.as(anybody, () => db.one('select refusal from app_public.booking_by_link($1)', [token]))).toEqual({
      refusal: 'link_invalid',
    })
    // The booking is the guest's, also when somebody else is signed in.
    expect(await confirm(db, token, { ...customer.claims, ...anybody })).toMatchObject({ status: 'booked' })
    expect((await slotOf(db, slotId)).customer_id).not.toBe(customer.customerId)
  }))
