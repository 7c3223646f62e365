import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './prisma/generated/client.ts'
import { allows, databaseUrl, messages, poolSize, serve, whole } from './serve.ts'

// An interactive transaction. The lock is raw SQL: Prisma has no SELECT … FOR UPDATE of its own.
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: databaseUrl, max: poolSize }) })

serve((wanted) =>
  prisma.$transaction(
    async (tx) => {
      const clinicId = BigInt(wanted.clinicId)
      const slotId = BigInt(wanted.slotId)
      const customerId = BigInt(wanted.customerId)
      if (whole && !(await tx.customer.findFirst({ where: { id: customerId, isActive: true } }))) return null
      const [slot] = await tx.$queryRaw<{ status: string; startsAt: Date }[]>`
        select status, starts_at as "startsAt" from peers.slots where id = ${slotId} for update`
      if (slot?.status !== 'open') return null
      const { startsAt } = slot
      const policy = whole ? await tx.policy.findUnique({ where: { clinicId } }) : null
      if (whole) {
        const live = await tx.booking.count({
          where: { customerId, clinicId, status: 'booked', startsAt: { gt: new Date() } },
        })
        if (!policy || !allows(policy, startsAt, live)) return null
      }
      await tx.slot.update({ where: { id: slotId }, data: { status: 'booked', customerId } })
      const { id: bookingId } = await tx.booking.create({ data: { clinicId, slotId, customerId, startsAt } })
      if (policy) {
        await tx.event.createMany({
          data: [
            { slotId, customerId, fromState: 'open', toState: 'booked' },
            { slotId, bookingId, customerId, toState: 'booked' },
          ],
        })
        await tx.notification.createMany({
          data: messages(policy, startsAt).map((message) => ({ bookingId, customerId, ...message })),
        })
      }
      return String(bookingId)
    },
    // The default of two seconds is too short in a rush.
    { maxWait: 60_000, timeout: 60_000 },
  ),
)
