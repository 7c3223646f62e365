import type { Task } from 'graphile-worker'

/** Invites dependants who are of age to accounts of their own: sql/people/family/invite_grown_up_dependants.sql. */
const inviteGrownUpDependants: Task = async (_payload, helpers) => {
  const { rows } = await helpers.query<{ invited: number }>(
    'select app_private.invite_grown_up_dependants() as invited',
  )
  if (rows[0]?.invited) helpers.logger.info(`queued invitations of ${rows[0].invited} dependants who are of age`)
}

export default inviteGrownUpDependants
