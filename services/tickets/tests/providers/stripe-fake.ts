import { createHash, createHmac } from 'node:crypto'
import { type Answer, type Call, minorOf, startVendor } from './vendor-fake.ts'

const DECIMALS: Record<string, number> = { jpy: 0, mga: 0, vnd: 0, xof: 0, kwd: 3, jod: 3 }
const DIVISIBLE: Record<string, number> = { isk: 100, ugx: 100, kwd: 10, jod: 10 }
const TAKEN = ['eur', 'usd', 'gbp', 'huf', 'chf', ...Object.keys(DECIMALS), ...Object.keys(DIVISIBLE)]

type Form = Record<string, string>

export interface StripeSession {
  id: string
  object: 'checkout.session'
  amount_total: number
  client_reference_id: string | null
  created: number
  currency: string
  expires_at: number
  livemode: boolean
  metadata: Form
  mode: 'payment'
  payment_intent: string | null
  payment_status: 'paid' | 'unpaid' | 'no_payment_required'
  status: 'open' | 'complete' | 'expired'
  success_url: string
  url: string | null
}

interface Intent {
  id: string
  object: 'payment_intent'
  amount: number
  amount_received: number
  currency: string
  livemode: boolean
  metadata: Form
  status: string
  latest_charge: string | null
}

export interface StripeRefund {
  id: string
  object: 'refund'
  amount: number
  charge: string
  created: number
  currency: string
  metadata: Form
  payment_intent: string
  reason: null
  status: string
  failure_reason?: string
}

