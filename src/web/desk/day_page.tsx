import { useEffect, useState } from 'react'
import { Link, useLocation, useSearchParams } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import type { DeskDoctorsQuery } from '../graphql/generated/graphql.ts'
import { Choice } from '../parts/field.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty, Notice, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { nameIn } from '../text/language.ts'
import { dateText, localDate, plusDays } from '../time.ts'
import { useQuery } from '../use_query.ts'
import { DoctorSheet } from './doctor_sheet.tsx'
import { type Column, Grid, useNow } from './grid.tsx'
import { clocksChange, marksOfDay, nowOn, placedByInstant, rangeOf, withoutReplaced } from './grid_time.ts'
import { ConnectionBanner, Counts, Place, Steps } from './head.tsx'
import { DeskIcon } from './icons.tsx'
import { MovingBanner } from './moving.tsx'
import { News } from './news.tsx'
import { PrintedDay } from './printed_day.tsx'
import { SlotSheet } from './slot_sheet.tsx'
import { bookingOf, type DeskSlot } from './slots.ts'
import { useDeskText } from './text.ts'
import { useIsPhone } from './use_is_phone.ts'
import { useSlots } from './use_slots.ts'

const DeskDoctors = graphql(`
  query DeskDoctors($clinicId: BigInt!) {
    doctors(filter: { clinicId: { equalTo: $clinicId } }, orderBy: [FULL_NAME_ASC, ID_ASC], first: 100) {
      nodes { id fullName isActive doctorSpecializations(first: 5) { nodes { specialization { id name names } } } }
    }
  }
`)

const DeskBooking = graphql(`
  query DeskBooking($clinicId: BigInt!, $id: BigInt!) { booking(clinicId: $clinicId, id: $id) { slotDate status } }
`)

type Doctor = NonNullable<NonNullable<DeskDoctorsQuery['doctors']>['nodes'][number]>

const fieldsOf = (doctor: Doctor) =>
  doctor.doctorSpecializations.nodes.flatMap((node) => (node?.specialization ? [node.specialization] : []))

/** A clinic's day: its doctors beside each other, their slots in time, live. */
export function DayPage() {
  const { t, locale } = useDeskText()
  const { clinic } = useWorkplace()
  const [parameters] = useSearchParams()
  const [, go] = useLocation()
  useNow()
  const today = localDate(undefined, clinic.timeZone)
  const date = /^\d{4}-\d\d-\d\d$/.exec(parameters.get('date') ?? '')?.[0] ?? today
  const show = parameters.get('show') ?? ''
  const address = (day: string, shown = show) =>
    `/desk/${clinic.id}?${new URLSearchParams({ ...(day !== today && { date: day }), ...(shown && { show: shown }) })}`
  // Whose sheet is to be open, such as by a link of the rebooking list.
  const wanted = /^\d{1,18}$/.exec(parameters.get('booking') ?? '')?.[0]
  const booking = useQuery(DeskBooking, wanted ? { clinicId: clinic.id, id: wanted } : null)
  const found = booking.data?.booking?.status === 'CANCELLED' ? null : booking.data?.booking
  const itsDay = booking.loading ? undefined : found?.slotDate
  useEffect(() => {
    if (wanted && itsDay && itsDay !== date) go(`${address(itsDay)}&booking=${wanted}`, { replace: true })
  }, [wanted, itsDay, date])

  const page = useSlots({ clinicId: clinic.id, from: date, to: date }, clinic.timeZone)
  const doctors = useQuery(DeskDoctors, { clinicId: clinic.id })
  const all = (doctors.data?.doctors?.nodes ?? []).flatMap((node) => (node ? [node] : []))
  const error = page.error ?? doctors.error
  const isPhone = useIsPhone()
  // A phone has room for one: the first who is there, unless another is chosen.
  const first = all.find(({ id }) => page.slots?.some(({ doctorId }) => doctorId === id))
  const shown = isPhone && !show.startsWith('d') && first ? `d${first.id}` : show
  return (
    <Page title={dateText(date, locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })} wide>
      <div className="desk">
        <Place connection={page.connection} />
        <div className="desk-tools">
          <Steps
            labels={{ previous: t.day.previous, now: t.day.today, next: t.day.next }}
            address={{ previous: address(plusDays(date, -1)), now: address(today), next: address(plusDays(date, 1)) }}
            isNow={date === today}
            date={date}
            choose={(day) => go(address(day))}
          />
          <Filter doctors={all} show={shown} choose={(chosen) => go(address(date, chosen))} isPhone={isPhone} />
          <button type="button" className="button print-button" onClick={() => print()}>
            <Icon name="print" />
            {t.day.print}
          </button>
        </div>
        <ConnectionBanner connection={page.connection} />
        <MovingBanner />
        {clocksChange(date, clinic.timeZone) && <p className="clocks-change">{t.day.clocksChange}</p>}
        {error !== undefined ? (
          <Problem
            error={error}
            again={() => {
              page.again()
              doctors.again()
            }}
          />
        ) : (
          <>
            {wanted && booking.data && !booking.loading && !found && (
              <Notice tone="plain">
                <p>{t.refusal.booking_not_found}</p>
              </Notice>
            )}
            <Day
              doctors={all}
              isThere={!!doctors.data}
              show={shown}
              date={date}
              page={page}
              wanted={wanted}
              wasSeen={() => wanted && go(address(date), { replace: true })}
            />
          </>
        )}
      </div>
    </Page>
  )
}

interface DayProps {
  doctors: Doctor[]
  isThere: boolean
  show: string
  date: string
  page: ReturnType<typeof useSlots>
  /** The booking whose sheet is to be open, until that was seen. */
  wanted: string | undefined
  wasSeen(): void
}

