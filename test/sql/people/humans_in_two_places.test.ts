import { expect, it } from '@jest/globals'
import { anAccount, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { constraintsOf, refusedBy } from '../../helpers/database/rules.ts'

/** Two practices that offer one person as a doctor at the same hour, and another hour that only one of them offers. */
async function oneDoctorTwice(db: Db) {
  const [here, there] = [await aPractice(db), await aPractice(db)]
  await aSlot(db, here.clinicId, here.doctorId, 60)
  const { human } = await db.one('select app_hidden.human_of(clinic_id => $1, doctor_id => $2) as human', [
    here.clinicId,
    here.doctorId,
  ])
  return { here, there, human: human as string }
}

const found = (db: Db) =>
  db.query('select clinic_id, doctor_id, other_clinic_id from app_private.humans_in_two_places order by clinic_id')
const report = async (db: Db, at = 'now()') =>
  (await db.one(`select app_private.report_humans_in_two_places(${at}) as clinics`)).clinics

it('a doctor whom two clinics offer at one time is found for both, when the human is known', () =>
  inTransaction(async (db) => {
    const { here, there, human } = await oneDoctorTwice(db)
    expect(await found(db)).toEqual([])
    await db.query('select app_hidden.set_human($1, clinic_id => $2, doctor_id => $3)', [
      human,
      there.clinicId,
      there.doctorId,
    ])
    expect(await found(db)).toEqual([
      { clinic_id: here.clinicId, doctor_id: here.doctorId, other_clinic_id: there.clinicId },
      { clinic_id: there.clinicId, doctor_id: there.doctorId, other_clinic_id: here.clinicId },
    ])
    await db.query(`select app_public.withdraw_slot($1, $2)`, [there.clinicId, there.slotId])
    expect(await found(db)).toEqual([])
  }))

it('a doctor who signs in to both clinics with one account is found for both', () =>
  inTransaction(async (db) => {
    const [here, there] = [await aPractice(db), await aPractice(db)]
    const { accountId } = await anAccount(db)
    for (const { clinicId, doctorId } of [here, there])
      await db.query(
        `insert into app_public.employees (clinic_id, account_id, role, doctor_id, full_name) values ($1, $2, 'doctor', $3, 'Doc')`,
        [clinicId, accountId, doctorId],
      )
    expect(await found(db)).toHaveLength(2)
  }))

it('the managers of both get a mail once a week, which does not name the other clinic', () =>
  inTransaction(async (db) => {
    const { here, there, human } = await oneDoctorTwice(db)
    await db.query('select app_hidden.set_human($1, clinic_id => $2, doctor_id => $3)', [
      human,
      there.clinicId,
      there.doctorId,
    ])
    expect(await report(db)).toBe(2)
    expect(await report(db)).toBe(0)
    const mails = await db.query(
      `select m.subject, m.body from app_private.manager_messages x,
         app_private.manager_message_of(x.clinic_id, x.id, 'https://book.example') m
       where x.kind = 'doctor_in_two_places' order by x.clinic_id`,
    )
    const { name } = await db.one('select name from app_public.clinics where id = $1', [there.clinicId])
    const { full_name: doctor } = await db.one('select full_name from app_public.doctors where id = $1', [
      here.doctorId,
    ])
    expect(mails).toHaveLength(2)
    expect(mails[0]?.body).toContain(doctor)
    expect(mails[0]?.body).toMatch(/\d{4}-\d\d-\d\d \d\d:\d\d/)
    expect(mails[0]?.body).not.toContain(name)
    // A week later the next report is due.
    await db.query(`update app_private.manager_messages set created_at = created_at - interval '7 days'`)
    expect(await report(db)).toBe(2)
  }))

it('humans and their documents satisfy their constraints, and only operators name them', () =>
  inTransaction(async (db) => {
    const { here, human } = await oneDoctorTwice(db)
    const document = `insert into app_private.human_documents (human_id, kind, country, blind_index, key_id, nonce, ciphertext) values ($1, $2, $3, $4, 'k', $5, '\\x01')`
    const [index, nonce] = [Buffer.alloc(32), Buffer.alloc(12)]
    await db.query(document, [human, 'passport', 'DE', index, nonce])
    const other = Buffer.alloc(32, 1)
    const violations = {
      humans_are_identified_by_id: ['insert into app_private.humans (id) overriding system value values ($1)', human],
      a_document_is_stored_once: [document, human, 'passport', 'DE', index, nonce],
      documents_belong_to_a_human: [document, 0, 'passport', 'DE', other, nonce],
      documents_are_of_a_known_kind: [document, human, 'library_card', 'DE', other, nonce],
      countries_of_documents_are_iso_codes: [document, human, 'passport', 'Germany', other, nonce],
      blind_indexes_are_sha256: [document, human, 'passport', 'DE', nonce, nonce],
      nonces_are_of_gcm: [document, human, 'passport', 'DE', other, index],
    } satisfies Record<string, [string, ...unknown[]]>
    const rules = await constraintsOf(db, ['app_private.humans', 'app_private.human_documents'])
    expect(Object.keys(violations).sort()).toEqual(rules)
    expect(await refusedBy(db, violations)).toEqual(Object.fromEntries(rules.map((rule) => [rule, rule])))

    await expectRefusal(db.query('select app_hidden.human_of()'), 'invalid_argument')
    await expectRefusal(db.query('select app_hidden.human_of(customer_id => 0)'), 'human_not_found')
    await expectRefusal(db.query('select app_hidden.set_human(0, clinic_id => 1, doctor_id => 1)'), 'human_not_found')
    await db.as(here.manager.claims)
    await expectRefusal(db.query('select app_hidden.human_of(customer_id => 1)'), 'insufficient_privilege')
    // Nobody reads who is who.
    for (const table of ['doctors', 'employees', 'customers'])
      await expectRefusal(db.query(`select human_id from app_public.${table}`), 'insufficient_privilege')
  }))