/** Stripe as far as we use it, with its shapes, refusals and idempotency: the first answer under a key, a 500 too. */
export async function startStripe({ key = 'sk_test_loopback', live = false } = {}) {
  const sessions = new Map<string, StripeSession>()
  const intents = new Map<string, Intent>()
  const refunds: StripeRefund[] = []
  const disputes = new Map<string, Record<string, unknown>>()
  const kept = new Map<string, { hash: string; answer: Answer }>()
  let counter = 0
  const id = (prefix: string) => `${prefix}_${live ? 'live' : 'test'}_${String(++counter).padStart(24, 'a')}`
  const now = () => Math.floor(Date.now() / 1_000)
  const account = { id: 'acct_1Loopback', object: 'account', charges_enabled: true, default_currency: 'eur' }

  const server = await startVendor({
    operationOf({ method, path }) {
      if (method === 'POST' && path === '/v1/checkout/sessions') return 'open'
      if (method === 'POST' && path.endsWith('/expire')) return 'close'
      if (method === 'POST' && path === '/v1/refunds') return 'refund'
      return method === 'GET' && path.startsWith('/v1/checkout/sessions') ? 'find' : undefined
    },
    answer,
    keep(call, result) {
      const idempotencyKey = String(call.headers['idempotency-key'])
      kept.set(idempotencyKey, { hash: hashOf(call), answer: result })
    },
    serverError: { error: { type: 'api_error', message: 'Sorry! There was an error while talking to Stripe.' } },
    tooMany: {
      error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests hit the API.' },
    },
  })

  function answer(call: Call): Answer {
    if (call.headers.authorization !== `Bearer ${key}`) {
      return refused(401, 'Invalid API Key provided: sk_test_********pbac')
    }
    if (call.method === 'GET') return read(call)
    const idempotencyKey = String(call.headers['idempotency-key'])
    const earlier = kept.get(idempotencyKey)
    if (earlier && earlier.hash !== hashOf(call)) {
      const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${idempotencyKey}' if you meant to execute a different request.`
      return { status: 400, body: { error: { type: 'idempotency_error', message } } }
    }
    if (earlier) return { ...earlier.answer, headers: { 'idempotent-replayed': 'true' } }
    const result = write(call.path, Object.fromEntries(new URLSearchParams(call.body)))
    // A request that does not pass validation has not begun to run, and is not kept.
    if (result.status < 400) kept.set(idempotencyKey, { hash: hashOf(call), answer: result })
    return result
  }

  function write(path: string, form: Form): Answer {
    if (path === '/v1/checkout/sessions') return createSession(form)
    if (path === '/v1/refunds') return createRefund(form)
    const session = sessions.get(/^\/v1\/checkout\/sessions\/(\w+)\/expire$/.exec(path)?.[1] ?? '')
    if (!session) return missing(path)
    if (session.status !== 'open') {
      return refused(
        400,
        `Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of \`${session.status}\`.`,
      )
    }
    Object.assign(session, { status: 'expired', url: null })
    return { status: 200, body: session }
  }

  function createSession(form: Form): Answer {
    const price = 'line_items[0][price_data]'
    const currency = form[`${price}[currency]`] ?? ''
    const amount = Number(form[`${price}[unit_amount]`]) * Number(form['line_items[0][quantity]'])
    const expires = Number(form.expires_at ?? now() + 86_400)
    if (!TAKEN.includes(currency)) return refused(400, `Invalid currency: ${currency}.`)
    if (!Number.isSafeInteger(amount)) return refused(400, `Invalid integer: ${amount}`, 'parameter_invalid_integer')
    if (amount % (DIVISIBLE[currency] ?? 1) !== 0) return refused(400, 'Invalid amount.', 'invalid_charge_amount')
    if (amount < 50) return refused(400, 'The Checkout Session must have a higher total.', 'amount_too_small')
    if (expires < now() + 1_800 || expires > now() + 86_400) {
      return refused(400, 'The `expires_at` timestamp must be between 30 minutes and 24 hours from now.')
    }
    const session: StripeSession = {
      id: id('cs'),
      object: 'checkout.session',
      amount_total: amount,
      client_reference_id: form.client_reference_id ?? null,
      created: now(),
      currency,
      expires_at: expires,
      livemode: live,
      metadata: metadataOf(form, 'metadata'),
      mode: 'payment',
      payment_intent: null,
      payment_status: 'unpaid',
      status: 'open',
      success_url: form.success_url ?? '',
      url: null,
    }
    session.url = `https://checkout.stripe.com/c/pay/${session.id}`
    sessions.set(session.id, session)
    intentMetadata.set(session.id, metadataOf(form, 'payment_intent_data[metadata]'))
    return { status: 200, body: session }
  }
  const intentMetadata = new Map<string, Form>()

  function createRefund(form: Form): Answer {
    const intent = intents.get(form.payment_intent ?? '')
    if (!intent) return missing(form.payment_intent ?? '')
    const amount = Number(form.amount)
    const left = intent.amount_received - refundedOf(intent)
    if (left === 0)
      return refused(400, `Charge ${intent.latest_charge} has already been refunded.`, 'charge_already_refunded')
    if (!(amount <= left))
      return refused(400, `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`)
    const refund: StripeRefund = {
      id: id('re'),
      object: 'refund',
      amount,
      charge: intent.latest_charge ?? '',
      created: now(),
      currency: intent.currency,
      metadata: metadataOf(form, 'metadata'),
      payment_intent: intent.id,
      reason: null,
      status: 'succeeded',
    }
    refunds.unshift(refund)
    return { status: 200, body: refund }
  }
  const refundedOf = (intent: Intent) =>
    refunds
      .filter((refund) => refund.payment_intent === intent.id && refund.status !== 'failed')
      .reduce((sum, refund) => sum + refund.amount, 0)

  function read({ path, query }: Call): Answer {
    const [, one = ''] = /^\/v1\/(?:checkout\/sessions|payment_intents|disputes)\/(\w+)$/.exec(path) ?? []
    if (path === '/v1/account') return { status: 200, body: account }
    if (path === '/v1/checkout/sessions') {
      const since = Number(query.get('created[gte]') ?? 0)
      const found = [...sessions.values()].reverse().filter(({ created }) => created >= since)
      return page(path, query, found.map(expanded))
    }
    if (path === '/v1/refunds') {
      const of = query.get('payment_intent')
      return page(
        path,
        query,
        refunds.filter(({ payment_intent }) => !of || payment_intent === of),
      )
    }
    if (path === '/v1/disputes' || path === '/v1/payment_intents') return page(path, query, [])
    const session = sessions.get(one)
    if (session) return { status: 200, body: expanded(session) }
    const intent = intents.get(one)
    if (intent) return { status: 200, body: { ...intent, latest_charge: chargeOf(intent) } }
    const dispute = disputes.get(one)
    return dispute ? { status: 200, body: dispute } : missing(one)
  }
  const expanded = (session: StripeSession) => ({
    ...session,
    payment_intent: session.payment_intent && intents.get(session.payment_intent),
  })
  const chargeOf = (intent: Intent) => ({
    id: intent.latest_charge,
    object: 'charge',
    amount: intent.amount,
    amount_captured: intent.amount_received,
    amount_refunded: refundedOf(intent),
  })

  /** What the buyer does on the hosted page; too late, it is a page that says so. */
  function pay(sessionId: string, how: 'paid' | 'unpaid' = 'paid'): void {
    const session = sessions.get(sessionId)
    if (session?.status !== 'open') return
    const paid = how === 'paid'
    const intent: Intent = {
      id: `pi_${session.id.slice(3)}`,
      object: 'payment_intent',
      amount: session.amount_total,
      amount_received: paid ? session.amount_total : 0,
      currency: session.currency,
      livemode: live,
      metadata: intentMetadata.get(session.id) ?? {},
      status: paid ? 'succeeded' : 'processing',
      latest_charge: `ch_${session.id.slice(3)}`,
    }
    intents.set(intent.id, intent)
    Object.assign(session, { status: 'complete', payment_status: how, payment_intent: intent.id, url: null })
  }

  return {
    ...server,
    pay,
    sessions,
    intents,
    refunds,
    disputes,
    account,
    /** An event as Stripe posts it, signed with one or more secrets. */
    event(
      type: string,
      object: unknown,
      more: { secrets?: string[]; at?: number; livemode?: boolean; id?: string } = {},
    ) {
      const body = Buffer.from(
        JSON.stringify({
          id: more.id ?? id('evt'),
          object: 'event',
          api_version: '2025-09-30.clover',
          created: now(),
          data: { object },
          livemode: more.livemode ?? live,
          pending_webhooks: 1,
          request: { id: null, idempotency_key: null },
          type,
        }),
      )
      const at = more.at ?? now()
      const signatures = (more.secrets ?? ['whsec_loopback']).map(
        (secret) => `v1=${createHmac('sha256', secret).update(`${at}.`).update(body).digest('hex')}`,
      )
      return { headers: { 'stripe-signature': [`t=${at}`, ...signatures, 'v0=6ffbb59b2300aae63f27'].join(',') }, body }
    },
    journal: () => ({
      charges: [...sessions.values()]
        .filter(({ payment_status }) => payment_status === 'paid')
        .map((session) => ({
          paymentId: session.client_reference_id ?? '',
          ...moneyOf(session.amount_total, session.currency),
        })),
      refunds: refunds.map((refund) => ({
        refundId: refund.metadata.refund_id ?? '',
        amountMinor: moneyOf(refund.amount, refund.currency).amountMinor,
      })),
    }),
  }
}

