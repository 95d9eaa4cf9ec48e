import { sql } from '@guichet/database'
import { DomainError } from '@guichet/problem'
import { parseId, toId } from '@guichet/server'
import { type Static, Type } from 'typebox'
import { COLUMNS, type TicketsDb, type TicketsTx, type VatRateRow } from '../db.ts'

export const OrganizerParams = Type.Object({ organizerId: Type.String() })
export const VatRateParams = Type.Object({ vatRateId: Type.String() })

const periods = Type.Array(
  Type.Object({
    startsOn: Type.String({ format: 'date', description: 'From this day on, in the time zone of each event.' }),
    bp: Type.Integer({ minimum: 0, maximum: 10_000, description: 'In basis points: 550 is 5.5 %.' }),
  }),
  { minItems: 1, maxItems: 50, description: 'Before the first there is no VAT.' },
)
const name = Type.String({ minLength: 1, maxLength: 120, pattern: '\\S' })

export const CreateVatRateBody = Type.Object({ name, periods })
export const UpdateVatRateBody = Type.Object(
  {
    name: Type.Optional(name),
    periods: Type.Optional(periods),
    archived: Type.Optional(Type.Boolean({ description: 'Offered to nothing new; what has it keeps it.' })),
  },
  { minProperties: 1 },
)
export const VatRateAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  archived: Type.Boolean(),
  periods: Type.Array(Type.Object({ startsOn: Type.String(), bp: Type.Integer() })),
  version: Type.Integer(),
})

type Periods = Static<typeof periods>

/** An organizer's rates as the API shows them, or one of them, in the order in which they were made. */
export async function presentVatRates(
  db: TicketsDb | TicketsTx,
  organizerUuid: string,
  only?: string,
): Promise<Static<typeof VatRateAnswer>[]> {
  let query = db.selectFrom('vat_rate').select(COLUMNS.vat_rate).where('organizer_id', '=', organizerUuid)
  if (only) query = query.where('id', '=', only)
  const rates = await query.orderBy('id').execute()
  const rows = await db
    .selectFrom('vat_rate_period')
    .select(['vat_rate_id', 'bp', sql<string>`starts_on::text`.as('startsOn')])
    .where('organizer_id', '=', organizerUuid)
    .orderBy('starts_on')
    .execute()
  const periodsOf = Map.groupBy(rows, (row) => row.vat_rate_id)
  return rates.map((rate) => ({
    id: toId('vat', rate.id),
    name: rate.name,
    archived: rate.archived,
    periods: (periodsOf.get(rate.id) ?? []).map(({ startsOn, bp }) => ({ startsOn, bp })),
    version: rate.version,
  }))
}

/** Instead of those that the rate has. @throws when a day is named twice. */
export async function savePeriods(
  tx: TicketsTx,
  { organizer_id, id }: Pick<VatRateRow, 'organizer_id' | 'id'>,
  wanted: Periods,
): Promise<void> {
  const days = wanted.map((period) => period.startsOn)
  const twice = days.findIndex((day, index) => days.indexOf(day) !== index)
  if (twice >= 0) {
    const errors = [{ pointer: `/periods/${twice}/startsOn`, detail: 'is named twice' }]
    throw new DomainError('request-invalid', {}, { errors })
  }
  await tx
    .deleteFrom('vat_rate_period')
    .where('organizer_id', '=', organizer_id)
    .where('vat_rate_id', '=', id)
    .execute()
  await tx
    .insertInto('vat_rate_period')
    .values(wanted.map(({ startsOn, bp }) => ({ organizer_id, vat_rate_id: id, starts_on: startsOn, bp })))
    .execute()
}

/** The rate that a body names. One of another organizer is the same as none; an archived one is only kept, not chosen. */
export async function findVatRate(
  tx: TicketsTx,
  organizerUuid: string,
  vatRateId: string | null | undefined,
  current: string | null = null,
): Promise<string | null> {
  if (vatRateId === null || vatRateId === undefined) return null
  const uuid = parseId('vat', vatRateId)
  const rate = uuid && (await findRate(tx, organizerUuid, uuid))
  if (rate && (!rate.archived || rate.id === current)) return rate.id
  const detail = rate ? 'is archived' : 'is no VAT rate of this organizer'
  throw new DomainError('request-invalid', {}, { errors: [{ pointer: '/vatRateId', detail }] })
}

function findRate(tx: TicketsTx, organizerUuid: string, uuid: string): Promise<VatRateRow | undefined> {
  return tx
    .selectFrom('vat_rate')
    .select(COLUMNS.vat_rate)
    .where('organizer_id', '=', organizerUuid)
    .where('id', '=', uuid)
    .executeTakeFirst()
}
