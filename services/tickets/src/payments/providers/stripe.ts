import { parseId } from '@guichet/server'
import type Stripe from 'stripe'
import {
  type Mode,
  type PaymentProvider,
  type PaymentTerms,
  type ProviderDispute,
  ProviderError,
  type ProviderPayment,
  type ProviderRefund,
  type RefundTerms,
} from '../provider.ts'
import { ask, connectStripe, isSpentKey, type StripeConnection, statusOf, toProviderError } from './stripe-client.ts'
import { assertChargeable, fromStripeAmount, toStripeAmount } from './stripe-money.ts'
import { readStripeWebhook } from './stripe-webhook.ts'

export interface StripeOptions extends StripeConnection {
  mode: Mode
  webhookSecrets: readonly string[]
  nowMs(): number
}

/** Stripe lets no page lapse earlier than half an hour from now, and none later than a day. */
const LAPSES_AFTER_MS = 31 * 60_000
const LAPSES_MAX_MS = 23 * 3_600_000
/** How far back we look for a session of which we do not know the id: 1,000 of them. */
const LOOK_THROUGH = 1_000

interface Refunding extends RefundTerms {
  /** Stripe's id of the payment, and its amount. */
  intent: string
  amount: number
}

/**
 * Stripe through hosted Checkout: the buyer types the card on Stripe's own page. Our reference is the session's id; the
 * session bears our payment's id, and the payment intent and its charge do so too.
 */
export function createStripeProvider(options: StripeOptions): PaymentProvider {
  const { mode } = options
  const stripe = connectStripe(options)
  const { sessions } = stripe.checkout

  /** Lists know no filter by our id; those made since our payment's id are read, newest first. */
  async function findSession(paymentId: string): Promise<Stripe.Checkout.Session | undefined> {
    const list = sessions.list({ limit: 100, created: { gte: madeAt(paymentId) }, expand: ['data.payment_intent'] })
    let looked = 0
    for await (const session of list) {
      if (session.client_reference_id === paymentId) return session
      looked += 1
      if (looked === LOOK_THROUGH) throw new ProviderError('unavailable', 'Too many sessions to find ours among them')
    }
    return undefined
  }

  async function sessionOf(reference: string): Promise<Stripe.Checkout.Session> {
    return ask(sessions.retrieve(reference, { expand: ['payment_intent'] }))
  }

  /** Nobody has seen a session whose creation failed for us, so a second one, under a second key, takes no money twice. */
  async function createSession(terms: PaymentTerms): Promise<Stripe.Checkout.Session> {
    const params = toSessionParams(terms, options.nowMs())
    try {
      return await sessions.create(params, { idempotencyKey: terms.paymentId })
    } catch (error) {
      if (!isSpentKey(error)) throw error
      const earlier = await findSession(terms.paymentId)
      return earlier ?? (await sessions.create(params, { idempotencyKey: `${terms.paymentId}:2` }))
    }
  }

  /** A refund of ours bears its id: Stripe forgets keys after a day, but never the refunds. */
  async function refundOf(intent: string, refundId: string): Promise<Stripe.Refund | undefined> {
    for await (const refund of stripe.refunds.list({ payment_intent: intent, limit: 100 })) {
      if (refund.metadata?.refund_id === refundId) return refund
    }
    return undefined
  }

  async function intentOf({ reference }: RefundTerms): Promise<string> {
    const { payment_intent: intent } = await sessionOf(reference)
    if (intent === null) throw new ProviderError('refused', 'This Checkout Session was never paid')
    return typeof intent === 'string' ? intent : intent.id
  }

  async function createRefund({ intent, amount, paymentId, refundId }: Refunding): Promise<Stripe.Refund> {
    const params = { payment_intent: intent, amount, metadata: { payment_id: paymentId, refund_id: refundId } }
    try {
      return await stripe.refunds.create(params, { idempotencyKey: refundId })
    } catch (error) {
      if (!isSpentKey(error)) throw error
      const made = await refundOf(intent, refundId)
      if (made) return made
      // A second key could pay twice, unless there is not as much left: then Stripe itself refuses the second one.
      if (amount * 2 <= (await leftOf(intent))) throw error
      return stripe.refunds.create(params, { idempotencyKey: `${refundId}:again` })
    }
  }

  async function leftOf(intent: string): Promise<number> {
    const { latest_charge: charge } = await stripe.paymentIntents.retrieve(intent, { expand: ['latest_charge'] })
    if (charge === null || typeof charge === 'string') return 0
    return charge.amount_captured - charge.amount_refunded
  }

  return {
    mode,
    capabilities: { polled: true, refunds: 'automatic', disputes: true },

    async open(terms) {
      const session = await ask(createSession(terms))
      assertMode(session.livemode)
      return { reference: session.id, redirectUrl: session.url ?? '' }
    },

    async find({ paymentId, reference }) {
      const session = reference ? await sessionOf(reference) : await ask(findSession(paymentId))
      if (session && session.client_reference_id !== paymentId) {
        throw new ProviderError('misconfigured', `${session.id} is the session of another payment`)
      }
      return session && toPayment(session)
    },

    async close(reference) {
      try {
        await sessions.expire(reference)
      } catch (error) {
        // Only an open session can be expired: paid or lapsed, nothing is left to be done.
        if (statusOf(error) !== 400 || (await sessionOf(reference)).status === 'open') throw toProviderError(error)
      }
    },

    async refund(terms) {
      const amount = toStripeAmount(terms.amountMinor, terms.currency)
      const intent = await intentOf(terms)
      const made = await ask(refundOf(intent, terms.refundId))
      return toRefund(made ?? (await ask(createRefund({ ...terms, intent, amount }))))
    },

    async findRefund(terms) {
      const session = await sessionOf(terms.reference)
      if (session.payment_intent === null) return undefined
      const found = await ask(refundOf(await intentOf(terms), terms.refundId))
      return found && toRefund(found)
    },

    async findDispute(reference) {
      try {
        const dispute = await stripe.disputes.retrieve(reference, { expand: ['payment_intent'] })
        // A bank that only inquires has taken no money: a refund is still ours to give, and the best answer to it.
        return dispute.status.startsWith('warning_') ? undefined : toDispute(dispute)
      } catch (error) {
        if (statusOf(error) === 404) return undefined
        throw toProviderError(error)
      }
    },

    readWebhook: async (headers, body) => readStripeWebhook(options, headers, body),

    async check() {
      const kind = /^[rs]k_(test|live)_/.exec(options.secretKey)?.[1]
      if (kind !== undefined) assertMode(kind === 'live')
      const account = await stripe.accounts.retrieveCurrent().catch((error: unknown) => {
        // A restricted key need not be allowed to read this; what it must be allowed follows.
        if (statusOf(error) === 403) return undefined
        throw toProviderError(error)
      })
      if (account?.charges_enabled === false) {
        throw new ProviderError('misconfigured', 'Stripe has not yet enabled charges for this account')
      }
      await ask(Promise.all([sessions.list({ limit: 1 }), stripe.refunds.list({ limit: 1 })]))
      await ask(Promise.all([stripe.disputes.list({ limit: 1 }), stripe.paymentIntents.list({ limit: 1 })]))
      if (options.webhookSecrets.length === 0) {
        throw new ProviderError('misconfigured', 'The signing secret (whsec_…) of the webhook endpoint is missing')
      }
    },
  }

  /** Else a key for rehearsals would sell tickets for nothing. */
  function assertMode(live: boolean): void {
    if (live === (mode === 'live')) return
    const words = `This is a key of ${live ? 'live' : 'test'} mode, and the account is for ${mode} payments`
    throw new ProviderError('misconfigured', words)
  }
}

