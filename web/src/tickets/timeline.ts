import type { Dispute, Invoice, Order, PaymentAttempt, RecipientChange, Refund, Ticket } from '../api/types.ts'
import type { Language } from '../messages/language.ts'
import type { MessageId, Translate, Values } from '../messages/text.ts'
import { formatMoney } from '../money/money.ts'

/** One thing that happened to an order, in the reader's words. */
export interface Happening {
  at: string
  text: string
  /** Who, why, and a provider's own words. */
  details: string[]
  look: 'good' | 'warn' | 'bad' | 'plain'
  /** What a member may do about it. */
  refund?: Refund
}

export interface Story {
  order: Pick<Order, 'createdAt' | 'confirmedAt' | 'totalMinor' | 'currency' | 'state' | 'expiresAt' | 'number'>
  tickets: Pick<Ticket, 'id' | 'holderName' | 'checkedInAt' | 'transfers'>[]
  attempts: PaymentAttempt[] | null
  refunds: Refund[] | null
  disputes: Dispute[] | null
  invoices: Invoice[] | null
  corrections: RecipientChange[] | null
  /** The members' names, by id. */
  names: Record<string, string>
}

/** Everything that happened to an order, oldest first. */
export function timelineOf(story: Story, { language, t }: { language: Language; t: Translate }): Happening[] {
  const happenings: Happening[] = []
  const money = (minor: number, currency: string) => formatMoney(minor, currency, language)
  const tell = (
    at: string | null,
    look: Happening['look'],
    id: MessageId,
    values: Values,
    more: Partial<Happening> = {},
  ) => {
    if (at) happenings.push({ at, look, text: t(id, values), details: [], ...more })
  }
  const { order } = story
  tell(order.createdAt, 'plain', 'console.story.placed', { amount: money(order.totalMinor, order.currency) })
  for (const attempt of story.attempts ?? []) tellAttempt(attempt, story, tell, { language, t })
  tell(order.confirmedAt, 'good', 'console.story.confirmed', { number: order.number ?? '' })
  if (order.state === 'expired') tell(order.expiresAt, 'warn', 'console.story.expired', {})
  const byWhom = (id: string) =>
    id === 'buyer'
      ? t('console.story.byBuyer')
      : t('console.story.by', { name: story.names[id] ?? t('console.story.member') })
  for (const { changedAt, changedBy } of story.corrections ?? []) {
    tell(changedAt, 'warn', 'console.story.corrected', {}, { details: [byWhom(changedBy)] })
  }
  for (const refund of story.refunds ?? []) tellRefund(refund, story, tell, { language, t })
  for (const dispute of story.disputes ?? []) {
    const amount = money(dispute.amountMinor, dispute.currency)
    const details = [dispute.reason, dispute.reference].filter(Boolean)
    tell(dispute.openedAt, 'bad', 'console.story.disputeOpened', { amount, way: way(dispute.provider, t) }, { details })
    if (dispute.state === 'won') tell(dispute.closedAt, 'good', 'console.story.disputeWon', { amount })
    if (dispute.state === 'lost') tell(dispute.closedAt, 'bad', 'console.story.disputeLost', { amount })
  }
  for (const paper of story.invoices ?? []) {
    if (paper.number === null) continue
    const id = paper.kind === 'invoice' ? 'console.story.invoice' : 'console.story.creditNote'
    tell(paper.issuedAt, 'plain', id, { number: paper.number, amount: money(paper.totalMinor, paper.currency) })
  }
  for (const ticket of story.tickets) {
    for (const { kind, at, by } of ticket.transfers ?? []) {
      const id = kind === 'passed-on' ? 'console.story.passedOn' : 'console.story.takenBack'
      tell(at, 'plain', id, {}, { details: [byWhom(by)] })
    }
    tell(ticket.checkedInAt ?? null, 'good', 'console.story.checkedIn', { name: ticket.holderName ?? '' })
  }
  return happenings.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
}

type Tell = (
  at: string | null,
  look: Happening['look'],
  id: MessageId,
  values: Values,
  more?: Partial<Happening>,
) => void
interface Reader {
  language: Language
  t: Translate
}

/** A provider's name as people know it. */
export function way(provider: string, t: Translate): string {
  return t(`payment.name.${provider}` as MessageId)
}

function tellAttempt(attempt: PaymentAttempt, { order }: Story, tell: Tell, { language, t }: Reader): void {
  if (attempt.provider === 'free') return
  const amount = formatMoney(attempt.amountMinor ?? order.totalMinor, attempt.currency ?? order.currency, language)
  const values = { way: way(attempt.provider, t), amount }
  const mode = attempt.mode === 'test' ? [t('payment.testMode')] : []
  const details = [...mode, ...(attempt.reference ? [attempt.reference] : [])]
  tell(attempt.createdAt, 'plain', 'console.story.attempt', values, { details })
  const problem = attempt.problem ? [t(`console.story.problem.${attempt.problem}` as MessageId)] : []
  if (attempt.state === 'failed') tell(attempt.settledAt, 'bad', 'console.story.refused', values, { details: problem })
  else if (attempt.state !== 'pending')
    tell(attempt.settledAt, problem.length > 0 ? 'warn' : 'good', 'console.story.paid', values, { details: problem })
}

function tellRefund(refund: Refund, { names }: Story, tell: Tell, { language, t }: Reader): void {
  const amount = formatMoney(refund.amountMinor, refund.currency, language)
  const who = refund.requestedBy && (names[refund.requestedBy] ?? t('console.story.member'))
  const details = [
    who ? t('console.story.by', { name: who }) : t(`console.story.reason.${refund.reason}` as MessageId),
    refund.ticketIds.length > 0 ? t('order.refund.tickets', { count: refund.ticketIds.length }) : '',
    refund.note ?? '',
  ].filter(Boolean)
  const open = refund.state !== 'succeeded'
  tell(
    refund.createdAt,
    'warn',
    'console.story.refund',
    { amount },
    { details, ...(refund.state === 'pending' ? { refund } : {}) },
  )
  if (refund.state === 'succeeded') {
    const by = refund.settledBy && (names[refund.settledBy] ?? t('console.story.member'))
    const settled = by ? [t('console.story.settledBy', { name: by })] : []
    tell(refund.settledAt, 'good', 'console.story.refunded', { amount }, { details: settled })
  } else if (refund.state === 'failed') {
    const words = refund.problem ? [refund.problem] : []
    tell(
      refund.settledAt ?? refund.createdAt,
      'bad',
      'console.story.refundFailed',
      { amount },
      { details: words, ...(open ? { refund } : {}) },
    )
  }
}
