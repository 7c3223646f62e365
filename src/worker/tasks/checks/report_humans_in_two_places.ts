import type { Task } from 'graphile-worker'

/** Mails managers about doctors whom two clinics offer at one time: sql/people/humans/report_humans_in_two_places.sql. */
const reportHumansInTwoPlaces: Task = async (_payload, helpers) => {
  const { rows } = await helpers.query<{ clinics: number }>(
    'select app_private.report_humans_in_two_places() as clinics',
  )
  if (rows[0]?.clinics)
    helpers.logger.info(`queued mails to ${rows[0].clinics} clinics about doctors who are at two clinics at once`)
}

export default reportHumansInTwoPlaces