function Day({ doctors, isThere, show, date, page, wanted, wasSeen }: DayProps) {
  const { t, locale } = useDeskText()
  const { clinic } = useWorkplace()
  const [open, setOpen] = useState<string>()
  const [ofDoctor, setOfDoctor] = useState<Doctor>()
  const slots = page.slots && withoutReplacedOfAll(page.slots)
  if (!slots || !isThere) {
    return (
      <>
        <Counts slots={undefined} />
        <div className="bone grid-bone" aria-hidden="true" />
      </>
    )
  }
  const matching = doctors.filter(
    (doctor) => !show || show === `d${doctor.id}` || fieldsOf(doctor).some(({ id }) => show === `s${id}`),
  )
  const has = ({ id }: Doctor) => slots.some(({ doctorId }) => doctorId === id)
  const there = matching.filter(has)
  const away = matching.filter((doctor) => doctor.isActive && !has(doctor))
  const seen = slots.filter(({ doctorId }) => there.some(({ id }) => id === doctorId))
  const placed = new Map(
    there.map(({ id }) => [
      id,
      placedByInstant(
        slots.filter(({ doctorId }) => doctorId === id),
        date,
        clinic.timeZone,
      ),
    ]),
  )
  const range = rangeOf([...placed.values()].flat())
  const withZone = clocksChange(date, clinic.timeZone)
  const now = nowOn(date, clinic.timeZone)
  const opened = slots.find((slot) => (open ? slot.id === open : wanted && bookingOf(slot)?.id === wanted))
  const close = () => {
    setOpen(undefined)
    wasSeen()
  }
  const done = (changed: DeskSlot[]) => {
    close()
    page.keep(changed)
    page.again()
  }

  return (
    <>
      <Counts slots={seen} />
      <News news={page.news} />
      {there.length === 0 ? (
        <Empty title={t.day.emptyTitle}>
          <p>{slots.length === 0 ? t.day.empty : t.day.emptyShown}</p>
        </Empty>
      ) : (
        <Grid
          columns={there.map(
            (doctor): Column => ({
              key: doctor.id,
              head: <DoctorHead doctor={doctor} date={date} open={() => setOfDoctor(doctor)} />,
              placed: placed.get(doctor.id) ?? [],
              now,
              withZone,
            }),
          )}
          range={range}
          marks={marksOfDay(date, clinic.timeZone, range, locale)}
          changed={page.changed}
          open={setOpen}
        />
      )}
      {away.length > 0 && there.length > 0 && (
        <p className="away">{t.day.away(away.map(({ fullName }) => fullName).join(', '))}</p>
      )}
      {opened && <SlotSheet key={opened.id} slot={opened} close={close} done={done} />}
      {ofDoctor && (
        <DoctorSheet
          doctor={ofDoctor}
          date={date}
          slots={slots.filter(({ doctorId }) => doctorId === ofDoctor.id)}
          close={() => setOfDoctor(undefined)}
          done={(changed) => {
            page.keep(changed)
            page.again()
          }}
        />
      )}
      <PrintedDay
        date={date}
        doctors={there.map(({ id, fullName }) => ({
          id,
          fullName,
          slots: slots.filter(({ doctorId }) => doctorId === id),
        }))}
      />
    </>
  )
}

const withoutReplacedOfAll = (slots: DeskSlot[]) =>
  [...Map.groupBy(slots, ({ doctorId }) => doctorId).values()].flatMap(withoutReplaced)

interface DoctorHeadProps {
  doctor: Doctor
  date: string
  open(): void
}

function DoctorHead({ doctor, date, open }: DoctorHeadProps) {
  const { t, language } = useDeskText()
  const { clinic, maySeeTo } = useWorkplace()
  return (
    <>
      <h2 id={`column-${doctor.id}`} className="doctor-name">
        <Link href={`/desk/${clinic.id}/week/${doctor.id}?date=${date}`} title={t.day.week(doctor.fullName)}>
          {doctor.fullName}
        </Link>
        <small>
          {fieldsOf(doctor)
            .map((field) => nameIn(language, field))
            .join(', ')}
        </small>
      </h2>
      {maySeeTo(doctor.id) && (
        <button
          type="button"
          className="icon-button"
          aria-haspopup="dialog"
          aria-label={`${t.withdrawDay.open}, ${doctor.fullName}`}
          title={t.withdrawDay.open}
          onClick={open}
        >
          <DeskIcon name="withdrawDay" />
        </button>
      )}
    </>
  )
}

interface FilterProps {
  doctors: Doctor[]
  show: string
  choose(show: string): void
  isPhone: boolean
}

/** All doctors, those of a field, or one. */
function Filter({ doctors, show, choose, isPhone }: FilterProps) {
  const { t, language, locale } = useDeskText()
  const fields = [
    ...new Map(doctors.flatMap(fieldsOf).map(({ id, ...field }) => [id, nameIn(language, field)])),
  ].toSorted(([, a], [, b]) => a.localeCompare(b, locale))
  return (
    <Choice label={t.day.show} value={show} onChange={choose}>
      {!isPhone && <option value="">{t.day.all}</option>}
      {fields.length > 1 && !isPhone && (
        <optgroup label={t.day.fields}>
          {fields.map(([id, name]) => (
            <option key={id} value={`s${id}`}>
              {name}
            </option>
          ))}
        </optgroup>
      )}
      <optgroup label={t.day.doctors}>
        {doctors.map(({ id, fullName }) => (
          <option key={id} value={`d${id}`}>
            {fullName}
          </option>
        ))}
      </optgroup>
    </Choice>
  )
}
