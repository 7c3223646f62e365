import { describe, expect, it } from '@jest/globals'
import { aQuestion, aService } from '../../helpers/clinic/services.ts'
import { aDoctor, aPractice } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// How managers maintain services. Who may call these functions: rights/functions.ts.

async function aManagedClinic(db: Db) {
  const { clinicId, doctorId, manager, customer, slotId } = await aPractice(db)
  const asManager = (statement: string, ...values: unknown[]) =>
    db.as(manager.claims, () => db.query(statement, [clinicId, ...values]))
  const services = () =>
    db.query('select id, is_active from app_public.services where clinic_id = $1 order by position', [clinicId])
  return { clinicId, doctorId, customer, slotId, asManager, services }
}

describe('reorder_services', () => {
  it('puts services in the order given; those left out follow in their present order', () =>
    inTransaction(async (db) => {
      const { clinicId, asManager, services } = await aManagedClinic(db)
      const [a, b, c, d] = [
        await aService(db, clinicId),
        await aService(db, clinicId),
        await aService(db, clinicId),
        await aService(db, clinicId),
      ]
      const returned = await asManager('select id from app_public.reorder_services($1, $2)', [d, b])
      expect(returned.map(({ id }) => id)).toEqual([d, b, a, c])
      expect((await services()).map(({ id }) => id)).toEqual([d, b, a, c])
    }))

  it('refuses a service of another clinic and changes nothing', () =>
    inTransaction(async (db) => {
      const { clinicId, asManager, services } = await aManagedClinic(db)
      const { clinicId: elsewhere } = await aPractice(db)
      const [a, b, foreign] = [
        await aService(db, clinicId),
        await aService(db, clinicId),
        await aService(db, elsewhere),
      ]
      await db.undone(() =>
        expectRefusal(asManager('select app_public.reorder_services($1, $2)', [b, foreign]), 'service_not_found'),
      )
      expect((await services()).map(({ id }) => id)).toEqual([a, b])
    }))
})

describe('reorder_service_questions', () => {
  it('changes the order within one service only', () =>
    inTransaction(async (db) => {
      const { clinicId, asManager } = await aManagedClinic(db)
      const [service, other] = [await aService(db, clinicId), await aService(db, clinicId)]
      const [a, b] = [await aQuestion(db, clinicId, service), await aQuestion(db, clinicId, service)]
      const foreign = await aQuestion(db, clinicId, other)
      const statement = 'select id from app_public.reorder_service_questions($1, $2, $3)'
      expect((await asManager(statement, service, [b])).map(({ id }) => id)).toEqual([b, a])
      await db.undone(() => expectRefusal(asManager(statement, service, [foreign]), 'question_not_found'))
      await db.undone(() => expectRefusal(asManager(statement, 0, []), 'service_not_found'))
    }))
})

