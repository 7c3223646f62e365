import { expect, it } from '@jest/globals'
import { aQuestion, aService } from '../../helpers/clinic/services.ts'
import { aClinic, aDoctor } from '../../helpers/clinic/world.ts'
import { expectViolation } from '../../helpers/database/constraints.ts'
import { expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { constraintsOf, refusedBy, type Violation } from '../../helpers/database/rules.ts'

const tables = ['app_public.services', 'app_public.doctor_services', 'app_public.service_questions']

/** A generated column's key: a duplicate violates the primary key first. */
const onlyReferredTo = ['active_services_can_be_referred_to']

it('each constraint of services refuses what its name says, even when the owner writes it', () =>
  inTransaction(async (db) => {
    const [clinic, elsewhere] = [await aClinic(db), await aClinic(db)]
    const [doctor, colleague] = [await aDoctor(db, clinic), await aDoctor(db, clinic)]
    const foreignDoctor = await aDoctor(db, elsewhere)
    const service = await aService(db, clinic, { doctors: [doctor] })
    const foreignService = await aService(db, elsewhere)
    const question = await aQuestion(db, clinic, service, { kind: 'choice', choices: ['Check', 'Pain'] })

    const changed = (change: string): Violation => [`update app_public.services set ${change} where id = $1`, service]
    const asked = (change: string): Violation => [
      `update app_public.service_questions set ${change} where id = $1`,
      question,
    ]
    const newService = 'insert into app_public.services (clinic_id, id, name) overriding system value values'
    const offers = 'insert into app_public.doctor_services (clinic_id, doctor_id, service_id) values ($1, $2, $3)'
    const newQuestion = 'insert into app_public.service_questions (clinic_id, service_id, question) values'

    const violations: Record<string, Violation> = {
      services_are_identified_by_clinic_and_id: [`${newService} ($1, $2, 'New')`, clinic, service],
      services_of_a_clinic_are_unique_by_name: [
        `insert into app_public.services (clinic_id, name) select clinic_id, name from app_public.services where id = $1`,
        service,
      ],
      services_belong_to_a_clinic: [`insert into app_public.services (clinic_id, name) values (0, 'New')`],
      services_are_of_a_known_specialization: changed('specialization_id = 0'),
      services_have_a_name: changed(`name = ' '`),
      names_of_services_are_texts_by_language: changed(`names = '{"German": "Erstgespräch"}'`),
      names_of_services_can_be_seen: changed(`names = '{"de": " "}'`),
      preparations_are_short: changed(`preparation = repeat('x', 2001)`),
      preparations_are_texts_by_language: changed(`preparations = '["Chipkarte"]'`),
      preparations_are_short_in_every_language: changed(
        `preparations = jsonb_build_object('en', 'Card', 'de', repeat('x', 2001))`,
      ),
      service_lengths_are_whole_minutes_of_a_day_at_most: changed(`duration = '30 seconds'`),
      buffers_are_whole_minutes_of_four_hours_at_most: changed(`duration = '1 hour', buffer_after = '241 minutes'`),
      buffers_belong_to_services_with_a_length: changed(`duration = null, buffer_before = '5 minutes'`),
      starts_are_every_few_minutes_of_a_day: changed(`start_every = '0'`),
      lead_times_of_services_are_not_negative: changed(`lead_time = '-1 second'`),
      horizons_of_services_lie_ahead: changed(`horizon = '0'`),
      cancellation_cutoffs_of_services_are_not_negative: changed(`cancellation_cutoff = '366 days'`),

      a_doctor_offers_a_service_once: [offers, clinic, doctor, service],
      services_are_offered_by_a_doctor: [offers, clinic, foreignDoctor, service],
      doctors_offer_a_service: [offers, clinic, colleague, foreignService],
      lengths_of_doctors_are_whole_minutes_of_a_day_at_most: [
        `update app_public.doctor_services set duration = '25 hours' where service_id = $1`,
        service,
      ],

      questions_are_identified_by_clinic_and_id: [
        `insert into app_public.service_questions (clinic_id, id, service_id, question) overriding system value
         values ($1, $2, $3, 'Why?')`,
        clinic,
        question,
        service,
      ],
      questions_belong_to_a_service: [`${newQuestion} ($1, $2, 'Why?')`, clinic, foreignService],
      questions_are_one_line: asked(`question = E'Why?\\nWhen?'`),
      questions_are_texts_by_language: asked(`questions = '{"de": null}'`),
      questions_are_one_line_in_every_language: asked(`questions = jsonb_build_object('de', repeat('x', 301))`),
      choices_are_two_to_twenty_different_ones: asked(`choices = '{Check,Check}'`),
      questions_with_choices_are_choices: asked(`kind = 'text'`),
      choices_are_translated_one_by_one: asked(`choices_by_language = '{"de": ["Vorsorge"]}'`),
      choices_are_short_lines: asked(`choices = array['Check', repeat('x', 101)]`),
      choices_are_short_lines_in_every_language: asked(`choices_by_language = '{"de": ["Vorsorge", " "]}'`),
      answers_have_up_to_2000_characters: asked('max_length = 2001'),
    }
    const outcome = await refusedBy(db, violations)
    expect(outcome).toEqual(Object.fromEntries(Object.keys(violations).map((rule) => [rule, rule])))
    expect(Object.keys(violations).concat(onlyReferredTo).sort()).toEqual(await constraintsOf(db, tables))
  }))

it.each(['{"de": ["Vorsorge", 1]}', '{"de": "Vorsorge"}', '[["Vorsorge", "Schmerzen"]]', '{"DE": ["a", "b"]}'])(
  'refuses %s as the choices in other languages',
  (lists) =>
    inTransaction(async (db) => {
      const clinic = await aClinic(db)
      const columns = { kind: 'choice', choices: ['Check', 'Pain'], choices_by_language: lists }
      await expectViolation(
        aQuestion(db, clinic, await aService(db, clinic), columns),
        'check_violation',
        'choices_are_translated_one_by_one',
      )
    }),
)

it('a new service and a new question come last in their lists', () =>
  inTransaction(async (db) => {
    const [clinic, elsewhere] = [await aClinic(db), await aClinic(db)]
    const first = await aService(db, clinic)
    const second = await aService(db, clinic)
    const foreign = await aService(db, elsewhere)
    for (const service of [first, first, second]) await aQuestion(db, clinic, service)
    const places = async (table: string, group: string) =>
      (await db.query(`select ${group} as "of", position from app_public.${table} order by id`)).slice(-3)
    expect(await places('services', 'clinic_id')).toEqual([
      { of: clinic, position: 1 },
      { of: clinic, position: 2 },
      { of: elsewhere, position: 1 },
    ])
    expect(await places('service_questions', 'service_id')).toEqual([
      { of: first, position: 1 },
      { of: first, position: 2 },
      { of: second, position: 1 },
    ])
    expect(Number(foreign)).toBeGreaterThan(0)
  }))

it('a changed doctor of a service increases the version of the service', () =>
  inTransaction(async (db) => {
    const clinic = await aClinic(db)
    const doctor = await aDoctor(db, clinic)
    const service = await aService(db, clinic, { doctors: [doctor] })
    const version = async () =>
      (await db.one('select row_version from app_public.services where id = $1', [service])).row_version
    const before = await version()
    await db.query(`update app_public.doctor_services set duration = '45 minutes' where service_id = $1`, [service])
    expect(await version()).toBe(before + 1)
    await db.query('delete from app_public.doctor_services where service_id = $1', [service])
    expect(await version()).toBe(before + 2)
    await expectRefusal(
      db.query('update app_public.services set name = name, row_version = $2 where id = $1', [service, before]),
      'stale_row_version',
    )
  }))
