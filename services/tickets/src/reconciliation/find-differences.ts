import type { Context } from '../context.ts'
import { COLUMNS } from '../db.ts'
import { askProviders, paymentsToAsk } from './ask-provider.ts'
import type { Book, Found } from './book.ts'
import { BOOKS_OF_LEDGER } from './books-of-ledger.ts'
import { BOOKS_OF_MONEY } from './books-of-money.ts'
import { BOOKS_OF_PLACES } from './books-of-places.ts'
import type { DifferenceKind, Finding } from './kinds.ts'

const BOOKS: readonly Book[] = [...BOOKS_OF_MONEY, ...BOOKS_OF_PLACES, ...BOOKS_OF_LEDGER]
const OURS = new Set<DifferenceKind>(BOOKS.map((book) => book.kind))

export interface ComparedEvent {
  event_id: string
  organizer_id: string
}

export interface Comparison {
  findings: Finding[]
  paymentsAsked: number
  paymentsUnasked: number
  /** Whether a difference that was not found was looked for: a provider that is away says nothing. */
  lookedFor(difference: { kind: DifferenceKind; subject_id: string }): boolean
}

/** All that does not agree about one event: the providers' books first, since what they know may be news to ours. */
export async function findDifferences(ctx: Context, event: ComparedEvent, since: Date): Promise<Comparison> {
  const now = await ctx.time(ctx.db)
  const payments = await paymentsToAsk(ctx, event.event_id, since, now)
  const providers = await askProviders(ctx, payments, now)
  const findings = providers.findings.map((finding) => ({ ...finding, organizer_id: event.organizer_id }))
  for (const book of BOOKS) findings.push(...(await compare(ctx, book, event, now)))
  return {
    findings,
    paymentsAsked: payments.length - providers.unasked,
    paymentsUnasked: providers.unasked,
    lookedFor: ({ kind, subject_id }) => OURS.has(kind) || providers.compared.has(subject_id),
  }
}

/** Whether a difference is still there. */
export async function isStillThere(
  ctx: Context,
  difference: ComparedEvent & { kind: DifferenceKind; subject_id: string },
): Promise<boolean> {
  const now = await ctx.time(ctx.db)
  const book = BOOKS.find(({ kind }) => kind === difference.kind)
  const findings = book ? await compare(ctx, book, difference, now) : await askAbout(ctx, difference, now)
  return findings.some(({ kind, subject_id }) => kind === difference.kind && subject_id === difference.subject_id)
}

async function askAbout(ctx: Context, { event_id, subject_id }: ComparedEvent & { subject_id: string }, now: Date) {
  const payment = await ctx.db
    .selectFrom('payment')
    .select(COLUMNS.payment)
    .where('event_id', '=', event_id)
    .where(({ or, eb, selectFrom }) =>
      or([
        eb('id', '=', subject_id),
        eb(
          'id',
          '=',
          selectFrom('refund').select('payment_id').where('event_id', '=', event_id).where('id', '=', subject_id),
        ),
      ]),
    )
    .executeTakeFirstOrThrow()
  const { findings, unasked } = await askProviders(ctx, [payment], now)
  if (unasked > 0) throw new Error('The provider could not be asked whether it is right now')
  return findings
}

async function compare(
  ctx: Context,
  book: Book,
  { event_id, organizer_id }: ComparedEvent,
  now: Date,
): Promise<Finding[]> {
  const { rows } = await book.find(event_id, now).execute(ctx.db)
  return (rows as Found[]).map((found) => ({ ...found, kind: book.kind, event_id, organizer_id }))
}