describe('set_service_doctors', () => {
  it('adds and removes doctors, and keeps the duration of those who stay', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, asManager } = await aManagedClinic(db)
      const [stays, leaves, comes] = [doctorId, await aDoctor(db, clinicId), await aDoctor(db, clinicId)]
      const service = await aService(db, clinicId, { doctors: [stays, leaves] })
      await db.query(`update app_public.doctor_services set duration = '45 min' where doctor_id = $1`, [stays])
      const [{ row_version: version } = { row_version: 0 }] = await asManager(
        'select row_version from app_public.set_service_doctors($1, $2, $3)',
        service,
        [comes, stays],
      )
      const doctors = await db.query(
        `select doctor_id, duration is not null as own from app_public.doctor_services where service_id = $1 order by 1`,
        [service],
      )
      expect(doctors).toEqual([
        { doctor_id: stays, own: true },
        { doctor_id: comes, own: false },
      ])
      await db.undone(() =>
        expectRefusal(
          asManager('select app_public.set_service_doctors($1, $2, $3, $4)', service, [], version - 1),
          'stale_row_version',
        ),
      )
    }))

  it('stores how long the visit takes with each doctor, and removes a duration that is null', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, asManager } = await aManagedClinic(db)
      const [second, third] = [await aDoctor(db, clinicId), await aDoctor(db, clinicId)]
      const service = await aService(db, clinicId, { duration: '30 min', doctors: [doctorId] })
      const set = (doctors: string[], durations: (string | null)[] | null) =>
        asManager('select app_public.set_service_doctors($1, $2, $3, null, $4)', service, doctors, durations)
      const offered = async () =>
        (
          await db.query<{ doctor_id: string; minutes: number | null }>(
            `select doctor_id, extract(epoch from duration)::int / 60 as minutes
             from app_public.doctor_services where service_id = $1 order by doctor_id`,
            [service],
          )
        ).map(({ doctor_id, minutes }) => [doctor_id, minutes])
      await set([third, doctorId, second], ['1 hour', '45 min', null])
      expect(await offered()).toEqual([
        [doctorId, 45],
        [second, null],
        [third, 60],
      ])
      await set([doctorId, second, doctorId], [null, '20 min', '90 min'])
      expect(await offered()).toEqual([
        [doctorId, null],
        [second, 20],
      ])
      await set([second], null)
      expect(await offered()).toEqual([[second, 20]])
      await db.undone(() => expectRefusal(set([doctorId, second], ['1 hour']), 'invalid_argument'))
      await db.undone(() => expectRefusal(set([second], []), 'invalid_argument'))
    }))

  it('refuses a doctor of another clinic and an unknown service', () =>
    inTransaction(async (db) => {
      const { clinicId, asManager } = await aManagedClinic(db)
      const { doctorId: foreign } = await aPractice(db)
      const service = await aService(db, clinicId)
      const statement = 'select app_public.set_service_doctors($1, $2, $3)'
      await db.undone(() => expectRefusal(asManager(statement, service, [foreign]), 'doctor_not_found'))
      await db.undone(() => expectRefusal(asManager(statement, 0, []), 'service_not_found'))
    }))
})

describe('remove_service', () => {
  it('removes a service with its doctors and questions', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, asManager, services } = await aManagedClinic(db)
      const service = await aService(db, clinicId, { doctors: [doctorId] })
      await aQuestion(db, clinicId, service)
      const [removed] = await asManager('select is_active from app_public.remove_service($1, $2)', service)
      expect(removed).toEqual({ is_active: false })
      expect(await services()).toEqual([])
    }))

  it('deactivates a service whose questions were answered, and keeps them', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer, asManager, services } = await aManagedClinic(db)
      const service = await aService(db, clinicId, { doctors: [doctorId] })
      const [answered, unanswered] = [await aQuestion(db, clinicId, service), await aQuestion(db, clinicId, service)]
      await anAnswer(db, clinicId, slotId, customer.customerId, answered)
      await asManager('select app_public.remove_service($1, $2)', service)
      expect(await services()).toEqual([{ id: service, is_active: false }])
      const questions = await db.query(
        'select id from app_public.service_questions where service_id = $1 order by id',
        [service],
      )
      expect(questions).toEqual([{ id: answered }, { id: unanswered }])
    }))
})

describe('remove_service_question', () => {
  it('removes a question, and deactivates one that was answered', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer, asManager } = await aManagedClinic(db)
      const service = await aService(db, clinicId, { doctors: [doctorId] })
      const [answered, unanswered] = [await aQuestion(db, clinicId, service), await aQuestion(db, clinicId, service)]
      await anAnswer(db, clinicId, slotId, customer.customerId, answered)
      for (const question of [answered, unanswered])
        expect(await asManager('select is_active from app_public.remove_service_question($1, $2)', question)).toEqual([
          { is_active: false },
        ])
      const questions = await db.query('select id, is_active from app_public.service_questions where service_id = $1', [
        service,
      ])
      expect(questions).toEqual([{ id: answered, is_active: false }])
      await expectRefusal(
        asManager('select app_public.remove_service_question($1, $2)', unanswered),
        'question_not_found',
      )
    }))
})

/** An answer given with a booking of the question's service. */
async function anAnswer(db: Db, clinicId: string, slotId: string, customerId: string, questionId: string) {
  await db.query(
    `select b.id from app_public.service_questions q
     cross join lateral app_public.book_slot($1, $2, $3, service_id => q.service_id,
       answers => jsonb_build_array(jsonb_build_object('questionId', q.id::text, 'answer', 'Since Monday'))) b
     where q.clinic_id = $1 and q.id = $4`,
    [clinicId, slotId, customerId, questionId],
  )
}