function page(path: string, query: URLSearchParams, all: { id: string }[]): Answer {
  const after = query.get('starting_after')
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1
  const limit = Number(query.get('limit') ?? 10)
  const data = all.slice(start, start + limit)
  return { status: 200, body: { object: 'list', url: path, has_more: start + limit < all.length, data } }
}

function refused(status: number, message: string, code?: string): Answer {
  return { status, body: { error: { type: 'invalid_request_error', ...(code && { code }), message } } }
}

function missing(what: string): Answer {
  return refused(404, `No such object: '${what}'`, 'resource_missing')
}

function hashOf({ path, body }: Call): string {
  return createHash('sha256').update(`${path}\n${body}`).digest('hex')
}

function metadataOf(form: Form, prefix: string): Form {
  return Object.fromEntries(
    Object.entries(form).flatMap(([name, value]) =>
      name.startsWith(`${prefix}[`) ? [[name.slice(prefix.length + 1, -1), value]] : [],
    ),
  )
}

/** Stripe's own decimals, which are not ISO 4217's. */
function moneyOf(amount: number, currency: string): { amountMinor: number; currency: string } {
  const decimals = DECIMALS[currency] ?? 2
  const digits = String(amount).padStart(decimals + 1, '0')
  const printed = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`
  return { amountMinor: minorOf(printed, currency.toUpperCase()), currency: currency.toUpperCase() }
}