function toSessionParams(terms: PaymentTerms, nowMs: number): Stripe.Checkout.SessionCreateParams {
  const unit_amount = toStripeAmount(terms.amountMinor, terms.currency)
  assertChargeable(unit_amount, terms.currency)
  const metadata = { payment_id: terms.paymentId }
  const lapses = terms.expiresAt.getTime() + LAPSES_AFTER_MS
  return {
    mode: 'payment',
    client_reference_id: terms.paymentId,
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: terms.currency.toLowerCase(),
          unit_amount,
          product_data: { name: terms.description },
        },
      },
    ],
    metadata,
    payment_intent_data: { metadata, description: terms.description },
    success_url: terms.returnUrl,
    cancel_url: terms.returnUrl,
    locale: terms.locale === 'fr' ? 'fr' : 'en',
    // The same at each repetition, unless the hold was extended meanwhile.
    ...(lapses < nowMs + LAPSES_MAX_MS && { expires_at: Math.floor(lapses / 1_000) }),
    // An address that Stripe finds fault with would cost the sale.
    ...(isPlainAddress(terms.buyerEmail) && { customer_email: terms.buyerEmail }),
  }
}

const isPlainAddress = (email: string | null): email is string =>
  email !== null && /^[\w.+-]{1,64}@[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+$/i.test(email)

/** The seconds of a payment's id (UUIDv7), and five minutes more for clocks that differ. */
function madeAt(paymentId: string): number {
  const milliseconds = Number.parseInt((parseId('pay', paymentId) ?? '0').replace('-', '').slice(0, 12), 16)
  return Math.max(0, Math.floor(milliseconds / 1_000) - 300)
}

function toPayment(session: Stripe.Checkout.Session): ProviderPayment {
  const currency = (session.currency ?? '').toUpperCase()
  return {
    reference: session.id,
    state: stateOf(session),
    amountMinor: fromStripeAmount(session.amount_total ?? 0, currency),
    currency,
    redirectUrl: session.url ?? '',
  }
}

/** `complete` without `paid` is a bank that takes days; it failed when the payment intent asks for another means. */
function stateOf(session: Stripe.Checkout.Session): ProviderPayment['state'] {
  if (session.status === 'open') return 'open'
  if (session.status === 'expired') return 'failed'
  if (session.payment_status === 'paid') return 'succeeded'
  const intent = typeof session.payment_intent === 'object' ? session.payment_intent?.status : undefined
  return intent === 'requires_payment_method' || intent === 'canceled' ? 'failed' : 'processing'
}

const isStanding = ({ status }: Stripe.Refund) => status !== 'failed' && status !== 'canceled'

function toRefund(refund: Stripe.Refund): ProviderRefund {
  const currency = refund.currency.toUpperCase()
  return {
    reference: refund.id,
    state: refund.status === 'succeeded' ? 'succeeded' : isStanding(refund) ? 'pending' : 'failed',
    amountMinor: fromStripeAmount(refund.amount, currency),
    currency,
    problem: isStanding(refund) ? undefined : (refund.failure_reason ?? refund.status ?? undefined),
  }
}

const DISPUTE_WON = ['won', 'prevented']

function toDispute(dispute: Stripe.Dispute): ProviderDispute {
  const currency = dispute.currency.toUpperCase()
  const intent = typeof dispute.payment_intent === 'object' ? dispute.payment_intent : null
  const { due_by } = dispute.evidence_details
  return {
    reference: dispute.id,
    paymentId: intent?.metadata?.payment_id,
    state: dispute.status === 'lost' ? 'lost' : DISPUTE_WON.includes(dispute.status) ? 'won' : 'open',
    amountMinor: fromStripeAmount(dispute.amount, currency),
    currency,
    reason: dispute.reason,
    respondBy: due_by === null ? undefined : new Date(due_by * 1_000),
  }
}
