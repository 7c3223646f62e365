import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { copyRows, differentParts, tablesOfClinics } from '../../../../src/shards/clinic_rows.ts'
import { asSuperuser, type ClonedDatabase, cloneDatabase } from '../../../helpers/cluster.ts'
import { type Connection, connect } from '../../../helpers/connection.ts'
import { expectRefusal } from '../../../helpers/database.ts'
import { aClinic, aDoctor, aPractice } from '../../../helpers/world.ts'

// What a move of a clinic consists of. test/programs/shards_moving.test.ts moves clinics between real servers.

let database: ClonedDatabase
let db: Connection
beforeEach(async () => {
  database = await cloneDatabase()
  db = await connect(database.url)
})
afterEach(async () => {
  await db?.close()
  await database?.drop()
})

describe('a clinic that moves', () => {
  let clinicId: string
  beforeEach(async () => {
    await db.query(`select app_private.become_shard(3, gen_random_uuid())`)
    clinicId = await aClinic(db)
    await db.query('select app_private.begin_move($1, 4)', [clinicId])
  })
  const renames = () => db.query(`update app_public.clinics set name = 'New' where id = $1`, [clinicId])

  it('is written until the last changes are copied, and again when that has taken too long', async () => {
    await renames()
    await db.query('select app_private.hold_writes($1, 60)', [clinicId])
    await expectRefusal(renames(), 'clinic_moving')
    await expectRefusal(aDoctor(db, clinicId), 'clinic_moving')
    // Others are not affected.
    await aDoctor(db, await aClinic(db))
    await db.query('update app_private.clinic_moves set refused_until = clock_timestamp()')
    await renames()
    await expectRefusal(db.query('select app_private.leave_clinic($1)', [clinicId]), 'clinic_not_movable')
  })

  it('is not written when it has left, until the move is undone', async () => {
    await db.query('select app_private.hold_writes($1, 60)', [clinicId])
    await db.query('select app_private.leave_clinic($1)', [clinicId])
    await expectRefusal(renames(), 'clinic_moving')
    await db.query('select app_private.remain($1)', [clinicId])
    await renames()
  })

  it('is elsewhere when its rows are removed', async () => {
    await db.query(`update app_private.clinic_moves set state = 'gone'`)
    await expectRefusal(renames(), 'not_here')
  })

  it('does not begin to move to another shard', async () => {
    await db.query('select app_private.begin_move($1, 4)', [clinicId])
    await expectRefusal(db.query('select app_private.begin_move($1, 5)', [clinicId]), 'clinic_not_movable')
    await expectRefusal(db.query('select app_private.begin_move(77, 4)'), 'clinic_not_movable')
  })
})

describe('the rows of a clinic', () => {
  let other: ClonedDatabase
  let target: Connection
  // As docs/scaling.md says.
  beforeAll(() => asSuperuser('grant set on parameter session_replication_role to medislot'))
  afterAll(() => asSuperuser('revoke set on parameter session_replication_role from medislot'))
  beforeEach(async () => {
    other = await cloneDatabase()
    target = await connect(other.url)
    await target.query('begin; set local session_replication_role = replica')
  })
  afterEach(async () => {
    await target?.close()
    await other?.drop()
  })

  it('are copied as they are, in the parts of tables that differ', async () => {
    const { clinicId } = await aPractice(db)
    await aPractice(db)
    const tables = await tablesOfClinics(db.client)
    const copied = await copyRows(db.client, target.client, clinicId, tables)
    expect(copied).toEqual(expect.arrayContaining(['app_public.clinics', 'app_public.events', 'app_public.policies']))
    expect(await copyRows(db.client, target.client, clinicId, tables)).toEqual([])
    expect(await target.query('select id from app_public.clinics')).toEqual([{ id: clinicId }])

    await db.query(`update app_public.doctors set full_name = 'New' where clinic_id = $1`, [clinicId])
    await target.query('delete from app_public.events')
    await target.query(`insert into app_public.time_slots (clinic_id, id, name, start_time, end_time)
      overriding system value values (${clinicId}, 999, 'Extra', '01:00', '02:00')`)
    const changed = ['app_public.doctors', 'app_public.events', 'app_public.time_slots']
    for (const table of changed)
      expect((await differentParts(db.client, target.client, clinicId, table)).length).toBeGreaterThan(0)
    expect(await copyRows(db.client, target.client, clinicId, tables)).toEqual(changed)
    expect(await target.query('select full_name, row_version from app_public.doctors')).toEqual([
      { full_name: 'New', row_version: 2 },
    ])
  })
})
